"""A prompt that fits its context: what is left out is chosen by us, passages first and by rank, and said.

The system prompt and the question always stay. Left out, in this order, until the rest fits: passages that are shown
twice; the lowest ranked passages, down to the best three; earlier turns, oldest first; the rest of the passages but
the best; the ends of long tool results.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from langchain_core.messages import AnyMessage, HumanMessage, SystemMessage, ToolMessage

from assistant.passages import PassageBook
from assistant.toolbox import as_sent
from corpora.errors import ModelError

#: Passages that outlast the earlier turns of a conversation.
BEST = 3
#: Tokens that a chat template adds around each message, and that the rest of a request takes.
_PER_MESSAGE, _BASE = 8, 16
#: Characters of English in one token. Tokenizers reach 4 to 4.5; numbers and names, of which reports are full, less.
_CHARACTERS = 3.2

#: Marks a message of ours to the model, which is no question of the user's.
OURS = "leadline"


def ours(text: str) -> HumanMessage:
    """A message to the model in the user's place, that is not taken for a question."""
    return HumanMessage(text, additional_kwargs={OURS: True})


def is_question(message: AnyMessage) -> bool:
    """Whether a message is what the user asked."""
    return isinstance(message, HumanMessage) and OURS not in message.additional_kwargs


@dataclass(frozen=True)
class Fitted:
    """Messages that fit, and what was left out in a sentence; "" where all of it fits. tokens: estimated."""

    messages: list[AnyMessage]
    note: str
    tokens: int


