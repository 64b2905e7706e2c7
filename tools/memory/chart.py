"""The parts over context length, as SVG text or a PNG file. Readable in black and white: greys with hatching."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from tools.memory.model import GIB, MemoryEstimate, MemoryToolError

if TYPE_CHECKING:
    from PIL import Image

WIDTH, HEIGHT = 680, 380
_LEFT, _RIGHT, _TOP, _BOTTOM = 66, 196, 46, 56
CONTEXTS = (2048, 4096, 8192, 16384, 32768, 65536, 131072)


class Part(NamedTuple):
    label: str
    field: str
    grey: str
    hatch: str


PARTS = (
    Part("weights", "weights_bytes", "#4d4d4d", ""),
    Part("key-value cache", "kv_cache_bytes", "#ffffff", "forward"),
    Part("compute buffer", "compute_bytes", "#bdbdbd", "dots"),
    Part("runtime", "overhead_bytes", "#e6e6e6", "back"),
    Part("vision projector", "vision_bytes", "#8c8c8c", "cross"),
)


class Bar(NamedTuple):
    """One context: its label and the height of each part in GiB, from the bottom up."""

    label: str
    parts: tuple[float, ...]

    @property
    def total(self) -> float:
        return sum(self.parts)


def contexts_for(estimate: MemoryEstimate) -> tuple[int, ...]:
    """The contexts worth drawing: powers of two up to what the model takes, and the one that was asked for."""
    limit = max(estimate.max_context, estimate.context)
    chosen = {context for context in CONTEXTS if context <= limit} | {estimate.context}
    return tuple(sorted(chosen))[-8:]


def bars(estimates: Sequence[MemoryEstimate]) -> tuple[Bar, ...]:
    if not estimates:
        raise MemoryToolError("There is no estimate to draw.")
    return tuple(
        Bar(_tokens(one.context), tuple(getattr(one, part.field) / GIB for part in PARTS)) for one in estimates
    )


def _tokens(count: int) -> str:
    return f"{count // 1024}k" if count >= 1024 and count % 1024 == 0 else f"{count:,}"


def _scale(top: float) -> tuple[float, float]:
    """The step between lines and the top of the axis, both round numbers."""
    rough = max(top, 1e-6) / 5
    power = 10.0
    while power > rough:
        power /= 10
    while power * 10 <= rough:
        power *= 10
    step = next(factor * power for factor in (1, 2, 2.5, 5, 10) if factor * power >= rough)
    lines = int(top / step) + 1
    return step, step * lines


def _limit(estimates: Sequence[MemoryEstimate], limit_bytes: int | None) -> float | None:
    if limit_bytes is not None:
        return limit_bytes / GIB
    verdict = estimates[0].verdict
    return verdict.device.usable_bytes / GIB if verdict is not None else None


def _title(one: MemoryEstimate) -> str:
    return f"{one.model} at {one.quant}, cache {one.kv_type}" + (f", {one.batch} sequences" if one.batch > 1 else "")


def chart_svg(estimates: Sequence[MemoryEstimate], *, limit_bytes: int | None = None) -> str:
    """A stacked bar for each estimate (one for each context), GiB upwards, as a complete SVG document.

    limit_bytes draws a dashed line for the memory of a device; without it the device of the first estimate is used.
    """
    drawn = bars(estimates)
    limit = _limit(estimates, limit_bytes)
    highest = max(bar.total for bar in drawn)
    shown_limit = limit if limit is not None and limit < 3 * highest else None
    step, top = _scale(max(highest, shown_limit or 0) * 1.05)
    plot_width, plot_height = WIDTH - _LEFT - _RIGHT, HEIGHT - _TOP - _BOTTOM

    def y(value: float) -> float:
        return HEIGHT - _BOTTOM - value / top * plot_height

    title = escape(_title(estimates[0]))
    totals = ", ".join(f"{bar.label}: {bar.total:.1f} GiB" for bar in drawn)
    out = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" width="{WIDTH}" height="{HEIGHT}" '
        f'role="img" aria-labelledby="t d" font-family="sans-serif" font-size="12">',
        f'<title id="t">Memory of {title} over context length</title><desc id="d">{escape(totals)}</desc>',
        _patterns(),
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="#fff"/>',
        f'<text x="{_LEFT}" y="24" font-size="14" font-weight="bold">{title}</text>',
    ]
    value = 0.0
    while value <= top + 1e-9:
        out.append(f'<line x1="{_LEFT}" x2="{WIDTH - _RIGHT}" y1="{y(value):.1f}" y2="{y(value):.1f}" stroke="#ccc"/>')
        out.append(f'<text x="{_LEFT - 6}" y="{y(value) + 4:.1f}" text-anchor="end">{value:g}</text>')
        value += step
    slot = plot_width / len(drawn)
    for number, bar in enumerate(drawn):
        left, base = _LEFT + number * slot + slot * 0.18, 0.0
        for part, height in zip(PARTS, bar.parts, strict=True):
            if height <= 0:
                continue
            fill = f"url(#{part.hatch})" if part.hatch else part.grey
            out.append(
                f'<rect x="{left:.1f}" y="{y(base + height):.1f}" width="{slot * 0.64:.1f}" '
                f'height="{max(y(base) - y(base + height), 0.5):.1f}" fill="{fill}" stroke="#000" stroke-width="0.8">'
                f"<title>{part.label}, {bar.label}: {height:.2f} GiB</title></rect>"
            )
            base += height
        middle = left + slot * 0.32
        out.append(f'<text x="{middle:.1f}" y="{y(base) - 5:.1f}" text-anchor="middle">{bar.total:.1f}</text>')
        out.append(f'<text x="{middle:.1f}" y="{HEIGHT - _BOTTOM + 18}" text-anchor="middle">{bar.label}</text>')
    if shown_limit is not None:
        out.append(
            f'<line x1="{_LEFT}" x2="{WIDTH - _RIGHT}" y1="{y(shown_limit):.1f}" y2="{y(shown_limit):.1f}" '
            f'stroke="#000" stroke-width="1.6" stroke-dasharray="7 4"/>'
            f'<text x="{_LEFT + 6}" y="{y(shown_limit) - 6:.1f}">usable {shown_limit:.1f} GiB</text>'
        )
    out.append(f'<text x="{_LEFT + plot_width / 2:.0f}" y="{HEIGHT - 14}" text-anchor="middle">context, tokens</text>')
    out.append(
        f'<text x="16" y="{HEIGHT / 2:.0f}" transform="rotate(-90 16 {HEIGHT / 2:.0f})" text-anchor="middle">GiB</text>'
    )
    used = [part for index, part in enumerate(PARTS) if any(bar.parts[index] > 0 for bar in drawn)]
    for number, part in enumerate(reversed(used)):
        top_of_key = _TOP + 26 + number * 22
        fill = f"url(#{part.hatch})" if part.hatch else part.grey
        out.append(
            f'<rect x="{WIDTH - _RIGHT + 14}" y="{top_of_key}" width="16" height="14" fill="{fill}" stroke="#000"/>'
            f'<text x="{WIDTH - _RIGHT + 38}" y="{top_of_key + 11}">{part.label}</text>'
        )
    out.append("</svg>")
    return "\n".join(out)


def _patterns() -> str:
    marks = {
        "forward": '<path d="M0 6L6 0M-1 1L1 -1M5 7L7 5" stroke="#000"/>',
        "back": '<path d="M0 0L6 6M-1 5L1 7M5 -1L7 1" stroke="#555"/>',
        "dots": '<circle cx="3" cy="3" r="1" fill="#000"/>',
        "cross": '<path d="M0 6L6 0M0 0L6 6" stroke="#000" stroke-width="0.8"/>',
    }
    greys = {part.hatch: part.grey for part in PARTS if part.hatch}
    defs = "".join(
        f'<pattern id="{name}" width="6" height="6" patternUnits="userSpaceOnUse">'
        f'<rect width="6" height="6" fill="{greys[name]}"/>{mark}</pattern>'
        for name, mark in marks.items()
    )
    return f"<defs>{defs}</defs>"


def chart_png(
    estimates: Sequence[MemoryEstimate], path: Path, *, limit_bytes: int | None = None, zoom: int = 2
) -> Path:
    """The same chart as a PNG file, drawn with Pillow; returns the path."""
    from PIL import Image, ImageDraw, ImageFont

    drawn = bars(estimates)
    limit = _limit(estimates, limit_bytes)
    highest = max(bar.total for bar in drawn)
    shown_limit = limit if limit is not None and limit < 3 * highest else None
    step, top = _scale(max(highest, shown_limit or 0) * 1.05)
    plot_width, plot_height = WIDTH - _LEFT - _RIGHT, HEIGHT - _TOP - _BOTTOM
    image = Image.new("L", (WIDTH * zoom, HEIGHT * zoom), 255)
    pen = ImageDraw.Draw(image)
    font, large = ImageFont.load_default(12 * zoom), ImageFont.load_default(14 * zoom)

    def y(value: float) -> float:
        return (HEIGHT - _BOTTOM - value / top * plot_height) * zoom

    pen.text((_LEFT * zoom, 12 * zoom), _title(estimates[0]), fill=0, font=large)
    value = 0.0
    while value <= top + 1e-9:
        pen.line((_LEFT * zoom, y(value), (WIDTH - _RIGHT) * zoom, y(value)), fill=205, width=zoom)
        pen.text(((_LEFT - 6) * zoom, y(value)), f"{value:g}", fill=0, font=font, anchor="rm")
        value += step
    slot = plot_width / len(drawn)
    for number, bar in enumerate(drawn):
        left, base = (_LEFT + number * slot + slot * 0.18) * zoom, 0.0
        right = left + slot * 0.64 * zoom
        for part, height in zip(PARTS, bar.parts, strict=True):
            if height > 0:
                _fill(image, (left, y(base + height), right, y(base)), part, zoom)
                base += height
        middle = (left + right) / 2
        pen.text((middle, y(base) - 3 * zoom), f"{bar.total:.1f}", fill=0, font=font, anchor="mb")
        pen.text((middle, (HEIGHT - _BOTTOM + 8) * zoom), bar.label, fill=0, font=font, anchor="mt")
    if shown_limit is not None:
        at, x = y(shown_limit), float(_LEFT * zoom)
        while x < (WIDTH - _RIGHT) * zoom:
            pen.line((x, at, x + 7 * zoom, at), fill=0, width=2 * zoom)
            x += 11 * zoom
        # At the left the bars are lowest; at the right the key stands.
        pen.text(((_LEFT + 6) * zoom, at - 4 * zoom), f"usable {shown_limit:.1f} GiB", fill=0, font=font, anchor="ls")
    pen.text(((_LEFT + plot_width / 2) * zoom, (HEIGHT - 12) * zoom), "context, tokens", fill=0, font=font, anchor="mb")
    pen.text((10 * zoom, (_TOP - 8) * zoom), "GiB", fill=0, font=font, anchor="ls")
    used = [part for index, part in enumerate(PARTS) if any(bar.parts[index] > 0 for bar in drawn)]
    for number, part in enumerate(reversed(used)):
        x, at = (WIDTH - _RIGHT + 14) * zoom, (_TOP + 26 + number * 22) * zoom
        _fill(image, (x, at, x + 16 * zoom, at + 14 * zoom), part, zoom)
        pen.text((x + 24 * zoom, at + 7 * zoom), part.label, fill=0, font=font, anchor="lm")
    try:
        image.save(path, format="PNG")
    except OSError as error:
        raise MemoryToolError(f"The chart cannot be written to {path}: {error.strerror or error}.") from error
    return path


def _fill(image: Image.Image, box: tuple[float, float, float, float], part: Part, zoom: int) -> None:
    """A box in the grey of a part, with its hatching, and a black edge."""
    from PIL import Image, ImageDraw

    x0, y0, x1, y1 = (round(side) for side in box)
    width, height = max(1, x1 - x0), max(1, y1 - y0)
    tile = Image.new("L", (width, height), int(part.grey[1:3], 16))
    pen = ImageDraw.Draw(tile)
    step = 6 * zoom
    for at in range(-height, width + height, step):
        if part.hatch in ("forward", "cross"):
            pen.line((at, height, at + height, 0), fill=0, width=zoom)
        if part.hatch in ("back", "cross"):
            pen.line((at, 0, at + height, height), fill=85, width=zoom)
    if part.hatch == "dots":
        for row in range(step // 2, height, step):
            for column in range(step // 2, width, step):
                pen.ellipse((column - zoom, row - zoom, column + zoom, row + zoom), fill=0)
    image.paste(tile, (x0, y0))
    ImageDraw.Draw(image).rectangle((x0, y0, x0 + width, y0 + height), outline=0, width=zoom)
