"""Guards by name. A new guard model is one module and one line here."""

from __future__ import annotations

from typing import TYPE_CHECKING

from guards.errors import UnknownGuard

if TYPE_CHECKING:
    from guards.screen import Guard


def build_guard(name: str, *, host: str | None = None) -> Guard:
    """The guard of that name. Raises UnknownGuard, naming those that exist."""
    raise UnknownGuard(f"There is no guard {name!r}.", "Use embedded.")
