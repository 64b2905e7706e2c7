"""What can go wrong inside a guard. Each carries `message` and `mend`, like every error of the project.

    GuardError
    ├── UnknownGuard      a guard, stage or category name that does not exist
    ├── PolicyError       the policy table of the settings does not parse
    ├── GuardUnavailable  the guard's model or server cannot be reached
    ├── GuardTimeout      the guard took longer than its stage allows
    ├── NotUnderstood     the guard answered in a form that is not exactly recognised
    └── WeightsDamaged    the shipped weights are missing or do not load

A guard that raises any of these gives the verdict `error`, never `allow`.
"""

from __future__ import annotations


class GuardError(Exception):
    """Base of the tree. `exit_code` is what a command line should end with."""

    exit_code = 1

    def __init__(self, message: str, mend: str = "") -> None:
        self.message = message.rstrip()
        self.mend = mend.rstrip()
        super().__init__(f"{self.message} {self.mend}".strip())


class UnknownGuard(GuardError):
    exit_code = 2


class PolicyError(GuardError):
    exit_code = 2


class GuardUnavailable(GuardError):
    pass


class GuardTimeout(GuardError):
    pass


class NotUnderstood(GuardError):
    pass


class WeightsDamaged(GuardError):
    pass
