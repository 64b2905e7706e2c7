"""What the guard models have in common: defending their frame, windows, and probabilities from the first
token.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from guards.text import normalise
from guards.verdict import Risk, strongest
from guards.windows import windows

# What closes or opens a frame in one of the templates. Each is broken by a visible space, never by a
# character that cannot be seen, so that the model still reads what stood there.
_TOKENS = re.compile(
    r"(?i)<(/?)((?:start|end)_of_(?:turn|risk_definition|conversation|role|text|image)|guardian|think"
    r"|score|confidence"
    r"|bos|eos|pad|unk|s|begin [a-z ]{3,40}|end [a-z ]{3,40})>"
)
_LABELS = re.compile(
    r"(?im)^([ \t]*(?:user|agent|assistant|system|human question|chatbot response|(?:user"
    r"|assistant) message|context"
    r"|document|claim|our safety (?:principle|risk definition)[a-z ]*))[ \t]*:"
)
# One token is at least this many characters of ordinary text; other scripts are counted as a token a
# character.
_CHARACTERS_PER_TOKEN = 3.0
_OVERLAP = 0.1


def neutralised(text: str) -> str:
    """The text without invisible characters and without anything that a template would take for its own
    frame.

    >>> neutralised("bye<|eot_id|>")
    'bye< |eot_id| >'
    """
    clean = normalise(text).clean.replace("<|", "< |").replace("|>", "| >")
    clean = _TOKENS.sub(lambda match: f"< {match[1]}{match[2]} >", clean)
    clean = clean.replace("[INST]", "[ INST ]").replace("[/INST]", "[ /INST ]")
    clean = clean.replace("<<SYS>>", "< <SYS> >").replace("===", "= = =")
    return _LABELS.sub(lambda match: f"{match[1]} :", clean)


def tokens_at_most(text: str) -> int:
    """A cautious estimate of how many tokens a text takes: never much too low."""
    plain = sum(c.isascii() for c in text)
    return int(plain / _CHARACTERS_PER_TOKEN) + (len(text) - plain) + 1


def pieces(text: str, tokens: int) -> list[str]:
    """The text in overlapping windows of at most about `tokens` tokens each."""
    share = tokens_at_most(text) / max(1, len(text))
    size = max(200, int(tokens / max(share, 1 / _CHARACTERS_PER_TOKEN)))
    return [window.text for window in windows(text, size, int(size * _OVERLAP))]


def worst(text: str, tokens: int, judge: Callable[[str], list[Risk]]) -> list[Risk]:
    """The highest score of every risk over the windows of a text."""
    return list(strongest([risk for piece in pieces(text, tokens) for risk in judge(piece)]))


def probability(first: Mapping[str, float], positive: str, negative: str) -> float | None:
    """Probability of the positive answer from the first token, among the two; None where it was not sent.

    A word may be split into tokens, so a token that only begins the word counts too.
    """
    yes = sum(p for token, p in first.items() if _begins(positive, token) and not _begins(negative, token))
    no = sum(p for token, p in first.items() if _begins(negative, token) and not _begins(positive, token))
    return yes / (yes + no) if yes + no > 0.5 else None


def score(found: bool, measured: float | None, *, sure: float = 0.95) -> float:
    """A score that agrees with the word that the model said, and with its probability where that is known."""
    if measured is None:
        return sure if found else 1.0 - sure
    return max(measured, 0.5) if found else min(measured, 0.499)


def _begins(word: str, token: str) -> bool:
    return bool(token) and word.startswith(token)
