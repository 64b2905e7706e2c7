"""Finds a request for an estimate in a natural question, and keeps quiet where the question is about a document."""

from __future__ import annotations

import re
from dataclasses import asdict, dataclass
from typing import Any

from tools.memory import devices
from tools.memory.catalogue import find
from tools.memory.model import MemoryToolError
from tools.memory.quants import parse_quant

MAX_QUESTION = 400


@dataclass(frozen=True, slots=True)
class MemoryRequest:
    """The arguments of `estimate_memory` that a question gives; None where it says nothing.

    training is True when the question is about training or fine-tuning (then `estimate_training` answers it).
    """

    model: str
    quant: str | None = None
    context: int | None = None
    kv: str | None = None
    batch: int | None = None
    gpu: str | None = None
    training: bool = False
    method: str | None = None

    def arguments(self) -> dict[str, Any]:
        """Keyword arguments for `estimate_memory`."""
        given = {key: value for key, value in asdict(self).items() if value is not None}
        for key in ("training", "method"):
            given.pop(key, None)
        return given


_TOPIC = re.compile(
    r"\b(?:v?ram|memory|gpu|gib|gigabytes?|gb|fits?|run(?:ning)?|load(?:ed|ing)?|kv[- ]?cache|key-value cache|"
    r"weights?|quant\w*|context|tokens?\s+(?:per|a)\s+second|offload\w*|fine-?tun\w*|train(?:ing)?|lora|qlora)\b",
    re.I,
)
_ASKS = re.compile(
    r"\b(?:how\s+(?:much|many|big|large|fast)|what|which|can|could|will|would|does|do|is|are|fits?|estimate|calculate|"
    r"compute|need|needs|enough|tell\s+me|give\s+me|show\s+me)\b",
    re.I,
)
_NOUN = re.compile(r"^\W*(?:the\s+)?(?:v?ram|memory|size)\s+(?:of|for|needed|required)\b", re.I)
_QUANT = re.compile(
    r"(?<![\w.])((?:ud-)?(?:iq|q|tq)[1-8](?:[_-]?(?:k|0|1|xxs|xs|s|m|nl))?(?:[_-]?(?:s|m|l|xl))?|fp16|f16|bf16|fp32|f32|"
    r"fp8|int8|int4|nf4|awq|gptq|mxfp4|(?:\d{1,2})[- ]?bits?)(?!\w|\.\w)",
    re.I,
)
_CONTEXT = (
    re.compile(r"(?P<n>\d[\d,]*(?:\.\d+)?)\s*(?P<k>k|m)?\s*(?:tokens?)?\s*(?:of\s+)?(?:context|ctx)\b", re.I),
    re.compile(
        r"\b(?:context(?:\s+(?:length|window|size))?|ctx|num_ctx)\s*(?:of|=|:|at|is|to)?\s*(?P<n>\d[\d,]*(?:\.\d+)?)\s*(?P<k>k|m)?\b",
        re.I,
    ),
    re.compile(r"(?P<n>\d[\d,]*(?:\.\d+)?)\s*(?P<k>k|m)?[- ]tokens?\b(?!\s*(?:per|a|/)\s*s)", re.I),
)
_KV = re.compile(
    r"\b(?:kv|cache|key-value\s+cache|kv\s+cache)\s*(?:type|cache|in|at|of|=|:|quantised\s+to|quantized\s+to)*\s*"
    r"(?P<a>f16|fp16|bf16|f32|fp8|q8_0|q8|q4_0|q4|q5_1|q5_0|q4_1|iq4_nl)\b|"
    r"\b(?P<b>f16|fp16|bf16|f32|fp8|q8_0|q8|q4_0|q4|q5_1|q5_0|q4_1|iq4_nl)\s+(?:kv|key-value|cache)\b",
    re.I,
)
_BATCH = re.compile(
    r"\b(?P<a>\d{1,4})\s*(?:parallel|concurrent|simultaneous)\s*(?:\w+)?|\b(?:batch(?:\s+size)?|parallel)\s*(?:of|=|:)?\s*(?P<b>\d{1,4})\b|"
    r"\b(?P<c>\d{1,4})\s*(?:users|sequences|slots|requests)\b",
    re.I,
)
_CARD = re.compile(
    r"\b(?:on|onto|in|into|with|for|using|have|own|has)\s+(?:an?\s+|my\s+|the\s+|one\s+|our\s+)?"
    r"(?P<gpu>(?:\d{1,2}\s*x\s*)?[A-Za-z0-9][\w +.-]{1,40}?)"
    r"(?=\s+(?:at|with|in|and|for|using|run|fit|hold|is|be|enough|if|to)\b|\s*[?,.;]|$)",
    re.I,
)
_CARD_RUNS = re.compile(
    r"\b(?:can|does|will|would|could)\s+(?:an?|my|the|one|our)\s+(?P<gpu>[A-Za-z0-9][\w +.-]{1,40}?)\s+"
    r"(?:run|fit|hold|handle|load|have)\b",
    re.I,
)
_HERE = re.compile(r"\b(?:this\s+(?:machine|computer|laptop)|my\s+(?:machine|computer|laptop|pc)|here)\b", re.I)
_MODEL_WORD = re.compile(r"[A-Za-z0-9][\w./:+-]*")
_PLAIN_SIZE = re.compile(r"\b(\d{1,4}(?:\.\d{1,2})?)\s*(b|billion)\b(?:[- ]?(?:parameters?|params?|model))*", re.I)
_TRAIN = re.compile(r"\b(?:fine-?tun\w*|train(?:ing)?|q?lora)\b", re.I)


