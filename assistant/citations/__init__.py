"""Citations that cannot lie: quotations are located, statements verified, nothing is believed.

No model is needed and none is loaded. `check_answer` does everything for one answer; the parts can be used alone.
"""

from assistant.citations.check import check_answer
from assistant.citations.locate import locate
from assistant.citations.markers import Marker, MarkerParser, Text, parse_markers
from assistant.citations.model import (
    CheckedAnswer,
    Citation,
    Judgement,
    Match,
    PageSpan,
    Passage,
    Statement,
    Status,
    Support,
)
from assistant.citations.verify import verify

__all__ = [
    "CheckedAnswer",
    "Citation",
    "Judgement",
    "Marker",
    "MarkerParser",
    "Match",
    "PageSpan",
    "Passage",
    "Statement",
    "Status",
    "Support",
    "Text",
    "check_answer",
    "locate",
    "parse_markers",
    "verify",
]
