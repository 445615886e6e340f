"""ace trace: the whole way of one item through a run."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

import click

from ace import runs
from ace.cli.options import common, print_json, root
from ace.views import reading, trace
from ace.views.safe import clean
from ace.views.trace import DROPPED, FAILED, IDENTITY, KEPT, LOST, MERGED, Step, Trace

if TYPE_CHECKING:  # rich is not needed for --json
    from rich.console import RenderableType

LABEL = 20  # columns in which keys stand, so that their values begin below each other
NAME = 16  # columns of a phase's name
HASH = re.compile("[0-9a-f]{64}")  # says nothing to a person; --json has it
STYLES = {KEPT: "", DROPPED: "yellow", LOST: "red", FAILED: "red", MERGED: "yellow"}


@click.command()
@click.argument("item")
@click.argument("run", default=runs.LATEST)
@common
def command(item: str, run: str, artifacts: str, as_json: bool, debug: bool) -> int:
    """Tell an item's whole way through a run, and where and why it was dropped.

    ITEM is an id or the beginning of one, a URL, or words of a title; when several items fit, they are listed. RUN is
    an id, a prefix of one, `latest` (the default) or `latest-PIPELINE`. Of every phase: what it added to the item or
    changed, its place among those kept; or why it left the item out, and which other item stands for it.

    \b
    ace trace 3f9c21
    ace trace 'deepseek licence' 20261122
    ace trace https://example.org/story --json
    """
    found = runs.resolve(root(artifacts), run)
    seen = trace.look(found)
    for one in seen.troubled:
        click.echo(reading.complaint(found, one, artifacts), err=True)
    told = trace.follow(seen, trace.find(seen, item))
    if as_json:
        print_json(told.as_json())
    else:
        from ace.views import terminal  # noqa: PLC0415  (rich is not needed for --json)

        terminal.show(drawn(told))
    return reading.exit_code(seen.troubled)


def drawn(told: Trace) -> list[RenderableType]:
    """What is drawn: who it is and where it ended, then a line for each phase and one for each key it touched."""
    from ace.views import terminal  # noqa: PLC0415

    item = told.item
    told_of = (item.get("source") or item.get("source_id"), item.get("published"), item.get("url"))
    head = [clean(part) for part in told_of if part]
    parts: list[RenderableType] = [terminal.line(trace.title(item), "bold")]
    parts.append(terminal.paragraphs([", ".join([f"id {clean(item['id'])}", *head])], indent=2))
    parts += [terminal.paragraphs([f"{told.pipeline} run {told.run_id}: {told.end}"], indent=2), terminal.line("")]
    for first, step in enumerate(told.steps):
        parts.append(terminal.block(_head(step, first=not first), STYLES[step.what]))
        parts += [terminal.paragraphs([text], indent=4 + LABEL) for text in _details(step)]
    return parts


def _head(step: Step, *, first: bool) -> str:
    return f"{step.number:>2} {step.phase:<{NAME}} " + _what(step, first=first)


def _what(step: Step, *, first: bool) -> str:
    if step.what == KEPT:
        return f"{'found' if first else 'kept'}, {step.place} of {step.of}"
    if step.what == MERGED:
        return f"merged into {clean(step.into['title'])} ({clean(step.into['id'])})"
    return f"{step.what}: {clean(step.reason)}"


def _details(step: Step) -> Iterator[str]:
    """Indented lines: what was added or changed, or the detail of the reason; not what the head says already."""
    if step.detail:
        yield f"     {clean(step.detail)}"
    for key, value in step.added.items():
        if key not in IDENTITY and value != "none" and not HASH.fullmatch(value):
            yield f"   + {clean(key):<{LABEL - 1}} {value}"
    for key, (before, now) in step.changed.items():
        yield f"   ~ {clean(key):<{LABEL - 1}} {before} → {now}"
