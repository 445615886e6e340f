"""ace ledger: what models have cost, what the ledger has saved; its export, and the end of old answers."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any, BinaryIO

import click

from ace import atomic, clock, config, jsonio
from ace.cli.options import print_json
from ace.providers import ledger_batches, ledger_report
from ace.providers.ledger_report import DIMENSIONS
from ace.records import Data

FILE = "llm.db"  # in the cache folder
STDOUT = "-"
DAYS = click.IntRange(min=1)


def common(function: Callable[..., Any]) -> Callable[..., Any]:
    """--json and --debug; the ledger is not in the folder of the runs."""
    function = click.option("--debug", is_flag=True, help="Show the traceback of an error.")(function)
    return click.option("--json", "as_json", is_flag=True, help="Print JSON on stdout.")(function)


@click.group(invoke_without_command=True)
@click.option("--by", type=click.Choice(DIMENSIONS), default="day", show_default=True, help="What each line sums up.")
@click.option("--days", type=DAYS, metavar="N", help="Only of the last N days, today included.")
@common
@click.pass_context
def command(context: click.Context, by: str, days: int | None, as_json: bool, debug: bool) -> None:
    """Show what models have cost, and what was saved.

    Every answer that was paid for is kept in the ledger and given again when the same question is asked, by any run;
    such answers are counted as not asked, at the price they once had. Days are those of UTC. With --json, all sums at
    once.

    \b
    ace ledger --by model --days 30
    ace ledger export all.jsonl
    ace ledger prune --older-than 90 --yes
    """
    if context.invoked_subcommand is not None:
        return
    with ledger_report.reading(_path()) as database:
        if database is None:
            _say_there_is_none(as_json)
            return
        since = (clock.now() - timedelta(days=days - 1)).strftime("%Y-%m-%d") if days else ""
        found = ledger_report.lines(database, since)
        total, kept = ledger_report.total(found), ledger_report.kept(database)
        unknown, batches = ledger_report.unknown(database, since), ledger_batches.still_open(database, "", "")
    if as_json:
        sums = {f"by_{one}": _json(found, one) for one in DIMENSIONS}
        under_way = [batch._asdict() | {"keys": len(batch.keys)} for batch in batches]
        print_json({"total": total.as_json(), **sums, "unknown": unknown, "batches": under_way, "kept": kept._asdict()})
        return
    from ace.views import ledger_table, terminal  # noqa: PLC0415  (rich is not needed for --json)

    terminal.show([ledger_table.spending(by, ledger_report.by(by, found), total)])
    for line in ledger_table.notes(total, unknown, batches, kept):
        click.echo(terminal.clean_line(line), err=True)


@command.command()
@click.argument("file", type=click.Path(path_type=Path, allow_dash=True))
@common
def export(file: Path, as_json: bool, debug: bool) -> None:
    """Write every call with its answer to FILE, one JSON object a line.

    FILE must not exist; - is stdout.
    """
    with ledger_report.reading(_path()) as database:
        if database is None:
            _say_there_is_none(as_json)
            return
        with _new_file(file) as stream:
            count = ledger_report.export(database, lambda row: _write(stream, row))
    if as_json and str(file) != STDOUT:
        print_json({"file": str(file), "calls": count})
    click.echo(f"{count} calls written to {'stdout' if str(file) == STDOUT else file}", err=True)


@command.command()
@click.option("--older-than", type=DAYS, required=True, metavar="DAYS", help="Age from which answers are deleted.")
@click.option("--yes", is_flag=True, help="Do it. Without this, only say what would be done.")
@common
def prune(older_than: int, yes: bool, as_json: bool, debug: bool) -> None:
    """Delete old answers; what was spent stays known.

    A question whose answer was deleted is paid for again when it is asked again.
    """
    before = clock.stamp(clock.now() - timedelta(days=older_than))
    with ledger_report.reading(_path()) as database:
        if database is None:
            _say_there_is_none(as_json)
            return
        old = ledger_report.kept(database, before)
    if yes and old.answers:
        _delete(before)
    if as_json:
        print_json({"done": yes, "answers": old.answers, "bytes": old.bytes})
        return
    done = "deleted" if yes else "would be deleted; --yes does it"
    click.echo(f"{old.answers} answers of before {before[:10]}, {old.bytes / 1e6:.1f} MB: {done}", err=True)


def _delete(before: str) -> None:
    from ace.providers.ledger import Ledger  # noqa: PLC0415

    ledger = Ledger(_path())
    try:
        ledger.prune(before)
    finally:
        ledger.close()


def _path() -> Path:
    return config.load().cache / FILE


def _json(found: list[ledger_report.Line], dimension: str) -> list[Data]:
    return [{dimension: name, **sums.as_json()} for name, sums in ledger_report.by(dimension, found).items()]


def _say_there_is_none(as_json: bool) -> None:
    if as_json:
        print_json(None)
    click.echo(f"no ledger at {_path()}: no model was asked yet", err=True)


@contextmanager
def _new_file(file: Path) -> Iterator[BinaryIO]:
    """For writing; it must not exist. Raises CannotCreate."""
    if str(file) == STDOUT:
        yield sys.stdout.buffer
        return
    try:
        descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    except OSError as error:
        raise atomic.cannot_create(file, error) from error
    with atomic.explained(file, "write"), os.fdopen(descriptor, "wb") as stream:
        yield stream


def _write(stream: BinaryIO, row: Data) -> None:
    stream.write(jsonio.line(row))
