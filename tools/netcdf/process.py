"""The caller's side of the worker process: started when first needed, replaced when it dies or exceeds its time."""

from __future__ import annotations

import atexit
import json
import os
import queue
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any

from tools.netcdf.catalogue import finding
from tools.netcdf.model import NETWORK_MEND, CheckRun, NetCDFError, Report, is_remote

_ROOT = Path(__file__).resolve().parents[2]
#: Seconds for the worker to import its libraries on a slow disk.
_START_LIMIT_S = 120.0
#: Seconds beyond the time limit for the last step that cannot look at the clock.
_GRACE_S = 5.0
#: Files after which a worker is replaced: C libraries leak a little on damaged files.
_FILES_EACH = 500


class _Worker:
    def __init__(self) -> None:
        environment = {**os.environ, "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
        environment["PYTHONPATH"] = os.pathsep.join([str(_ROOT), *filter(None, [os.environ.get("PYTHONPATH")])])
        self.process = subprocess.Popen(
            [sys.executable, "-m", "tools.netcdf.worker"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=environment,
            text=True,
            encoding="utf-8",
        )
        self.files = 0
        self.lines: queue.Queue[str | None] = queue.Queue()
        threading.Thread(target=self._listen, daemon=True, name="netcdf-worker-reader").start()
        first = self.next(_START_LIMIT_S)
        if first is None or "ready" not in first:
            self.stop()
            error = (first or {}).get("error", {})
            raise NetCDFError(
                error.get("message", "The NetCDF checker's process did not start."),
                error.get("mend", "Run `leadline doctor`."),
            )

    def _listen(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self.lines.put(line)
        self.lines.put(None)

    def next(self, timeout: float) -> dict[str, Any] | None:
        """The next message, None where the worker died; raises queue.Empty after `timeout` seconds."""
        line = self.lines.get(timeout=timeout)
        return None if line is None else dict(json.loads(line))

    def ask(self, request: dict[str, Any]) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write(json.dumps(request) + "\n")
        self.process.stdin.flush()
        self.files += 1

    def stop(self) -> None:
        self.process.kill()
        self.process.wait(timeout=10)


_lock = threading.Lock()
_current: _Worker | None = None


def _worker() -> _Worker:
    global _current
    if _current is not None and (_current.process.poll() is not None or _current.files >= _FILES_EACH):
        _stop()
    if _current is None:
        _current = _Worker()
    return _current


def _stop() -> None:
    global _current
    if _current is not None:
        _current.stop()
        _current = None


atexit.register(_stop)


def warm_up() -> None:
    """Starts the worker, with its libraries and the land mask, before the first file; harmless when it runs already.

    For a thread in the background: a first check then costs no more than the next. Raises NetCDFError where it cannot
    start.
    """
    with _lock:
        _worker()


def check(path: str, *, time_limit_s: float, allow_network: bool) -> Report:
    """`runner.check` in the worker. A crash or an exceeded limit becomes a report like any other.

    Raises NetCDFError where the worker cannot be started or refuses the request.
    """
    started = time.monotonic()
    with _lock:
        worker = _worker()
        partial: Report | None = None
        try:
            worker.ask({"path": path, "time_limit_s": time_limit_s, "allow_network": allow_network})
            end = time.monotonic() + time_limit_s * 1.1 + _GRACE_S
            while True:
                message = worker.next(max(0.01, end - time.monotonic()))
                if message is None:
                    code = worker.process.wait(timeout=10)
                    _stop()
                    return _broken_off(path, partial, f"the netCDF library crashed on this file (exit {code})", started)
                if "partial" in message:
                    partial = Report.from_json(message["partial"])
                elif "report" in message:
                    return Report.from_json(message["report"])
                elif "broken" in message:
                    return _broken_off(path, partial, message["broken"], started)
                else:
                    raise NetCDFError(message["error"]["message"], message["error"]["mend"])
        except queue.Empty:
            _stop()
            reason = f"the time limit of {time_limit_s:g} s was reached"
            return _broken_off(path, partial, reason, started)
        except (BrokenPipeError, KeyboardInterrupt):
            _stop()
            raise


def _broken_off(path: str, partial: Report | None, reason: str, started: float) -> Report:
    seconds = round(time.monotonic() - started, 3)
    title = "CF and ACDD by compliance-checker"
    if partial is not None:
        failed = (*partial.failed, CheckRun("conformance", title, reason))
        data = partial.to_json() | {
            "verdict": "incomplete",
            "summary": f"{partial.summary.rstrip('.')}; {reason}, so the conformance check is missing.",
            "seconds": seconds,
        }
        whole = Report.from_json(data)
        return Report(**{**{f: getattr(whole, f) for f in Report.__dataclass_fields__}, "failed": failed})
    found = finding(
        "corrupt-file",
        "",
        f"The {'address' if is_remote(path) else 'file'} could not be examined: {reason}.",
        evidence={"text": reason},
        source="Leadline (worker process)",
        confidence="medium",
        note=NETWORK_MEND
        if is_remote(path)
        else "Fetch or copy the file again and compare its size and checksum with the source.",
    )
    fields = {f: getattr(found, f) for f in type(found).__dataclass_fields__} | {"id": found.code}
    fields["reference"] = found.reference.replace("{cf}", "CF")
    return Report(
        file=path,
        verdict="unreadable" if "crashed" in reason or "limit" not in reason else "incomplete",
        summary=found.message,
        findings=(type(found)(**fields),),
        run=(),
        skipped=(),
        failed=(CheckRun("integrity", "every stored byte can be read", reason),),
        versions={},
        seconds=seconds,
    )
