"""Companies that a fund holds as a model reads them, held against those that rules found."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from ace import PhaseContext
from phases.common.figures import Mark
from phases.common.text import scrub
from phases.fund import fields
from phases.fund.fields import Field
from phases.fund.metrics import metric_choice
from phases.fund.metrics.candidates import Setting, setting
from phases.fund.models import model_excerpts, model_fields, model_questions
from phases.fund.models.model_excerpts import Batch, Bounds
from phases.fund.models.model_fields import Printed, Shown
from phases.fund.models.model_questions import PAGE, QUOTE, RAW, Entry
from phases.fund.positions import position_lines
from phases.fund.positions import position_names as names
from phases.fund.positions.position_fields import UNITS

KINDS = ("cost", "fair_value", "ownership_pct", "pct_net_assets")
ADDED_UP = ("cost", "fair_value", "pct_net_assets")  # over the lines of a company; what is owned of it is not
AMOUNTS = ("cost", "fair_value")
BOUNDS = Bounds(request=4_000, document=80_000)  # a row of 80 characters makes an answer of three times its length
SECTOR_CHARS = 80
WORDS = re.compile(
    r"(?i)\b(?:compan\w+|issuers?|investments?|holdings?|cost|fair value|market value|valuation|ownership|owned|"
    r"sector|industry|net assets|equity|preferred|common|series [a-z]|notes?|warrants?|inc|corp|llc|ltd|gmbh|"
    r"anschaffungskosten|buchwert|zeitwert|beteiligung\w*|coût|juste valeur|société)\b"
)
_NO_COMPANY = re.compile(r"(?i)\W*(?:(?:grand |sub[- ]?)?total|sub[- ]?total|summe|gesamt|net assets|cash)\b")
SCHEMA = model_questions.schema(
    "positions",
    {
        "name": {"type": "string", "description": "of the company, copied as printed, without notes and percentages"},
        "sector": {"type": "string", "description": "as printed; empty when not printed"},
        **dict.fromkeys(KINDS, RAW),
        "as_of": {"type": "string", "description": "YYYY-MM-DD over the columns; empty when none is printed"},
        "quote": QUOTE,
        "page": PAGE,
    },
)


def added(data: dict[str, Any], inputs: Mapping[str, Any], mark: Mark, ctx: PhaseContext) -> tuple[dict[str, Any], str]:
    """(the data of the rules with what a model read, the method); as they are without one. Asks."""
    if model_questions.is_local(ctx):
        return data, "rules"
    document = inputs["document_analysis"]
    asked = batches(data, inputs["hybrid_chunking"]["chunks"])
    answered = model_questions.asked(ctx, document, asked, SCHEMA, problem)
    shown = Shown(document["pages"], [one for batch in asked for one in batch["excerpts"]], mark)
    positions = merge(data, answered.entries, shown, setting(document), document, ctx.models.name)
    return data | {"positions": positions}, model_questions.method(ctx, asked)


def batches(data: Mapping[str, Any], chunks: Sequence[Mapping[str, Any]]) -> list[Batch]:
    """Tables on the pages of the schedule that rules chose; where they found none, every table of positions."""
    pages = {page for one in data["schedules"] if one["chosen"] for page in one["pages"]}
    kinds = model_excerpts.TABLES if pages else ("positions", "table")
    excerpts = [one for one in model_excerpts.of_tables(chunks, kinds) if not pages or one["page"] in pages]
    return model_excerpts.batches(model_excerpts.telling(excerpts, WORDS, BOUNDS.document), BOUNDS.request)


def problem(batch: Batch, entry: Entry) -> str:
    raws = [entry[kind] for kind in KINDS]
    return model_questions.quoted(batch, entry) or model_questions.numbered(entry, raws)


def merge(
    data: Mapping[str, Any], entries: Sequence[Entry], shown: Shown, context: Setting, document: Mapping[str, Any],
    who: str,
) -> list[dict[str, Any]]:  # fmt: skip
    """The positions of the rules with what the model says of them, and those that only the model read.

    A company whose name is not printed on its page is left out, and so are totals and columns of another day.
    """
    found = _read(entries, shown, context)
    fields.verify([field for one in found for field in one["fields"].values()], document["pages"], shown.mark)
    positions = list(data["positions"])
    known = {names.key(one["name"]): one for one in positions}
    for one in found:
        same = known.get(names.key(one["name"]))
        if same is None:
            positions.append(one)
            continue
        for kind, field in one["fields"].items():
            if kind in same["fields"]:
                model_fields.compare(same["fields"][kind], field, who)
            else:
                same["fields"][kind] = field
    return positions


def _read(entries: Sequence[Entry], shown: Shown, context: Setting) -> list[dict[str, Any]]:
    """A position per company, with the lines that the model gave for it added up."""
    lines: dict[str, list[Entry]] = {}
    for entry in entries:
        key = names.key(entry["name"])
        if key and _counts(entry, shown, context):
            lines.setdefault(key, []).append(entry)
    made = [_position(members, shown, context) for members in lines.values()]
    return [one for one in made if one["fields"]]


def _counts(entry: Entry, shown: Shown, context: Setting) -> bool:
    name, day = entry["name"], _day(entry["as_of"])
    if _NO_COMPANY.match(name) or position_lines.is_end(name) or not metric_choice.is_of(day, context.as_of):
        return False
    return shown.names(entry["page"], name)


def _position(lines: Sequence[Entry], shown: Shown, context: Setting) -> dict[str, Any]:
    first = lines[0]
    name, sector = scrub(first["name"]).strip(), scrub(first["sector"]).strip()[:SECTOR_CHARS]
    day = context.as_of.isoformat() if context.as_of else None
    found = {kind: field for kind in KINDS if (field := _of_kind(kind, lines, shown, context, day))}
    status = None if "fair_value" not in found else "held" if found["fair_value"]["value"] else "written off"
    return {
        "id": re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-") or "company",
        "name": name,
        "sector": sector if sector and shown.names(first["page"], sector) else None,
        "instruments": [],
        "fields": found,
        "status": status,
        "first_investment": None,
        "as_of": day,
    }


def _of_kind(kind: str, lines: Iterable[Entry], shown: Shown, context: Setting, day: str | None) -> Field | None:
    """One printed figure, or the sum of those of a company's lines, each counted once."""
    made: list[Field] = []
    for entry in lines:
        printed = model_fields.placed(shown, entry["page"], entry[kind], entry["quote"])
        if printed is not None and _fits(kind, printed):
            scale = shown.scale(entry["page"], entry["quote"], context) if kind in AMOUNTS else 1
            field = _field(kind, printed, entry["page"], scale, context.currency, day)
            if all((one["page"], one["bbox"]) != (field["page"], field["bbox"]) for one in made):
                made.append(field)
    if len(made) > 1 and kind in ADDED_UP:
        return _sum(kind, made)
    return made[0] if made else None


def _fits(kind: str, printed: Printed) -> bool:
    return printed.figure.unit == "amount" if kind in AMOUNTS else printed.figure.unit in ("amount", "percent")


def _field(kind: str, printed: Printed, page: int, scale: int, currency: str | None, day: str | None) -> Field:
    figure = printed.figure
    factor = scale if figure.factor == 1 else 1
    return fields.make(
        round(figure.value * factor, 6), unit=UNITS[kind], raw=printed.raw, page=page, box=printed.box, method="model",
        label=kind, scale=factor, currency=figure.currency or currency, as_of=day, step=figure.step * factor,
    )  # fmt: skip


def _sum(kind: str, made: Sequence[Field]) -> Field:
    first = made[0]
    parts = [{key: one[key] for key in ("value", "raw_text", "page", "bbox", "scale")} for one in made]
    return fields.make(
        round(sum(one["value"] for one in made), 6), unit=UNITS[kind], raw=None, page=first["page"], box=first["bbox"],
        method="model", label=f"sum of {len(made)} lines", scale=first["scale"], currency=first["currency"],
        as_of=first["as_of"], step=sum(one["step"] for one in made), parts=parts,
    )  # fmt: skip


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text.strip())
    except ValueError:
        return None
