"""The `ace` command: a table of subcommands, each in its own file and imported only when it is called."""

from __future__ import annotations

import contextlib
import os
import sys
from importlib import import_module
from typing import Any

import click

import ace
from ace.errors import EXIT_CODES, AceError, StorageError

COMMANDS: dict[str, str] = {  # name: first line of its help, so that `ace --help` imports none of them
    "run": "Run a pipeline, or go on with a run.",
    "batch": "Run a pipeline once for each of many inputs.",
    "plan": "Show what a run would do, and why.",
    "why": "Explain what will be done with one phase, and what caused it.",
    "status": "Show a run's phases: state, time, in → out, cost.",
    "list": "List runs, the newest first.",
    "pause": "Ask a running run to stop where it can go on.",
    "resume": "Go on with a run that was paused, failed or crashed.",
    "cancel": "End a run for good.",
    "retry": "Run a phase and all that depend on it anew.",
    "rollback": "Put aside what a run has made after a phase.",
    "view": "Look into an artifact.",
    "compare": "Compare runs side by side.",
    "trace": "Tell an item's whole way through a run, and where and why it was dropped.",
    "verify": "Check every artifact of a run again.",
    "prune": "Delete and compress old runs.",
    "ledger": "Show what models have cost, and what was saved.",
    "doctor": "Say what works here and what is missing.",
    "pipelines": "List the pipelines that can be run.",
}
EPILOG = "Exit codes:\n\n\b\n" + "\n".join(f"{code:>4}  {meaning}" for code, meaning in EXIT_CODES.items())


class Commands(click.Group):
    """Finds a subcommand by name without importing the others."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        command: click.Command = import_module(f"ace.cli.{module_of(cmd_name)}").command
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        if args and args[0] not in COMMANDS and not args[0].startswith("-"):
            from ace.runs import nearest  # noqa: PLC0415

            near = nearest(args[0], list(COMMANDS))
            ctx.fail(f"no command {args[0]!r}" + (f"; did you mean {', '.join(near)}?" if near else "; see ace --help"))
        return super().resolve_command(ctx, args)

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except BrokenPipeError:  # `ace list | head`: the reader has seen enough
            return 0

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))


def module_of(name: str) -> str:
    return f"{name}_runs" if name == "list" else name  # a module called `list` would hide the built-in


@click.group(cls=Commands, epilog=EPILOG, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(ace.__version__, prog_name="ace")
def group() -> None:
    """Batch pipelines whose every phase leaves a checked artifact on disk.

    A crash at phase 8 never costs phases 1 to 7 again.
    """


def main(arguments: list[str] | None = None) -> None:
    """Run the command and exit with its code. Errors are one sentence and a hint; a traceback only with --debug."""
    try:
        code = group.main(arguments, standalone_mode=False)
    except click.exceptions.Abort:
        code = 130
    except click.ClickException as error:
        error.show()
        code = error.exit_code
    except AceError as error:
        code = report(error)
    except KeyboardInterrupt:
        code = 130
    except Exception as error:
        code = report(_unwritable(error)) if isinstance(error, OSError) and error.filename is None else _bug(error)
    _let_go_of_readers()
    sys.exit(code if isinstance(code, int) else 0)


def _let_go_of_readers() -> None:
    """The exit code is the command's, also when nobody reads its output any more (Python would make it 120)."""
    for name in ("stdout", "stderr"):
        stream = getattr(sys, name)
        try:
            stream.flush()
        except (OSError, ValueError):
            with contextlib.suppress(OSError, ValueError):
                os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())
            setattr(sys, name, None)  # Python would try once more


def _unwritable(error: OSError) -> StorageError:
    """The error of a stream: what names no file is no file of ACE's."""
    hint = "everything committed is kept; send the output elsewhere, or make room for it"
    return StorageError(f"the output cannot be written: {error.strerror or error}", hint=hint)


def report(error: AceError) -> int:
    """Print an error as a user should see it. Returns its exit code."""
    if "--debug" in sys.argv:
        _traceback(error)
    from ace.views.safe import clean  # noqa: PLC0415  (only when there is something to say)

    with contextlib.suppress(OSError):  # the exit code tells, where the message cannot
        click.echo(f"ace: {clean(error.message, lines=True)}", err=True)
        if error.hint:
            click.echo(f"     {clean(error.hint, lines=True)}", err=True)
    return error.exit_code


def _bug(error: Exception) -> int:
    if "--debug" in sys.argv:
        _traceback(error)
    with contextlib.suppress(OSError):
        click.echo(f"ace: a bug in ACE: {type(error).__name__}: {error}", err=True)
        click.echo("     committed artifacts are intact; run it again with --debug for the traceback", err=True)
    return 70


def _traceback(error: Any) -> None:
    import traceback  # noqa: PLC0415

    traceback.print_exception(error)
