"""The steps of an agent, watched: prompts that fit, replies that can be used, calls in order, and an end.

One middleware stands between the agent and its model and tools. It mends what can be mended (calls written as text,
arguments of nearly the right type, a stream that broke off), refuses what leads nowhere (the same call again), and
ends a turn that does not end by itself with what was found.
"""

from __future__ import annotations

import json
import logging
import threading
import time
import traceback
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from langchain.agents.middleware import AgentMiddleware, ModelRequest, ModelResponse
from langchain_core.messages import AIMessage, AnyMessage, HumanMessage, SystemMessage, ToolMessage
from pydantic import ValidationError

from assistant import prompts
from assistant.figures import Figures
from assistant.fitting import fit, is_question, ours
from assistant.models.watching import CANCELLED, stopped
from assistant.replies import Reply, read_reply
from assistant.toolbox import PLACE, ToolCall, TurnContext, as_sent
from assistant.written_calls import mended
from corpora.errors import ModelError, ModelInterrupted, NoToolCalls
from guards.middleware import NOTE

log = logging.getLogger(__name__)

#: A turn ends after so many calls of the model or of tools, with what was found by then.
MODEL_CALLS, TOOL_CALLS = 8, 16
#: Calls that repeat an earlier one: after so many the model is told to answer.
REPEATS = 2
#: Seconds before a model that broke off is asked again.
PAUSE_S = 0.3

Planner = Callable[[], Sequence[tuple[str, dict[str, Any]]]]
Composer = Callable[[Sequence[ToolMessage]], str]
Handler = Callable[[ModelRequest[Any]], Any]


@dataclass
class Steps:
    """What the middleware is told of a turn, and what it notes for the record.

    model: the name that the reader knows. plan: the calls that a model which cannot call tools is given the results
    of. compose: an answer from results alone, for a model that comes to none. embedded: that there is nothing to
    watch. tools: whether the model can call tools. budget: tokens that a prompt may have, 0 for any. thinks: whether
    it was asked to think. max_tokens: the length at which an answer is cut. notes, thinking: for the turn.
    """

    model: str
    plan: Planner = tuple
    compose: Composer = lambda results: prompts.REFUSAL
    figures: Figures = field(default_factory=Figures)
    embedded: bool = False
    tools: bool = True
    budget: int = 0
    thinks: bool = False
    max_tokens: int = 0
    plain_prompt: str = prompts.SYSTEM_PROMPT_PLAIN
    notes: list[str] = field(default_factory=list)
    thinking: list[str] = field(default_factory=list)

    def note(self, text: str) -> None:
        if text and text not in self.notes:
            self.notes.append(text)


