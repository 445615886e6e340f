"""What a batch says of its reports, for readers: which to look at, what does not hold across them, what is replaced."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import PurePath
from typing import Any

from ace import Finished
from phases.fund.report.report_cells import Cell, Table, shown, words

KINDS = {
    "carried_forward": "prior ending = this beginning",
    "cumulated": "prior total + this period = total",
    "stated_twice": "stated twice for one day",
    "superseded": "superseded",
}


def sentence(one: Mapping[str, Any]) -> str:
    """A finding that does not hold, or a value that is replaced, in a sentence."""
    before, now = (shown(Cell(one[key]["value"], one["unit"])) for key in ("earlier", "later"))
    names = tuple(PurePath(one[key]["input"]).name for key in ("earlier", "later"))
    metric = words(one["metric"])
    if one["kind"] == "superseded":
        return f"{one['fund']}: {metric} {before} of {names[0]} is superseded by {now} of {names[1]} ({one['detail']})"
    return f"{one['fund']}: {metric}, {KINDS[one['kind']]}, does not hold: {before} in {names[0]}, {now} in {names[1]}"


def tables(
    finished: Sequence[Finished], findings: Sequence[Mapping[str, Any]], superseded: Sequence[Mapping[str, Any]]
) -> list[Table]:
    """The tables that have something to say: reports that need a person first."""
    broken = [one for one in findings if one["holds"] is False]
    held = [one for one in findings if one["holds"] is True]
    listed = [
        _to_look_at(finished),
        _findings(f"Across reports: does not hold ({len(broken)})", broken),
        _findings(f"Superseded ({len(superseded)})", superseded),
        _findings(f"Across reports: holds ({len(held)})", held),
    ]
    return [table for table in listed if table.rows]


def _to_look_at(finished: Sequence[Finished]) -> Table:
    """Reports with something in their review queue, an equation that breaks, or a phase that failed."""
    rows = [row for one in finished if (row := _report(one)) is not None]
    columns = ("report", "run", "to review", "of figures", "what does not tie, what is missing")
    return Table(f"Reports to look at ({len(rows)} of {len(finished)})", columns, rows)


def _report(one: Finished) -> tuple[Cell, ...] | None:
    facts, flags, missing = one.data.get("facts", {}), one.data.get("flags", ()), one.data.get("missing", ())
    if not (facts.get("to_look_at") or flags or missing):
        return None
    said = [*map(words, flags), *(f"{words(name)} failed" for name in missing)]
    return (
        Cell(PurePath(one.input).name),
        Cell(one.run_id),
        Cell(facts.get("to_look_at"), "count"),
        Cell(facts.get("fields"), "count"),
        Cell(", ".join(said)),
    )


def _findings(title: str, findings: Iterable[Mapping[str, Any]]) -> Table:
    rows = [
        (
            Cell(one["fund"]),
            Cell(words(one["metric"])),
            Cell(KINDS[one["kind"]]),
            Cell(one["earlier"]["as_of"]),
            Cell(one["earlier"]["value"], one["unit"]),
            Cell(one["later"]["as_of"]),
            Cell(one["later"]["value"], one["unit"]),
            Cell(one["difference"], one["unit"]),
            Cell(one["detail"]),
        )
        for one in findings
    ]
    return Table(title, ("fund", "figure", "rule", "of", "earlier", "of", "later", "difference", "detail"), rows)
