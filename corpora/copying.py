"""A library copied whole into another folder, for a person who starts with the same documents."""

from __future__ import annotations

import os
import shutil
import sqlite3
from pathlib import Path

from corpora.library import Library


def copy_library(library: Library, home: Path) -> None:
    """Copy a library into an empty folder. Kept files are linked where the file system can, else copied.

    Holds the right to write meanwhile, so that nothing changes under the copy. A library that does not exist yet
    copies as nothing.
    """
    if not library.exists:
        return
    with library.writer():
        target = sqlite3.connect(home / library.database.name)
        try:
            library.connection().backup(target)
        finally:
            target.close()
        if library.files.is_dir():
            (home / library.files.name).mkdir(exist_ok=True)
            for file in library.files.iterdir():
                _link(file, home / library.files.name / file.name)
        folder = library.index.folder
        if folder.is_dir():
            shutil.copytree(folder, home / folder.relative_to(library.home))


def _link(file: Path, target: Path) -> None:
    try:
        os.link(file, target)
    except OSError:
        shutil.copyfile(file, target)
