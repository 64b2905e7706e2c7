"""Fixtures that every room's tests share."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from corpora.encoder import SentenceEncoder
    from corpora.library import Library

ROOT = Path(__file__).resolve().parent.parent
SHARED = ROOT.parent / "shared" / "data"


def shared_data(*parts: str) -> Path:
    """A path of the real material beside the checkout; the test is skipped where it is absent."""
    path = SHARED.joinpath(*parts)
    if not path.exists():
        pytest.skip(f"needs the real material {Path('../shared/data', *parts)}, which is not beside this checkout")
    return path


@pytest.fixture(scope="session")
def encoder() -> SentenceEncoder:
    """The real encoder, loaded once for all tests."""
    from corpora.encoder import SentenceEncoder

    return SentenceEncoder()


@pytest.fixture(scope="session")
def sample_home(tmp_path_factory: pytest.TempPathFactory, encoder: SentenceEncoder) -> Path:
    """A data folder that holds the sample documents, embedded by the real encoder. Only to be read."""
    from corpora.library import Library
    from corpora.samples import sample_files
    from ingest.pipeline import find_files, ingest

    home = tmp_path_factory.mktemp("samples")
    library = Library(home, encoder)
    assert [result.status for result in ingest(library, find_files(sample_files()))] == ["added"] * 5
    library.close()
    return home


@pytest.fixture(scope="session")
def samples(sample_home: Path, encoder: SentenceEncoder) -> Iterator[Library]:
    """The sample documents as an open library. Only to be read."""
    from corpora.library import Library

    library = Library(sample_home, encoder)
    yield library
    library.close()
