"""Defects drawn by hypothesis: any good file, stored in any way, broken in any way; the untouched twin stays quiet.

A draw chooses the shape of the file, how it is stored (packed, as NaN, as doubles, netCDF-3, inside a group), the seed
of its values, and one of all defects. The twin must be quiet for every draw (a failure is shrunk by hypothesis); of
the defects 90 % must be found with the right class and variable.
"""

from __future__ import annotations

import tempfile
from collections import Counter
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.tools.netcdf.makers_more import ALL, STORAGE, store
from tests.tools.netcdf.mutants import MUTATIONS, Mutation
from tests.tools.netcdf.mutants_more import MORE
from tests.tools.netcdf.test_mutants import _found
from tools.netcdf import Report, check_file

EVERY = (*MUTATIONS, *MORE)
#: Defects that a way to store cannot hold, or that are none in it.
_LEGAL = {("nan", "fill_values_differ"), ("packed", "packing_types_differ")}


class Tally:
    """What was injected and found, and the twins that have been checked already."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.total: Counter[str] = Counter()
        self.found: Counter[str] = Counter()
        self.missed: list[str] = []
        self.twins: dict[tuple[str, str, int], Report] = {}

    def twin(self, base: str, storage: str, seed: int) -> Report | None:
        """The report on the untouched file, None where this file cannot be stored so."""
        key = (base, storage, seed)
        if key not in self.twins:
            path = self.folder / f"{base}_{storage}_{seed}.nc"
            store(STORAGE[storage](ALL[base](seed=seed).copy(deep=True)), path, storage)
            self.twins[key] = check_file(path)
            path.unlink()
        return self.twins[key]

    def inject(self, base: str, storage: str, seed: int, mutation: Mutation) -> None:
        if (storage, mutation.name) in _LEGAL or (storage == "group" and base == "text_times"):
            return
        dataset = STORAGE[storage](ALL[base](seed=seed).copy(deep=True))
        for name in dataset.variables:
            dataset[name].encoding = {}
        target = mutation.mutate(dataset, np.random.default_rng(seed * 1000 + len(mutation.name)))
        if target is None:
            return
        clean = self.twin(base, storage, seed)
        assert clean is not None
        assert [f.id for f in clean.of_level("suspicious") + clean.of_level("violation")] == []
        path = self.folder / "mutant.nc"
        store(dataset, path, storage)
        self.total[mutation.name] += 1
        where = f"/data/{target}" if storage == "group" and target else target
        if _found(check_file(path), clean, mutation, where):
            self.found[mutation.name] += 1
        else:
            self.missed.append(f"{base} {storage} {seed}: {mutation.name}")

    @property
    def share(self) -> float:
        return self.found.total() / max(self.total.total(), 1)


def _applicable() -> list[tuple[str, Mutation]]:
    """Every good file with every defect that it can have."""
    found = []
    for base, maker in ALL.items():
        dataset = maker(seed=0)
        for mutation in EVERY:
            if mutation.name == "scale_factor_lost":
                found.append((base, mutation))
                continue
            changed = dataset.copy(deep=True)
            for name in changed.variables:
                changed[name].encoding = {}
            if mutation.mutate(changed, np.random.default_rng(0)) is not None:
                found.append((base, mutation))
    return found


def _draw(tally: Tally, examples: int, seeds: int) -> None:
    @settings(
        max_examples=examples,
        deadline=None,
        database=None,
        derandomize=True,
        suppress_health_check=list(HealthCheck),
    )
    @given(
        pair=st.sampled_from(_applicable()),
        storage=st.sampled_from(sorted(STORAGE)),
        seed=st.integers(0, seeds - 1),
    )
    def inject(pair: tuple[str, Mutation], storage: str, seed: int) -> None:
        tally.inject(pair[0], storage, seed, pair[1])

    inject()


@pytest.fixture
def tally() -> Tally:
    with tempfile.TemporaryDirectory() as folder:
        yield Tally(Path(folder))  # type: ignore[misc]


def test_drawn_defects_are_found_and_their_twins_stay_quiet(tally: Tally) -> None:
    _draw(tally, examples=30, seeds=1)
    assert tally.total.total() >= 12
    assert tally.share >= 0.85, tally.missed


@pytest.mark.nightly
def test_90_percent_of_at_least_400_drawn_defects_are_found(tally: Tally) -> None:
    _draw(tally, examples=560, seeds=2)
    assert tally.total.total() >= 400
    assert len(tally.total) >= 75, "kinds of defect that were injected"
    assert tally.share >= 0.9, tally.missed
    poor = {name: (tally.found[name], n) for name, n in tally.total.items() if n >= 4 and tally.found[name] < 0.5 * n}
    assert poor == {}, tally.missed


def test_each_new_defect_is_found_in_some_file(tmp_path: Path) -> None:
    """Every partial defect once, in the first good file that can have it."""
    tally = Tally(tmp_path)
    for mutation in MORE:
        for base in ALL:
            before = tally.total.total()
            tally.inject(base, "packed" if mutation.name in ("scale_factor_lost",) else "plain", 0, mutation)
            if tally.total.total() > before:
                break
        else:
            pytest.fail(f"no good file has what {mutation.name} needs")
    assert tally.missed == []
