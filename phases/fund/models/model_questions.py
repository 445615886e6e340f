"""Asking a model about the excerpts of a report, a batch to a request; what fails leaves the rules' result as it is."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from ace import PhaseContext
from phases.fund.models import model_excerpts, model_fields
from phases.fund.models.model_excerpts import Batch

Entry = dict[str, Any]
Problem = Callable[[Batch, Entry], str]

LOCAL = "local"
RAW = {"type": "string", "description": "copied as printed, with signs, brackets and unit; empty when not printed"}
QUOTE = {"type": "string", "description": "the row or the sentences it stands in, copied letter by letter"}
PAGE = {"type": "integer", "description": "of the excerpt"}


class Answered(NamedTuple):
    """entries: of all answers, in order. failed: {key, error, message} of the questions without an answer."""

    entries: list[Entry]
    failed: list[dict[str, str]]


def schema(name: str, properties: Mapping[str, Any]) -> dict[str, Any]:
    """The answer: a list called `name` of objects that have all of these properties."""
    return {"title": name} | _object({name: {"type": "array", "items": _object(properties)}})


def asked(
    ctx: PhaseContext,
    document: Mapping[str, Any],
    batches: Sequence[Batch],
    wanted: Mapping[str, Any],
    problem: Problem,
) -> Answered:
    """The entries of every answer. `problem` is asked of each entry; a list with one is asked for once more.

    Without a model, and past the budget with `on_budget` local, there are none.
    """
    if not batches or ctx.models.provider == LOCAL:
        return Answered([], [])
    name, facts = str(wanted["title"]), model_excerpts.report(document)
    mapped = ctx.ask(
        batches,
        key=lambda batch: str(batch["name"]),
        values=lambda batch: {"report": facts, "excerpts": batch["excerpts"]},
        schema=wanted,
        check=lambda batch, answer: _problems(batch, answer[name], problem),
        mend=lambda _, answer: answer,
        read=lambda _, answer: answer[name],
        local=lambda _: [],
    )
    failed = [{"key": one.key, "error": one.error, "message": one.message} for one in mapped.failed]
    for one in failed:
        ctx.warn(f"{one['key']}: no answer that can be used ({one['error']}: {one['message']}); what rules found stays")
    return Answered([entry for rows in mapped for entry in rows], failed)


def method(ctx: PhaseContext, batches: Sequence[Batch]) -> str:
    """What an artifact says about how it was made."""
    return f"rules, {ctx.models.name}" if batches and ctx.models.name else "rules"


def is_local(ctx: PhaseContext) -> bool:
    return ctx.models.provider == LOCAL


def quoted(batch: Batch, entry: Entry) -> str:
    """What is wrong with the quotation or the page of an entry, or ""."""
    texts = [one for one in batch["excerpts"] if one["page"] == entry["page"]]
    if not texts:
        return f"page {entry['page']} was not among the excerpts"
    wanted = model_fields.flat(entry["quote"])
    if not wanted or not any(wanted in model_fields.flat(f"{one['heading']}\n{one['text']}") for one in texts):
        return f"the quotation {entry['quote'][:60]!r} does not stand on page {entry['page']}"
    return ""


def numbered(entry: Entry, raws: Iterable[str]) -> str:
    """What is wrong with the raw figures of an entry, or ""."""
    for raw in filter(str.strip, raws):
        if model_fields.unreadable(raw):
            return f"{raw[:40]!r} is not one printed figure"
        if model_fields.flat_figure(raw) not in model_fields.flat_figure(entry["quote"]):
            return f"{raw[:40]!r} does not stand in its quotation"
    return ""


def _problems(batch: Batch, entries: Sequence[Entry], problem: Problem) -> str:
    """The first three problems, for the model to mend."""
    found = [text for entry in entries if (text := problem(batch, entry))]
    return "; ".join(dict.fromkeys(found[:3]))


def _object(properties: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "type": "object",
        "additionalProperties": False,
        "required": list(properties),
        "properties": dict(properties),
    }
