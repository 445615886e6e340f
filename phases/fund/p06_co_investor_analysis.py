"""Co-investor analysis: rounds of financing that the document tells of, with who led and who took part.

Reads   hybrid_chunking.chunks, document_analysis.pages, .fund_name and .manager
Writes  rounds (id, company, round, date, amount, lead, leads, investors, quote, page, bbox, method, cues, and where a
        model was asked checks, alternatives); the fund itself, arrangers, advisers and lenders are no investors

With a model, its answers about the telling excerpts are held against what rules found (model_rounds).
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any

from ace import Inputs, Output, PhaseContext
from phases.common.figures import Figure, decimal_mark
from phases.fund import fields
from phases.fund.document import passages
from phases.fund.document.passages import Passage, Sentence
from phases.fund.models import model_rounds
from phases.fund.rounds import fund_names, investor_columns, investor_labels, rounds
from phases.fund.rounds.rounds import Round

MAX_QUOTE = 1_200  # characters: a round is told in a few sentences


def run(inputs: Inputs, ctx: PhaseContext) -> Output:
    document, chunks = inputs["document_analysis"], inputs["hybrid_chunking"]["chunks"]
    texts = passages.passages(document["pages"], chunks)
    own = fund_names.own(document, texts)
    by_number = {passage.number: passage for passage in texts}
    sentences: list[Sentence] = []
    for done, passage in enumerate(texts, 1):
        ctx.check()
        sentences += passages.sentences(passage)
        ctx.progress(done, len(texts))
    found = rounds.told(sentences, own)
    full = fund_names.full_names(texts) if found else {}
    told = [written(one, full.get(one.company or "", one.company), by_number) for one in found]
    rows = investor_columns.found(document["pages"], texts, own) + investor_labels.labelled(
        investor_labels.blocks(document["pages"], chunks), own
    )
    listed = [tabled(one) for one in rows]
    kept = distinct(told + listed)
    amounts = [one["amount"] for one in kept if one["amount"]]
    fields.verify(amounts, document["pages"], decimal_mark([]))
    kept, method = model_rounds.added(kept, document, texts, own, ctx)
    named = [one | {"id": one["id"] or identity(one["company"], one["round"], one["quote"])} for one in kept]
    return Output({"rounds": named}, method=method)


def written(one: Round, company: str | None, texts: Mapping[int, Passage]) -> dict[str, Any]:
    """A round as the artifact holds it; the quotation runs from its first sentence to its last."""
    first, last = one.told[0], one.told[-1]
    passage = texts[first.passage]
    start, end = first.start, last.start + len(last.text)
    page, bbox = passage.where(start, end)
    quote = passage.text[start:end][:MAX_QUOTE]
    return {
        "id": identity(company, one.name, quote),
        "company": company,
        "round": one.name,
        "date": one.date,
        "amount": _amount(one, passage),
        "lead": one.leads[0] if one.leads else None,
        "leads": one.leads,
        "investors": one.leads + [name for name in one.investors if name not in one.leads],
        "quote": quote,
        "page": page,
        "bbox": bbox,
        "method": "pattern",
        "cues": one.cues,
    }


def tabled(one: Mapping[str, Any]) -> dict[str, Any]:
    """A row of a table as a round."""
    money = one["money"]
    rest = {key: value for key, value in one.items() if key not in ("money", "leads", "investors")}
    return {
        **rest,
        "id": identity(one["company"], one["round"], one["quote"]),
        "amount": _field(money.figure, one["round"], one["date"], one["page"], one["bbox"], "table") if money else None,
        "lead": one["leads"][0] if one["leads"] else None,
        "leads": one["leads"],
        "investors": one["investors"],
        "method": "table",
        "cues": [],
    }


def identity(company: str | None, name: str | None, quote: str) -> str:
    """An id that is the same in every run."""
    return hashlib.sha256(f"{company}|{name}|{quote}".encode()).hexdigest()[:12]


def _amount(one: Round, passage: Passage) -> dict[str, Any] | None:
    """The sum of the round as a field: found in the words of its sentence, with their box."""
    if one.money is None or one.sum_in is None:
        return None
    start = one.sum_in.start + one.money.start
    page, bbox = passage.where(start, one.sum_in.start + one.money.end)
    return _field(one.money.figure, one.name, one.date, page, bbox, "pattern")


def _field(
    figure: Figure, name: str | None, as_of: str | None, page: int, bbox: list[float], method: str
) -> dict[str, Any]:
    return fields.make(
        figure.value,
        unit="currency",
        raw=figure.raw,
        page=page,
        box=bbox,
        method=method,
        label=name or "round",
        currency=figure.currency,
        as_of=as_of,
        step=figure.step,
    )


def distinct(found: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Each round once: what is told again, with no more investors and under no other name, says nothing new."""
    kept: list[dict[str, Any]] = []
    for one in found:
        if not any(_says_all(other, one) for other in kept):
            kept = [other for other in kept if not _says_all(one, other)] + [one]
    return kept


def _says_all(one: dict[str, Any], other: dict[str, Any]) -> bool:
    """Whether one telling of a round holds all that another does."""
    return (
        one["company"] == other["company"]
        and other["round"] in (None, one["round"])
        and set(other["investors"]) <= set(one["investors"])
        and (other["amount"] is None or one["amount"] is not None)
    )


if __name__ == "__main__":
    from ace.standalone import main

    raise SystemExit(main(__file__))
