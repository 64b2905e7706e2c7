"""Parts that the rules share. Every gap is bounded, so that a match takes linear time."""

from __future__ import annotations

#: Up to four words, and up to two.
GAP = r"(?:[^\s.;:!?]+[ ,]+){0,4}"
SHORT = r"(?:[^\s.;:!?]+[ ,]+){0,2}"
THINGS = (
    r"(?:instructions?|prompts?|rules?|directions?|directives?|guidelines?|commands?|orders|guidance"
    r"|messages?"
    r"|programming|training|constraints?|restrictions?|policy|policies|safeguards?|conversation|context"
    r"|assignments?|tasks?|content polic\w+|safety \w+)"
)
