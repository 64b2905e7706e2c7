"""The embedded chat model as LangChain sees it: tool calls first, then an answer, streamed word by word."""

from __future__ import annotations

import json
import re
import uuid
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import Any

from langchain_core.callbacks import CallbackManagerForLLMRun
from langchain_core.language_models.chat_models import BaseChatModel
from langchain_core.messages import AIMessage, AIMessageChunk, BaseMessage, HumanMessage, ToolMessage
from langchain_core.messages.tool import tool_call_chunk
from langchain_core.outputs import ChatGeneration, ChatGenerationChunk, ChatResult
from langchain_core.runnables import Runnable
from langchain_core.tools import BaseTool
from langchain_core.utils.function_calling import convert_to_openai_tool
from pydantic import ConfigDict, PrivateAttr

from assistant.citations.model import Passage
from assistant.embedded.compose import Draft, compose
from assistant.embedded.conversion import converted, expression, wanted
from assistant.embedded.pages import is_reading, recited
from assistant.embedded.plan import PASSAGES, Step, documents_named, finding_asked, plan
from assistant.embedded.recovery import failed, next_tries, written
from assistant.embedded.talk import GREETING, reply_to_talk, without_greeting
from assistant.prompts import EMPTY_LIBRARY, REFUSAL
from corpora.library import Library
from corpora.model import Hit
from guards.middleware import NOTE

NAME = "embedded"


