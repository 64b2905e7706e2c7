"""Who may log in to a page with users: add, list, remove."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from assistant.cli.output import Json, say, write_json

if TYPE_CHECKING:
    from assistant.ui.people import Users

users = typer.Typer(help="Who may log in to the page.", no_args_is_help=True)
File = Annotated[
    Path | None, typer.Option("--file", help="The users file; else users_file of the settings, else users.json.")
]


def _users(file: Path | None) -> Users:
    from assistant.settings import load
    from assistant.ui.people import Users

    settings = load()
    return Users(file or settings.users_file or settings.home / "users.json")


@users.command("add")
def add(
    name: Annotated[str, typer.Argument(help="The name to log in with.")],
    password: Annotated[
        str | None,
        typer.Option("--password", help="Better left out: it is asked for, or read from LEADLINE_PASSWORD."),
    ] = None,
    file: File = None,
) -> None:
    """Add a user, or give one a new password."""
    held = _users(file)
    given = password or os.environ.get("LEADLINE_PASSWORD")
    if given is None:
        if not sys.stdin.isatty():
            given = sys.stdin.readline().rstrip("\n")
        else:
            given = typer.prompt("Password", hide_input=True, confirmation_prompt=True)
    held.add(name, given)
    say(f"{name} may log in. Serve the page with LEADLINE_USERS_FILE={held.path}")


@users.command("list")
def list_users(file: File = None, as_json: Json = False) -> None:
    """Names, one a line."""
    names = _users(file).names()
    if as_json:
        write_json(names)
    else:
        for name in names:
            print(name)


@users.command("remove")
def remove(name: Annotated[str, typer.Argument(help="The name.")], file: File = None) -> None:
    """Remove a user, who is out at once. What the user stored stays in the data folder."""
    _users(file).remove(name)
    say(f"{name} may not log in any more.")


def register(app: typer.Typer) -> None:
    app.add_typer(users, name="users")
