"""Frozen records as plain JSON values and back, without loss: what is stored reopens as what was said."""

from __future__ import annotations

import dataclasses
import types
import typing
from enum import Enum
from functools import lru_cache
from typing import Any, TypeVar

T = TypeVar("T")


def plain(value: Any) -> Any:
    """A record as dictionaries, lists, strings and numbers; the names of its fields are the keys."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {field.name: plain(getattr(value, field.name)) for field in dataclasses.fields(value)}
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, dict):
        return {str(key): plain(one) for key, one in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [plain(one) for one in value]
    return value


def revive(kind: type[T], data: Any) -> T:
    """The record of `kind` that `plain` wrote. Fields that are missing keep their defaults, unknown keys are left out.

    Raises TypeError or ValueError where the data is of another shape.
    """
    return typing.cast(T, _revived(kind, data))


@lru_cache(maxsize=64)
def _hints(kind: type) -> dict[str, Any]:
    return typing.get_type_hints(kind)


def _revived(kind: Any, data: Any) -> Any:
    origin, arguments = typing.get_origin(kind), typing.get_args(kind)
    if origin in (typing.Union, types.UnionType):
        if data is None:
            return None
        (only,) = [one for one in arguments if one is not type(None)][:1]
        return _revived(only, data)
    if origin is tuple:
        if len(arguments) == 2 and arguments[1] is Ellipsis:
            return tuple(_revived(arguments[0], one) for one in data)
        return tuple(_revived(one, value) for one, value in zip(arguments, data, strict=True))
    if origin is list:
        return [_revived(arguments[0], one) for one in data]
    if origin is not None or not isinstance(kind, type):
        return data
    if dataclasses.is_dataclass(kind):
        hints = _hints(kind)
        known = {field.name for field in dataclasses.fields(kind)}
        return kind(**{name: _revived(hints[name], one) for name, one in data.items() if name in known})
    return kind(data) if issubclass(kind, Enum) else data
