"""The companies a fund holds: every position of the schedule of the report's date, totals, and named top holdings.

Reads   document_analysis.pages, as_of_date, currency, scale, document_type; hybrid_chunking.chunks (for a model)
Writes  positions (id, name, sector, instruments, fields cost, fair_value, ownership_pct, pct_net_assets, status,
        first_investment, as_of), totals (total_cost, total_fair_value), groups (sums of industries as printed),
        top_holdings (name, field), schedules (pages, date and score of all that were found)

Where a report prints two schedules, of this and of the last year's end, only that of its own date counts.

With a model, its answers about the telling excerpts are held against what rules found (model_positions).
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from ace import Inputs, Output, PhaseContext
from phases.common.figures import Mark
from phases.fund import fields
from phases.fund.document import page_layout
from phases.fund.metrics import candidates
from phases.fund.metrics.candidates import Setting
from phases.fund.models import model_positions
from phases.fund.positions import position_blocks, position_cards, position_lines, positions, schedules, top_holdings
from phases.fund.positions.position_fields import Fields
from phases.fund.positions.position_lines import Line
from phases.fund.positions.schedules import Schedule
from phases.fund.tables import continued
from phases.fund.tables.rows import Row, mark_of
from phases.fund.tables.tables import Table

_OF_NET_ASSETS = re.compile(
    r"(?:%|percent|percentage|pct)\(?of(?:total)?(?:netassets|nav|netassetvalue|partners|members)"
)
_WHOLE = re.compile(r"net assets\W{0,5}100(?:[.,]0+)?\s?%", re.IGNORECASE)


def run(inputs: Inputs, ctx: PhaseContext) -> Output:
    document = inputs["document_analysis"]
    pages = document["pages"]
    mark = mark_of(pages)
    rows: list[Sequence[Row]] = []
    found: list[Table] = []
    for done, page in enumerate(pages, 1):
        ctx.check()
        layout = page_layout.rowed(page, mark)
        rows.append(layout.rows)
        found += layout.tables
        ctx.progress(done, len(pages))
    data, method = model_positions.added(extract(document, rows, found, mark), inputs, mark, ctx)
    return Output(data, method=method)


def extract(
    document: Mapping[str, Any], rows: Sequence[Sequence[Row]], found: Sequence[Table], mark: Mark
) -> dict[str, Any]:
    """The data of this phase out of a document, the rows of its pages and its tables. Pure."""
    context = candidates.setting(document)
    listed = schedules.all_schedules(continued.with_common_columns(found, mark))
    schedule = schedules.of_report(listed, context)
    read = _read(schedule, context, mark) if schedule else _read_cards(rows, context, mark)
    data: dict[str, Any] = {
        "positions": read.finished() if read else [],
        "totals": read.totals if read else {},
        "groups": read.groups if read else [],
        "top_holdings": top_holdings.find(document["pages"], rows, context, mark),
        "schedules": [_described(one, chosen=one is schedule) for one in listed],
    }
    made = list(_all_fields(data))
    fields.verify(made, document["pages"], mark)
    positions.without_kind(made)
    return data


def _read(schedule: Schedule, context: Setting, mark: Mark) -> positions.Read:
    found = schedule.day or context.as_of
    day = found.isoformat() if found else None
    lines = position_lines.lines(schedule, context)
    made = Fields(context.currency, mark, day)
    read = positions.Read(made, of_net_assets=_is_of_net_assets(schedule, lines))
    stacked = any("name_and_sector" in kinds.values() for kinds in schedule.meanings)
    for block in position_blocks.blocks(lines, stacked=stacked):
        read.add(block)
    return read


def _read_cards(rows: Sequence[Sequence[Row]], context: Setting, mark: Mark) -> positions.Read | None:
    cards = position_cards.blocks(rows, context)
    read = positions.Read(
        Fields(context.currency, mark, context.as_of.isoformat() if context.as_of else None), of_net_assets=False
    )
    for block in cards:
        read.add(block)
    return read if cards else None


def _is_of_net_assets(schedule: Schedule, lines: Sequence[Line]) -> bool:
    """Whether percentages behind names are of net assets: a header says so, or net assets close the list at 100%."""
    heads = [f"{table.title} {' '.join(column.header for column in table.columns)}" for table in schedule.tables]
    squashed = "".join(" ".join(heads).lower().split())
    return bool(_OF_NET_ASSETS.search(squashed)) or any(_WHOLE.search(line.text) for line in lines)


def _all_fields(data: Mapping[str, Any]) -> list[dict[str, Any]]:
    rows = [field for one in data["positions"] for field in one["fields"].values()]
    groups = [field for one in data["groups"] for field in one["fields"].values()]
    return [*rows, *data["totals"].values(), *groups, *(one["field"] for one in data["top_holdings"])]


def _described(one: Schedule, *, chosen: bool) -> dict[str, Any]:
    day = one.day.isoformat() if one.day else None
    return {
        "pages": sorted({table.page for table in one.tables}),
        "as_of": day,
        "score": one.score,
        "rows": one.rows,
        "chosen": chosen,
    }


if __name__ == "__main__":
    from ace.standalone import main

    raise SystemExit(main(__file__))
