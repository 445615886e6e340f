"""What a context needs of the engine. In a run `ace.services` gives it, in a test of a phase `ace.testing`."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Protocol

from ace.records import Blob, EarlierRun, Json


class Journal(Protocol):
    """Finished items of a phase that has not committed yet."""

    def find(self, key: str, content: str) -> tuple[bool, Json]: ...
    def add(self, key: str, content: str, value: Json) -> None: ...


class Cache(Protocol):
    """A small persistent map from text to JSON, shared by all runs of a pipeline."""

    def get(self, key: str) -> Json: ...
    def put(self, key: str, value: Json) -> None: ...


class Blobs(Protocol):
    """Binary side files, named by their content."""

    def put(self, content: bytes, ext: str) -> Blob: ...
    def get(self, blob: Mapping[str, Json]) -> bytes: ...


class Isolation(Protocol):
    """Calls in worker processes: a crash or a hang of one takes nothing else with it."""

    def call(self, function: Callable[..., Any], args: tuple[Any, ...], timeout_s: float) -> Any: ...


class Models(Protocol):
    """Asking a model. `provider` is "local" when there is none: then a phase does its work by rules.

    `embedder` and `embedding_model` are the same for vectors; a phase with "local" makes them itself.
    """

    @property
    def provider(self) -> str: ...
    @property
    def name(self) -> str:
        """What an artifact's `method` says: provider and model, or "" for local."""
        ...

    @property
    def embedder(self) -> str: ...
    @property
    def embedding_model(self) -> str: ...
    @property
    def concurrency(self) -> int: ...
    @property
    def local_at_budget(self) -> bool:
        """Whether the phase goes on by rules when the money is spent."""
        ...

    def complete(
        self,
        purpose: str,
        values: Mapping[str, Json],
        *,
        prompt: str = "",
        schema: Mapping[str, Json] | None = None,
        check: Callable[[Json], str] | None = None,
        mend: Callable[[Json], Json] | None = None,
        images: Sequence[tuple[bytes, str]] = (),
    ) -> Json:
        """The answer to one filled prompt: JSON that fits `schema`, or text.

        purpose   the item's key, for the call log
        values    what fills the places of the prompt file (prompts/<prompt>.md; the phase's own by default)
        schema    full JSON Schema of the answer; always checked, whatever the provider promises
        check     says what is wrong with an answer that fits the schema, or ""; then it is asked once more
        mend      makes the best of a second answer that `check` does not like, either; without it that is an error
        images    (bytes, media type) beside the last user part

        Raises AnswerError kinds and RequestRefused (this item only), BudgetReached, ProviderUnavailable, Waiting.
        """
        ...

    def prefill(
        self, asked: Iterable[tuple[str, Mapping[str, Json]]], *, prompt: str, schema: Mapping[str, Json] | None
    ) -> None:
        """Answer many (purpose, values) by the provider's batch, where the phase is configured so; else nothing."""
        ...

    def version(self, prompt: str = "") -> str:
        """A digest of who is asked by which prompt: part of the key of what a phase remembers of answers."""
        ...

    def embed(self, texts: Sequence[str]) -> list[list[float]]: ...


class Services(Protocol):
    """What the engine gives to a context; `ace.testing` gives the same without a run directory."""

    @property
    def journal(self) -> Journal: ...
    @property
    def blobs(self) -> Blobs: ...
    @property
    def isolation(self) -> Isolation: ...
    def models(self, config: Mapping[str, Json]) -> Models: ...
    def cache(self, name: str) -> Cache: ...
    def earlier(self, phase: str, limit: int) -> list[EarlierRun]: ...
    def event(self, kind: str, **fields: Json) -> None: ...
    def check(self) -> None: ...
    def wait(self, seconds: float) -> None: ...
