"""Pages that a question names: "read page 5 of report.pdf", "what stands on the last page of HF31?"."""

from __future__ import annotations

import re
from collections.abc import Sequence
from difflib import get_close_matches

from assistant.citations.model import Passage
from assistant.embedded.pick import furniture
from assistant.embedded.units import units_of
from corpora.library import Library
from corpora.model import Document, Hit
from corpora.sentences import readable

#: Most pages that one question reads.
MOST_PAGES = 6
_NUMBERS = "one two three four five six seven eight nine ten eleven twelve".split()
_ORDINALS = "first second third fourth fifth sixth seventh eighth ninth tenth".split()
_ONE = rf"(?:\d{{1,4}}|{'|'.join(_NUMBERS)})"
_PAGE = re.compile(
    rf"\b(?:pages?|pp?\.|pg\.?|seiten?|p[áa]ginas?)\s*(?:no\.?\s*|number\s+|nr\.?\s*|#\s*)?(?P<first>{_ONE})\b"
    rf"(?:\s*(?P<link>-|–|to|through|until|bis|and|und|,|&)\s*(?:page\s+)?(?P<last>{_ONE})\b)?",
    re.IGNORECASE,
)
_ORDINAL = re.compile(rf"\b(?P<which>{'|'.join(_ORDINALS)}|last|\d{{1,3}}(?:st|nd|rd|th)) page\b", re.IGNORECASE)
#: A page is meant as a whole where nothing but its place and a verb of reading is left of the question.
_READS = re.compile(
    r"\b(?:read|show|open|print|display|quote|give|get|see|view|cite|recite|turn|go|what|which|who|is|are|stands?|does|do"
    r"|says?|said|written|write|text|content|contents?|contains?|whole|full|entire|complete|all|everything|there|me|us"
    r"|you|i|the|a|an|of|on|in|at|from|to|out|aloud|for|and|by|it|its|can|could|would|will|please|tell|like|want|let"
    r"|document|documents|file|pdf|report|cruise|paper|first|lies?|das?|auf|von|aus|der|die|dem|was|steht|lies|zeige?|mir"
    r"|vor|bitte|inhalt|then|now|next|list|my)\b",
    re.IGNORECASE,
)
_FILE = re.compile(r"(?<![\w/])([\w][\w.+-]*\.pdf)\b", re.IGNORECASE)


def pages_named(question: str, document: Document | None) -> list[int]:
    """The numbers of the pages that a question names, in its order; the last page only of a known document.

    >>> pages_named("Read pages 3 to 5 of HF31", None), pages_named("What stands on page two?", None)
    ([3, 4, 5], [2])
    """
    found: list[int] = []
    for match in _PAGE.finditer(question):
        first = _number(match["first"])
        last = _number(match["last"]) if match["last"] else first
        if match["link"] and match["link"].casefold() in ("and", "und", ",", "&"):
            found += [first, last]
        else:
            found += range(first, max(first, last) + 1)
    for match in _ORDINAL.finditer(question):
        which = match["which"].casefold()
        if which == "last":
            found += [document.pages] if document else []
        else:
            found.append(int(re.sub(r"\D", "", which)) if which[0].isdigit() else _ORDINALS.index(which) + 1)
    return list(dict.fromkeys(found))[:MOST_PAGES]


def names_pages(question: str) -> bool:
    return bool(_PAGE.search(question) or _ORDINAL.search(question))


def is_reading(question: str, names: Sequence[str] = ()) -> bool:
    """Whether a question wants whole pages, and asks nothing that a sentence of them would answer.

    >>> is_reading("What does page 3 of HF31 say?", ["HF31"]), is_reading("Who is named on page 3 of HF31?", ["HF31"])
    (True, False)
    """
    left = _FILE.sub(" ", question)
    for name in names:
        left = re.sub(rf"(?<!\w){re.escape(name)}(?!\w)", " ", left, flags=re.IGNORECASE)
    left = _READS.sub(" ", _ORDINAL.sub(" ", _PAGE.sub(" ", left)))
    return not re.search(r"\w{2,}", left)


def document_by_words(question: str, library: Library, scope: tuple[str, ...] | None) -> Document | None:
    """The one document whose file name's words all stand in a question: "the citations handbook"; else None.

    A name of one word counts only with its ending or as a whole file name.
    """
    said = set(re.findall(r"[^\W_]+", question.casefold()))
    lowered = question.casefold()
    fitting = []
    for document in library.documents():
        if scope is not None and document.document_id not in scope:
            continue
        words = re.findall(r"[^\W_]+", document.file.casefold().removesuffix(".pdf"))
        whole = bool(re.search(rf"(?<![\w.-]){re.escape(document.file.casefold())}(?![\w-])", lowered))
        if whole or (len(words) > 1 and set(words) <= said):
            fitting.append((whole, len(words), document))
    if not fitting:
        return None
    fitting.sort(key=lambda one: one[:2], reverse=True)
    tied = len(fitting) > 1 and fitting[0][:2] == fitting[1][:2]
    return None if tied else fitting[0][2]


def file_written(question: str) -> str:
    """The name of a PDF as a question writes it; '' where it writes none."""
    match = _FILE.search(question)
    return match.group(1) if match else ""


def nearest(name: str, library: Library, scope: tuple[str, ...] | None) -> str:
    """The file whose name is nearly this one; '' where none is, or where the digits differ.

    Another number is another cruise, not a slip of the pen.
    """
    files = {d.file.casefold(): d.file for d in library.documents() if scope is None or d.document_id in scope}
    digits = re.findall(r"\d+", name)
    alike = [file for file in files if re.findall(r"\d+", file) == digits]
    wanted = name.casefold() if name.casefold().endswith(".pdf") else f"{name.casefold()}.pdf"
    close = get_close_matches(wanted, alike, n=1, cutoff=0.8)
    return files[close[0]] if close else ""


def recited(found: Sequence[tuple[Passage, Hit]], library: Library) -> str:
    """Whole pages, quoted sentence by sentence, without their running heads."""
    lines = []
    for passage, _ in found:
        span = passage.span
        for unit in units_of(
            library.page_text(span.document_id, span.page), furniture(library, span.document_id, span.page)
        ):
            # A reference like [9] in a document's own words is no label of ours.
            words = re.sub(r"\[(?=[\d\s,;–-]+\])([^\]]*)\]", r"\[\1\]", readable(unit.text))
            lines.append(f"- “{words}” [{passage.label}]")
    return "\n".join(lines)


def _number(text: str) -> int:
    return int(text) if text.isdigit() else _NUMBERS.index(text.casefold()) + 1
