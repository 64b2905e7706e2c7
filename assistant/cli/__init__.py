"""The command line. Heavy parts are imported by the command that needs them: `leadline --help` is instant."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from assistant.cli import conversations, library, models, people, talk, tools

app = typer.Typer(
    name="leadline",
    help="Ask your own documents; every sentence of the answer is a checked quotation, a tool result that shows "
    "its working, or visibly marked as neither.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _version(asked: bool) -> None:
    if asked:
        from importlib.metadata import version

        print(f"leadline {version('leadline')}")
        raise typer.Exit


@app.callback()
def _root(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Say which version this is.")
    ] = False,
) -> None:
    pass


for part in (library, people, talk, models, conversations, tools):
    part.register(app)


def _add_installed() -> None:
    """Commands that other packages bring: entry points of the group `leadline.commands`, each a Typer app."""
    from importlib.metadata import entry_points

    known = {group.name for group in app.registered_groups}
    for found in entry_points(group="leadline.commands"):
        if found.name not in known:
            try:
                app.add_typer(found.load(), name=found.name)
            except ImportError as error:
                # One that is broken leaves the others working.
                print(f"leadline: the command {found.name} cannot be loaded: {error}", file=sys.stderr)


def main() -> None:
    """Run a command. 0 done, 1 a clear failure, 2 wrong usage; no traceback for what a user can mend."""
    from corpora.errors import LeadlineError

    try:
        _add_installed()
        app()
    except LeadlineError as error:
        print(f"leadline: {error}", file=sys.stderr)
        raise SystemExit(error.exit_code) from None
    except KeyboardInterrupt:
        print("leadline: stopped; what was finished is kept.", file=sys.stderr)
        raise SystemExit(130) from None
    except BrokenPipeError:
        # The reader of our output has gone (`| head`): nothing is wrong.
        sys.stderr.close()
        raise SystemExit(0) from None
