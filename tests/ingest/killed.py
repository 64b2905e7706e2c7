"""What test_kill.py runs and kills: the real pipeline, with an encoder that needs no model.

`python -m tests.ingest.killed` imports everything once, then forks one child for each line `HOME<tab>FOLDER` of its
input, and says the child's process id. Each child ingests the folder, writes a byte for each document that is done to
the file HOME.done, and is there to be killed.
"""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path

import chromadb  # noqa: F401 - so that a child's time is spent in the pipeline

from corpora.library import Library
from ingest.pipeline import find_files, ingest
from tests.fakes import WordEncoder


def main() -> None:
    # Nobody waits for the children here: what is left of them goes at once.
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    for line in sys.stdin:
        child = os.fork()
        if child == 0:
            # The pipeline waits for a child of its own.
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            home, folder = (Path(part) for part in line.rstrip("\n").split("\t"))
            library = Library(home, WordEncoder())
            with home.with_suffix(".done").open("wb", buffering=0) as done:
                for _ in ingest(library, find_files([folder])):
                    done.write(b".")
            library.close()
            os._exit(0)
        sys.stdout.write(f"{child}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
