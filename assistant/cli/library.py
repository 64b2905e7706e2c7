"""Commands that fill and read the library: ingest, documents, read, search, reindex."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import nullcontext
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from assistant.cli.output import Batch, Json, one_of, quiet_libraries, run_batch, say, table, write_json
from corpora.errors import UsageError

if TYPE_CHECKING:
    from corpora.library import Library
    from corpora.model import Document, Hit
    from ingest.pipeline import IngestResult


class OcrMode(StrEnum):
    auto = "auto"
    on = "on"
    off = "off"
    force = "force"


Documents = Annotated[
    list[str] | None,
    typer.Option("--document", "-d", help="Only this document, by name or id; may be repeated."),
]


def open_library() -> Library:
    from assistant.settings import load
    from corpora.encoder import SentenceEncoder
    from corpora.library import Library
    from corpora.reranking import reranker_named

    settings = load()
    library = Library(settings.home, SentenceEncoder(settings.encoder))
    library.reranker = reranker_named(settings.reranker)
    return library


def ingest_command(
    paths: Annotated[list[Path], typer.Argument(help="Files (PDF, Markdown, text, HTML, DOCX) or folders of them.")],
    ocr: Annotated[
        OcrMode | None,
        typer.Option("--ocr", help="Reading of scanned pages; force reads every page so, and held files anew."),
    ] = None,
    as_json: Json = False,
) -> None:
    """Read documents into the library. The same bytes are never read twice; a changed file replaces its old version."""
    from assistant.screening import suspicious
    from assistant.settings import load
    from ingest.pipeline import Progress, find_files, ingest

    library = open_library()
    settings = load()
    max_bytes = settings.max_file_mib * 2**20
    mode = ocr.value if ocr else settings.ocr
    sources = find_files(paths)
    results: list[IngestResult] = []
    with quiet_libraries(), _progress_bar(not as_json) as show:

        def report(progress: Progress) -> None:
            if show:
                show(progress)

        for result in ingest(library, sources, progress=report, screen=suspicious, max_bytes=max_bytes, ocr=mode):
            results.append(result)
            if not as_json:
                say(_line(result))
    library.close()
    if as_json:
        write_json([result.to_json() for result in results])
    else:
        counts = {s: sum(r.status == s for r in results) for s in dict.fromkeys(r.status for r in results)}
        say(f"{len(results)} files: " + ", ".join(f"{count} {status}" for status, count in counts.items()))
    if results and all(result.status == "failed" for result in results):
        raise typer.Exit(1)


def _line(result: IngestResult) -> str:
    if result.status == "failed":
        return f"failed    {result.reason}"
    said = result.reason or f"{_count(result.pages, 'page')}, {_count(result.chunks, 'chunk')}, {result.seconds:.1f} s"
    notes = f" ({'; '.join(result.notes)})" if result.notes else ""
    return f"{result.status:9} {result.file}: {said}{notes}"


def _count(number: int, what: str) -> str:
    return f"{number} {what}{'' if number == 1 else 's'}"


def _progress_bar(wanted: bool) -> Any:
    """A context that yields a function to report progress to, or None off a terminal."""
    import sys

    if not wanted or not sys.stderr.isatty():
        return nullcontext(None)
    from contextlib import contextmanager

    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

    @contextmanager
    def bar() -> Any:
        with Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            TextColumn("{task.completed:.0f}/{task.total:.0f} files, {task.fields[rate]:.0f} pages/s"),
            TimeRemainingColumn(),
            console=Console(stderr=True),
            transient=True,
        ) as progress:
            task = progress.add_task("", total=1, rate=0.0)

            def show(state: Any) -> None:
                part = state.done / state.total if state.total and state.stage == "embedding" else 0.0
                progress.update(
                    task,
                    description=f"{state.stage} {state.file}"[:60],
                    total=state.files,
                    completed=state.number - 1 + part,
                    rate=state.pages_per_s,
                )

            yield show

    return bar()


documents_app = typer.Typer(help="List, show or remove documents.", invoke_without_command=True, rich_markup_mode=None)


@documents_app.callback()
def documents_root(context: typer.Context, as_json: Json = False) -> None:
    if context.invoked_subcommand is None:
        _list(as_json)


@documents_app.command("list")
def documents_list(as_json: Json = False) -> None:
    """Every document of the library."""
    _list(as_json)


def _list(as_json: bool) -> None:
    documents = open_library().documents()
    if as_json:
        write_json([document_json(document) for document in documents])
    elif not documents:
        say("The library is empty. Add documents with `leadline ingest PATH...`.")
    else:
        rows = [(d.document_id[:8], d.file, d.title[:60], d.cruise, d.pages, d.chunks) for d in documents]
        table(("id", "file", "title", "cruise", "pages", "chunks"), rows, right=("pages", "chunks"))


@documents_app.command("show")
def documents_show(document: Annotated[str, typer.Argument(help="Its name or id.")], as_json: Json = False) -> None:
    """All that is known of one document."""
    library = open_library()
    found = library.document(document)
    known = document_json(found)
    pages = library.ocr_pages(found.document_id)
    if as_json:
        write_json(known | {"ocr_pages": [{"page": number, "confidence": sure} for number, sure in pages.items()]})
    else:
        rows = [(key.replace("_", " "), "; ".join(value) if key == "notes" else value) for key, value in known.items()]
        if pages:
            rows.append(("read by OCR", ", ".join(f"page {n} ({int(100 * sure)} % sure)" for n, sure in pages.items())))
        table(("", ""), rows)


@documents_app.command("remove")
def documents_remove(
    documents: Annotated[list[str], typer.Argument(help="Names or ids.")], as_json: Json = False
) -> None:
    """Remove documents from the library, with all that was made from them. The files they came from stay."""
    library = open_library()
    found = [library.document(name) for name in documents]
    with quiet_libraries():
        for document in found:
            library.remove(document.document_id)
    library.close()
    if as_json:
        write_json([{"document_id": d.document_id, "file": d.file, "status": "removed"} for d in found])
    else:
        for document in found:
            say(f"removed {document.file}")


def document_json(document: Document) -> dict[str, Any]:
    return {
        "document_id": document.document_id,
        "file": document.file,
        "title": document.title,
        "cruise": document.cruise,
        "year": document.year,
        "author": document.author,
        "created": document.created,
        "pages": document.pages,
        "chunks": document.chunks,
        "bytes": document.bytes,
        "added_at": document.added_at,
        "path": document.path,
        "text_reader": document.text_reader,
        "facts_reader": document.facts_reader,
        "notes": list(document.notes),
    }


def read_command(
    document: Annotated[str, typer.Argument(help="Its name or id.")],
    page: Annotated[int, typer.Argument(help="The page, counted from 1.")],
    as_json: Json = False,
) -> None:
    """The canonical text of one page: what every span and citation points into."""
    from tools.documents import read_page

    found, text = read_page(open_library(), document, page)
    if as_json:
        write_json(
            {
                "document": found.file,
                "document_id": found.document_id,
                "page": text.number,
                "label": text.label,
                "text": text.text,
                "ocr": text.ocr,
                "ocr_confidence": text.ocr_confidence,
            }
        )
    else:
        print(text.text)


def hit_json(hit: Hit) -> dict[str, Any]:
    return {
        "rank": hit.rank,
        "score": hit.score,
        "document": hit.document,
        "document_id": hit.span.document_id,
        "page": hit.span.page,
        "start": hit.span.start,
        "end": hit.span.end,
        "text": hit.text,
        "heading": hit.heading,
        "scores": hit.scores,
        "reranked": "reranker" in hit.scores,
    }


def search_command(
    query: Annotated[str | None, typer.Argument(help="A question or key words.")] = None,
    k: Annotated[int, typer.Option("-k", min=1, max=1000, help="How many passages.")] = 10,
    document: Documents = None,
    batch: Batch = None,
    as_json: Json = False,
) -> None:
    """Find passages, best first, each with its place in the document."""
    from tools.documents import search_documents

    one_of(query, batch, "a query")
    library = open_library()
    with quiet_libraries():
        if batch is not None:

            def work(row: Mapping[str, Any]) -> Mapping[str, Any]:
                wanted = _names(row.get("documents"), "documents") or document
                hits = search_documents(library, row["question"], wanted, k)
                return {"hits": [hit_json(hit) for hit in hits]}

            run_batch(batch, "question", work)
            return
        assert query is not None
        hits = search_documents(library, query, document, k)
    if as_json:
        write_json([hit_json(hit) for hit in hits])
    elif not hits:
        say("No passage matches." if library.stats()["documents"] else "The library is empty.")
    else:
        from corpora.sentences import readable

        for hit in hits:
            heading = f"  {hit.heading}" if hit.heading else ""
            print(f"{hit.rank:3}  {hit.document}, page {hit.span.page}  ({hit.score:.2f}){heading}")
            print(f"     {readable(hit.text)[:400]}\n")
        if library.reranker is not None:
            say(f"Reranked by {library.reranker.name}.")


def _names(value: Any, field: str) -> list[str] | None:
    if value is None:
        return None
    if isinstance(value, str):
        return [value]
    if isinstance(value, list) and all(isinstance(name, str) for name in value):
        return value or None
    raise UsageError(f"{field!r} must be a list of names.", 'Write "documents": ["a.pdf", "b.pdf"].')


def reindex_command(as_json: Json = False) -> None:
    """Make the vector index anew from the library; embed what the current encoder has not embedded yet."""
    from ingest.reindex import reindex

    library = open_library()
    with quiet_libraries():
        done = reindex(library)
    library.close()
    if as_json:
        write_json(done)
    else:
        say(f"{done['vectors']} vectors of {done['documents']} documents indexed, {done['embedded']} embedded anew.")


def register(app: typer.Typer) -> None:
    app.command("ingest")(ingest_command)
    app.add_typer(documents_app, name="documents")
    app.command("read")(read_command)
    app.command("search")(search_command)
    app.command("reindex")(reindex_command)
