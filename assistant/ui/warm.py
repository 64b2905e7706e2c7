"""What the first paint does not need happens behind it: samples, the encoder, the agent's imports."""

from __future__ import annotations

import logging
import threading

from assistant.assistant import Assistant
from assistant.ui.sample_cast import NAME, write_sample_cast
from corpora.errors import LeadlineError

log = logging.getLogger(__name__)


class WarmUp:
    """Runs once in the background; `ready` when questions can be answered, `problem` if something failed."""

    def __init__(self, assistant: Assistant) -> None:
        self._assistant = assistant
        self._done = threading.Event()
        self.problem = ""

    @property
    def ready(self) -> bool:
        return self._done.is_set()

    def start(self) -> None:
        threading.Thread(target=self._run, name="leadline-warm-up", daemon=True).start()

    def wait(self, timeout: float | None = None) -> bool:
        return self._done.wait(timeout)

    def _checker(self) -> None:
        """The NetCDF checker takes seconds to import; nobody has to wait for it, so it comes last."""
        from tools.netcdf import warm_up

        warm_up()

    def _run(self) -> None:
        try:
            library = self._assistant.library
            library.encoder.encode(["warm"])
            if self._assistant.settings.samples and not library.stats()["documents"]:
                from corpora.samples import sample_files
                from ingest.pipeline import find_files, ingest

                for result in ingest(library, find_files(sample_files())):
                    if result.status == "failed":
                        self.problem = f"The sample {result.file} could not be added: {result.reason}"
                write_sample_cast(self._assistant.settings.home / "data" / NAME)
            if library.stats()["documents"]:
                self._assistant.ask("What is in the library?", model="embedded")
            self._done.set()
            self._checker()
        except LeadlineError as error:
            self.problem = str(error)
        except Exception as error:
            log.exception("warm-up failed")
            self.problem = f"Getting ready failed ({type(error).__name__}: {error}). See `leadline doctor`."
        finally:
            self._done.set()
