"""Commands about kept conversations: list, show, export, rename, delete."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from assistant.cli.output import Json, say, table, write_json
from corpora.errors import ConversationNotFound, UsageError

if TYPE_CHECKING:
    from assistant.conversations import Conversation, Conversations

conversations_app = typer.Typer(
    help="List, show, export, rename or delete conversations.", invoke_without_command=True, rich_markup_mode=None
)
Name = Annotated[str, typer.Argument(help="Its id, or the beginning of it.")]
Owner = Annotated[str, typer.Option("--owner", help="Whose conversations, where the page has several users.")]


def open_conversations() -> Conversations:
    from assistant.conversations import Conversations
    from assistant.settings import load

    return Conversations(load().home)


def named(kept: Conversations, name: str, owner: str = "") -> Conversation:
    """The conversation of an id or of its beginning."""
    try:
        return kept.get(name, owner)
    except ConversationNotFound:
        matching = [one for one in kept.list(owner) if name and one.id.startswith(name)]
        if len(matching) > 1:
            found = ", ".join(one.id for one in matching[:5])
            raise UsageError(f"{name!r} could be any of {found}.", "Give more of the id.") from None
        if not matching:
            raise
        return matching[0]


@conversations_app.callback()
def conversations_root(context: typer.Context, as_json: Json = False) -> None:
    if context.invoked_subcommand is None:
        _list("", "", as_json)


@conversations_app.command("list")
def conversations_list(
    search: Annotated[str, typer.Option("--search", "-s", help="Only those that hold these words.")] = "",
    owner: Owner = "",
    as_json: Json = False,
) -> None:
    """The conversations, the last used first."""
    _list(search, owner, as_json)


def _list(search: str, owner: str, as_json: bool) -> None:
    found = open_conversations().list(owner, search)
    if as_json:
        write_json([one.to_json() for one in found])
    elif not found:
        say("No conversation holds these words." if search else "No conversations yet: leadline ask -c new QUESTION")
    else:
        rows = [(one.id, one.title or "(no title)", one.turns, _when(one.updated_at)) for one in found]
        table(("id", "title", "turns", "last used"), rows, right=("turns",))


def _when(moment: str) -> str:
    return moment[:16].replace("T", " ")


@conversations_app.command("show")
def conversations_show(name: Name, owner: Owner = "", as_json: Json = False) -> None:
    """A conversation as it was: questions, checked answers, sources."""
    from assistant.cli.talk import print_turn
    from assistant.conversations import export_json

    kept = open_conversations()
    one = named(kept, name, owner)
    turns = kept.turns(one.id, owner)
    if as_json:
        print(export_json(one, turns, kept.notes(one.id, owner)), end="")
        return
    for turn in turns:
        print(f"> {turn.question}\n")
        print_turn(turn)
        print()
    if one.unfinished:
        say(f"This question was not finished: {one.unfinished}")


@conversations_app.command("export")
def conversations_export(
    name: Name,
    out: Annotated[Path | None, typer.Option("--out", "-o", help="The file; standard output without it.")] = None,
    format: Annotated[str, typer.Option("--format", "-f", help="md or json.")] = "md",
    owner: Owner = "",
) -> None:
    """Write a conversation as Markdown with references, or as JSON with everything."""
    from assistant.cli.library import open_library
    from assistant.conversations import export_json, export_markdown

    if format not in ("md", "json"):
        raise UsageError(f"There is no format {format!r}.", "Use md or json.")
    kept = open_conversations()
    one = named(kept, name, owner)
    turns, notes = kept.turns(one.id, owner), kept.notes(one.id, owner)
    if format == "json":
        text = export_json(one, turns, notes)
    else:
        text = export_markdown(one, turns, notes, open_library().documents())
    if out is None:
        print(text, end="")
        return
    try:
        out.write_text(text, encoding="utf-8")
    except OSError as error:
        raise UsageError(f"{out} cannot be written ({error.strerror}).", "Choose another file with --out.") from error
    say(f"{out} written.")


@conversations_app.command("rename")
def conversations_rename(
    name: Name, title: Annotated[str, typer.Argument(help="The new title.")], owner: Owner = ""
) -> None:
    """Give a conversation another title."""
    kept = open_conversations()
    say(f"Renamed to {kept.rename(named(kept, name, owner).id, title, owner).title!r}.")


@conversations_app.command("delete")
def conversations_delete(name: Name, owner: Owner = "", as_json: Json = False) -> None:
    """Delete a conversation for good, its checkpoints and its bytes in the file too."""
    kept = open_conversations()
    one = named(kept, name, owner)
    kept.delete(one.id, owner)
    if as_json:
        write_json({"id": one.id, "deleted": True})
    else:
        say(f"Deleted {one.title!r}.")


def register(app: typer.Typer) -> None:
    app.add_typer(conversations_app, name="conversations")
