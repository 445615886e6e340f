"""ace view: look into the artifacts of a run."""

from __future__ import annotations

import click

from ace.cli.options import common, print_json, root
from ace.errors import UsageError
from ace.records import Json
from ace.runs import Run, resolve
from ace.views import artifact, declared, fields, reading
from ace.views.reading import Opened


@click.command()
@click.argument("run", default="")
@click.option("--run-id", default="", metavar="X", help="The same as RUN.")
@click.option("--phase", "-p", default="", metavar="N|NAME", help="One artifact: summary and readable data.")
@click.option(
    "--items",
    is_flag=False,
    flag_value="",
    default=None,
    metavar="[N|ID]",
    help="Its items: all, the first N, or the whole item whose id begins so.",
)
@click.option("--field", default="", metavar="PATH", help="One value, or one of every item.")
@click.option("--metadata", is_flag=True, help="Its metadata, whole.")
@click.option("--full", is_flag=True, help="Shorten nothing.")
@common
def command(
    run: str,
    run_id: str,
    phase: str,
    items: str | None,
    field: str,
    metadata: bool,
    full: bool,
    artifacts: str,
    as_json: bool,
    debug: bool,
) -> int:
    """Look into an artifact.

    RUN is an id, a prefix of one, `latest` (the default) or `latest-PIPELINE`. Without --phase: a table of its
    artifacts. Checksums are verified: an artifact that is damaged or was changed after its commit is named, and the
    exit code is 65. Control characters in scraped text are left out; --json prints values exactly.

    \b
    ace view 20261122_031500
    ace view --phase scraping --items 20
    ace view --phase ranking --items 3f9c
    ace view --phase scraping --field 'articles[].title'
    ace view --phase scraping --field 'sources[status=timeout].name'
    ace view --phase tier1_filter --field metadata.config --json
    """
    found = resolve(root(artifacts), _which(run, run_id))
    if not phase:
        if items is not None or field or metadata:
            message = "which artifact? --items, --field and --metadata go with --phase"
            raise UsageError(message, hint=f"phases: {', '.join(name for _, name, _ in reading.phases(found))}")
        return _overview(found, artifacts, as_json=as_json)
    one = reading.one(found, reading.phase(found, phase))
    _complain(found, one, artifacts)
    if one.artifact is None:
        if not one.trouble:
            raise _nothing_yet(found, one)
        return reading.DAMAGED_EXIT
    _show(found, one, items, field, metadata=metadata, full=full, as_json=as_json)
    return reading.exit_code([one])


def _which(run: str, run_id: str) -> str:
    if run and run_id and run != run_id:
        message = f"two runs are named: {run!r} and {run_id!r}"
        raise UsageError(message, hint="ace compare shows two runs side by side")
    return run or run_id or "latest"


def _overview(run: Run, artifacts: str, *, as_json: bool) -> int:
    opened = reading.every(run)
    for one in opened:
        _complain(run, one, artifacts)
    if as_json:
        print_json({"run_id": run.id, "pipeline": run.pipeline, "artifacts": artifact.overview(opened)})
    else:
        from ace.views import artifact_table, terminal  # noqa: PLC0415  (rich is not needed for --json)

        terminal.show([artifact_table.overview(run, opened)])
    return reading.exit_code(opened)


def _show(run: Run, one: Opened, items: str | None, field: str, *, metadata: bool, full: bool, as_json: bool) -> None:
    if one.artifact is None:
        return
    data = one.artifact.data()
    said = declared.of_run(run.content).get(one.name)
    if field:
        _value(fields.select({"metadata": one.metadata, "data": data}, field), field, as_json=as_json)
    elif items is not None:
        found, single = artifact.pick(data, said, items, one.name)
        _items(found, declared.items_key(data, said), whole=single or full, as_json=as_json, single=single)
    elif as_json:
        print_json(one.metadata if metadata else {"metadata": one.metadata, "data": data})
    else:
        _readable(run, one, data, said, metadata=metadata, full=full)


def _value(found: fields.Selection, field: str, *, as_json: bool) -> None:
    if found.many and not found.values:
        click.echo(f"ace: nothing matches {field}", err=True)
    if as_json:
        print_json(found.json)
        return
    from ace.views import artifact_table, terminal  # noqa: PLC0415

    terminal.show(artifact_table.value(value) for value in found.values)


def _items(found: list[Json], key: str, *, whole: bool, as_json: bool, single: bool) -> None:
    if as_json:
        print_json(found[0] if single else found)
        return
    from ace.views import artifact_table, terminal  # noqa: PLC0415

    if whole:
        terminal.show([artifact_table.items(found)])
    else:
        terminal.show([artifact_table.table(artifact.listing(key, found, len(found)))])


def _readable(
    run: Run, one: Opened, data: dict[str, Json], said: declared.Declared | None, *, metadata: bool, full: bool
) -> None:
    from ace.views import artifact_table, reader_tables, terminal  # noqa: PLC0415

    if metadata:
        terminal.show([artifact_table.value(one.metadata)])
    elif full:
        terminal.show([artifact_table.value({"metadata": one.metadata, "data": data})])
    elif said and (tables := reader_tables.found(data, said)):
        more = f"ace view {run.id} --phase {one.name} --field '{said.tables}[{{}}].rows'"
        terminal.show([artifact_table.summary(one), reader_tables.drawn(tables, more)])
    else:
        shown = artifact.preview(data, said)
        terminal.show([artifact_table.summary(one), artifact_table.data(run, one, shown)])


def _complain(run: Run, one: Opened, artifacts: str) -> None:
    if one.trouble:
        click.echo(reading.complaint(run, one, artifacts), err=True)


def _nothing_yet(run: Run, one: Opened) -> UsageError:
    state = one.recorded.get("state", "pending")
    message = f"phase {one.number} {one.name} of run {run.id} has no artifact: it is {state}"
    return UsageError(message, hint=f"ace status {run.id}")
