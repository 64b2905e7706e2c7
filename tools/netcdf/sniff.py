"""What a file is, from its bytes alone: before any library opens it, and where a library would read zeros.

The netCDF-3 header grammar is that of the NetCDF User's Guide, appendix "File Format Specifications"; the HDF5
superblock that of the HDF5 File Format Specification, section II.A.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

#: Bytes of one value of each netCDF-3 and CDF-5 type code.
TYPE_BYTES = {1: 1, 2: 1, 3: 2, 4: 4, 5: 4, 6: 8, 7: 1, 8: 2, 9: 4, 10: 8, 11: 8}
HDF5_MAGIC = b"\x89HDF\r\n\x1a\n"
#: No sane header has more entries than this in one list; more means random bytes.
MOST_ENTRIES = 100_000


@dataclass(frozen=True, slots=True)
class Sniffed:
    """`kind` is netcdf3, hdf5, zarr, or a word for what is not netCDF; `defect` is empty where all bytes are there."""

    kind: str
    defect: str = ""
    expected_bytes: int = 0
    actual_bytes: int = 0
    readable: bool = True
    #: Variables whose bytes end after the file does (netCDF-3 only).
    cut_variables: tuple[str, ...] = ()


class _Broken(Exception):
    """The header does not follow the grammar."""


def sniff(path: Path) -> Sniffed:
    """Says what `path` is and whether bytes are missing. Never raises for bad content, only OSError for a bad disk."""
    if path.is_dir():
        if any((path / name).exists() for name in (".zgroup", ".zmetadata", "zarr.json", ".zattrs")):
            return Sniffed("zarr")
        return Sniffed("folder", "this folder is not a Zarr store", readable=False)
    size = path.stat().st_size
    if size == 0:
        return Sniffed("empty", "the file has no bytes at all", readable=False)
    with path.open("rb") as handle:
        head = handle.read(512)
        if head[:3] == b"CDF" and head[3:4] in (b"\x01", b"\x02", b"\x05"):
            return _sniff_netcdf3(handle, head[3], size)
        for offset in (0, 512, 1024, 2048):
            handle.seek(offset)
            if handle.read(8) == HDF5_MAGIC:
                return _sniff_hdf5(handle, offset, size)
    return Sniffed("other", _what_else(head), actual_bytes=size, readable=False)


def _what_else(head: bytes) -> str:
    text = head.lstrip().lower()
    if text.startswith((b"<!doctype", b"<html")) or b"<html" in text[:200]:
        return "this is an HTML page, perhaps a server's error message saved under the file's name"
    for magic, word in (
        (b"%pdf", "a PDF document"),
        (b"pk\x03\x04", "a zip archive"),
        (b"\x1f\x8b", "gzip-compressed: unpack it first"),
        (b"bzh", "bzip2-compressed: unpack it first"),
        (b"grib", "a GRIB file"),
        (b"\x0e\x03\x13\x01", "an HDF4 file"),
        (b"<?xml", "an XML document"),
        (b"{", "JSON text"),
        (b"error {", "an OPeNDAP error message"),
        (b"netcdf ", "CDL text: run `ncgen -4 -o file.nc file.cdl` first"),
        (b"dataset {", "an OPeNDAP structure (DDS), not the data"),
    ):
        if text.startswith(magic):
            return f"this is {word}, not netCDF"
    return "the first bytes are those of no netCDF version, so this is not a netCDF file or its start is destroyed"


def _sniff_hdf5(handle: BinaryIO, offset: int, size: int) -> Sniffed:
    handle.seek(offset)
    block = handle.read(64)
    if len(block) < 48:
        return Sniffed("hdf5", "the file ends inside the HDF5 superblock", 0, size, readable=False)
    version = block[8]
    width = block[13] if version < 2 else block[9]
    if width not in (4, 8):
        return Sniffed("hdf5", "the HDF5 superblock is damaged", 0, size)
    start = {0: 24, 1: 28}.get(version, 12) + 2 * width
    if version < 2:
        start = {0: 24, 1: 28}[version] + 2 * width
    end = int.from_bytes(block[start : start + width], "little")
    if end > size:
        missing = end - size
        return Sniffed(
            "hdf5", f"the file is truncated: it says it is {end} bytes long and has {size} ({missing} lost)", end, size
        )
    return Sniffed("hdf5", "", end, size)


class _Header:
    """Reads the big-endian items of a netCDF-3 header one after another."""

    def __init__(self, handle: BinaryIO, version: int) -> None:
        self.handle = handle
        self.wide = version == 5
        self.offset_bytes = 4 if version == 1 else 8

    def take(self, count: int) -> bytes:
        data = self.handle.read(count)
        if len(data) < count:
            raise _Broken("the file ends inside the header")
        return data

    def int32(self) -> int:
        return int(struct.unpack(">i", self.take(4))[0])

    def count(self) -> int:
        value = struct.unpack(">q", self.take(8))[0] if self.wide else struct.unpack(">I", self.take(4))[0]
        return int(value)

    def entries(self, tag: int) -> int:
        found, number = self.int32(), self.count()
        if found not in (0, tag) or number > MOST_ENTRIES:
            raise _Broken("the header does not follow the netCDF-3 grammar")
        return number

    def name(self) -> str:
        length = self.count()
        if length > 65_536:
            raise _Broken("the header holds a name of impossible length")
        raw = self.take(length + (-length) % 4)
        return raw[:length].decode("utf-8", "replace")

    def skip_attributes(self) -> None:
        for _ in range(self.entries(12)):
            self.name()
            kind, number = self.int32(), self.count()
            if kind not in TYPE_BYTES:
                raise _Broken("the header holds an attribute of unknown type")
            length = number * TYPE_BYTES[kind]
            self.handle.seek(length + (-length) % 4, 1)


def _sniff_netcdf3(handle: BinaryIO, version: int, size: int) -> Sniffed:
    handle.seek(4)
    header = _Header(handle, version)
    try:
        records = header.count()
        streaming = records in (0xFFFFFFFF, -1)
        dims = []
        for _ in range(header.entries(10)):
            header.name()
            dims.append(header.count())
        header.skip_attributes()
        variables: list[tuple[str, int, int, bool]] = []
        for _ in range(header.entries(11)):
            name = header.name()
            shape = [dims[header.count()] for _ in range(header.count())]
            header.skip_attributes()
            kind = header.int32()
            if kind not in TYPE_BYTES:
                raise _Broken("the header holds a variable of unknown type")
            header.count()  # vsize: redundant, and wrong by design for variables of 4 GiB and more
            begin = int.from_bytes(header.take(header.offset_bytes), "big")
            is_record = bool(shape) and shape[0] == 0
            each = TYPE_BYTES[kind]
            for length in shape[1:] if is_record else shape:
                each *= length
            variables.append((name, begin, each, is_record))
    except (_Broken, IndexError) as error:
        reason = str(error) if isinstance(error, _Broken) else "the header refers to a dimension that is not there"
        return Sniffed("netcdf3", reason, 0, size, readable=False)
    if streaming:
        return Sniffed("netcdf3", "", 0, size)
    return _netcdf3_size(variables, records, size)


def _netcdf3_size(variables: list[tuple[str, int, int, bool]], records: int, size: int) -> Sniffed:
    of_record = [v for v in variables if v[3]]
    # One record variable alone is not padded to 4 bytes; several are.
    stride = sum(v[2] + ((-v[2]) % 4 if len(of_record) > 1 else 0) for v in of_record)
    ends = {}
    for name, begin, each, is_record in variables:
        if is_record:
            ends[name] = begin + (records - 1) * stride + each if records else 0
        else:
            ends[name] = begin + each
    expected = max(ends.values(), default=0)
    if expected <= size:
        return Sniffed("netcdf3", "", expected, size)
    cut = tuple(name for name, end in ends.items() if end > size)
    return Sniffed(
        "netcdf3",
        f"the file is truncated: its header promises {expected} bytes and {size} are there "
        f"({expected - size} lost); netCDF libraries read the lost values as zeros or old bytes without "
        "complaint",
        expected,
        size,
        cut_variables=cut,
    )
