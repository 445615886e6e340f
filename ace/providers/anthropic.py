"""Anthropic's Messages API, over the connections and with the headers of the official SDK.

What is hashed is what is sent, what arrives is what is kept, and nothing is parsed twice. The SDK is imported at the
first request (it costs a second).
"""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence

from ace import jsonio
from ace.errors import ConfigError, MalformedAnswer, ProviderUnavailable
from ace.providers import bodies, exchange, failures, families, keys, narrow
from ace.providers.base import END, MAX_TOKENS, OTHER, REFUSAL, Image, Message, Raw, Reply, Request, Usage
from ace.records import Data, Json

BASE_URL = "https://api.anthropic.com"
PATH = "/v1/messages"
STOPS = {
    "end_turn": END,
    "stop_sequence": END,
    "tool_use": END,
    "max_tokens": MAX_TOKENS,
    "model_context_window_exceeded": MAX_TOKENS,
    "refusal": REFUSAL,
}
NO_KEY = "none"  # for servers of one's own that ask for none


class Anthropic:
    """`base.Provider`. `answers`: json_schema where the API is held to a schema, prompt where it is only asked."""

    name = "anthropic"

    def __init__(self, base_url: str = "", answers: str = "json_schema") -> None:
        self.base_url = base_url or BASE_URL
        self._answers = answers
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
        body: Data = {"model": request.model, "max_tokens": request.max_tokens, **families.claude(request.model)}
        system = request.system
        if request.schema is not None:
            held = narrow.held(request.schema)
            if self._answers == "json_schema" and held.shape is not None:
                shape = {"type": "json_schema", "schema": held.shape}
                body["output_config"] = {**body.get("output_config", {}), "format": shape}
            else:
                system += held.words
        if system:
            mark = {"cache_control": {"type": "ephemeral"}} if request.cache_prefix else {}
            body["system"] = [{"type": "text", "text": system, **mark}]
        body["messages"] = [_message(one) for one in request.messages]
        if request.temperature is not None and families.claude_samples(request.model):
            body["temperature"] = request.temperature
        return body

    def send(self, body: Data, timeout_s: float) -> Raw:
        return self.exchange("POST", PATH, jsonio.dumps(body), timeout_s)

    def exchange(self, method: str, path: str, content: bytes | None, timeout_s: float) -> Raw:
        """One request to any part of the API."""
        raw = exchange.exchange("anthropic", self.line, method, path, content, timeout_s)
        if method == "POST" and (failure := failures.not_json("anthropic", raw.body)):
            raise failure
        return raw

    def read(self, body: bytes) -> Reply:
        answer = bodies.parsed(body)
        if answer.get("type") != "message" or not isinstance(answer.get("content"), list):
            raise bodies.unlike("a message", body)
        text = "".join(map(_text, bodies.objects(answer["content"])))
        stop = STOPS.get(str(answer.get("stop_reason")), OTHER)
        return Reply(text, stop, _usage(bodies.part(answer.get("usage"))), str(answer.get("model") or ""))

    def embedding_wire(self, model: str, texts: Sequence[str]) -> Data:
        raise ConfigError(
            "anthropic offers no embeddings", hint='embedding_provider = "openai"   (in ace.toml, [models])'
        )

    def send_embedding(self, body: Data, timeout_s: float) -> Raw:
        raise ConfigError("anthropic offers no embeddings")

    def read_embedding(self, body: bytes) -> tuple[list[list[float]], Usage]:
        raise MalformedAnswer("anthropic offers no embeddings")


def _opened(base_url: str) -> exchange.Line:
    try:
        import anthropic  # noqa: PLC0415  (a second, for those who send)
        import httpx2  # noqa: F401, PLC0415  (an SDK that is too old has another)
    except ImportError as error:
        message = f"the package anthropic cannot be used: {error}"
        raise ProviderUnavailable(message, hint="pip install 'ace-pipelines[llm]'") from error
    key = keys.required("anthropic") if base_url == BASE_URL else keys.read("anthropic") or NO_KEY
    http = anthropic.DefaultHttpxClient()
    return exchange.line(anthropic.Anthropic(api_key=key, base_url=base_url, max_retries=0, http_client=http), http)


def _message(message: Message) -> Data:
    if not message.images:
        return {"role": message.role, "content": message.text}
    return {"role": message.role, "content": [*map(_image, message.images), {"type": "text", "text": message.text}]}


def _image(image: Image) -> Data:
    data = bodies.base64_of(image)
    return {"type": "image", "source": {"type": "base64", "media_type": image.media_type, "data": data}}


def _text(block: Mapping[str, Json]) -> str:
    """The text of a block; a model's thinking and signatures are none."""
    if block.get("type") == "tool_use":
        return jsonio.dumps(block.get("input")).decode()
    return str(block.get("text") or "") if block.get("type") == "text" else ""


def _usage(said: Mapping[str, Json]) -> Usage:
    """What is written to and read from the prompt cache stands beside input_tokens, not in it."""
    names = ("input_tokens", "output_tokens", "cache_read_input_tokens", "cache_creation_input_tokens")
    return Usage(*(bodies.number(said.get(name)) for name in names))
