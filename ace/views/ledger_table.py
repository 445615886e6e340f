"""Draw what models have cost: sums by day, pipeline, phase, model or run, and what is uncertain about them."""

from __future__ import annotations

from collections.abc import Mapping

from rich.console import RenderableType

from ace.providers.ledger_batches import Batch
from ace.providers.ledger_report import Kept, Sums
from ace.records import Data
from ace.views import terminal
from ace.views.progress import dollars, money
from ace.views.runs_table import local, size
from ace.views.terminal import Column

UNKNOWN_SHOWN = 5  # of the calls that may have been billed; --json shows all


def spending(dimension: str, sums: Mapping[str, Sums], total: Sums, room: int | None = None) -> RenderableType:
    """One line each, and the total below."""
    names = [*sums, "total"]
    rows = [*sums.values(), total]
    return terminal.table(
        [
            Column(dimension, names),
            Column("calls", [count(row.calls) for row in rows], right=True),
            Column("cost", [money(row.usd) for row in rows], right=True),
            Column("tokens in", [count(row.input + row.cache_read + row.cache_write) for row in rows], 3, right=True),
            Column("cached", [count(row.cache_read) for row in rows], 5, right=True),
            Column("out", [count(row.output) for row in rows], 4, right=True),
            Column("not asked", [count(row.hits) for row in rows], 1, right=True),
            Column("saved", [money(row.saved_usd) for row in rows], 2, right=True),
        ],
        room,
    )


def notes(total: Sums, unknown: list[Data], batches: list[Batch], kept: Kept) -> list[str]:
    """What the sums do not say, one sentence a line."""
    said = []
    if total.unpriced:
        said.append(f"{count(total.unpriced)} of the calls went to models without a known price; they count as $0")
    if unknown:
        most = sum(row["usd"] for row in unknown)
        said.append(
            f"{count(len(unknown))} calls ended without an answer and may have been billed, at most {dollars(most)}:"
        )
        said += [
            f"  {local(row['created'])}  {row['run_id']}  {row['phase']}: {row['purpose']}"
            for row in unknown[:UNKNOWN_SHOWN]
        ]
        if len(unknown) > UNKNOWN_SHOWN:
            said.append(f"  and {len(unknown) - UNKNOWN_SHOWN} more; --json shows them")
    said += [
        f"a batch of {count(len(batch.keys))} is under way since {local(batch.created)}: {batch.provider} {batch.id},"
        f" run {batch.run_id}, phase {batch.phase}"
        for batch in batches
    ]
    problems = f", {count(kept.problems)} of them of no use" if kept.problems else ""
    since = f" since {local(kept.oldest)}" if kept.answers else ""
    said.append(f"{count(kept.answers)} answers are kept{problems}, {size(kept.bytes)}{since}")
    return said


def count(number: int) -> str:
    """12,345"""
    return f"{number:,}"
