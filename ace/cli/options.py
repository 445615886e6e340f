"""Options that several commands share, and how results are printed."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from ace import config, jsonio
from ace.errors import UsageError
from ace.records import Json

Decorator = Callable[[Callable[..., Any]], Callable[..., Any]]


def common(function: Callable[..., Any]) -> Callable[..., Any]:
    """--artifacts, --json, --debug."""
    function = click.option("--debug", is_flag=True, help="Show the traceback of an error.")(function)
    function = click.option("--json", "as_json", is_flag=True, help="Print JSON on stdout.")(function)
    return click.option("--artifacts", default="", metavar="DIR", help="Folder of the runs (default data/artifacts).")(
        function
    )


def given(ctx: click.Context, parameter: click.Parameter, value: str | None) -> str:
    """What was typed; nothing is not it (`--run-id "$ID"` with an unset variable must not start a new run)."""
    if value is not None and not value.strip():
        message = (
            f"{parameter.opts[0] if isinstance(parameter, click.Option) else parameter.human_readable_name} is empty"
        )
        raise UsageError(message)
    return value or ""


def seconds(value: str | float) -> float:
    """A time to wait, for an option of this type: not below 0, and a number (nan would never be over)."""
    found = -1.0
    with contextlib.suppress(ValueError):
        found = float(value)
    if not found >= 0:
        message = f"{value!r} is not a number of seconds"
        raise click.BadParameter(message)
    return found


def root(artifacts: str) -> Path:
    """The folder of the runs, from the flag, the environment, the configuration files or the default."""
    return config.load({"artifacts": artifacts}).artifacts


def print_json(value: Json, *, indent: bool = True) -> None:
    """One JSON document on stdout, indented for reading or on one line; what a terminal might obey is escaped."""
    import re  # noqa: PLC0415

    import orjson  # noqa: PLC0415

    jsonio.dumps(value)  # strict: NaN must not become null on the way out, either
    text = orjson.dumps(value, option=orjson.OPT_INDENT_2 if indent else None).decode()
    click.echo(re.sub("[\x7f-\x9f\u202a-\u202e\u2066-\u2069]", lambda found: f"\\u{ord(found[0]):04x}", text))
