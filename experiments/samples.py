"""A library of the sample documents, made once for all suites that need one."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from assistant.settings import Settings
    from corpora.library import Library

_making = threading.Lock()


def sample_home(settings: Settings) -> Path:
    """The folder of the library of samples: beside the user's own, never in it."""
    return settings.home / "experiments" / "samples"


def sample_library(settings: Settings) -> Library:
    """The library of the sample documents, ingested where it is not there yet."""
    from corpora.encoder import SentenceEncoder
    from corpora.library import Library
    from corpora.samples import sample_files
    from ingest.pipeline import find_files, ingest

    with _making:
        library = Library(sample_home(settings), SentenceEncoder(settings.encoder))
        known = {document.file for document in library.documents()}
        missing = [path for path in sample_files() if path.name not in known]
        if missing:
            for _ in ingest(library, find_files(missing)):
                pass
        return library
