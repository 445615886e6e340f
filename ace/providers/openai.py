"""OpenAI's chat completions and embeddings, and every server that speaks them, over the SDK's connections.

`answers` says how the server can be held to JSON: json_schema (a schema it enforces), json_object (any JSON, the
schema in words), tool (a function it must call), prompt (words only). The SDK opens the connections and words the
headers; it is imported at the first request.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Mapping, Sequence
from urllib.parse import urlsplit

from ace import jsonio
from ace.errors import AceError, ProviderUnavailable
from ace.providers import bodies, exchange, failures, families, keys, narrow
from ace.providers.base import END, MAX_TOKENS, OTHER, REFUSAL, Image, Message, Raw, Reply, Request, Usage
from ace.records import Data, Json

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
        self._line: exchange.Line | None = None

    @property
    def line(self) -> exchange.Line:
        """Opened when it is first needed. Raises ProviderUnavailable without SDK or key."""
        with self._lock:
            if self._line is None:
                self._line = _opened(self.base_url)
            return self._line

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
        held = narrow.held(schema)
        if self._answers == "json_schema" and held.shape is not None:
            shape = {"name": NAME, "schema": held.shape, "strict": held.strict}
            return {"response_format": {"type": "json_schema", "json_schema": shape}}, ""
        plain = {"response_format": {"type": "json_object"}} if self._answers == "json_object" else {}
        return plain, held.words

    def send(self, body: Data, timeout_s: float) -> Raw:
        return self._exchange(CHAT, body, timeout_s)

    def _exchange(self, path: str, body: Data, timeout_s: float) -> Raw:
        raw = exchange.exchange("openai", self.line, "POST", path, jsonio.dumps(body), timeout_s)
        if failure := failures.not_json("openai", raw.body):
            raise failure
        if FAILED.match(raw.body):
            raise _inner_failure(raw)
        return raw

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


def _opened(base_url: str) -> exchange.Line:
    try:
        import httpx2  # noqa: F401, PLC0415  (an SDK that is too old has another)
        import openai  # noqa: PLC0415  (0.4 s, for those who send)
    except ImportError as error:
        message = f"the package openai cannot be used: {error}"
        raise ProviderUnavailable(message, hint="pip install 'ace-pipelines[llm]'") from error
    key = keys.required("openai") if base_url == BASE_URL else keys.read("openai") or NO_KEY
    http = openai.DefaultHttpxClient()
    return exchange.line(openai.OpenAI(api_key=key, base_url=base_url, max_retries=0, http_client=http), http)


def _inner_failure(raw: Raw) -> AceError:
    """An error that came with status 200; its code says which status it should have been."""
    answer = bodies.parsed(raw.body)
    code = answer["error"].get("code")
    status = code if isinstance(code, int) and code >= 400 else 500  # noqa: PLR2004  (an HTTP status)
    return failures.of_body("openai", status, answer, raw.headers)


def _message(message: Message) -> Data:
    if not message.images:
        return {"role": message.role, "content": message.text}
    return {"role": message.role, "content": [*map(_image, message.images), {"type": "text", "text": message.text}]}


def _image(image: Image) -> Data:
    url = f"data:{image.media_type};base64,{bodies.base64_of(image)}"
    return {"type": "image_url", "image_url": {"url": url, "detail": "high"}}  # left to the service, it may cost more


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