class EmbeddedChatModel(BaseChatModel):
    """A chat model without weights of its own: it plans from the question and quotes from the passages.

    Parameters
    ----------
    library:
        Read for the names of documents, the text around passages, and sentence embeddings.
    scope:
        Ids of the documents that the question is limited to.
    """

    model_config = ConfigDict(arbitrary_types_allowed=True)

    library: Library
    scope: tuple[str, ...] | None = None
    _tools: tuple[str, ...] = PrivateAttr(default=())

    @property
    def _llm_type(self) -> str:
        return NAME

    def bind_tools(
        self, tools: Sequence[dict[str, Any] | type | Callable[..., Any] | BaseTool], **kwargs: Any
    ) -> Runnable[Any, AIMessage]:
        return self.bind(tools=[convert_to_openai_tool(tool) for tool in tools], **kwargs)

    def _generate(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> ChatResult:
        return ChatResult(generations=[ChatGeneration(message=self._reply(messages, kwargs.get("tools")))])

    def _stream(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> Iterator[ChatGenerationChunk]:
        reply = self._reply(messages, kwargs.get("tools"))
        if reply.tool_calls:
            calls = [
                tool_call_chunk(name=call["name"], args=json.dumps(call["args"]), id=call["id"], index=index)
                for index, call in enumerate(reply.tool_calls)
            ]
            yield ChatGenerationChunk(message=AIMessageChunk(content="", tool_call_chunks=calls, chunk_position="last"))
            return
        words = re.findall(r"\S+\s*|\s+", reply.text)
        for index, word in enumerate(words):
            last = index == len(words) - 1
            chunk = ChatGenerationChunk(message=AIMessageChunk(content=word, chunk_position="last" if last else None))
            if run_manager:
                run_manager.on_llm_new_token(word, chunk=chunk)
            yield chunk

    def _reply(self, messages: list[BaseMessage], tools: list[dict[str, Any]] | None) -> AIMessage:
        """Plan tool calls for the last question, or answer it once their results are there."""
        last = max((i for i, m in enumerate(messages) if isinstance(m, HumanMessage)), default=-1)
        question = messages[last].text if last >= 0 else ""
        said = reply_to_talk(question) if question.strip() else GREETING
        if said:
            return AIMessage(said)
        question = without_greeting(question)
        turn = messages[last + 1 :]
        results = [m for m in turn if isinstance(m, ToolMessage)]
        available = {tool["function"]["name"] for tool in tools or []}
        if not results:
            files = _data_files(tools or [])
            steps = plan(question, self.library, self.scope, available, _earlier(messages[:last]), files)
            if steps:
                return _calls(steps)
        tries = next_tries(turn, self.library, self.scope, available)
        if tries:
            return _calls(tries)
        draft = self._draft(question, results)
        done = {written(call["name"], call["args"]) for m in turn for call in _made(m)}
        steps = [s for s in draft.needs if s.tool in available and written(s.tool, s.arguments) not in done]
        # A table that goes on is read to its end before anything is computed from it.
        reading = [s for s in steps if s.tool == "read_page"]
        if steps:
            return _calls(reading or steps)
        return AIMessage(draft.text)

    def _draft(self, question: str, results: Sequence[ToolMessage]) -> Draft:
        found: list[tuple[Passage, Hit]] = []
        computed: list[str] = []
        lines: list[str] = []
        needs: list[Step] = []
        succeeded = {result.name for result in results if not failed(result)}
        for result in results:
            artifact = result.artifact or {}
            if "passages" in artifact:
                found.extend(_readable(result))
            elif "calculation" in artifact:
                done = artifact["calculation"]
                computed.append(f"{done['expression']} = {done['text']}")
            elif "tool_text" in artifact:
                lines.append(artifact["tool_text"])
                needs += _finding(question, result)
            elif "documents" in artifact:
                rows = artifact["documents"]
                lines.append(f"{len(rows)} documents in the library.")
                lines.extend(f"- {row['document']}: {row['title']}, {row['pages']} pages" for row in rows)
            elif "error" in artifact and result.name not in succeeded:
                # What failed and was then done is of no interest any more; what failed twice is told once.
                lines.extend([str(artifact["error"])] if str(artifact["error"]) not in lines else [])
        if not found and (lines or computed):
            return Draft("\n".join([*computed, *lines]), False, needs=tuple(needs))
        if not found:
            return Draft(REFUSAL if self.library.stats()["documents"] else EMPTY_LIBRARY, False)
        if all(result.name == "read_page" for result in results if "passages" in (result.artifact or {})):
            if is_reading(question, self._names_of(found)):
                return Draft("\n".join([*lines, recited(found, self.library)]), False)
            draft = self._composed(question, found)
            search = Step("search_documents", {"query": question, "k": PASSAGES})
            draft = replace(draft, needs=(search,)) if draft.refused else draft
        else:
            draft = self._composed(question, found)
        return replace(draft, text="\n".join([draft.text, *(f"- {line}" for line in computed), *lines]))

    def _composed(self, question: str, found: Sequence[tuple[Passage, Hit]]) -> Draft:
        """An answer from passages; where it is wanted in another unit, with the conversion that it needs."""
        distinct = {passage.span: (passage, hit) for passage, hit in reversed(found)}
        # Searches that run at once end in any order: score, file and place put the passages in one.
        ordered = sorted(
            distinct.values(),
            key=lambda pair: (-pair[1].score, pair[0].document, pair[0].span.page, pair[0].span.start),
        )
        named = documents_named(question, self.library, self.scope)
        draft = compose(question, ordered, self.library, named)
        aim = wanted(question)
        if aim is None or (not draft.refused and expression(draft.picked, aim) == ""):
            return draft
        # The unit's name stands in no document that gives another: the question is asked without it.
        plainly = compose(aim.question, ordered, self.library, named)
        if plainly.refused:
            return draft
        computing = [s for s in plainly.needs if s.tool == "calculate"]
        if computing:
            changed = [Step(s.tool, {"expression": converted(s.arguments["expression"], aim)}) for s in computing]
            others = [s for s in plainly.needs if s.tool != "calculate"]
            return replace(plainly, needs=(*others, *changed))
        sum_of = expression(plainly.picked, aim)
        if not sum_of:
            return draft
        return replace(plainly, needs=(*plainly.needs, Step("calculate", {"expression": sum_of})))

    def _names_of(self, found: Sequence[tuple[Passage, Hit]]) -> list[str]:
        """What the documents of some passages are called, longest first."""
        names: set[str] = set()
        for passage, _ in found:
            document = self.library.document(passage.span.document_id)
            stem = document.file.rsplit(".", 1)[0]
            names |= {document.file, stem, document.title, document.cruise, *re.findall(r"[^\W_]+", stem)}
        return sorted(filter(None, names), key=len, reverse=True)


def _calls(steps: Sequence[Step]) -> AIMessage:
    return AIMessage(
        "",
        tool_calls=[
            {"name": s.tool, "args": s.arguments, "id": f"call_{uuid.uuid4().hex[:12]}", "type": "tool_call"}
            for s in steps
        ],
    )


def _data_files(tools: Sequence[dict[str, Any]]) -> list[str]:
    """The NetCDF files that the checker's description names."""
    from tools.netcdf.adapters import names_in

    told = [tool["function"]["description"] for tool in tools if tool["function"]["name"] == "check_netcdf"]
    return names_in(told[0]) if told else []


def _made(message: BaseMessage) -> list[Any]:
    return list(message.tool_calls) if isinstance(message, AIMessage) else []


def _finding(question: str, result: ToolMessage) -> list[Step]:
    """The finding that a question asks for by its place in the report that has just come."""
    report = str(result.artifact["tool_text"])
    finding = finding_asked(question, report) if result.name == "check_netcdf" else ""
    named = re.match(r"\W*([\w.+-]+\.(?:nc4?|cdf|zarr))\b", report, re.IGNORECASE)
    if not finding or named is None or len(re.findall(r"^\[", report, re.MULTILINE)) < 2:
        return []
    return [Step("check_netcdf", {"file": named.group(1), "finding": finding})]


def _earlier(messages: Sequence[BaseMessage]) -> list[tuple[str, str]]:
    """The turns before, as (question, answer)."""
    pairs: list[tuple[str, str]] = []
    for message in messages:
        if isinstance(message, HumanMessage):
            pairs.append((message.text, ""))
        elif isinstance(message, AIMessage) and pairs and message.text:
            pairs[-1] = (pairs[-1][0], message.text)
    return pairs


def _readable(result: ToolMessage) -> list[tuple[Passage, Hit]]:
    """The passages of a search that no guard withheld.

    Sentences around a passage are read from its page: where one passage is withheld, its whole page is. None among
    the labels stands for the whole result.
    """
    artifact = result.artifact
    labels = result.additional_kwargs.get(NOTE, {}).get("withheld", ())
    if None in labels:
        return []
    pages = {(p.span.document_id, p.span.page) for p in artifact["passages"] if p.label in labels}
    pairs = zip(artifact["passages"], artifact["hits"], strict=True)
    return [pair for pair in pairs if (pair[0].span.document_id, pair[0].span.page) not in pages]
