"""The fan-out of the engine benchmark as an ACE pipeline: one phase, one durable journal row per item."""

from __future__ import annotations

import toy

from ace import Inputs, Output, Phase, PhaseContext, Pipeline


def fan(inputs: Inputs, ctx: PhaseContext) -> Output:
    """Every item through ctx.map."""
    return Output({"items": list(ctx.map(toy.item, range(toy.N_ITEMS), key=str))})


PIPELINE = Pipeline("fan", (Phase("fan", items="items"),))
