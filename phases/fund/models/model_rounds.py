"""Rounds of financing as a model reads them out of sentences, held against those that rules found.

A name counts when it stands in the quotation, is neither the fund nor the company, and did not only arrange, advise or
lend; a round counts when its quotation stands in the document and tells of one that took place.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from ace import PhaseContext
from phases.common import figures
from phases.common.figures import Figure
from phases.common.text import scrub
from phases.fund import fields
from phases.fund.document.passages import Passage
from phases.fund.fields import Field
from phases.fund.models import model_excerpts, model_fields, model_questions
from phases.fund.models.model_excerpts import Batch, Bounds
from phases.fund.models.model_questions import PAGE, QUOTE, RAW, Entry
from phases.fund.models.model_quotes import Quoted, Texts, overlap
from phases.fund.rounds import organisation_names, organisations, round_cues, round_sums

Round = dict[str, Any]

BOUNDS = Bounds(request=8_000, document=40_000)
MAX_QUOTE = 1_200  # characters, as of the rounds that rules find
WORDS = re.compile(
    r"(?i)\b(?:led|leading|lead investor|participa\w+|joined|alongside|co-?invest\w*|investors?|invested|syndicate\w*|"
    r"backed|backers|consortium|raised|round|series [a-h]\b|financing|seed|follow-on|shareholders|funding)"
)
NAMES = {"type": "array", "items": {"type": "string"}}
SCHEMA = model_questions.schema(
    "rounds",
    {
        "company": {"type": "string", "description": "that raised the money, as printed; empty when not named"},
        "round": {"type": "string", "description": "as printed (Series B, seed round); empty when not named"},
        "date": {"type": "string", "description": "as printed; empty when not printed"},
        "amount": RAW,
        "leads": NAMES,
        "investors": NAMES,
        "quote": QUOTE,
        "page": PAGE,
    },
)


def added(
    rules: list[Round], document: Mapping[str, Any], prose: Sequence[Passage], own: Sequence[str], ctx: PhaseContext
) -> tuple[list[Round], str]:
    """(the rounds of the rules with what a model read, the method); as they are without one. Asks.

    Those of the model have no id yet: `id` is "".
    """
    if model_questions.is_local(ctx):
        return rules, "rules"
    asked = batches(prose)
    answered = model_questions.asked(ctx, document, asked, SCHEMA, problem)
    told = found(answered.entries, Texts(prose), own)
    fields.verify([one["amount"] for one in told if one["amount"]], document["pages"], figures.decimal_mark([]))
    return merge(rules, told, ctx.models.name), model_questions.method(ctx, asked)


def batches(prose: Sequence[Passage]) -> list[Batch]:
    excerpts = model_excerpts.telling(model_excerpts.of_prose(prose), WORDS, BOUNDS.document)
    return model_excerpts.batches(excerpts, BOUNDS.request)


def problem(batch: Batch, entry: Entry) -> str:
    strange = [name for name in entry["leads"] + entry["investors"] if not model_fields.has_name(entry["quote"], name)]
    return (
        model_questions.quoted(batch, entry)
        or model_questions.numbered(entry, [entry["amount"]])
        or (f"{strange[0][:60]!r} does not stand in its quotation" if strange else "")
    )


def found(entries: Iterable[Entry], texts: Texts, own: Iterable[str]) -> list[Round]:
    """What stands in the document of the rounds that a model told; without id; the sum is not checked yet."""
    aliases = [organisation_names.plain(name) for name in own]
    return [one for entry in entries if (one := _round(entry, texts, aliases))]


def merge(rules: Sequence[Round], told: Sequence[Round], who: str) -> list[Round]:
    """The rounds of the rules with what the model says of them, and those that only the model found."""
    kept = list(rules)
    for one in told:
        same = max(kept, key=lambda other: _likeness(other, one), default=None)
        if same is None or not _likeness(same, one):
            kept.append(one)
        elif same["method"] != "model" and "checks" not in same:
            _compare(same, one, who)
    return kept


def _round(entry: Entry, texts: Texts, aliases: Sequence[str]) -> Round | None:
    quoted = texts.find(entry["quote"], entry["page"])
    if quoted is None or not _took_place(quoted.text):
        return None
    company = scrub(entry["company"]).strip()
    nearby = f"{quoted.passage.heading}\n{quoted.passage.text}"
    if not company or not model_fields.has_name(nearby, company) or organisations.is_own(company, aliases):
        company = ""
    leads = _names(entry["leads"], quoted.text, company, aliases)
    investors = leads + [one for one in _names(entry["investors"], quoted.text, company, aliases) if one not in leads]
    name = scrub(entry["round"]).strip()
    name = name if model_fields.has_name(quoted.text, name) else ""
    day = round_sums.date(entry["date"] if model_fields.has_name(quoted.text, entry["date"]) else "")
    amount = _amount(entry, quoted, name, day)
    if not investors and not (company and (amount or name)):
        return None
    page, bbox = quoted.place()
    return {
        "id": "",
        "company": company or None,
        "round": name or None,
        "date": day,
        "amount": amount,
        "lead": leads[0] if leads else None,
        "leads": leads,
        "investors": investors,
        "quote": quoted.text[:MAX_QUOTE],
        "page": page,
        "bbox": bbox,
        "method": "model",
        "cues": [],
    }


def _took_place(text: str) -> bool:
    if round_cues.DEBT.search(text) and not round_cues.EQUITY.search(text):
        return False
    return not round_cues.UNCERTAIN.search(text)


def _names(said: Iterable[str], text: str, company: str, aliases: Sequence[str]) -> list[str]:
    """Names of investors that stand in the text, in the printed spelling."""
    kept = []
    for name in dict.fromkeys(scrub(one).strip() for one in said):
        own = organisations.is_own(name, aliases) or organisation_names.plain(name) == organisation_names.plain(company)
        if name and not own and model_fields.has_name(text, name) and not _only_helps(text, name):
            kept.append(name)
    return kept


def _only_helps(text: str, name: str) -> bool:
    """Whether the text says that this one arranged, advised or lent."""
    at = text.casefold().find(name.casefold())
    return at >= 0 and round_cues.ROLE.match(text, at + len(name)) is not None


def _amount(entry: Entry, quoted: Quoted, name: str, day: str | None) -> Field | None:
    """The sum of the round, as printed in the quotation; without a place when it is not printed there."""
    wanted, said = model_fields.flat_figure(entry["amount"]), figures.read(entry["amount"])
    if said is None or said.unit != "amount":
        return None
    for start, end, figure in figures.find(quoted.text):
        if abs(figure.value) == abs(said.value) or wanted == model_fields.flat_figure(figure.raw):
            page, box = quoted.place(start, end)
            return _field(figure, name, day, page, box)
    return _field(said, name, day, quoted.place()[0], list(model_fields.NOWHERE))


def _field(figure: Figure, name: str, day: str | None, page: int, box: list[float]) -> Field:
    return fields.make(
        figure.value, unit="currency", raw=scrub(figure.raw), page=page, box=box, method="model", label=name or "round",
        currency=figure.currency, as_of=day, step=figure.step,
    )  # fmt: skip


def _likeness(one: Round, other: Round) -> int:
    """How sure two tellings are of one round, 0 for not: company, round and investors in common, or the same words."""
    together = one["page"] == other["page"] and overlap(one["quote"], other["quote"])
    if not one["company"] or not other["company"]:
        return int(together)
    named = one["round"] and other["round"]
    same_name = bool(named and one["round"].casefold() == other["round"].casefold())
    if not _alike(one["company"], other["company"]) or (named and not same_name and not together):
        return 0
    return 2 * together + 2 * same_name + bool(_plain(one["investors"]) & _plain(other["investors"]))


def _compare(rule: Round, told: Round, who: str) -> None:
    """Say in a round of the rules whether the model named the same investors and leads and the same sum."""
    differ = [key for key in ("investors", "leads") if _plain(rule[key]) != _plain(told[key])]
    detail = f"{who} on page {told['page']}: {', '.join(told['investors']) or 'no investors'}"
    rule["checks"] = [fields.check("model_agrees", ok=not differ, detail=detail)]
    if differ:
        kept = ("company", "round", "leads", "investors", "quote", "page", "bbox", "method")
        rule["alternatives"] = [{key: told[key] for key in kept}]
    if rule["amount"] and told["amount"]:
        model_fields.compare(rule["amount"], told["amount"], who)
    rule["amount"] = rule["amount"] or told["amount"]
    if rule["company"] is None and told["company"]:
        rule["company"], rule["company_inferred"] = told["company"], True


def _alike(one: str, other: str) -> bool:
    first, second = organisation_names.plain(one).split(), organisation_names.plain(other).split()
    length = min(len(first), len(second))
    return length > 0 and first[:length] == second[:length]


def _plain(names: Iterable[str]) -> set[str]:
    return {organisation_names.plain(name) for name in names}
