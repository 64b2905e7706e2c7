"""Rules for instructions aimed at a language model: overrides, frames, personas, exfiltration, concealment.

The patterns cover English, German, French, Spanish, Portuguese, Italian, Dutch, Polish, Russian, Chinese
and Japanese phrasings of the same few moves. They see text that is lower case, without accents and without
invisible characters. Every gap is bounded, so that a match takes linear time.
"""

from __future__ import annotations

from guards.matching import Rule, combined, matched
from guards.risks import risk
from guards.rules_address import ADDRESSED, FRAME
from guards.rules_answer import ANSWER, LEAK
from guards.rules_deeds import CONCEALMENT, EXFILTRATION, TOOL
from guards.rules_override import OVERRIDE
from guards.rules_persona import PERSONA
from guards.verdict import Risk

INSTRUCTIONS: tuple[Rule, ...] = (
    *OVERRIDE,
    *FRAME,
    *ADDRESSED,
    *EXFILTRATION,
    *CONCEALMENT,
    *TOOL,
    *ANSWER,
    *LEAK,
)


#: What a user's own message may not do either. Users do dictate the form of answers and ask for tools, so
#: the rules for those count in documents only.
DIRECT: tuple[Rule, ...] = (*OVERRIDE, *FRAME, *LEAK)


def direct_risks(matching: str) -> list[Risk]:
    """Risks of a user's message that tries to override the assistant: a subset of `instruction_risks`."""
    kinds = matched(DIRECT, matching)
    return [*kinds, risk("injection", combined(kinds))] if kinds else []


def instruction_risks(matching: str) -> list[Risk]:
    """Risks of text that tries to instruct the assistant: each kind found, and `injection` for all together.

    `matching` is text as `guards.text.fold` returns it.
    """
    kinds = matched(INSTRUCTIONS, matching)
    return [*kinds, risk("injection", combined(kinds))] if kinds else []


def persona_risks(matching: str) -> list[Risk]:
    """Risks of text that tries to talk the assistant out of its rules: personas, modes, vows never to
    refuse.
    """
    kinds = matched(PERSONA, matching)
    return [*kinds, risk("jailbreak", combined(kinds))] if kinds else []
