"""Sentences that say nothing about the world: greetings, refusals, questions, lead-ins, headings."""

from __future__ import annotations

import re

from assistant.citations.reading import read
from assistant.citations.statements import Kind, Piece
from corpora.folding import fold

# Whole sentences only: a greeting with a claim behind it is a claim.
_COURTESY = re.compile(
    r"(?:hello|hi|hey|good (?:morning|afternoon|evening)|greetings|welcome|thanks?(?: you)?(?: (?:very|so) much)?|sure"
    r"|certainly|of course|absolutely|you(?:'re| are) welcome|no problem"
    r"|great question|good question|goodbye|bye|yes|no"
    r"|okay|ok|sorry|i apologi[sz]e|apologies|my pleasure|happy to help|glad to help)"
    r"(?:[ ,]+(?:there|everyone|again|for (?:the question|asking|your (?:question|patience|message))))?"
)
_OFFER = re.compile(
    r"(?:(?:please )?(?:let me know|feel free|do not hesitate|don't hesitate|tell me|ask)"
    r"(?: if| to| when| which| what)?"
    r"|(?:how|what) (?:can|may) i (?:help|do)|i(?:'m| am) (?:here|happy|glad) to|i can (?:also )?help"
    r"|i hope (?:this|that) helps|is there anything else|would you like|here (?:is|are)|below (?:is|are)"
    r"|if you (?:have|need|want|would like))[\w ,'’-]{0,120}"
)
_REFUSALS = re.compile(
    r"(?:i (?:could not|couldn't|cannot|can't|can not|do not|don't|did not|didn't|was unable to"
    r"|am unable to|am not able to)"
    r" (?:find|answer|see|know|have|locate|tell|help|determine|confirm|provide)"
    r"|i (?:was|am) (?:unable|not able) to"
    r"|(?:the|these|your) (?:documents?|sources?|passages?|library|reports?|files?|text|context)"
    r"(?: (?:provided|given|cited"
    r"|in this library))? (?:do|does|did)(?: not|n't) (?:answer|mention|say|contain|state|give|include|specify|provide)"
    r"|there (?:is|are) no (?:information|mention|passages?|answers?|data on|details)"
    r"|no (?:information|answer|passage|mention)[\w ]{0,40} (?:was|were|is|are|could be) (?:found|given|provided))"
    r"[^.;:]{0,200}"
)
_TURNS = re.compile(r"\b(?:but|however|although|though|while|instead|except|yet|nevertheless)\b")


def is_refusal(text: str, refusal: str) -> bool:
    """Whether `text` is the assistant's refusal, in any spelling."""
    return bool(refusal) and _plain(refusal) == _plain(text)


def is_notice(piece: Piece, refusal: str = "") -> bool:
    """Whether a statement without markers says nothing that a source could support.

    >>> is_notice(Piece("Hello!", (), 0, 6, Kind.PROSE)), is_notice(Piece("Hi, it was deep.", (), 0, 16, Kind.PROSE))
    (True, False)
    """
    if is_refusal(piece.text, refusal):
        return True
    text = _plain(piece.text)
    if not any(character.isalnum() for character in text):
        return True
    reading = read(piece.text)
    facts = reading.quantities or reading.dates or reading.times or reading.positions or reading.labels
    if piece.kind in (Kind.HEADING, Kind.HEAD_ROW):
        return not facts
    if piece.text.rstrip().endswith("?"):
        return True
    if _COURTESY.fullmatch(text):
        return True
    if _REFUSALS.fullmatch(text) and not _TURNS.search(text):
        return True
    if facts:
        return False
    return bool(_OFFER.fullmatch(text)) or (piece.text.rstrip().endswith(":") and len(reading.content) <= 12)


def _plain(text: str) -> str:
    return fold(text, compounds=False).text.strip(" .!?:,\"'")