class StepsMiddleware(AgentMiddleware):
    """Put first, so that it is the outermost: what the guards do to a result happens inside of it."""

    def __init__(self, steps: Steps, context: TurnContext) -> None:
        super().__init__()
        self.steps, self.context = steps, context
        self._made: set[str] = set()
        self._failed: set[str] = set()
        self._repeats = 0
        self._scale = 1.0
        self._lock = threading.Lock()

    # The model ----------------------------------------------------------------------------------------------

    def wrap_model_call(self, request: ModelRequest[Any], handler: Handler) -> Any:
        told = {tool.name: as_sent(tool) for tool in request.tools if not isinstance(tool, dict)}
        return self._called(request, lambda one: handler(one.override(tools=[_sent(tool, told) for tool in one.tools])))

    def _called(self, request: ModelRequest[Any], handler: Handler) -> Any:
        if self.steps.embedded:
            begun = self.steps.figures.begin()
            response = handler(request)
            self.steps.figures.end(begun, response.result[0])
            return response
        try:
            return self._stepped(request, handler)
        except NoToolCalls:
            if not self.steps.tools:
                raise
            # The server knows better than its listing: what is there is searched for the model instead.
            self.steps.tools = False
            return self._stepped(request, handler)

    def _stepped(self, request: ModelRequest[Any], handler: Handler) -> ModelResponse[Any]:
        steps, found = self.steps, _results(request.messages)
        if not steps.tools and not found:
            steps.note(prompts.NO_TOOLS.format(model=steps.model))
            planned = tuple(steps.plan())
            if planned:
                return ModelResponse(result=[Reply("").message(planned)])
        calls = len([one for one in _this_turn(request.messages) if isinstance(one, AIMessage)])
        last = not steps.tools or calls + 1 >= MODEL_CALLS or len(self._made) >= TOOL_CALLS or self._repeats >= REPEATS
        names = {tool.name for tool in request.tools if not isinstance(tool, dict)}
        if last:
            hint = [ours(prompts.ANSWER_NOW)] if steps.tools else []
            request = request.override(tools=[], messages=[*request.messages, *hint])
        reply = self._usable(request, handler, names, last, bool(found))
        if not reply.text and (last or not reply.calls):
            steps.note(prompts.ENDED_BY_LIMIT.format(model=steps.model, limit=self._limit()))
            return ModelResponse(result=[replace(reply, text=steps.compose(found)).message(())])
        return ModelResponse(result=[reply.message(() if last else reply.calls[: TOOL_CALLS - len(self._made)])])

    def _limit(self) -> str:
        if self._repeats >= REPEATS:
            return "its calls, which it repeated"
        return f"{TOOL_CALLS} calls of tools" if len(self._made) >= TOOL_CALLS else f"{MODEL_CALLS} calls"

    def _usable(self, request: ModelRequest[Any], handler: Handler, names: set[str], last: bool, found: bool) -> Reply:
        """A reply with words or calls in it; one that has neither is asked for once more."""
        reply = self._asked(request, handler, names)
        if reply.text or (reply.calls and (not last or found)):
            return reply
        hint = prompts.CALL_PROPERLY if reply.unreadable_calls else prompts.WRITE_SOMETHING
        settings = dict(request.model_settings)
        if self.steps.thinks and reply.thinking:
            # It thought until nothing was left for the answer: once without thinking.
            settings["reasoning"] = False
        again = self._asked(
            request.override(messages=[*request.messages, ours(hint)], model_settings=settings), handler, names
        )
        # Where something was found, that is more use than an error.
        if again.text or found or (again.calls and not last):
            return again
        raise self._wordless(again, reply)

    def _wordless(self, again: Reply, before: Reply) -> ModelError:
        name = self.steps.model
        if again.unreadable_calls:
            return ModelError(
                f"The model {name} called a tool with arguments that cannot be read.",
                "Ask again, or choose a model that is better at calling tools: leadline models list",
            )
        if again.thinking or before.thinking:
            return ModelError(
                f"The model {name} thought and wrote no answer.",
                "Set thinking = false or raise max_tokens in the settings, or choose another model.",
            )
        return ModelError(f"The model {name} gave an empty answer.", "Ask again, or choose another model with --model.")

    def _asked(self, request: ModelRequest[Any], handler: Handler, names: set[str]) -> Reply:
        """One reply of the model; a call that broke off is made once more."""
        for attempt in (1, 2):
            try:
                return self._asked_once(request, handler, names)
            except ModelInterrupted:
                if attempt == 2:
                    raise
                self.steps.note(prompts.AGAIN.format(model=self.steps.model))
                time.sleep(PAUSE_S)
        raise AssertionError("unreachable: the second attempt returns or raises")

    def _asked_once(self, request: ModelRequest[Any], handler: Handler, names: set[str]) -> Reply:
        sent, estimated = self._fitted(request)
        begun = self.steps.figures.begin()
        message = None
        try:
            message = handler(sent).result[0]
        finally:
            self.steps.figures.end(begun, message)
        reply = read_reply(message, names)
        told = int((message.usage_metadata or {}).get("input_tokens") or 0)
        if estimated and told:
            # What this model's tokenizer really makes of such text; a cached prompt may be counted only in part.
            self._scale = max(0.5, min(3.0, self._scale * told / estimated)) if told > estimated / 2 else self._scale
        if reply.thinking:
            self.steps.thinking.append(reply.thinking)
        if reply.cut and reply.text and not reply.calls:
            self.steps.note(prompts.CUT_OFF.format(limit=f"{self.steps.max_tokens:,}"))
        return reply

    def _fitted(self, request: ModelRequest[Any]) -> tuple[ModelRequest[Any], int]:
        messages: list[AnyMessage] = list(request.messages)
        system = request.system_message if self.steps.tools else SystemMessage(self.steps.plain_prompt)
        estimated = 0
        if self.steps.budget:
            made = fit(messages, system, request.tools, self.steps.budget, self.context.book, self._scale)
            messages, estimated = made.messages, made.tokens
            self.steps.note(made.note)
        if not self.steps.tools:
            messages = _flat(messages)
        return request.override(messages=messages, system_message=system), estimated

    # The tools ------------------------------------------------------------------------------------------------

    def wrap_tool_call(self, request: Any, handler: Callable[[Any], Any]) -> Any:
        """One call: in its order, with arguments as the tool wants them, not one that was made before."""
        cancelled = CANCELLED.get()
        if cancelled is not None and cancelled.is_set():
            raise stopped()
        place = _place(request)
        token = PLACE.set(place)
        try:
            return self._carried_out(request, handler, place)
        finally:
            PLACE.reset(token)
            self.context.order.leave(place)

    def _carried_out(self, request: Any, handler: Callable[[Any], Any], place: int) -> Any:
        call = request.tool_call
        name, started = call["name"], time.monotonic()
        if request.tool is None:
            names = ", ".join(self.context.names)
            return self._refused(call, prompts.NO_SUCH_TOOL.format(name=name, names=names), started, place)
        arguments = mended(call["args"], request.tool.args)
        key = f"{name} {json.dumps(arguments, sort_keys=True, default=str).casefold()}"
        if not self._is_new(key):
            return self._refused(call, prompts.REPEATED, started, place)
        problem = _problem(request.tool, arguments)
        if problem:
            said = prompts.WRONG_ARGUMENTS.format(name=name, problem=problem)
            return self._refused(call, said, started, place)
        try:
            result = handler(request.override(tool_call={**call, "args": arguments}))
        except ModelError:
            raise
        except Exception as error:  # noqa: BLE001 - whatever a tool raises, the model is told and goes on
            # Not the error's own words: they may repeat arguments of a turn of which nothing may be kept.
            places = "".join(traceback.format_tb(error.__traceback__))
            log.error("the tool %s failed: %s\n%s", name, type(error).__name__, places)
            return self._refused(call, prompts.TOOL_BROKE.format(name=name), started, place)
        if isinstance(result, ToolMessage) and isinstance(result.artifact, dict) and "error" in result.artifact:
            self._may_come_again(key)
        if not self.context.was_recorded(place):
            # A guard kept it from being carried out: that is part of the record too.
            self._record(_shown(call, result), result.text if isinstance(result, ToolMessage) else "", started, place)
        return result

    def _is_new(self, key: str) -> bool:
        with self._lock:
            if key in self._made:
                self._repeats += 1
                return False
            self._made.add(key)
            return True

    def _may_come_again(self, key: str) -> None:
        """A call that failed may be made once more, word for word: what kept it may have passed."""
        with self._lock:
            if key not in self._failed:
                self._failed.add(key)
                self._made.discard(key)

    def _refused(self, call: dict[str, Any], words: str, started: float, place: int) -> ToolMessage:
        self._record(call, words, started, place)
        return ToolMessage(words, tool_call_id=call["id"], name=call["name"], status="error")

    def _record(self, call: dict[str, Any], words: str, started: float, place: int) -> None:
        made = ToolCall(call["name"], dict(call["args"]), time.monotonic() - started, False, words[:300])
        self.context.record(made, place)


