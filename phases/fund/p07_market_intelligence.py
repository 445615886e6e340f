"""Market intelligence: what the document says about the market, quoted word for word.

Reads   hybrid_chunking.chunks, document_analysis.pages and .document_type
Writes  statements (id, quote, topic, direction, horizon, heading, page, bbox, and where a model was asked
        method, checks, alternatives); a quotation is found in the page's words

With a model, its answers about the telling excerpts are held against what rules found (model_statements).
"""

from __future__ import annotations

import hashlib
from typing import Any

from ace import Inputs, Output, PhaseContext
from phases.fund.document import passages
from phases.fund.market import market_statements
from phases.fund.models import model_statements

LEGAL_PROSE = "sec_filing"  # most of its sentences about markets are policies and risks


def run(inputs: Inputs, ctx: PhaseContext) -> Output:
    document = inputs["document_analysis"]
    strict = (document.get("document_type") or {}).get("value") == LEGAL_PROSE
    found = []
    texts = passages.passages(document["pages"], inputs["hybrid_chunking"]["chunks"])
    for done, passage in enumerate(texts, 1):
        ctx.check()
        for sentence in passages.sentences(passage):
            for one in market_statements.found(sentence, strict=strict):
                place = passage.where(sentence.start + one.start, sentence.start + one.end)
                found.append((sentence, one, place))
        ctx.progress(done, len(texts))
    kept = market_statements.distinct([(sentence, one) for sentence, one, _ in found])
    places = {(id(sentence), one.start): place for sentence, one, place in found}
    statements = [written(sentence, one, *places[id(sentence), one.start]) for sentence, one in kept]
    statements, method = model_statements.added(statements, document, texts, ctx)
    named = [one | {"id": one["id"] or identity(one["quote"])} for one in statements]
    return Output({"statements": named}, method=method)


def written(sentence: Any, one: Any, page: int, bbox: list[float]) -> dict[str, Any]:
    """A statement as the artifact holds it; the id is made of its words, so that it is the same in every run."""
    return {
        "id": identity(one.quote),
        "quote": one.quote,
        "topic": one.topic,
        "direction": one.direction,
        "horizon": one.horizon,
        "heading": sentence.heading,
        "page": page,
        "bbox": bbox,
    }


def identity(quote: str) -> str:
    """An id that is the same in every run."""
    return hashlib.sha256(quote.encode()).hexdigest()[:12]


if __name__ == "__main__":
    from ace.standalone import main

    raise SystemExit(main(__file__))
