"""One vector per distinct text, in a blob that a reader can open."""

from __future__ import annotations

from typing import Any

import numpy as np

from ace import schema
from ace.testing import MemoryServices, run_phase
from phases.common.vectors import embedder, from_npy
from phases.fund import p03_vector_embedding


def embedded(*texts: str) -> tuple[dict[str, Any], MemoryServices]:
    services = MemoryServices()
    chunks = [{"id": f"c{number}", "text": text} for number, text in enumerate(texts, 1)]
    inputs = {"hybrid_chunking": {"chunks": chunks}}
    data = run_phase(p03_vector_embedding.run, inputs, services=services).data
    schema.check(schema.load(schema.ROOT / "fund" / "vector_embedding.schema.json"), data)
    return data, services


def test_equal_texts_share_a_row() -> None:
    data, services = embedded("net asset value", "fees", "net asset value")
    assert [one["row"] for one in data["vectors"]] == [0, 1, 0]
    assert [one["chunk"] for one in data["vectors"]] == ["c1", "c2", "c3"]
    assert data["texts"] == 2
    array = from_npy(services.blobs.get(data["blob"]))
    assert array.shape == (2, data["dimensions"])
    assert np.array_equal(array[1], embedder().embed(["fees"])[0])


def test_more_texts_than_one_step() -> None:
    data, services = embedded(*(f"text number {n}" for n in range(p03_vector_embedding.STEP + 3)))
    assert from_npy(services.blobs.get(data["blob"])).shape[0] == p03_vector_embedding.STEP + 3
    assert services.events[-1]["done"] == services.events[-1]["total"] == p03_vector_embedding.STEP + 3


def test_nothing_to_embed_gives_no_blob() -> None:
    data, _ = embedded()
    assert (data["blob"], data["vectors"], data["texts"]) == (None, [], 0)


def test_the_model_is_named() -> None:
    data, _ = embedded("one")
    assert data["model"]["name"].startswith("wordllama/")
    assert len(data["model"]["sha256"]) == 64
