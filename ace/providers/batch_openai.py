"""OpenAI's Batch API, through the official SDK. https://platform.openai.com/docs/guides/batch

Requests go up as a file; answers come down as one file and failures as another, and both may exist when it expired.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from ace import jsonio
from ace.errors import AceError, ProviderUnavailable, ServerFailed
from ace.providers import failures
from ace.providers.batch_service import Listed, Progress, Row
from ace.records import Data

if TYPE_CHECKING:
    import openai

URL = "/v1/chat/completions"
LABEL = "ace"  # the key of the metadata under which a batch carries its label
LISTED = 100
ENDED = frozenset(("completed", "failed", "expired", "cancelled"))


class OpenAIBatches:
    """`batch_service.Service`."""

    def __init__(self, provider: Any, timeout_s: float) -> None:
        self._provider, self._timeout_s = provider, timeout_s

    def hand_in(self, rows: Sequence[tuple[str, Data]], label: str) -> str:
        lines = [{"custom_id": name, "method": "POST", "url": URL, "body": body} for name, body in rows]
        content = b"".join(map(jsonio.line, lines))
        file = self._ask(lambda client: client.files.create(file=("requests.jsonl", content), purpose="batch"))
        batch = self._ask(
            lambda client: client.batches.create(
                input_file_id=file.id, endpoint=URL, completion_window="24h", metadata={LABEL: label}
            )
        )
        return str(batch.id)

    def progress(self, batch_id: str) -> Progress:
        return _progress(self._ask(lambda client: client.batches.retrieve(batch_id)))

    def results(self, batch_id: str) -> Iterator[Row]:
        batch = self._ask(lambda client: client.batches.retrieve(batch_id))
        for file_id in filter(None, (batch.output_file_id, batch.error_file_id)):
            content = self._ask(lambda client, file_id=file_id: client.files.content(file_id).content)
            for line in content.splitlines():
                yield _row(jsonio.loads(line, what=f"a result of {batch_id}"))

    def recent(self) -> Iterator[Listed]:
        page = self._ask(lambda client: client.batches.list(limit=LISTED))
        for batch in page.data:
            label = (batch.metadata or {}).get(LABEL, "")
            yield Listed(batch.id, label, datetime.fromtimestamp(batch.created_at, UTC), _progress(batch))

    def cancel(self, batch_id: str) -> None:
        self._ask(lambda client: client.batches.cancel(batch_id))

    def forget(self, batch_id: str) -> None:
        """Its three files; the batch itself goes on being listed."""
        batch = self._ask(lambda client: client.batches.retrieve(batch_id))
        for file_id in filter(None, (batch.input_file_id, batch.output_file_id, batch.error_file_id)):
            self._ask(lambda client, file_id=file_id: client.files.delete(file_id))

    def _ask(self, request: Any) -> Any:
        import openai  # noqa: PLC0415  (0.4 s, for those who send)

        try:
            return request(self._provider.line.sdk.with_options(timeout=self._timeout_s))
        except openai.OpenAIError as error:
            raise translated(error, self._timeout_s) from error
        except (ValueError, TypeError) as error:  # an answer that is no JSON
            raise ServerFailed(f"openai: {error}") from error


def translated(error: openai.OpenAIError, timeout_s: float) -> AceError:
    """ACE's error for any that the SDK raises."""
    import httpx2  # noqa: PLC0415
    import openai  # noqa: PLC0415

    if isinstance(error.__cause__, httpx2.ConnectError | httpx2.ConnectTimeout | httpx2.PoolTimeout):
        return failures.unreached("openai", error.__cause__)
    if isinstance(error, openai.APITimeoutError):
        return failures.lost("openai", error, timeout_s)
    if isinstance(error, openai.APIConnectionError):
        return failures.lost("openai", error)
    if isinstance(error, openai.APIStatusError):
        return failures.of_body("openai", error.status_code, error.body, error.response.headers)
    if isinstance(error, openai.APIError):
        return ServerFailed(f"openai: {failures.shown(str(error))}")
    return ProviderUnavailable(f"openai: {failures.shown(str(error))}", hint=failures.HINT)


def _progress(batch: Any) -> Progress:
    counts = batch.request_counts
    done = counts.completed + counts.failed if counts else 0
    return Progress(batch.status in ENDED, done, counts.total if counts else 0, batch.status == "cancelled")


def _row(row: Data) -> Row:
    response, error = row.get("response") or {}, row.get("error") or {}
    if response.get("status_code") == 200:  # noqa: PLR2004  (an HTTP status)
        return Row(row["custom_id"], jsonio.dumps(response["body"]))
    inner = (response.get("body") or {}).get("error") or {}
    said = error.get("code") or error.get("message") or inner.get("message") or "no answer"
    return Row(row["custom_id"], None, str(said))
