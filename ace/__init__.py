"""ACE: batch pipelines whose every phase leaves a checked artifact on disk."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ace.records import EMBEDDING_KEYS, MODEL_KEYS, Data, Finished, Inputs, Output, Phase, Pipeline

if TYPE_CHECKING:
    from ace.context import PhaseContext

__version__ = "0.1.0"
__all__ = ["EMBEDDING_KEYS", "MODEL_KEYS", "Data", "Finished", "Inputs", "Output", "Phase", "PhaseContext", "Pipeline"]


def __getattr__(name: str) -> Any:
    if name == "PhaseContext":  # only phases need it, and listing pipelines imports no phase
        from ace.context import PhaseContext  # noqa: PLC0415

        return PhaseContext
    message = f"module 'ace' has no attribute {name!r}"
    raise AttributeError(message)
