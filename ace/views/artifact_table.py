"""Draw artifacts: the overview of a run, the summary and the preview of one, an item whole."""

from __future__ import annotations

import re
from collections.abc import Iterator

from rich.console import Group, RenderableType
from rich.padding import Padding

from ace.records import Data, Json
from ace.runs import Run
from ace.views import artifact, terminal
from ace.views.artifact import Listing, Preview
from ace.views.outline import INLINE, compact, outline
from ace.views.progress import money, seconds
from ace.views.reading import Opened
from ace.views.runs_table import local, size
from ace.views.safe import clean, shortened
from ace.views.terminal import Column

ROOMY = 110  # columns from which ids are shown whole
HEX = re.compile("[0-9a-f]*")  # ids that are hashes: nobody reads them to the end
METHOD_MIN = 12  # columns
SHORT_ID = 8  # characters that are enough to name one of a few hundred items; --items takes prefixes
LABEL = 10  # columns of the labels in a summary


def overview(run: Run, opened: list[Opened], room: int | None = None) -> RenderableType:
    """A table of the artifacts of a run."""
    rows = artifact.overview(opened)
    there = sum(one.artifact is not None for one in opened)
    table = terminal.table(
        [
            Column("", [str(row["phase_number"]) for row in rows], right=True),
            Column("artifact", [row["phase_name"] for row in rows]),
            Column("state", [_state(row) for row in rows], style=terminal.state_style),
            Column("in → out", [_flow(row) for row in rows], right=True, rank=1),
            Column("dropped", [_number(row["dropped_count"]) for row in rows], right=True, rank=4),
            Column("failed", [_number(row["failed_count"]) for row in rows], right=True, rank=3),
            Column("size", [_size(row["output_bytes"]) for row in rows], right=True, rank=2),
            Column("method", [row["method"] for row in rows], rank=5, flexible=METHOD_MIN),
        ],
        room,
    )
    head = f"{run.pipeline} run {run.id}: {there} of {len(opened)} artifacts in {run.folder}"
    return Group(terminal.line(head, "bold"), table, *_warnings(rows, room))


def summary(one: Opened, room: int | None = None) -> RenderableType:
    """What the metadata of an artifact say that a reader wants first."""
    return Group(*(_styled(text, style, room) for text, style in _summary(one.metadata)))


def _styled(text: str, style: str, room: int | None) -> RenderableType:
    found = terminal.paragraphs([text], room, LABEL)
    found.stylize(style)
    return found


def data(run: Run, one: Opened, found: Preview, room: int | None = None) -> RenderableType:
    """A preview of the data: lists as tables, the rest as lines."""
    parts: list[RenderableType] = []
    for listing in found.lists:
        more = listing.total > listing.shown
        parts += [terminal.line(""), terminal.line(f"{listing.key}: {listing.total}", "bold"), table(listing, room)]
        if more:
            rest = listing.total - listing.shown
            parts.append(terminal.line(f"… {rest} more: {_more(run, one, listing, found)}", "dim"))
    if found.lines:
        parts += [terminal.line(""), terminal.paragraphs(found.lines, room)]
    return Group(*parts)


def table(listing: Listing, room: int | None = None) -> RenderableType:
    """A list of objects, indented under its heading."""
    room = terminal.width() if room is None else room
    columns = [
        Column(
            name,
            _short_ids(cells, room) if name == "id" else cells,
            rank=artifact.column_rank(name),
            right=artifact.is_score(name) or name == "rank",
            flexible=terminal.TITLE_MIN if name in artifact.LONG else 0,
        )
        for name, cells in listing.columns.items()
    ]
    return Padding(terminal.table(columns, room - 2), (0, 0, 0, 2), expand=False)


def value(found: Json, room: int | None = None) -> RenderableType:
    """Any JSON as indented lines, nothing shortened."""
    return terminal.paragraphs(outline(found), room)


def items(found: list[Data], room: int | None = None) -> RenderableType:
    """Items whole, one after the other."""
    parts: list[RenderableType] = []
    for place, one in enumerate(found):
        parts += [*([terminal.line("")] if place else []), value(artifact.ordered(one), room)]
    return Group(*parts)


def _warnings(rows: list[Data], room: int | None) -> list[RenderableType]:
    """What the phases warned of, below the table: there is no column for it on most terminals."""
    said = [f"{row['phase_number']} {row['phase_name']}: {warning}" for row in rows for warning in row["warnings"]]
    return [terminal.line(""), terminal.paragraphs(said, room)] if said else []


def _summary(said: Data) -> Iterator[tuple[str, str]]:
    number, name = said.get("phase_number"), said.get("phase_name")
    head = f"phase {number} {name} of {said.get('pipeline')} run {said.get('run_id')}"
    yield f"{head}, committed {local(str(said.get('timestamp', '')))}", "bold"
    for label, text in _facts(said):
        if text:
            yield f"{label:<{LABEL}}{clean(text)}", ""
    for warning in said.get("warnings", []):
        yield f"{'warning':<{LABEL}}{clean(warning)}", "yellow"
    for failed in said.get("failed_items", [])[: artifact.PREVIEW_OTHERS]:
        said_of_it = clean(f"{failed.get('key')}: {failed.get('error')}: {failed.get('message')}")
        yield f"{'failed':<{LABEL}}{said_of_it}", "red"


def _facts(said: Data) -> Iterator[tuple[str, str]]:
    counts = f"{said.get('input_count', 0)} → {said.get('output_count', 0)}"
    extra = [f"{said[key]} {word}" for key, word in _EXTRA if said.get(key)]
    yield "items", ", ".join([counts, *extra])
    yield "time", f"{seconds(said.get('duration_seconds', 0.0))}, CPU {seconds(said.get('cpu_seconds', 0.0))}"
    yield "status", said["status"] if said.get("status") not in (None, "completed") else ""
    yield "method", str(said.get("method", ""))
    yield "cost", money(said.get("cost_usd", 0.0)).strip("-")
    yield "reads", ", ".join(said.get("fingerprint", {}).get("inputs", {}))
    yield "missing", ", ".join(said.get("missing_inputs", []))
    yield "config", ", ".join(f"{key}={_short(one)}" for key, one in said.get("config", {}).items())
    yield "size", _size(said.get("output_bytes"))
    yield "files", ", ".join(said.get("files", {}))


_EXTRA = (("dropped_count", "dropped"), ("failed_count", "failed"))


def _more(run: Run, one: Opened, listing: Listing, found: Preview) -> str:
    command = f"ace view {run.id} --phase {one.name}"
    first = found.lists[0].key == listing.key
    return f"{command} --items" if first else f"{command} --field {listing.key}"


def _short(found: Json) -> str:
    return shortened(artifact.cell(found) if isinstance(found, str) else compact(found), INLINE)


def _short_ids(cells: list[str], room: int) -> list[str]:
    short = [cell[:SHORT_ID] for cell in cells]
    if (
        room >= ROOMY
        or not all(map(HEX.fullmatch, cells))
        or len(set(short)) < len(set(cells))
        or max(map(len, cells), default=0) <= SHORT_ID + 4
    ):
        return cells
    return short


def _state(row: Data) -> str:
    return str(row["recorded_state"] if row["state"] == "absent" else row["state"])


def _flow(row: Data) -> str:
    return "" if row["output_count"] is None else f"{row['input_count'] or 0} → {row['output_count']}"


def _number(count: int | None) -> str:
    return str(count) if count else ""


def _size(count: float | None) -> str:
    return "" if count is None else size(count)