def _shown(call: dict[str, Any], result: Any) -> dict[str, Any]:
    """A call that a guard refused, for the record: what a document put into it is shown, what is secret is not."""
    note = result.additional_kwargs.get(NOTE, {}) if isinstance(result, ToolMessage) else {}
    codes = {one["code"] for one in note.get("verdict", {}).get("risks", ()) if one["score"] >= 0.5}
    secret = any(code.split(".")[0] in ("secret", "canary", "harm") for code in codes)
    return {**call, "args": {}} if secret else call


def _sent(tool: Any, told: dict[str, dict[str, Any]]) -> Any:
    return tool if isinstance(tool, dict) else told[tool.name]


def _problem(tool: Any, arguments: dict[str, Any]) -> str:
    """What is wrong with the arguments of a call, in words; "" where nothing is."""
    try:
        tool.args_schema.model_validate(arguments)
    except ValidationError as error:
        return "; ".join(f"{'.'.join(map(str, one['loc']))}: {one['msg'].lower()}" for one in error.errors()[:4])
    return ""


def _this_turn(messages: Sequence[AnyMessage]) -> Sequence[AnyMessage]:
    last = max((place for place, one in enumerate(messages) if is_question(one)), default=-1)
    return messages[last + 1 :]


def _results(messages: Sequence[AnyMessage]) -> list[ToolMessage]:
    return [one for one in _this_turn(messages) if isinstance(one, ToolMessage)]


def _place(request: Any) -> int:
    """The place of a call among all of its turn, from 0: what its order is, however long each takes."""
    replies = [one for one in _this_turn(request.state["messages"]) if isinstance(one, AIMessage) and one.tool_calls]
    if not replies:
        return 0
    before = sum(len(one.tool_calls) for one in replies[:-1])
    ids = [one["id"] for one in replies[-1].tool_calls]
    return before + (ids.index(request.tool_call["id"]) if request.tool_call["id"] in ids else 0)


def _flat(messages: Sequence[AnyMessage]) -> list[AnyMessage]:
    """A conversation for a model that knows no tools: what was found stands before the question."""
    found = "\n".join(one.text for one in _results(messages))
    last = max(place for place, one in enumerate(messages) if is_question(one))
    question = "\n\n".join(one.text for one in messages[last:] if isinstance(one, HumanMessage))
    asked = prompts.FOUND_FOR_YOU.format(found=found, question=question) if found else question
    return [*messages[:last], HumanMessage(asked)]
