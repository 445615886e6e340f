"""Statements about the market that a model found, held against those of the rules.

A statement counts when its quotation stands in the document, word for word, and is a sentence or two. What is kept is
what is printed, not what the model made of it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from ace import PhaseContext
from phases.fund import fields
from phases.fund.document.passages import Passage
from phases.fund.market import market_statements, market_topics
from phases.fund.models import model_excerpts, model_fields, model_questions
from phases.fund.models.model_excerpts import Batch, Bounds
from phases.fund.models.model_questions import PAGE, Entry
from phases.fund.models.model_quotes import Texts, overlap

Statement = dict[str, Any]

BOUNDS = Bounds(request=8_000, document=32_000)
TOPICS = tuple(dict.fromkeys(topic for topic, _ in market_topics.TOPICS))
DIRECTIONS = ("up", "down", "stable", "mixed", "none")
HORIZON_CHARS = 60
WORDS = re.compile(
    r"(?i)\b(?:markets?|econom\w+|inflation|interest rates?|exits?|ipos?|m&a|fundrais\w+|valuations?|multiples|"
    r"spreads?|deal (?:activity|flow|volume)|demand|sector|industry|growth|recession|currenc\w+|dollar|polic\w+|"
    r"tariffs?|investors|liquidity|outlook|expect\w*|environment)\b"
)
SCHEMA = model_questions.schema(
    "statements",
    {
        "quote": {"type": "string", "description": "one clause or sentence, copied letter by letter"},
        "topic": {"type": "string", "enum": list(TOPICS)},
        "direction": {"type": "string", "enum": list(DIRECTIONS)},
        "horizon": {"type": "string", "description": "words of the quotation that say when; empty when none do"},
        "page": PAGE,
    },
)


def added(
    rules: list[Statement], document: Mapping[str, Any], prose: Sequence[Passage], ctx: PhaseContext
) -> tuple[list[Statement], str]:
    """(the statements of the rules with what a model found, the method); as they are without one. Asks.

    Those of the model have no id yet: `id` is "".
    """
    if model_questions.is_local(ctx):
        return rules, "rules"
    asked = batches(prose)
    answered = model_questions.asked(ctx, document, asked, SCHEMA, problem)
    told = found(answered.entries, Texts(prose))
    return merge(rules, told, ctx.models.name), model_questions.method(ctx, asked)


def batches(prose: Sequence[Passage]) -> list[Batch]:
    excerpts = model_excerpts.telling(model_excerpts.of_prose(prose), WORDS, BOUNDS.document)
    return model_excerpts.batches(excerpts, BOUNDS.request)


def problem(batch: Batch, entry: Entry) -> str:
    return model_questions.quoted(batch, entry)


def found(entries: Iterable[Entry], texts: Texts) -> list[Statement]:
    """The statements that stand in the document, each once; without their ids."""
    kept: list[Statement] = []
    for entry in entries:
        quoted = texts.find(entry["quote"], entry["page"])
        if quoted is None or not market_statements.MIN_WORDS <= len(quoted.text.split()) <= market_statements.MAX_WORDS:
            continue
        page, bbox = quoted.place()
        horizon = " ".join(entry["horizon"].split())[:HORIZON_CHARS]
        one = {
            "id": "",
            "quote": quoted.text,
            "topic": entry["topic"],
            "direction": entry["direction"],
            "horizon": horizon if horizon and model_fields.has_name(quoted.text, horizon) else None,
            "heading": quoted.passage.heading,
            "page": page,
            "bbox": bbox,
            "method": "model",
            "checks": [fields.check("provenance", ok=True, detail=f"stands on page {page}")],
        }
        if not any(_same(one, other) for other in kept):
            kept.append(one)
    return kept


def merge(rules: Sequence[Statement], told: Iterable[Statement], who: str) -> list[Statement]:
    """The statements of the rules with what the model says of them, and those that only the model found."""
    kept = list(rules)
    for one in told:
        same = next((other for other in rules if _same(other, one)), None)
        if same is None:
            kept.append(one)
        else:
            _compare(same, one, who)
    return kept


def _same(one: Statement, other: Statement) -> bool:
    return one["page"] == other["page"] and overlap(one["quote"], other["quote"])


def _compare(rule: Statement, told: Statement, who: str) -> None:
    """Two clauses of one sentence may be one statement to the model: the first reading counts."""
    if "checks" in rule:
        return
    agrees = all(rule[key] == told[key] for key in ("topic", "direction"))
    detail = f"{who}: {told['topic']}, {told['direction']}"
    rule["checks"] = [fields.check("model_agrees", ok=agrees, detail=detail)]
    if not agrees:
        kept = ("quote", "topic", "direction", "horizon", "page", "bbox", "method")
        rule["alternatives"] = [{key: told[key] for key in kept}]
