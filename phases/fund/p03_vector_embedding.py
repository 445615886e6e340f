"""Make one vector per distinct chunk text: the only phase that embeds, on this machine or by a provider.

Reads   hybrid_chunking.chunks
Writes  vectors (id, chunk, text_sha256, row), blob (an .npy file of float32, one row per distinct text), texts (how
        many rows), model {name, version, sha256}, dimensions

Chunks with the same text share a row. A document without text has no blob.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from typing import Any

import numpy as np

from ace import Inputs, Output, PhaseContext
from phases.common.vectors import Model, as_npy, embedder

STEP = 512  # texts between two looks at whether the run was told to stop
LOCAL = "local"
ASKED_CHARS = 12_000  # of a text that goes to a provider, which takes 8,000 tokens; figures are 1.5 characters a token


def run(inputs: Inputs, ctx: PhaseContext) -> Output:
    """Raises ConfigError when the model is not installed."""
    chunks = inputs["hybrid_chunking"]["chunks"]
    rows: dict[str, int] = {}
    for chunk in chunks:
        rows.setdefault(chunk["text"], len(rows))
    texts = list(rows)
    model, array = _asked(texts, ctx) if texts and ctx.models.embedder != LOCAL else _embedded(texts, ctx)
    blob = ctx.blobs.put(as_npy(array), "npy").as_json() if texts else None
    vectors = [
        {"id": f"v{place}", "chunk": chunk["id"], "text_sha256": sha256(chunk["text"]), "row": rows[chunk["text"]]}
        for place, chunk in enumerate(chunks, 1)
    ]
    data = {
        "vectors": vectors,
        "blob": blob,
        "texts": len(texts),
        "model": {"name": model.name, "version": model.version, "sha256": model.sha256},
        "dimensions": model.dimensions,
    }
    return Output(data, method=model.name)


def sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def _embedded(texts: list[str], ctx: PhaseContext) -> tuple[Model, Any]:
    """By the model on this machine."""
    loaded = embedder()
    parts = [loaded.embed(some) for some in _steps(texts, ctx)]
    return loaded.model, np.concatenate(parts) if parts else None


def _asked(texts: list[str], ctx: PhaseContext) -> tuple[Model, Any]:
    """By the provider that is configured, at unit length; a text that is too long counts by its beginning."""
    parts = [
        vector for some in _steps(texts, ctx) for vector in ctx.models.embed([text[:ASKED_CHARS] for text in some])
    ]
    array = np.asarray(parts, dtype=np.float32)
    lengths = np.linalg.norm(array, axis=1, keepdims=True)
    name = f"{ctx.models.embedder}/{ctx.models.embedding_model}"
    return Model(name, "", "", int(array.shape[1])), array / np.where(lengths > 0, lengths, 1)


def _steps(texts: list[str], ctx: PhaseContext) -> Iterator[list[str]]:
    for start in range(0, len(texts), STEP):
        ctx.check()
        yield texts[start : start + STEP]
        ctx.progress(min(start + STEP, len(texts)), len(texts), "texts")


if __name__ == "__main__":
    from ace.standalone import main

    raise SystemExit(main(__file__))
