"""A file as the checks see it: variables with their attributes, raw slabs of their values, and one summary of each.

netCDF files are read by netCDF4 without masking or scaling, Zarr folders and (where allowed) OPeNDAP addresses by
xarray without decoding; both look the same from here on.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from tools.netcdf.summaries import Summary
from tools.netcdf.variables import Raw, ValuesUnreadable, Var

__all__ = ["Data", "Summary", "ValuesUnreadable", "Var", "open_data"]


@dataclass(eq=False)
class Data:
    """An open dataset: its variables by path, its dimensions, its global attributes, and how to close it."""

    path: str
    format: str
    variables: dict[str, Var]
    dims: dict[str, int]
    unlimited: set[str]
    attrs: dict[str, Any]
    close: Callable[[], object]

    def text(self, name: str) -> str:
        value = self.attrs.get(name)
        return value.strip() if isinstance(value, str) else ""

    def find(self, name: str, near: str = "") -> Var | None:
        """A variable by the name that another variable's attribute uses for it: own group first, then the root."""
        if near.startswith("/"):
            inside = near.rsplit("/", 1)[0] + "/" + name
            if inside in self.variables:
                return self.variables[inside]
        return self.variables.get(name) or self.variables.get(name.lstrip("/"))


def open_data(path: str | Path, kind: str) -> Data:
    """Opens `path` for the checks. `kind` is `netcdf3`, `hdf5`, `zarr` or `remote`. Raises OSError."""
    return _open_netcdf(str(path)) if kind in ("netcdf3", "hdf5") else _open_xarray(str(path), kind)


def _open_netcdf(path: str) -> Data:
    import netCDF4

    dataset = netCDF4.Dataset(path)
    dataset.set_auto_maskandscale(False)
    variables: dict[str, Var] = {}
    dims: dict[str, int] = {}
    unlimited: set[str] = set()

    def visit(group: Any, prefix: str) -> None:
        for name, dim in group.dimensions.items():
            dims[prefix + name] = len(dim)
            if dim.isunlimited():
                unlimited.add(prefix + name)
        for name, var in group.variables.items():
            path_name = prefix + name
            variables[path_name] = _netcdf_var(path_name, var)
        for name, child in group.groups.items():
            visit(child, f"{prefix or '/'}{name}/")

    visit(dataset, "")
    attrs = {name: _attribute(dataset, name) for name in dataset.ncattrs()}
    return Data(path, dataset.data_model, variables, dims, unlimited, attrs, dataset.close)


def _attribute(holder: Any, name: str) -> Any:
    try:
        return holder.getncattr(name)
    except (AttributeError, KeyError, UnicodeDecodeError, RuntimeError, OSError) as error:
        return f"(unreadable: {error})"


def _netcdf_var(path_name: str, var: Any) -> Var:
    import netCDF4

    # A ragged or compound type has a numpy type too, but no array of numbers behind it.
    plain_type = isinstance(var.dtype, np.dtype) and not isinstance(var.datatype, netCDF4.VLType | netCDF4.CompoundType)
    dtype = var.dtype if plain_type else np.dtype(object)
    chunks: tuple[int, ...] | None = None
    filters: dict[str, Any] = {}
    if var.group().data_model.startswith("NETCDF4"):
        chunking = var.chunking()
        chunks = tuple(chunking) if isinstance(chunking, list) else None
        filters = {k: v for k, v in (var.filters() or {}).items() if v}

    def read(index: tuple[slice, ...]) -> Raw:
        data = var[index] if index else var[...]
        array = np.asarray(np.ma.getdata(data))
        return array if array.shape or index else array.reshape(())

    return Var(
        path_name,
        tuple(var.dimensions),
        tuple(int(n) for n in var.shape),
        dtype,
        {name: _attribute(var, name) for name in var.ncattrs()},
        read,
        chunks,
        filters,
    )


def _open_xarray(path: str, kind: str) -> Data:
    import xarray

    try:
        if kind == "zarr":
            dataset = xarray.open_dataset(path, engine="zarr", decode_cf=False, chunks=None)
        else:
            dataset = xarray.open_dataset(path, engine="netcdf4", decode_cf=False, chunks=None)
    except (ValueError, KeyError, TypeError, ImportError) as error:
        # Each store has its own way to say that it is broken; to the caller all are "it cannot be opened".
        raise OSError(str(error)) from error

    def reader(name: str) -> Callable[[tuple[slice, ...]], Raw]:
        def read(index: tuple[slice, ...]) -> Raw:
            return np.asarray(dataset[name].variable[index].values)

        return read

    variables = {
        str(name): Var(
            str(name),
            tuple(str(d) for d in var.dims),
            tuple(var.shape),
            var.dtype,
            {str(k): v for k, v in var.attrs.items()},
            reader(str(name)),
            tuple(var.encoding["chunks"]) if var.encoding.get("chunks") else None,
        )
        for name, var in dataset.variables.items()
    }
    sizes = {str(name): int(length) for name, length in dataset.sizes.items()}
    attrs = {str(k): v for k, v in dataset.attrs.items()}
    return Data(path, "Zarr" if kind == "zarr" else "OPeNDAP", variables, sizes, set(), attrs, dataset.close)
