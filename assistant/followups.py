"""A question that goes on from the conversation, read so that it stands alone.

"And its master?" after "Who was the chief scientist of HF31?" is read as "Who was the master of HF31?". Only words of
the user's own questions are used, so that nothing which a document or a model wrote gets into a question.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

#: How far back a question's subject is looked for.
TURNS_BACK = 6
#: A question of more words says itself what it is about, unless a pronoun points back.
_SHORT = 8

_LEAD = re.compile(
    r"^\s*(?:(?:and|but|also|so|then|ok(?:ay)?|now|well|what about|how about|and what about|and how about|same for"
    r"|the same for|what of)\b[\s,:]*)+",
    re.IGNORECASE,
)
_POINTS = re.compile(
    r"\b(?:it|its|they|their|theirs|them|those|these|(?:that|this|the same|the other) (?:cruise|document|report|paper"
    r"|ship|vessel|voyage|expedition|leg|section|file|one)|there|he|she|his|her|him)\b",
    re.IGNORECASE,
)
#: Pronouns that stand for the document's subject and can be replaced by its name.
_ITS = re.compile(r"\b(?:its|their|theirs)\s+(?=\w)", re.IGNORECASE)
_ON_IT = re.compile(
    r"\b(of|on|in|during|for|from|about|aboard|with|by|at)\s+(?:it|them|that (?:cruise|report|document|paper|voyage"
    r"|expedition|leg|ship|vessel|one)|this (?:cruise|report|document|paper|voyage|expedition|leg|ship|vessel|one)"
    r"|the same (?:cruise|report|document|ship|vessel|one))\b",
    re.IGNORECASE,
)
_ASKS = re.compile(
    r"\b(?:who|whom|whose|what|when|where|why|which|how|is|are|was|were|did|do|does|can|could|has|have|had|list|name"
    r"|give|compare|show|tell|find|describe|explain)\b",
    re.IGNORECASE,
)
_OPENING = re.compile(
    r"^\s*((?:who|what|when|where|which|how (?:many|much|deep|long|far|large|high|often))\b.*?\b"
    r"(?:is|are|was|were|did|does|do|had|has|have))\b",
    re.IGNORECASE,
)
_COUNTED = re.compile(r"^\s*(how (?:many|much))\b", re.IGNORECASE)

_PERSON = re.compile(
    r"\b(?:master|captain|commander|skipper|mate|officer|scientist|investigator|pi|leader|director|chief|technician"
    r"|engineer|observer|pilot|doctor|author|student|analyst|operator|person|participants?|crew|party|team)s?\b",
    re.IGNORECASE,
)

Names = Callable[[str], Sequence[str]]


def read_as(question: str, earlier: Sequence[str], names: Names) -> str:
    """The question as it stands alone; itself where it already does.

    Parameters
    ----------
    earlier:
        The questions before, oldest first, each as the user asked it.
    names:
        The identifiers in a text that name documents, as they are written there.

    >>> names = lambda text: re.findall(r"[A-Z]+[0-9]+", text)
    >>> read_as("And its master?", ["Who was the chief scientist of HF31?"], names)
    'Who was the master of HF31?'
    >>> read_as("What about ML09?", ["Who was the chief scientist of HF31?"], names)
    'Who was the chief scientist of ML09?'
    """
    asked = " ".join(question.split())
    if not _may_follow(asked):
        return asked
    # Each as it stands alone: what a follow-up to a follow-up goes on from.
    before: list[str] = []
    for one in earlier[-TURNS_BACK:]:
        before.append(_read(" ".join(one.split()), before, names))
    return _read(asked, before, names) if before else asked


def _may_follow(asked: str) -> bool:
    """Whether a question could go on from another, by its words alone: most stand for themselves, and this is quick."""
    return bool(_LEAD.match(asked) or _POINTS.search(asked)) or len(asked.split()) <= 3


def _read(asked: str, before: Sequence[str], names: Names) -> str:
    if not before or not _may_follow(asked):
        return asked
    lead = _LEAD.match(asked)
    rest = asked[lead.end() :].strip() if lead else asked
    own = list(names(asked))
    previous = next((one for one in reversed(before) if names(one)), "")
    if not previous:
        return asked
    subjects = list(dict.fromkeys(names(previous)))
    bare = rest.rstrip(" ?.!")
    if own:
        return (
            _swapped(previous, subjects, own) if _only_names(bare, own) and (lead or len(bare.split()) <= 3) else asked
        )
    points = bool(_POINTS.search(asked))
    if not points and not (lead and len(asked.split()) <= _SHORT):
        return asked
    subject = _listed(subjects)
    if not _ASKS.search(rest):
        return _with_opening(bare, previous, subject)
    if _ON_IT.search(rest):
        return _capital(_ON_IT.sub(lambda match: f"{match.group(1)} {subject}", rest, count=1))
    if _ITS.search(rest):
        return _capital(f"{_ITS.sub('the ', rest, count=1).rstrip(' ?.!')} of {subject}?")
    return _capital(f"{bare} ({subject})?")


def _with_opening(bare: str, previous: str, subject: str) -> str:
    """A mere noun asks the question before of something else: "the captain" after "Who was the chief scientist"."""
    noun = _ITS.sub("", _ON_IT.sub("", bare)).strip()
    noun = re.sub(r"^(?:the|a|an|his|her)\s+", "", noun, flags=re.IGNORECASE)
    opening = _OPENING.match(previous)
    counted = _COUNTED.match(previous)
    if counted:
        return f"{_capital(counted.group(1))} {noun} of {subject}?"
    if re.match(r"\s*compare\b", previous, re.IGNORECASE):
        return f"Compare the {noun} of {subject}."
    if opening and len(opening.group(1).split()) <= 3:
        asking = opening.group(1)
        if not _PERSON.search(noun):
            asking = re.sub(r"^who\w*", "What", asking, flags=re.IGNORECASE)
        elif re.match(r"what|which|how", asking, re.IGNORECASE):
            asking = "Who was"
        return f"{_capital(asking)} the {noun} of {subject}?"
    return f"{'Who' if _PERSON.search(noun) else 'What'} was the {noun} of {subject}?"


def _swapped(previous: str, subjects: Sequence[str], own: Sequence[str]) -> str:
    """The question before, asked of other documents."""
    first = re.compile(rf"(?<!\w){re.escape(subjects[0])}(?!\w)", re.IGNORECASE)
    made = first.sub(lambda _: _listed(own), previous, count=1)
    for other in subjects[1:]:
        made = re.sub(
            rf"(?:,|\s+(?:and|or|with|to|versus|vs\.?))\s*{re.escape(other)}(?!\w)", "", made, flags=re.IGNORECASE
        )
    return made


def _only_names(bare: str, own: Sequence[str]) -> bool:
    left = bare
    for name in own:
        left = re.sub(rf"(?<!\w){re.escape(name)}(?!\w)", " ", left, flags=re.IGNORECASE)
    words = re.findall(r"\w+", left.casefold())
    return all(
        word in ("the", "and", "or", "cruise", "report", "for", "of", "on", "in", "a", "document") for word in words
    )


def _listed(names: Sequence[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
