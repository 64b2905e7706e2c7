"""Whether all bytes are there and can be read."""

from __future__ import annotations

import time
from collections.abc import Iterator

from tools.netcdf.access import ValuesUnreadable
from tools.netcdf.catalogue import finding
from tools.netcdf.checks.context import Context
from tools.netcdf.model import Finding


def check(context: Context) -> Iterator[Finding]:
    """Reads every variable once (numbers through their summary, so that later checks need not read again)."""
    sniffed = context.sniffed
    if sniffed.defect:
        names = ", ".join(sniffed.cut_variables)
        yield finding(
            "truncated",
            names,
            sniffed.defect[0].upper() + sniffed.defect[1:] + ".",
            evidence={
                "text": f"{sniffed.actual_bytes} of {sniffed.expected_bytes} bytes are there",
                "count": sniffed.actual_bytes,
                "total": sniffed.expected_bytes,
            },
            source="Leadline (file header)",
            note="Fetch or copy the file again and compare its size and checksum with the source.",
        )
        # What the library reads behind the end is invented; no check may judge it.
        context.unreadable.update(dict.fromkeys(sniffed.cut_variables, "its bytes are cut off"))
    for var in context.data.variables.values():
        if time.monotonic() > context.deadline:
            break
        if var.numeric:
            context.summary(var)
        elif var.size and var.name not in context.unreadable:
            try:
                var.raw()
            except ValuesUnreadable as error:
                context.unreadable[var.name] = str(error)
    for name, message in context.unreadable.items():
        if name in sniffed.cut_variables:
            continue
        yield finding(
            "unreadable-values",
            name,
            f"The values of {name} cannot be read: {message}.",
            evidence={"text": message},
            source="netCDF library",
            note="Restore the file from its source; a checksum (fletcher32) would have shown when it broke.",
        )
