"""The ten chained phases of the engine benchmark as an ACE pipeline; `toy` is the benchmark's own workload."""

from __future__ import annotations

from typing import Any

import toy

from ace import Inputs, Output, Phase, PhaseContext, Pipeline


def _phase(number: int) -> Any:
    def run(inputs: Inputs, ctx: PhaseContext) -> Output:
        previous = None if number == 1 else {"data": inputs[toy.PHASES[number - 2]]}
        return Output(toy.compute(number, previous)["data"])

    return run


for _number, _name in enumerate(toy.PHASES, 1):
    globals()[_name] = _phase(_number)

PIPELINE = Pipeline("chain", tuple(Phase(name, items="articles", item="article") for name in toy.PHASES))
