"""What a PDF says where no page shows it: metadata, notes, form fields, attachments, scripts, alternative texts.

Nothing of it is searched or answered from. It is handed on, place by place, to whoever screens a document, because
other programs read it aloud to a language model, and because a reader should know that it is there.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any
from xml.etree import ElementTree

#: Longest text of one place, how many are handed on, and how deep the tables of a catalog are followed.
LONGEST, MOST, DEEPEST = 4_000, 2_000, 30
#: Bytes of an attachment's text and of the metadata stream that are looked at.
_HEAD = 20_000


def unseen_texts(reader: Any) -> tuple[tuple[str, str], ...]:
    """(place, text) of everything that no page shows, each once, from a `pypdf.PdfReader`.

    The places are metadata, annotation, form, attachment, javascript, action, alt_text, outline and layer.
    """
    found: dict[tuple[str, str], None] = {}
    catalog = _resolved(reader.trailer["/Root"])
    for part in (_metadata, _catalog, _pages, _structure):
        for place, text in part(reader, catalog):
            cleaned = clean(text)
            if len(cleaned) > 3:
                found.setdefault((place, cleaned))
            if len(found) >= MOST:
                return tuple(found)
    return tuple(found)


def clean(value: Any) -> str:
    """A text on one line, without NULs, at most `LONGEST` characters."""
    return re.sub(r"\s+", " ", str(value or "").replace("\x00", "")).strip()[:LONGEST]


def layers_off(reader: Any) -> bool:
    """Whether a document has layers (optional content) that are switched off when it is opened."""
    if reader is None:
        return False
    properties = _mapping(_mapping(_resolved(reader.trailer.get("/Root"))).get("/OCProperties"))
    usual = _mapping(properties.get("/D"))
    return str(usual.get("/BaseState", "")) == "/OFF" or bool(_sequence(usual.get("/OFF")))


def _metadata(reader: Any, catalog: Any) -> Iterator[tuple[str, str]]:
    for value in (reader.metadata or {}).values():
        text = _resolved(value)
        if isinstance(text, str):
            yield "metadata", text
    stream = _resolved(catalog.get("/Metadata"))
    if hasattr(stream, "get_data"):
        yield from (("metadata", text) for text in _xml_texts(stream.get_data()[:_HEAD]))


def _xml_texts(data: bytes) -> Iterator[str]:
    """The texts of an XMP packet; of one that does not parse, what stands between its tags."""
    text = data.decode("utf-8", "replace")
    if "<!DOCTYPE" not in text and "<!ENTITY" not in text:
        try:
            root = ElementTree.fromstring(text)
        except (ElementTree.ParseError, ValueError):
            root = None
        if root is not None:
            for element in root.iter():
                yield from (one for one in (element.text, element.tail, *element.attrib.values()) if one)
            return
    yield from re.split(r"<[^<>]{0,2000}>", text)


def _catalog(reader: Any, catalog: Any) -> Iterator[tuple[str, str]]:
    names = _mapping(catalog.get("/Names"))
    for key, value in _name_tree(names.get("/JavaScript")):
        yield "javascript", key
        yield from _action(value)
    for key, value in _name_tree(names.get("/EmbeddedFiles")):
        yield "attachment", key
        yield from _attached(value)
    for value in _sequence(catalog.get("/AF")):
        yield from _attached(value)
    yield from _action(catalog.get("/OpenAction"))
    yield from _actions(catalog.get("/AA"))
    for group in _sequence(_mapping(catalog.get("/OCProperties")).get("/OCGs")):
        yield "layer", str(_mapping(group).get("/Name", ""))
    yield from _fields(_mapping(catalog.get("/AcroForm")).get("/Fields"), 0, set())
    yield from _outline(_mapping(catalog.get("/Outlines")).get("/First"), 0, set())


def _pages(reader: Any, catalog: Any) -> Iterator[tuple[str, str]]:
    for page in reader.pages:
        yield from _actions(page.get("/AA"))
        for annotation in map(_mapping, _sequence(page.get("/Annots"))):
            kind = "form" if str(annotation.get("/Subtype")) == "/Widget" else "annotation"
            for name in ("/Contents", "/RC", "/Subj", "/T", "/TU", "/NM", "/V", "/DV", "/Alt"):
                text = _resolved(annotation.get(name))
                if isinstance(text, str):
                    yield kind, re.sub(r"<[^<>]{0,500}>", " ", text) if name == "/RC" else text
            yield from _action(annotation.get("/A"))
            yield from _actions(annotation.get("/AA"))
            yield from _attached(annotation.get("/FS"))


def _structure(reader: Any, catalog: Any) -> Iterator[tuple[str, str]]:
    """Alternative and replacement texts of the document's structure: what screen readers say."""
    waiting = [_resolved(catalog.get("/StructTreeRoot"))]
    seen: set[int] = set()
    while waiting and len(seen) < 20_000:
        element = waiting.pop()
        if id(element) in seen or not hasattr(element, "get"):
            continue
        seen.add(id(element))
        for name in ("/Alt", "/ActualText", "/E"):
            text = _resolved(element.get(name))
            if isinstance(text, str):
                yield "alt_text", text
        kids = element.get("/K")
        waiting.extend(_resolved(one) for one in _sequence(kids) or [kids])


