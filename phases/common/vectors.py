"""Vectors of texts on this machine: the mean of static word-piece vectors, unit length, without network or key.

The model is the table of 32,000 × 256 half floats and the tokenizer inside the distribution wordllama (MIT), used as
files: importing the package itself would cost a second and configure logging. Both files are pinned by checksum, since
vectors of two models do not compare. About 10,000 short texts a second; a text's vector does not depend on others.
"""

from __future__ import annotations

import hashlib
import importlib.util
import io
import json
import math
import os
from collections.abc import Sequence
from functools import lru_cache
from typing import Any, NamedTuple

import numpy as np
import tokenizers

from ace.errors import ConfigError

PACKAGE = "wordllama"
TABLE = os.path.join("weights", "l2_supercat_256.safetensors")
TOKENIZER = os.path.join("tokenizers", "l2_supercat_tokenizer_config.json")
SHA256 = {
    TABLE: "64b47a2dc493cb8e85944076601189739852d7b64e0e1eedcb1937a251cd9fd5",
    TOKENIZER: "93248f2a9ec36c7b35f700a033d5f36228aae48db61aee31007fa49062cdeb68",
}
TENSOR = "embedding.weight"
INSTALL = "pip install 'ace-pipelines[fund]'"
BATCH = 64  # texts that are tokenized together; it changes speed, never a vector


class Model(NamedTuple):
    """What the vectors were made with, for an artifact."""

    name: str
    version: str
    sha256: str  # of the table
    dimensions: int


class Embedder:
    """A loaded model. `model` names it; `embed` makes vectors."""

    def __init__(self, tokenizer: Any, table: Any, model: Model) -> None:
        self._tokenizer, self._table = tokenizer, table
        self.model = model

    def embed(self, texts: Sequence[str]) -> Any:
        """An array of float32, a row of `model.dimensions` per text, of unit length; zeros for a text without words."""
        vectors = np.zeros((len(texts), self.model.dimensions), dtype=np.float32)
        for start in range(0, len(texts), BATCH):
            batch = list(texts[start : start + BATCH])
            for place, encoded in enumerate(self._tokenizer.encode_batch(batch, add_special_tokens=False), start):
                if encoded.ids:
                    mean = self._table[encoded.ids].astype(np.float32).mean(axis=0)
                    vectors[place] = mean / (math.sqrt(float(mean @ mean)) or 1.0)
        return vectors


@lru_cache(maxsize=1)
def embedder() -> Embedder:
    """The model, loaded once per process. Raises ConfigError when it is not installed or not the pinned one."""
    folder = _folder()
    content = _checked(os.path.join(folder, TABLE), SHA256[TABLE])
    rules = _checked(os.path.join(folder, TOKENIZER), SHA256[TOKENIZER])
    size = int.from_bytes(content[:8], "little")  # safetensors: length of a JSON header, the header, the numbers
    described = json.loads(content[8 : 8 + size])[TENSOR]
    start, end = described["data_offsets"]
    table = np.frombuffer(content[8 + size + start : 8 + size + end], dtype=np.float16)
    table = table.reshape(described["shape"])
    tokenizer = tokenizers.Tokenizer.from_str(rules.decode())
    tokenizer.no_truncation()
    tokenizer.no_padding()
    name = os.path.splitext(os.path.basename(TABLE))[0]
    model = Model(f"{PACKAGE}/{name}", _version(), SHA256[TABLE], int(table.shape[1]))
    return Embedder(tokenizer, table, model)


def as_npy(vectors: Any) -> bytes:
    """The array as the bytes of an .npy file."""
    file = io.BytesIO()
    np.save(file, vectors, allow_pickle=False)
    return file.getvalue()


def from_npy(content: bytes) -> Any:
    """The array in the bytes of an .npy file. Never runs what such a file may hold."""
    return np.load(io.BytesIO(content), allow_pickle=False)


def _folder() -> str:
    """Where the model's package lies; found without importing it."""
    found = importlib.util.find_spec(PACKAGE)
    if found is None or not found.submodule_search_locations:
        message = f"the vectors need the distribution {PACKAGE}, which is not installed"
        raise ConfigError(message, hint=INSTALL)
    return str(found.submodule_search_locations[0])


def _version() -> str:
    from importlib.metadata import version  # noqa: PLC0415

    return version(PACKAGE)


def _checked(path: str, sha256: str) -> bytes:
    try:
        with open(path, "rb") as file:
            content = file.read()
    except OSError as error:
        message = f"cannot read the model file {path}: {error.strerror or error}"
        raise ConfigError(message, hint=INSTALL) from None
    if hashlib.sha256(content).hexdigest() != sha256:
        message = f"{path} is not the model that this version was measured with"
        raise ConfigError(message, hint=INSTALL)
    return content
