"""OpenAI's chat completions and embeddings, and every server that speaks them, through the official SDK.

`answers` says how the server can be held to JSON: json_schema (a schema it enforces), json_object (any JSON, the
schema in words), tool (a function it must call), prompt (words only). The SDK gets the body as bytes and gives the
answer back unread; it is imported at the first request.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from ace import jsonio
from ace.errors import AceError, ProviderUnavailable, ServerFailed
from ace.providers import bodies, failures, families, keys, narrow
from ace.providers.base import END, MAX_TOKENS, OTHER, REFUSAL, Image, Message, Raw, Reply, Request, Usage
from ace.records import Data, Json

if TYPE_CHECKING:
    import openai

BASE_URL = "https://api.openai.com/v1"
CHAT, EMBEDDINGS = "/chat/completions", "/embeddings"
OWN_HOSTS = (".openai.com", ".azure.com")  # where the limit of tokens has its new name for every model
STOPS = {
    "stop": END,
    "tool_calls": END,
    "function_call": END,
    "length": MAX_TOKENS,
    "content_filter": REFUSAL,
}
NAME = "answer"  # of the schema or the function; a model sees it
NO_KEY = "none"  # for servers of one's own that ask for none
THOUGHTS = re.compile(r"\A\s*<think>.*?</think>\s*", re.DOTALL)  # what open models say before they answer
FAILED = re.compile(rb'\s*\{\s*"error"\s*:\s*\{')  # gateways answer 200 with an error in it


class OpenAI:
    """`base.Provider`."""

    name = "openai"

    def __init__(self, base_url: str = "", answers: str = "json_schema") -> None:
        self.base_url = base_url or BASE_URL
        self._answers = answers
        self._own = (urlsplit(self.base_url).hostname or "").endswith(OWN_HOSTS)
        self._lock = threading.Lock()
        self._opened: openai.OpenAI | None = None

    @property
    def client(self) -> openai.OpenAI:
        """The SDK's client, made when it is first needed. Raises ProviderUnavailable without SDK or key."""
        with self._lock:
            if self._opened is None:
                self._opened = _client(self.base_url)
            return self._opened

    def wire(self, request: Request) -> Data:
        thinks = families.gpt_thinks(request.model)
        limit = "max_completion_tokens" if thinks or self._own else "max_tokens"
        body: Data = {"model": request.model, limit: request.max_tokens, **families.gpt(request.model)}
        system = request.system
        if request.schema is not None:
            held, words = self._held(request.schema)
            body |= held
            system += words
        first = [{"role": "system", "content": system}] if system else []
        body["messages"] = [*first, *map(_message, request.messages)]
        if request.temperature is not None and not thinks:
            body["temperature"] = request.temperature
        return body

    def _held(self, schema: Mapping[str, Json]) -> tuple[Data, str]:
        """The fields that hold the server to a schema, and what has to be said in words instead."""
        if self._answers == "tool" and schema.get("type") == "object":
            function = {"name": NAME, "description": "Give the answer.", "parameters": dict(schema)}
            chosen = {"type": "function", "function": {"name": NAME}}
            return {"tools": [{"type": "function", "function": function}], "tool_choice": chosen}, ""
        if self._answers == "json_schema" and narrow.fits(schema):
            shape = {"name": NAME, "schema": narrow.narrowed(schema), "strict": narrow.all_required(schema)}
            return {"response_format": {"type": "json_schema", "json_schema": shape}}, ""
        plain = {"response_format": {"type": "json_object"}} if self._answers == "json_object" else {}
        return plain, narrow.worded(schema)

    def send(self, body: Data, timeout_s: float) -> Raw:
        return self._exchange(CHAT, body, timeout_s)

    def _exchange(self, path: str, body: Data, timeout_s: float) -> Raw:
        client = self.client
        import httpx2  # noqa: PLC0415
        import openai  # noqa: PLC0415  (0.4 s, for those who send)

        options: Any = {"timeout": timeout_s}
        try:
            response = client.post(path, cast_to=httpx2.Response, content=jsonio.dumps(body), options=options)
        except openai.OpenAIError as error:
            raise translated(error, timeout_s) from error
        if failure := failures.not_json("openai", response.content):
            raise failure
        if FAILED.match(response.content):
            raise _inner_failure(response.content, response.headers)
        return Raw(response.content, dict(response.headers))

    def read(self, body: bytes) -> Reply:
        answer = bodies.parsed(body)
        choice = next(iter(bodies.objects(answer.get("choices"))), {})
        message = bodies.part(choice.get("message"))
        if not message:
            raise bodies.unlike("a chat completion", body)
        text, stop = _text(message), STOPS.get(str(choice.get("finish_reason")), OTHER)
        if message.get("refusal"):
            text, stop = str(message["refusal"]), REFUSAL
        return Reply(text, stop, _usage(bodies.part(answer.get("usage"))), str(answer.get("model") or ""))

    def embedding_wire(self, model: str, texts: Sequence[str]) -> Data:
        """Floats are asked for: the SDK's own base64 is unknown to other servers."""
        return {"model": model, "input": list(texts), "encoding_format": "float"}

    def send_embedding(self, body: Data, timeout_s: float) -> Raw:
        return self._exchange(EMBEDDINGS, body, timeout_s)

    def read_embedding(self, body: bytes) -> tuple[list[list[float]], Usage]:
        answer = bodies.parsed(body)
        rows = bodies.objects(answer.get("data"))
        if not rows:
            raise bodies.unlike("a list of embeddings", body)
        ordered = sorted(rows, key=lambda row: bodies.number(row.get("index")))
        return [bodies.floats(row.get("embedding")) for row in ordered], _usage(bodies.part(answer.get("usage")))


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


