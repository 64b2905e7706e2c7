"""The page, for a Hugging Face Space or `python app.py`; `leadline serve` is the same."""

from __future__ import annotations

if __name__ == "__main__":
    from assistant.settings import load
    from assistant.ui.serve import serve

    serve(load())
