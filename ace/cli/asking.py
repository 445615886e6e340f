"""Options about models, for every command that starts or plans a run. They are short for --set models.KEY=VALUE."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

import click

from ace import model_config
from ace.model_config import LEDGER_MODES, ON_BUDGET, PROVIDERS

OPTIONS: tuple[tuple[str, str, dict[str, Any]], ...] = (
    ("--provider", "provider", {"type": click.Choice(PROVIDERS), "help": "Who is asked; local asks nobody."}),
    ("--model", "model", {"metavar": "NAME", "help": "The model that is asked (default: the provider's)."}),
    ("--max-cost", "max_cost", {"type": float, "metavar": "USD", "help": "Money that the run may spend on models."}),
    ("--on-budget", "on_budget", {"type": click.Choice(ON_BUDGET), "help": "At that limit: stop, or go on by rules."}),
    (
        "--ledger",
        "ledger",
        {"type": click.Choice(LEDGER_MODES), "help": "Use paid answers, ask anew, or never ask (replay)."},
    ),
    ("--no-wait", "batch_wait", {"is_flag": True, "help": "End (exit 75) while a provider's batch is under way."}),
)


def asking(function: Callable[..., Any]) -> Callable[..., Any]:
    """Adds the options; what is given reaches the command among its `assignments`."""

    @functools.wraps(function)
    def command(**given: Any) -> Any:
        said = [
            f"{model_config.SECTION}.{key}={_text(given.pop(key))}" for _, key, _ in OPTIONS if given[key] is not None
        ]
        for _, key, _ in OPTIONS:
            given.pop(key, None)
        return function(**given | {"assignments": (*given["assignments"], *said)})

    for flag, key, settings in reversed(OPTIONS):
        command = click.option(flag, key, default=None, **settings)(command)
    return command


def _text(value: Any) -> str:
    return "false" if value is True else str(value)  # --no-wait: batch_wait = false