def find_request(question: str) -> MemoryRequest | None:
    """The estimate that a question asks for, or None when it does not ask for one.

    A request names a model (of the table, or a size such as 7B) and speaks of memory, fitting or running.

    >>> find_request("How much memory does llama3.1:8b need at q4_K_M with 8192 tokens of context?")
    ... # doctest: +ELLIPSIS
    MemoryRequest(model='llama3.1:8b', quant='q4_K_M', context=8192, ...)
    >>> find_request("How many floats were deployed on A22 2021?") is None
    True
    """
    if not isinstance(question, str) or not 3 <= len(question) <= MAX_QUESTION:
        return None
    # A quantisation is spoken of where memory is meant: "What does Mistral 7B need in f16?"
    topic = _TOPIC.search(question) or _QUANT.search(question)
    if not topic or not (_ASKS.search(question) or _NOUN.search(question)):
        return None
    model, rest = _model(question)
    if model is None:
        return None
    kv, rest = _take_kv(rest)
    context, rest = _take_context(rest)
    quant, rest = _take_quant(rest)
    batch_match = _BATCH.search(rest)
    batch = int(next(group for group in batch_match.groups() if group)) if batch_match else None
    method = None
    training = bool(_TRAIN.search(rest))
    if training:
        lowered = rest.lower()
        method = "qlora" if "qlora" in lowered else "lora" if "lora" in lowered else "full"
    return MemoryRequest(model, quant, context, kv, batch, _card(rest), training, method)


def _model(question: str) -> tuple[str | None, str]:
    """The name of a model in the question, and the question without it."""
    words = [(found.group().rstrip(".,:;/"), found.start()) for found in _MODEL_WORD.finditer(question)]
    for length in (4, 3, 2, 1):
        for at in range(len(words) - length + 1):
            group = words[at : at + length]
            start, end = group[0][1], group[-1][1] + len(group[-1][0])
            text = question[start:end]
            if not _may_be_model(text, length):
                continue
            try:
                named = find(text)
            except MemoryToolError:
                continue
            if length > 1 and named.nominal is not None:
                continue
            return text, question[:start] + " " + question[end:]
    if sized := _PLAIN_SIZE.search(question):
        return f"{sized.group(1)}B", question[: sized.start()] + " " + question[sized.end() :]
    return None, question


def _may_be_model(text: str, words: int) -> bool:
    """A word that only a model would have: letters with a digit, or a known bare name; never plain English."""
    if not re.search(r"[A-Za-z]{2}", text) or len(text) > 80 or text.count(" ") != words - 1:
        return False
    if re.search(
        r"\b(?:the|a|an|of|on|in|at|with|does|do|can|is|how|what|and|need|for|run|model|gpu|card|rtx)\b", text, re.I
    ):
        return False
    if _PLAIN_SIZE.fullmatch(text) or _QUANT.fullmatch(text):
        return False
    bare = text.split("/")[-1].split(":")[0].lower()
    if bare in _BARE_NAMES:
        return True
    return bool(re.search(r"\d", text)) and bool(re.match(_FAMILIES, text.split("/")[-1], re.I))


_BARE_NAMES = frozenset(
    ("mixtral", "zephyr", "qwq", "codestral", "magistral", "devstral", "mistral-nemo", "mistral-small", "mistral-large",
     "tinyllama", "codellama", "gpt-oss", "deepseek-r1", "deepseek-v3", "kimi-k2", "command-r", "phi-4", "ministral")
)  # fmt: skip
_FAMILIES = (
    r"(?:meta-)?(?:llama|code-?llama|tiny-?llama|vicuna|qwen|qwq|gemma|medgemma|mistral|ministral|mixtral|magistral|"
    r"devstral|codestral|phi|smollm|olmo|falcon|yi|command|c4ai|aya|granite|internlm|deepseek|kimi|gpt-oss|glm|starcoder|"
    r"stablelm|solar|llava|hermes|nous|zephyr|openhermes|magidonia|cydonia|bonsai|tulu)"
)


def _take_kv(text: str) -> tuple[str | None, str]:
    if found := _KV.search(text):
        return (found["a"] or found["b"]).lower(), text[: found.start()] + " " + text[found.end() :]
    return None, text


def _take_context(text: str) -> tuple[int | None, str]:
    for pattern in _CONTEXT:
        if found := pattern.search(text):
            number = float(found["n"].replace(",", ""))
            factor = {"k": 1024, "m": 1024 * 1024}.get((found["k"] or "").lower(), 1)
            count = round(number * factor)
            if found["k"] and number >= 1000:
                count = round(number)
            if 1 <= count <= 20_000_000:
                return count, text[: found.start()] + " " + text[found.end() :]
    return None, text


def _take_quant(text: str) -> tuple[str | None, str]:
    for found in _QUANT.finditer(text):
        try:
            parse_quant(found.group(1))
        except MemoryToolError:
            continue
        return found.group(1), text[: found.start()] + " " + text[found.end() :]
    return None, text


def _card(text: str) -> str | None:
    for found in (*_CARD.finditer(text), *_CARD_RUNS.finditer(text)):
        name = found["gpu"].strip()
        if _HERE.search(name) or not re.search(r"\d", name):
            continue
        try:
            devices.find_device(re.sub(r"\s+(?:gpu|card|graphics card|of|v?ram|memory)$", "", name, flags=re.I))
        except MemoryToolError:
            continue
        return name
    return None
