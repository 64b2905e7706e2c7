"""The pages around a passage: their text, where one reads on in the next, and what names the document."""

from __future__ import annotations

from collections.abc import Callable

from assistant.citations.model import Passage
from corpora.errors import DocumentNotFound, PageNotFound

PageText = Callable[[str, int], str]

#: A first line of a page up to this length is its running head: it names the document.
_RUNNING_HEAD = 120


class Pages:
    """The texts of the pages that one answer is held against, each asked for once."""

    def __init__(self, page_text: PageText) -> None:
        self._page_text = page_text
        self._texts: dict[tuple[str, int], str] = {}

    def over_the_break(self, document: str, page: int) -> list[tuple[int, int, int]]:
        """Two pages as they read on: without the foot of the first and the running head of the second."""
        above, below = self.text(document, page), self.text(document, page + 1)
        body = above.rstrip()
        cut = body.rfind("\n")
        foot = body[cut + 1 :].strip()
        end = (
            cut if cut > 0 and len(foot) <= _RUNNING_HEAD and (foot[:1].isdigit() or foot[-1:].isdigit()) else len(body)
        )
        start = 0
        if self._running_head(document, page + 1):
            start = below.index("\n", len(below) - len(below.lstrip())) if "\n" in below.strip() else 0
        return [(page, 0, end), (page + 1, start, len(below))]

    def names(self, passage: Passage) -> str:
        """What names the document and the columns of the answer's table: no evidence, but the subject."""
        name = passage.document.rsplit(".", 1)[0].replace("_", " ").replace("-", " ")
        head = self._running_head(passage.span.document_id, passage.span.page)
        return "\n".join(filter(None, [passage.title, passage.heading, passage.document, name, head]))

    def _running_head(self, document_id: str, page: int) -> str:
        """The first line of a page where a neighbouring page begins with the same."""
        first = _first_line(self.text(document_id, page))
        beside = (_first_line(self.text(document_id, other)) for other in (page + 1, page - 1, page + 2, page - 2))
        return first if first and any(other == first for other in beside) else ""

    def text(self, document_id: str, page: int) -> str:
        key = (document_id, page)
        if key not in self._texts:
            try:
                self._texts[key] = self._page_text(document_id, page) if page > 0 else ""
            except (PageNotFound, DocumentNotFound, KeyError, IndexError):
                self._texts[key] = ""
        return self._texts[key]


def _first_line(text: str) -> str:
    line = text.strip().partition("\n")[0].strip()
    return line.rstrip("0123456789 ") if len(line) <= _RUNNING_HEAD else ""
