"""The suites by name. A new suite is one module and one line here."""

from __future__ import annotations

from importlib import import_module

from corpora.errors import UsageError
from experiments.suite import Suite

#: Name, then where it is built: a module and a function without arguments.
SUITES = {
    "bfcl": "experiments.suites.calls:bfcl",
    "calls": "experiments.suites.calls:own",
    "tools": "experiments.suites.tools:tools",
    "answers": "experiments.suites.answers:answers",
    "retrieval": "experiments.suites.retrieval:retrieval",
    "cranfield": "experiments.suites.judged:cranfield",
    "nfcorpus": "experiments.suites.judged:nfcorpus",
    "xquad": "experiments.suites.xquad:xquad",
    "guards": "experiments.suites.guards:guards",
}


def suite(name: str) -> Suite:
    """The suite of that name. Raises UsageError, naming those that exist."""
    if name not in SUITES:
        raise UsageError(f"There is no suite {name!r}.", f"The suites are: {', '.join(SUITES)}.")
    module, function = SUITES[name].split(":")
    built: Suite = getattr(import_module(module), function)()
    return built