def _fields(fields: Any, depth: int, seen: set[int]) -> Iterator[tuple[str, str]]:
    for field in map(_mapping, _sequence(fields)):
        if depth > DEEPEST or id(field) in seen:
            continue
        seen.add(id(field))
        for name in ("/T", "/TU", "/TM", "/V", "/DV"):
            text = _resolved(field.get(name))
            if isinstance(text, str):
                yield "form", text
        for option in _sequence(field.get("/Opt")):
            yield "form", " ".join(map(str, _sequence(option) or [option]))
        yield from _actions(field.get("/AA"))
        yield from _fields(field.get("/Kids"), depth + 1, seen)


def _outline(first: Any, depth: int, seen: set[int]) -> Iterator[tuple[str, str]]:
    entry = _mapping(first)
    while entry and depth <= DEEPEST and id(entry) not in seen and len(seen) < 5_000:
        seen.add(id(entry))
        yield "outline", str(_resolved(entry.get("/Title")) or "")
        yield from _action(entry.get("/A"))
        yield from _outline(entry.get("/First"), depth + 1, seen)
        entry = _mapping(entry.get("/Next"))


def _actions(table: Any) -> Iterator[tuple[str, str]]:
    for value in _mapping(table).values():
        yield from _action(value)


def _action(value: Any, depth: int = 0) -> Iterator[tuple[str, str]]:
    """The scripts of an action and of those that follow it, and what it starts or sends to."""
    action = _mapping(value)
    if not action or depth > DEEPEST:
        return
    kind = str(action.get("/S", ""))
    script = _resolved(action.get("/JS"))
    if script is not None:
        yield "javascript", script.get_data().decode("utf-8", "replace") if hasattr(script, "get_data") else str(script)
    if kind in ("/Launch", "/SubmitForm", "/ImportData", "/GoToR", "/GoToE"):
        target = _mapping(action.get("/F"))
        name = target.get("/UF") or target.get("/F") if target else _resolved(action.get("/F"))
        yield "action", f"{kind[1:]}: {name or ''}"
    for following in _sequence(action.get("/Next")) or [action.get("/Next")]:
        yield from _action(following, depth + 1)


def _attached(value: Any) -> Iterator[tuple[str, str]]:
    """An attached file's names and description, and the beginning of one that is plain text."""
    file = _mapping(value)
    for name in ("/F", "/UF", "/Desc"):
        text = _resolved(file.get(name))
        if isinstance(text, str):
            yield "attachment", text
    stream = _resolved(_mapping(file.get("/EF")).get("/F"))
    if hasattr(stream, "get_data"):
        data = stream.get_data()[:_HEAD]
        if data and b"\x00" not in data:
            try:
                yield "attachment", data.decode("utf-8")
            except UnicodeDecodeError as error:
                # A character that the limit cut in two is no reason to doubt the rest.
                if error.start > len(data) - 4:
                    yield "attachment", data[: error.start].decode("utf-8")


def _name_tree(node: Any, depth: int = 0) -> Iterator[tuple[str, Any]]:
    tree = _mapping(node)
    names = _sequence(tree.get("/Names"))
    yield from ((str(key), value) for key, value in zip(names[::2], names[1::2], strict=False))
    if depth <= DEEPEST:
        for kid in _sequence(tree.get("/Kids")):
            yield from _name_tree(kid, depth + 1)


def _resolved(value: Any) -> Any:
    return value.get_object() if hasattr(value, "get_object") else value


def _mapping(value: Any) -> Any:
    """A dictionary of the file, or an empty one where there is something else."""
    found = _resolved(value)
    return found if hasattr(found, "get") and hasattr(found, "values") else {}


def _sequence(value: Any) -> list[Any]:
    found = _resolved(value)
    return list(found) if isinstance(found, list | tuple) else []
