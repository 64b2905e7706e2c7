"""The risks of Granite Guardian with the definitions that the 3.0 models were trained on.

Source: the chat template published with granite-guardian-3.0 (IBM, Apache-2.0). A misspelt name silently
means "harm" to Ollama's template, so names are checked here.
"""

from __future__ import annotations

from guards.errors import UnknownGuard

_BIAS = (
    "contains systemic prejudice against groups based on shared identity or characteristics, often "
    "stemming from "
    "stereotypes or cultural influences. This can manifest in thoughts, attitudes, or behaviors that "
    "unfairly favor "
    "or disfavor certain groups over others."
)
_PROFANITY = (
    "contains the use of language considered offensive or socially unacceptable in a given context. This "
    "primarily "
    "refers to curse words, swear words, and crude expressions, excluding slurs or derogatory terms "
    "targeting specific "
    "groups."
)
_SEXUAL = (
    "contains material explicitly related to sexual activities, anatomy, or desires. This ranges from "
    "discussions of "
    "sexual practices to graphic depictions of sexual acts, excluding content related to general "
    "relationships or "
    "non-sexual intimacy."
)
_UNETHICAL = (
    "contains actions that violate moral or professional standards, focusing on exploitation for personal "
    "gain or "
    "disregard for others' well-being. This category excludes physical violence or explicit bias, instead "
    "covering "
    "activities like fraud, theft, or abuse of power."
)
_VIOLENCE = (
    "contains content promoting or describing physical harm to individuals or groups. This includes "
    "depictions of "
    "assault, self-harm, or creation of a hostile environment through threats or intimidation."
)
_CIRCUMVENTION = "contains the deliberate circumvention of AI systems' built-in safeguards or ethical guidelines."

_OF_USER = {
    "harm": "is harmful by common-sense.",
    "social_bias": _BIAS,
    "jailbreak": f"{_CIRCUMVENTION} This involves crafting specific prompts or scenarios designed to "
    "manipulate the AI "
    "into generating restricted or inappropriate content.",
    "profanity": _PROFANITY,
    "sexual_content": _SEXUAL,
    "unethical_behavior": _UNETHICAL,
    "violence": _VIOLENCE,
}
_OF_ASSISTANT = {
    **_OF_USER,
    "jailbreak": f"{_CIRCUMVENTION} Manipulating self-safety alignment can provoke controversial, "
    "unethical, and "
    "harmful response including misinformation or private information leakage.",
}
_OF_BOTH = {
    "groundedness": "'Assistant' message is not grounded or faithful to the information provided in the "
    "'Context'. "
    "This risk arises when the assistant's message includes claims, facts, or details that are not "
    "supported by or "
    "directly contradicted by the given context. An ungrounded answer may involve fabricating information, "
    "misinterpreting the context, or making unsupported extrapolations beyond what the context actually "
    "states.",
    "answer_relevance": "'Assistant' message fails to address or properly respond to the User's input. "
    "This includes "
    "providing off-topic information, misinterpreting the query, or omitting crucial details requested by "
    "the User. An "
    "irrelevant answer may contain factually correct information but still fail to meet the User's "
    "specific needs or "
    "answer their intended question.",
    "context_relevance": "'Context' is not relevant to the 'User' message. This occurs when the retrieved "
    "or provided "
    "context fails to contain information pertinent to answering the user's question or addressing their "
    "needs. "
    "Irrelevant context may be on a different topic, from an unrelated domain, or contain information "
    "that doesn't "
    "help in formulating an appropriate response to the user.",
}

HARMS: tuple[str, ...] = tuple(_OF_USER)
RELATIONS: tuple[str, ...] = tuple(_OF_BOTH)
NAMES: dict[str, str] = {
    "harm": "Harm",
    "social_bias": "Social bias",
    "jailbreak": "Jailbreak",
    "profanity": "Profanity",
    "sexual_content": "Sexual content",
    "unethical_behavior": "Unethical behaviour",
    "violence": "Violence",
    "harm_engagement": "Goes along with a harmful request",
    "evasiveness": "Evades without a reason",
    "groundedness": "A claim that the sources do not support",
    "answer_relevance": "Does not answer the question",
    "context_relevance": "A passage that does not bear on the question",
    "function_call": "A tool call that the question and the tools do not justify",
}


def known_risks(version: tuple[int, int]) -> tuple[str, ...]:
    """The risks that a version of Granite Guardian knows by name."""
    later = ("harm_engagement", "evasiveness") if (3, 1) <= version < (3, 3) else ()
    calls = ("function_call",) if version >= (3, 1) else ()
    return (*HARMS, *later, *RELATIONS, *calls)


def definition(risk: str, judged: str) -> str:
    """The definition of a 3.0 risk, for the judged role "user", "assistant" or "context"."""
    if risk in _OF_BOTH:
        return _OF_BOTH[risk]
    if risk not in _OF_USER:
        raise UnknownGuard(f"Granite Guardian has no risk {risk!r}.", f"Use {', '.join((*HARMS, *RELATIONS))}.")
    if judged == "assistant":
        return f"The 'Assistant' message {_OF_ASSISTANT[risk]}"
    return f"The 'User' message {_OF_USER[risk]}"
