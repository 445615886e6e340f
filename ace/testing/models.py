"""Models for tests of a phase: none, or one that a function plays. Schemas and checks are applied as in a run."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence

from ace.errors import MalformedAnswer
from ace.providers import structured
from ace.providers.base import END, Reply, Usage
from ace.records import LOCAL, Json


class NoModels:
    """What a phase sees without a key."""

    provider, name, concurrency, local_at_budget = LOCAL, "", 1, False
    embedder, embedding_model = LOCAL, ""

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
        message = "a phase must not ask a model when the provider is local"
        raise AssertionError(message)

    def prefill(
        self, asked: Iterable[tuple[str, Mapping[str, Json]]], *, prompt: str, schema: Mapping[str, Json] | None
    ) -> None:
        return None

    def version(self, prompt: str = "") -> str:
        return ""

    def embed(self, texts: Sequence[str]) -> list[list[float]]:
        message = "a phase must not ask for embeddings when the provider is local"
        raise AssertionError(message)


class ScriptedModels(NoModels):
    """`answer(purpose, values)` returns the text of an answer; `asked` lists (purpose, values) of every question."""

    provider, name = "mock", "mock scripted"

    def __init__(self, answer: Callable[[str, Mapping[str, Json]], str]) -> None:
        self._answer = answer
        self.asked: list[tuple[str, Mapping[str, Json]]] = []

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
        """Asks twice at most, as the real path does."""
        problem, value = "", None
        for _ in range(2):
            self.asked.append((purpose, values))
            reply = Reply(self._answer(purpose, values), END, Usage())
            try:
                value = structured.value(reply, structured.compiled(schema))
            except MalformedAnswer as error:
                problem, value = error.message, None
                continue
            problem = check(value) if check else ""
            if not problem:
                return value
        if mend and value is not None:
            return mend(value)
        raise MalformedAnswer(problem)
