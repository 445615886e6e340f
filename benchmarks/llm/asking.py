"""The pipeline that is measured: one question for each of `count` articles, through the path that every phase uses."""

from __future__ import annotations

from ace import MODEL_KEYS, Inputs, Output, Phase, PhaseContext, Pipeline

TEXT = "The committee met again on Tuesday and put the decision off. " * 90  # 5.5 kB, as long as an article
SCHEMA = {
    "type": "object",
    "properties": {"score": {"type": "integer", "enum": list(range(11))}},
    "required": ["score"],
    "additionalProperties": False,
}


def listing(inputs: Inputs, ctx: PhaseContext) -> Output:
    return Output({"items": [{"id": str(number)} for number in range(int(ctx.config["count"]))]})


def scoring(inputs: Inputs, ctx: PhaseContext) -> Output:
    mapped = ctx.ask(
        inputs["listing"]["items"],
        key=lambda item: item["id"],
        values=lambda item: {"article": f"{item['id']}: {TEXT}"},
        schema=SCHEMA,
        read=lambda item, answer: {"id": item["id"], "score": answer["score"]},
        local=lambda item: {"id": item["id"], "score": 0},
    )
    return Output({"items": list(mapped)})


PIPELINE = Pipeline(
    "asking",
    (
        Phase("listing", reads=(), items="items", config={"count": 500}),
        Phase("scoring", items="items", config=dict(MODEL_KEYS), files=("prompts/scoring.md",)),
    ),
)
