"""How the page looks: calm, local, the system's own letters; nothing is fetched from elsewhere."""

from __future__ import annotations

from pathlib import Path

STATIC = Path(__file__).parent / "static"
STYLES = [STATIC / name for name in ("base.css", "chat.css", "library.css", "pages.css")]
#: The scripts are modules; the page is what it is without them, and comes alive when its parts are there.
HEAD = '<script type="module" src="ll/static/main.js"></script>'


def theme() -> object:
    """Sea colours with a contrast of at least 4.5 to 1 in both modes."""
    import gradio as gr

    sans = ["system-ui", "Segoe UI", "Roboto", "Helvetica Neue", "Noto Sans", "Liberation Sans", "sans-serif"]
    return gr.themes.Default(
        primary_hue=gr.themes.colors.cyan,
        secondary_hue=gr.themes.colors.cyan,
        neutral_hue=gr.themes.colors.slate,
        font=sans,
        font_mono=["ui-monospace", "Consolas", "Liberation Mono", "monospace"],
        radius_size=gr.themes.sizes.radius_sm,
    ).set(
        body_background_fill="#f6f8fa",
        body_background_fill_dark="#0f1820",
        button_primary_background_fill="#0b5c7a",
        button_primary_background_fill_hover="#094a63",
        button_primary_background_fill_dark="#0f6f92",
        button_primary_background_fill_hover_dark="#0b5c7a",
        button_primary_text_color="#ffffff",
        button_primary_text_color_dark="#ffffff",
        body_text_color_subdued="#4a5b68",
        body_text_color_subdued_dark="#a9b8c3",
        block_label_text_color="#3b4c59",
        block_title_text_color="#22333f",
        block_info_text_color="#4a5b68",
        input_placeholder_color="#5d6e7b",
        input_placeholder_color_dark="#94a5b1",
        block_border_width="1px",
    )
