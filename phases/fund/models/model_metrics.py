"""The fund's own figures as a model reads them, held against those that rules found."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from ace import PhaseContext
from phases.common.figures import Mark
from phases.common.text import scrub
from phases.fund import fields
from phases.fund.document import passages
from phases.fund.document.passages import Passage
from phases.fund.metrics import candidates, metric_choice, metric_labels
from phases.fund.metrics.candidates import Candidate, Setting
from phases.fund.models import model_excerpts, model_fields, model_questions
from phases.fund.models.model_excerpts import Batch, Bounds
from phases.fund.models.model_fields import Shown
from phases.fund.models.model_questions import PAGE, QUOTE, RAW, Entry

NAMES = (
    "commitment", "contributions", "distributions", "unfunded", "nav", "beginning_nav", "period_contributions",
    "period_distributions", "management_fees", "expenses", "income", "realized", "unrealized", "carried_interest",
    "nav_per_share", "shares_outstanding", "total_assets", "total_liabilities", "gross_irr", "net_irr", "tvpi", "dpi",
    "rvpi", "moic",
)  # fmt: skip
PERIODS = ("QTD", "YTD", "ITD", "point")
BOUNDS = Bounds(request=10_000, document=30_000)
LABEL_CHARS = 120
WORDS = re.compile(
    r"(?i)\b(?:net assets?|nav|capital account|partners['’]? capital|irr|internal rate|tvpi|dpi|rvpi|moic|multiple|"
    r"commitments?|committed|contribut\w+|distribut\w+|unfunded|undrawn|drawn|called|paid[- ]in|fees?|expenses?|"
    r"income|realized|realised|unrealized|unrealised|carried interest|per share|per unit|shares outstanding|"
    r"total (?:assets|liabilities)|nettoinventarwert|nettovermögen|kapitalzusagen?|abrufe|ausschüttungen|"
    r"valeur (?:nette|liquidative)|actif net|engagements?|appels?|patrimonio|valor liquidativo)\b"
)
SCHEMA = model_questions.schema(
    "metrics",
    {
        "name": {"type": "string", "enum": list(NAMES)},
        "period": {"type": "string", "enum": list(PERIODS)},
        "as_of": {"type": "string", "description": "YYYY-MM-DD of the column or sentence; empty when none is printed"},
        "label": {"type": "string", "description": "the printed label"},
        "raw": RAW,
        "quote": QUOTE,
        "page": PAGE,
    },
)


def added(data: dict[str, Any], inputs: Mapping[str, Any], mark: Mark, ctx: PhaseContext) -> tuple[dict[str, Any], str]:
    """(the data of the rules with what a model read, the method); as they are without one. Asks."""
    if model_questions.is_local(ctx):
        return data, "rules"
    document, chunks = inputs["document_analysis"], inputs["hybrid_chunking"]["chunks"]
    asked = batches(data, chunks, passages.passages(document["pages"], chunks))
    answered = model_questions.asked(ctx, document, asked, SCHEMA, problem)
    shown = Shown(document["pages"], [one for batch in asked for one in batch["excerpts"]], mark)
    metrics = merge(data, answered.entries, shown, candidates.setting(document), document, ctx.models.name)
    return data | {"metrics": metrics, "failed": answered.failed}, model_questions.method(ctx, asked)


def batches(data: Mapping[str, Any], chunks: Sequence[Mapping[str, Any]], prose: Sequence[Passage]) -> list[Batch]:
    """Tables and sentences that speak of such figures; not the tables of many funds that rules have read."""
    read = {one["page"] for one in data["funds"]}
    excerpts = [*model_excerpts.of_tables(chunks), *_with_figures(prose)]
    telling = model_excerpts.telling([one for one in excerpts if one["page"] not in read], WORDS, BOUNDS.document)
    return model_excerpts.batches(telling, BOUNDS.request)


def problem(batch: Batch, entry: Entry) -> str:
    return model_questions.quoted(batch, entry) or model_questions.numbered(entry, [entry["raw"]])


def merge(
    data: Mapping[str, Any], entries: Sequence[Entry], shown: Shown, context: Setting, document: Mapping[str, Any],
    who: str,
) -> list[dict[str, Any]]:  # fmt: skip
    """The metrics of the rules with what the model says of them, and those that only the model read."""
    day = _report_day(data["metrics"]) or context.as_of
    found = [one for order, entry in enumerate(entries) if (one := candidate(entry, shown, context, order))]
    read, _ = metric_choice.chosen(
        [one for one in found if metric_choice.is_of(one.day, day)], context._replace(as_of=day)
    )
    fields.verify([one["field"] for one in read], document["pages"], shown.mark)
    metrics = list(data["metrics"])
    known = {one["name"] for one in metrics}
    for entry in read:
        same = _counterpart(data["metrics"], entry)
        says = _labelled(entry)
        if same is not None and says["ok"] is not False:
            model_fields.compare(same["field"], entry["field"], who)
        elif same is None:
            entry["field"]["checks"].append(says)
            metrics.append(entry | {"main": entry["main"] and entry["name"] not in known})
    return sorted(metrics, key=lambda one: (not one["main"], one["name"], str(one["period"])))


def candidate(entry: Entry, shown: Shown, context: Setting, order: int) -> Candidate | None:
    """An answer as a candidate like those of the rules; None when it cannot be this metric, or nothing was shown."""
    metric, page = entry["name"], entry["page"]
    printed = model_fields.placed(shown, page, entry["raw"], entry["quote"]) if shown.has(page) else None
    if printed is None:
        return None
    figure, scale = printed.figure, shown.scale(page, entry["quote"], context)
    if not candidates.fits(metric, figure, scale):
        return None
    factor = candidates.scale_of(metric, figure, scale)
    label = scrub(entry["label"]).strip()[:LABEL_CHARS] or metric
    return Candidate(
        metric, 0, None if entry["period"] == "point" else entry["period"], _day(entry["as_of"]),
        round(figure.value * factor, 6), figure, factor, page, printed.box, printed.raw, label, "model", order,
    )  # fmt: skip


def _labelled(entry: Mapping[str, Any]) -> dict[str, Any]:
    """The check that the printed label means this metric; open where no rule knows its wording."""
    label, name = entry["field"]["label"], entry["name"]
    meaning = metric_labels.meaning(label)
    means = None if meaning is None else _kind(meaning.metric) == _kind(name)
    return fields.check("label", ok=means, detail=f"{label!r} means {meaning.metric if meaning else 'nothing known'}")


def _kind(metric: str) -> str:
    """A metric without its period: one label stands for the sum of a quarter and since inception."""
    return metric.removeprefix("period_").removeprefix("beginning_")


def _with_figures(prose: Sequence[Passage]) -> list[dict[str, Any]]:
    return [one for one in model_excerpts.of_prose(prose) if re.search(r"\d", one["text"])]


def _counterpart(metrics: Sequence[dict[str, Any]], entry: Mapping[str, Any]) -> dict[str, Any] | None:
    """What the rules found for the same name and period; a period that one of the two does not know is any."""
    named = [one for one in metrics if one["name"] == entry["name"]]
    exact = [one for one in named if one["period"] == entry["period"]]
    alike = [one for one in named if model_fields.agree(one["field"], entry["field"])]
    open_ = [one for one in named if one["name"] in metric_labels.FLOWS and None in (one["period"], entry["period"])]
    return next(iter([*exact, *alike, *open_]), None)


def _report_day(metrics: Sequence[Mapping[str, Any]]) -> date | None:
    """The day that the rules took the figures of: the report's, unless its tables are all of another."""
    days = [one["field"]["as_of"] for one in metrics if one["main"] and one["field"]["as_of"]]
    return date.fromisoformat(max(days, key=days.count)) if days else None


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text.strip())
    except ValueError:
        return None