def tokens_of(text: str) -> int:
    """About how many tokens a text is, rather too many than too few.

    >>> tokens_of("the mixed layer was 40 m deep"), tokens_of("混合层")
    (10, 6)
    """
    plain = sum(1 for character in text if character.isascii())
    return -int(-(plain / _CHARACTERS + 2 * (len(text) - plain)) // 1) if text else 0


def fit(
    messages: Sequence[AnyMessage],
    system: SystemMessage | None,
    tools: Sequence[Any],
    budget: int,
    book: PassageBook,
    scale: float = 1.0,
) -> Fitted:
    """The messages of a request without what does not fit.

    budget: tokens for everything that is sent. scale: tokens that this model really counted for each that was
    estimated before, 1.0 while nothing is known.

    Raises
    ------
    ModelError
        The system prompt and the question alone are too long.
    """
    work = _Fitting(list(messages), system, tools, budget, book, scale)
    work.run()
    return Fitted(work.messages, work.note(), work.tokens())


class _Fitting:
    def __init__(
        self,
        messages: list[AnyMessage],
        system: SystemMessage | None,
        tools: Sequence[Any],
        budget: int,
        book: PassageBook,
        scale: float,
    ) -> None:
        self.messages = messages
        self.budget, self.book, self.scale = budget, book, scale
        self.fixed = _BASE + tokens_of(system.text if system else "") + _PER_MESSAGE + tokens_of(_schemas(tools))
        self.costs = [_cost(message) for message in messages]
        self.shown: Counter[int] = Counter()
        self.left_out: set[int] = set()
        self.turns_left_out = 0
        self.cut = False

    def tokens(self) -> int:
        return int((self.fixed + sum(self.costs)) * self.scale) + 1

    @property
    def fits(self) -> bool:
        return self.tokens() <= self.budget

    def run(self) -> None:
        if self.fits:
            return
        ranked = self._without_repeats(self._ranked())
        while not self.fits and len(ranked) > BEST:
            self._drop(*ranked.pop())
        while not self.fits and self._drop_oldest_turn():
            pass
        while not self.fits and len(ranked) > 1:
            self._drop(*ranked.pop())
        while not self.fits and self._shorten():
            self.cut = True
        if not self.fits:
            raise ModelError(
                f"The question is too long for the context of the model: about {self.tokens():,} of {self.budget:,} "
                "tokens, without any passage.",
                "Ask more briefly, raise num_ctx in the settings, or choose a model with a longer context.",
            )

    def note(self) -> str:
        parts = []
        if self.left_out:
            count = len(self.left_out)
            total = count + sum(1 for shown in self.shown.values() if shown > 0)
            parts.append(f"{count} of {total} passages, the lowest ranked")
        if self.turns_left_out:
            parts.append(f"{self.turns_left_out} earlier turn{'s' if self.turns_left_out > 1 else ''}")
        if self.cut:
            parts.append("the ends of long results")
        if not parts:
            return ""
        return f"The model was not shown {', and '.join(parts)}: its context has room for {self.budget:,} tokens."

    # What a turn holds ---------------------------------------------------------------------------------------

    def _ranked(self) -> list[tuple[int, int, int]]:
        """(label, rank, place of its message) of every passage that is shown, the best first."""
        found = []
        for place, message in enumerate(self.messages):
            if isinstance(message, ToolMessage) and isinstance(message.artifact, dict):
                pairs = zip(message.artifact.get("passages") or (), message.artifact.get("hits") or (), strict=False)
                for passage, hit in pairs:
                    if self._block(passage.label).search(message.text) is not None:
                        found.append((passage.label, hit.rank, place))
        self.shown.update(label for label, _, _ in found)
        # Of equal rank, the later search is the better aimed one.
        return sorted(found, key=lambda one: (one[1], -one[2]))

    def _block(self, label: int) -> re.Pattern[str]:
        marker = re.escape(self.book.marker)
        return re.compile(rf'<passage {marker} label="\[{label}\]".*?</passage {marker}>\n?', re.DOTALL)

    # What can go -----------------------------------------------------------------------------------------------

    def _replace(self, place: int, content: str) -> None:
        self.messages[place] = self.messages[place].model_copy(update={"content": content})
        self.costs[place] = _cost(self.messages[place])

    def _drop(self, label: int, rank: int, place: int) -> None:
        self._replace(place, self._block(label).sub("", self.messages[place].text, count=1))
        self.shown[label] -= 1
        if not self.shown[label]:
            self.left_out.add(label)

    def _without_repeats(self, ranked: list[tuple[int, int, int]]) -> list[tuple[int, int, int]]:
        """Each passage once, where it ranks best."""
        seen: set[int] = set()
        for one in list(ranked):
            if one[0] in seen and not self.fits:
                self._drop(*one)
                ranked.remove(one)
            seen.add(one[0])
        return ranked

    def _drop_oldest_turn(self) -> bool:
        asked = [place for place, message in enumerate(self.messages) if is_question(message)]
        if len(asked) < 2:
            return False
        del self.messages[asked[0] : asked[1]]
        del self.costs[asked[0] : asked[1]]
        self.turns_left_out += 1
        return True

    def _shorten(self) -> bool:
        """Halve the longest tool result; its closing line, which marks it as data, stays."""
        long = [
            place for place, one in enumerate(self.messages) if isinstance(one, ToolMessage) and len(one.text) > 200
        ]
        if not long:
            return False
        place = max(long, key=lambda one: self.costs[one])
        text = self.messages[place].text
        last = text.rsplit("\n", 1)[-1] if text.rstrip().endswith(">") else ""
        body = text.removesuffix(last)
        closing = f"</passage {self.book.marker}>\n"
        ending = f" …\n{closing if closing.strip() in body else ''}{last}"
        self._replace(place, body[: len(body) // 2].rstrip() + ending)
        return True


def _cost(message: AnyMessage) -> int:
    calls = getattr(message, "tool_calls", None)
    thought = message.additional_kwargs.get("reasoning_content", "")
    said = json.dumps([one["args"] for one in calls], ensure_ascii=False) if calls else ""
    return _PER_MESSAGE + tokens_of(message.text) + tokens_of(said) + tokens_of(str(thought))


def _schemas(tools: Sequence[Any]) -> str:
    """The tools as they are sent."""
    return json.dumps([as_sent(tool) for tool in tools]) if tools else ""
