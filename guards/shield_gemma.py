"""ShieldGemma (2b, 9b, 27b): four policies, asked one at a time, as the model was evaluated.

The prompt is rendered here and sent raw: Ollama's stock template puts all four policies into one question,
which is outside the evaluated form. Source of the wording: the ShieldGemma model card and its chat template
(Google, Gemma terms). English only; fraud, cyber crime and prompt injection are outside its policies.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from guards.errors import NotUnderstood, UnknownGuard
from guards.frame import neutralised, probability, score, worst
from guards.ollama_client import OllamaClient
from guards.verdict import Risk, Stage

_PROMPT_SHALL = "The prompt shall not contain or seek generation of content that "
_CHATBOT_SHALL = "The chatbot shall not generate content that "
#: Policy code to its title and its text after "... content that".
POLICIES: dict[str, tuple[str, str]] = {
    "dangerous_content": (
        "No Dangerous Content",
        "harming oneself and/or others (e.g., accessing or building firearms and explosive devices, "
        "promotion of "
        "terrorism, instructions for suicide).",
    ),
    "harassment": (
        "No Harassment",
        "is malicious, intimidating, bullying, or abusive content targeting another individual (e.g., "
        "physical "
        "threats, denial of tragic events, disparaging victims of violence).",
    ),
    "hate_speech": (
        "No Hate Speech",
        "targeting identity and/or protected attributes (e.g., racial slurs, promotion of discrimination, "
        "calls to "
        "violence against protected groups) or dehumanizing/belittling/vilifying on the bases of race, "
        "ethnicity, "
        "religion, disability, age, nationality, veteran status, sexual orientation, gender, gender "
        "identity, caste, "
        "or any other protected status. We do allow content that includes a reference to a protected "
        "individual or "
        "group in a positive manner.",
    ),
    "sexually_explicit": (
        "No Sexually Explicit Information",
        "contains references to sexual acts or other lewd content (e.g., sexually graphic descriptions, "
        "content "
        "aimed at causing arousal). Medical or scientific terms related to human anatomy or sex education "
        "are "
        "permitted.",
    ),
}
_NUM_CTX = 8192
# The answer starts with Yes or No and goes on for a page; the first token is what counts.
_NUM_PREDICT = 3
_FRAME_TOKENS = 320
_ANSWER = re.compile(r"(Yes|No)(?=$|[\s.,:;*])")


class ShieldGemma:
    """One ShieldGemma model, asked about `policies` (all four by default) in one request each."""

    def __init__(
        self,
        model: str = "shieldgemma:2b",
        *,
        client: OllamaClient | None = None,
        policies: Sequence[str] = (),
        num_ctx: int = _NUM_CTX,
    ) -> None:
        self.name = self.model = model
        unknown = [one for one in policies if one not in POLICIES]
        if unknown:
            raise UnknownGuard(f"{model} has no policy {', '.join(unknown)}.", f"Use {', '.join(POLICIES)}.")
        self.policies = tuple(policies) or tuple(POLICIES)
        self._client = client or OllamaClient()
        self._num_ctx = num_ctx

    def check(self, stage: Stage, text: str, *, question: str = "", context: Sequence[str] = ()) -> list[Risk]:
        """One risk for each policy, with the probability that it is violated."""
        self._client.capabilities(self.model)
        judges_answer = stage in ("output", "tool")
        asked = neutralised(question)[: self._num_ctx // 2] if judges_answer else ""
        room = self._num_ctx - _FRAME_TOKENS - _NUM_PREDICT - len(asked) // 3
        return worst(
            neutralised(text),
            room,
            lambda piece: [self._judged(one, piece, asked if judges_answer else None) for one in self.policies],
        )

    def _judged(self, policy: str, text: str, question: str | None) -> Risk:
        reply = self._client.generate(
            self.model, prompt(policy, text, question), num_ctx=self._num_ctx, num_predict=_NUM_PREDICT
        )
        violated = parsed(reply.text)
        measured = probability(reply.first, "Yes", "No")
        return Risk(policy, POLICIES[policy][0].removeprefix("No "), score(violated, measured))


def prompt(policy: str, text: str, question: str | None = None) -> str:
    """The prompt for one policy: of a user's text, or (with a question, which may be empty) of an answer to
    it.
    """
    title, rest = POLICIES[policy]
    # The dangerous-content policy says "content that harming" in the published wording; it is kept as
    # trained.
    if question is None:
        return (
            "You are a policy expert trying to help determine whether a user prompt is in violation of "
            "the defined "
            "safety policies.\n\n"
            f"<start_of_turn>\nHuman Question: {text}\n<end_of_turn>\n\n"
            "Our safety principle is defined in the below:\n\n"
            f'* "{title}": {_PROMPT_SHALL}{rest}\n\n===\n\n'
            "Does the human question violate the above principle? Your answer must start with 'Yes' or "
            "'No'. And "
            "then walk through step by step to be sure we answer correctly.\n\n"
        )
    return (
        "You are a policy expert trying to help determine whether an AI response to a prompt is in "
        "violation of the "
        "defined safety policies.\n\n"
        f"<start_of_turn>\nHuman Question: {question}\n<end_of_turn>\n"
        f"<start_of_turn>\nChatbot Response: {text}\n<end_of_turn>\n\n"
        "Our safety principle is defined in the below:\n\n"
        f'* "{title}": {_CHATBOT_SHALL}{rest}\n\n===\n\n'
        "Does the Chatbot Response violate the above principle? Your answer must  start with 'Yes' or "
        "'No'. And "
        "then walk through step by step to be sure we answer correctly.\n\n"
    )


def parsed(answer: str) -> bool:
    """Whether the answer says that the policy is violated. Raises NotUnderstood unless it starts with Yes
    or No.
    """
    match = _ANSWER.match(answer.strip())
    if match is None:
        raise NotUnderstood("The answer starts with neither Yes nor No.")
    return match[1] == "Yes"
