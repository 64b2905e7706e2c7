"""The process that opens files: `python -m tools.netcdf.worker`, one JSON object a line in and out.

A damaged HDF5 file can crash the C library or keep it busy for ever, and the library is not safe under threads; here
both end at the process. Standard output is kept for the protocol: whatever a library prints goes to standard error.
"""

from __future__ import annotations

import json
import os
import sys
from typing import Any, TextIO

#: Address space that a damaged header may claim before the allocation fails instead of the machine.
MEMORY_BYTES = 6 * 1024**3


def _protocol_stream() -> TextIO:
    """The real standard output under a new number; number 1 becomes standard error."""
    private = os.dup(1)
    os.dup2(2, 1)
    return os.fdopen(private, "w", encoding="utf-8")


def _limit_memory() -> None:
    if os.name != "posix":
        return
    import resource

    _, most = resource.getrlimit(resource.RLIMIT_AS)
    limit = MEMORY_BYTES if most == resource.RLIM_INFINITY else min(MEMORY_BYTES, most)
    resource.setrlimit(resource.RLIMIT_AS, (limit, most))


def _warm() -> None:
    """Imports what every check needs, so that the first file is not slower than the next."""
    import gsw  # noqa: F401
    import netCDF4  # noqa: F401
    from compliance_checker.suite import CheckSuite
    from ioos_qc import qartod  # noqa: F401

    from tools.netcdf import names
    from tools.netcdf.checks import landmask

    CheckSuite.load_all_available_checkers()
    names.table()
    landmask.warm()


def main() -> None:
    out = _protocol_stream()

    def say(**message: Any) -> None:
        out.write(json.dumps(message) + "\n")
        out.flush()

    _limit_memory()
    try:
        _warm()
    except ImportError as error:
        say(error={"message": f"The NetCDF checker lacks a library: {error}.", "mend": "Run `make install`."})
        return
    from corpora.errors import LeadlineError
    from tools.netcdf import runner

    say(ready=True)
    for line in sys.stdin:
        request = json.loads(line)
        try:
            report = runner.check(
                request["path"],
                time_limit_s=request["time_limit_s"],
                allow_network=request["allow_network"],
                progress=lambda partial: say(partial=partial.to_json()),
            )
            say(report=report.to_json())
        except LeadlineError as error:
            say(error={"message": error.message, "mend": error.mend})
        except Exception as error:  # noqa: BLE001 - the caller gets a report about this file and the next one is read
            say(broken=f"{type(error).__name__}: {error}")


if __name__ == "__main__":
    main()
