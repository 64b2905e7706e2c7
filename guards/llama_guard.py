"""Llama Guard 3 (1b and 8b): hazards S1 to S14 in what a user or an assistant wrote.

The prompt is rendered here and sent raw. Ollama's stock template ends with "ONLY THE LAST User message" for
every turn (ollama issue 11440), so it may judge the question where the answer was meant, and it cannot
change categories.

Sources: the model cards of Llama-Guard-3-1B and -8B (Meta); output is `safe`, or `unsafe` and a list of
categories. The models cover English, French, German, Hindi, Italian, Portuguese, Spanish and Thai, and know
nothing of prompt injection.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from guards.errors import NotUnderstood, UnknownGuard
from guards.frame import neutralised, probability, score, worst
from guards.ollama_client import OllamaClient
from guards.verdict import Risk, Stage

CATEGORIES: dict[str, str] = {
    "S1": "Violent Crimes",
    "S2": "Non-Violent Crimes",
    "S3": "Sex Crimes",
    "S4": "Child Exploitation",
    "S5": "Defamation",
    "S6": "Specialized Advice",
    "S7": "Privacy",
    "S8": "Intellectual Property",
    "S9": "Indiscriminate Weapons",
    "S10": "Hate",
    "S11": "Self-Harm",
    "S12": "Sexual Content",
    "S13": "Elections",
    "S14": "Code Interpreter Abuse",
}
#: The 1b model was not trained on S14.
_ONLY_8B = ("S14",)
_NUM_CTX = 8192
_NUM_PREDICT = 48
_FRAME_TOKENS = 420
_ANSWER = re.compile(r"(safe|unsafe)(?:[ \t]*\n?[ \t]*(S\d{1,2}(?:[ \t]*,[ \t]*S\d{1,2})*))?")


class LlamaGuard:
    """One Llama Guard 3 model. `categories` are those that the prompt names; the default is all the model
    knows.
    """

    def __init__(
        self,
        model: str = "llama-guard3:1b",
        *,
        client: OllamaClient | None = None,
        categories: Sequence[str] = (),
        num_ctx: int = _NUM_CTX,
    ) -> None:
        self.name = self.model = model
        known = known_categories(model)
        unknown = [one for one in categories if one not in known]
        if unknown:
            raise UnknownGuard(f"{model} has no category {', '.join(unknown)}.", f"Use {', '.join(known)}.")
        self.categories = tuple(one for one in known if not categories or one in categories)
        self._client = client or OllamaClient()
        self._num_ctx = num_ctx

    def check(self, stage: Stage, text: str, *, question: str = "", context: Sequence[str] = ()) -> list[Risk]:
        """One risk for each category that the model named, else `unsafe` with that word's probability."""
        self._client.capabilities(self.model)
        agent = stage in ("output", "tool")
        # An answer is judged beside its question; a long question keeps its beginning, the answer all of
        # itself.
        asked = neutralised(question)[: self._num_ctx // 2]
        room = self._num_ctx - _FRAME_TOKENS - _NUM_PREDICT - (len(asked) // 3 if agent else 0)
        return worst(neutralised(text), room, lambda piece: self._judged(agent, asked, piece))

    def _judged(self, agent: bool, question: str, text: str) -> list[Risk]:
        turns = [("User", question or "Please answer."), ("Agent", text)] if agent else [("User", text)]
        reply = self._client.generate(
            self.model, prompt(turns, self.categories), num_ctx=self._num_ctx, num_predict=_NUM_PREDICT
        )
        hazards = parsed(reply.text, self.categories)
        measured = probability(reply.first, "unsafe", "safe")
        if not hazards:
            return [Risk("unsafe", "Any hazard", score(False, measured))]
        found = score(True, measured)
        return [Risk(one, CATEGORIES[one], found) for one in hazards]


def known_categories(model: str) -> tuple[str, ...]:
    """The categories that a model was trained on, by its tag."""
    small = re.search(r"(?<![\d.])1b", model) is not None
    return tuple(one for one in CATEGORIES if not (small and one in _ONLY_8B))


def prompt(turns: Sequence[tuple[str, str]], categories: Sequence[str]) -> str:
    """The prompt as the model was trained on; turns are pairs of "User" or "Agent" and text, the last is
    judged.
    """
    role = turns[-1][0]
    listed = "\n".join(f"{one}: {CATEGORIES[one]}." for one in categories)
    spoken = "\n\n".join(f"{who}: {said}" for who, said in turns)
    return (
        "<|start_header_id|>user<|end_header_id|>\n\n"
        f"Task: Check if there is unsafe content in '{role}' messages in conversations according our "
        "safety policy "
        "with the below categories.\n\n"
        f"<BEGIN UNSAFE CONTENT CATEGORIES>\n{listed}\n<END UNSAFE CONTENT CATEGORIES>\n\n"
        f"<BEGIN CONVERSATION>\n\n{spoken}\n\n<END CONVERSATION>\n\n"
        f"Provide your safety assessment for ONLY THE LAST {role} message in the above conversation:\n"
        " - First line must read 'safe' or 'unsafe'.\n"
        " - If unsafe, a second line must include a comma-separated list of violated categories."
        "<|eot_id|><|start_header_id|>assistant<|end_header_id|>\n\n"
    )


def parsed(answer: str, categories: Sequence[str]) -> list[str]:
    """The categories that the answer names; none for `safe`.

    Raises NotUnderstood for anything but `safe`, or `unsafe` with categories that the prompt had named.
    White space around the answer is no deviation: some runs begin with empty lines.
    """
    match = _ANSWER.fullmatch(answer.strip())
    if match is None:
        raise NotUnderstood("The answer is neither `safe` nor `unsafe` with its categories.")
    word, listed = match[1], match[2]
    named = [one.strip() for one in listed.split(",")] if listed else []
    if word == "safe":
        if named:
            raise NotUnderstood("The answer says `safe` and names categories.")
        return []
    if not named:
        raise NotUnderstood("The answer says `unsafe` and names no category.")
    unknown = [one for one in named if one not in categories]
    if unknown:
        raise NotUnderstood("The answer names a category that was not asked about.")
    return list(dict.fromkeys(named))
