"""Commands that answer, serve and diagnose: ask, serve, doctor."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated, Any

import typer

from assistant.cli.library import Documents, _names
from assistant.cli.output import Batch, Json, one_of, quiet_libraries, run_batch, say, write_json
from corpora.errors import LeadlineError

if TYPE_CHECKING:
    from assistant.assistant import Assistant
    from assistant.citations.model import Citation
    from assistant.turn import Turn

_MARKS = {
    "supported": "✓ verified",
    "partly": "~ partly supported",
    "unsupported": "✗ not supported",
    "uncited": "? no source",
    "tool": "= computed",
    "notice": "",
}


def ask_command(
    question: Annotated[str | None, typer.Argument(help="The question.")] = None,
    document: Documents = None,
    model: Annotated[
        str | None,
        typer.Option("--model", "-m", help="auto, embedded, a model's name in Ollama, SERVER:MODEL or PROVIDER:MODEL."),
    ] = None,
    conversation: Annotated[
        str | None,
        typer.Option("--conversation", "-c", help="Go on with this conversation, by its id; `new` begins one."),
    ] = None,
    batch: Batch = None,
    as_json: Json = False,
) -> None:
    """Answer a question from the documents, every sentence with what it stands on."""
    from assistant.assistant import Assistant
    from assistant.settings import load

    one_of(question, batch, "a question")
    with quiet_libraries():
        assistant = Assistant(load())
        if batch is not None:

            def work(row: Mapping[str, Any]) -> Mapping[str, Any]:
                wanted = _names(row.get("documents"), "documents") or document
                return assistant.ask(row["question"], documents=wanted, model=model).to_json()

            run_batch(batch, "question", work)
            return
        assert question is not None
        kept = _conversation(assistant, conversation)
        try:
            turn = assistant.ask(question, documents=document, model=model, conversation=kept)
        except LeadlineError:
            if kept and conversation == "new":
                # A conversation whose first question failed is none.
                assistant.conversations.delete(kept)
            raise
    if as_json:
        write_json({**turn.to_json(), **({"conversation": kept} if kept else {})})
    else:
        print_turn(turn)
        if conversation == "new":
            say(f"Go on with: leadline ask -c {kept} QUESTION")


def _conversation(assistant: Assistant, name: str | None) -> str | None:
    from assistant.cli.conversations import named

    if name is None:
        return None
    kept = assistant.conversations
    return kept.create().id if name == "new" else named(kept, name).id


def print_turn(turn: Turn) -> None:
    from corpora.sentences import readable

    sources: list[Citation] = []
    for statement in turn.checked.statements:
        labels = "".join(f" [{label}]" for label in dict.fromkeys(c.label for c in statement.citations))
        mark = _MARKS.get(str(statement.support), "")
        print(f"{readable(statement.text)}{labels}" + (f"   ({mark})" if mark else ""))
        sources.extend(c for c in statement.citations if c.quote)
    if sources:
        print()
        for citation in dict.fromkeys(sources):
            print(f"[{citation.label}] {citation.document}, page {citation.page}: “{readable(citation.quote)[:300]}”")
    for call in turn.tools:
        if call.working:
            print("\n" + "\n".join(f"    {line}" for line in call.working))
    for note in turn.notes:
        say(f"\n{note}")
    who = "Done" if turn.stopped_at else f"Answered by {turn.model}"
    say(f"\n{turn.summary.rstrip('.')}. {who} in {turn.timings.total_s:.1f} s{_speed(turn)}.")


def _speed(turn: Turn) -> str:
    """Tokens and speed, where the model reports them."""
    usage = turn.usage
    if not usage.get("output_tokens"):
        return ""
    parts = [f"{usage['input_tokens']:.0f} tokens read, {usage['output_tokens']:.0f} written"]
    if "output_tokens_per_s" in usage:
        parts.append(f"{usage['output_tokens_per_s']:.0f} a second")
    if usage.get("context_available"):
        parts.append(f"context {100 * usage['context_used'] / usage['context_available']:.0f} % full")
    return f" ({'; '.join(parts)})"


def serve_command(
    host: Annotated[str | None, typer.Option(help="Where to listen; 0.0.0.0 shows the page to the network.")] = None,
    port: Annotated[int | None, typer.Option(help="The port; 0 takes any free one.")] = None,
) -> None:
    """Serve the page."""
    from assistant.settings import load
    from assistant.ui.serve import serve

    serve(load(host=host, port=port))


def doctor_command(as_json: Json = False) -> None:
    """What works, what is missing, and the command that mends it."""
    from assistant.doctor import examine
    from assistant.settings import load

    with quiet_libraries():
        checks = examine(load())
    if as_json:
        write_json({"ok": all(c["ok"] for c in checks if c["needed"]), "checks": checks})
    else:
        for check in checks:
            mark = "ok     " if check["ok"] else ("MISSING" if check["needed"] else "absent ")
            print(
                f"{mark}  {check['name']}: {check['detail']}" + (f"\n         {check['mend']}" if check["mend"] else "")
            )
    if not all(c["ok"] for c in checks if c["needed"]):
        raise typer.Exit(1)


def register(app: typer.Typer) -> None:
    app.command("ask")(ask_command)
    app.command("serve")(serve_command)
    app.command("doctor")(doctor_command)
