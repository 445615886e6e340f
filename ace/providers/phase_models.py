"""`ctx.models`: one phase's way to a model. Its prompts, its provider and model, its limits of money."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path

from ace import jsonio
from ace import schema as schemas
from ace.errors import PhaseError
from ace.providers import prompts, structured
from ace.providers.asked import Asked, Rules
from ace.providers.base import Caps, Image, Request
from ace.providers.session import Session
from ace.records import LOCAL, Json, Phase


class PhaseModels:
    """`context.Models` of one phase of a run."""

    def __init__(
        self,
        session: Callable[[], Session],
        phase: Phase,
        folder: Path,
        config: Mapping[str, Json],
        values: Mapping[str, Json],
    ) -> None:
        """`config` notes what is read; `values` is the same without: limits of money make nothing stale."""
        asks, embeds = "provider" in values, "embedding_provider" in values
        self.provider = str(config["provider"]) if asks else LOCAL
        self._model = str(config["model"]) if asks else ""
        self.embedder = str(config["embedding_provider"]) if embeds else LOCAL
        self.embedding_model = str(config["embedding_model"]) if embeds else ""
        self._open, self._phase, self._folder = session, phase, folder
        self._cap, self._batch = float(values.get("max_cost", 0.0)), bool(values.get("batch"))

    @property
    def name(self) -> str:
        return "" if self.provider == LOCAL else f"{self.provider} {self._model}"

    @property
    def concurrency(self) -> int:
        return int(self._open().settings["concurrency"])

    @property
    def local_at_budget(self) -> bool:
        return bool(self._open().settings["on_budget"] == LOCAL)

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
        request = self._request(values, prompt, schema, images)
        rules = Rules(check or _nothing_wrong, mend)
        return self._open().answer(self._asked(purpose, request, structured.compiled(schema)), rules)

    def prefill(
        self, asked: Iterable[tuple[str, Mapping[str, Json]]], *, prompt: str, schema: Mapping[str, Json] | None
    ) -> None:
        self._prompt(prompt or self._phase.name)  # a prompt that is not there is the phase's failure, not every item's
        if not self._batch:
            return
        wanted = structured.compiled(schema)
        rows = [self._asked(purpose, self._request(values, prompt, schema, ()), wanted) for purpose, values in asked]
        self._open().prefill(rows)

    def version(self, prompt: str = "") -> str:
        """Answers of a run that asks anew are known to that run only."""
        text = self._prompt(prompt or self._phase.name)
        session = self._open()
        anew = session.run.run_id if session.settings["ledger"] in ("refresh", "off") else ""
        return jsonio.sha256(jsonio.dumps([self.name, repr(text), anew]))

    def embed(self, texts: Sequence[str]) -> list[list[float]]:
        return self._open().embed(texts, self.embedder, self.embedding_model, self._phase.name, self._caps())

    def _request(
        self,
        values: Mapping[str, Json],
        prompt: str,
        schema: Mapping[str, Json] | None,
        images: Sequence[tuple[bytes, str]],
    ) -> Request:
        request = prompts.fill(self._prompt(prompt or self._phase.name), values, self._model, schema)
        if images:
            last = request.messages[-1]._replace(images=tuple(Image(*image) for image in images))
            request = request._replace(messages=(*request.messages[:-1], last))
        return request

    def _prompt(self, name: str) -> prompts.Prompt:
        file = f"prompts/{name}.md"
        if file not in self._phase.files:
            message = f"{file} is not among the files that phase {self._phase.name} declares in pipeline.py"
            raise PhaseError(message, hint=f'files=("{file}",)   (so that a changed prompt makes its answers stale)')
        return prompts.load(self._folder / file)

    def _asked(self, purpose: str, request: Request, schema: schemas.Schema | None) -> Asked:
        return Asked(self.provider, request, schema, self._phase.name, purpose, self._caps())

    def _caps(self) -> Caps:
        return Caps(float(self._open().settings["max_cost"]), self._cap)


def _nothing_wrong(answer: Json) -> str:
    return ""