def _client(base_url: str) -> openai.OpenAI:
    try:
        import httpx2  # noqa: F401, PLC0415  (an SDK that is too old has another)
        import openai  # noqa: PLC0415
    except ImportError as error:
        message = f"the package openai cannot be used: {error}"
        raise ProviderUnavailable(message, hint="pip install 'ace-pipelines[llm]'") from error
    key = keys.required("openai") if base_url == BASE_URL else keys.read("openai") or NO_KEY
    return openai.OpenAI(api_key=key, base_url=base_url, max_retries=0)


def _inner_failure(body: bytes, headers: Mapping[str, str]) -> AceError:
    """An error that came with status 200; its code says which status it should have been."""
    answer = bodies.parsed(body)
    code = answer["error"].get("code")
    status = code if isinstance(code, int) and code >= 400 else 500  # noqa: PLR2004  (an HTTP status)
    return failures.of_body("openai", status, answer, headers)


def _message(message: Message) -> Data:
    if not message.images:
        return {"role": message.role, "content": message.text}
    return {"role": message.role, "content": [*map(_image, message.images), {"type": "text", "text": message.text}]}


def _image(image: Image) -> Data:
    return {"type": "image_url", "image_url": {"url": f"data:{image.media_type};base64,{bodies.base64_of(image)}"}}


def _text(message: Mapping[str, Json]) -> str:
    """What was said, or the arguments of the function that was called."""
    for call in bodies.objects(message.get("tool_calls")):
        return str(bodies.part(call.get("function")).get("arguments") or "")
    content = message.get("content")
    if isinstance(content, list):
        content = "".join(str(one.get("text") or "") for one in bodies.objects(content))
    return THOUGHTS.sub("", str(content or ""), count=1)


def _usage(said: Mapping[str, Json]) -> Usage:
    """`prompt_tokens` counts what came from the prompt cache and went to it, too; here they stand apart."""
    details = bodies.part(said.get("prompt_tokens_details"))
    cached, written = (bodies.number(details.get(name)) for name in ("cached_tokens", "cache_write_tokens"))
    asked = max(0, bodies.number(said.get("prompt_tokens")) - cached - written)
    return Usage(asked, bodies.number(said.get("completion_tokens")), cached, written)
