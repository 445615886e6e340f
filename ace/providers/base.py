"""What a provider is, and the records that pass between it, the ledger and the limiter.

A provider turns a Request into the body that goes over the wire, sends a body, and reads a raw answer. It knows
nothing of money, limits, ledgers or retries, and its SDK is imported when it first sends.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple, Protocol

from ace.records import NOTHING, Data, Json

END, MAX_TOKENS, REFUSAL, OTHER = "end", "max_tokens", "refusal", "other"  # why an answer ended


class Image(NamedTuple):
    """A picture in a message; `media_type` as in "image/png"."""

    content: bytes
    media_type: str


class Message(NamedTuple):
    """`role` is user or assistant. Text from outside stands in user messages only, between delimiters."""

    role: str
    text: str
    images: tuple[Image, ...] = ()


class Request(NamedTuple):
    """One question. `schema` (JSON Schema) asks for JSON of that shape; None for plain text.

    `cache_prefix`: whether the system part repeats from request to request and is worth a provider's prompt cache.
    """

    model: str
    system: str
    messages: tuple[Message, ...]
    schema: Mapping[str, Json] | None = None
    max_tokens: int = 1024
    temperature: float | None = None
    cache_prefix: bool = True


class Usage(NamedTuple):
    """Tokens of one answer. `input` excludes what was read from or written to a prompt cache."""

    input: int = 0
    output: int = 0
    cache_read: int = 0
    cache_write: int = 0


class Raw(NamedTuple):
    """An answer as it arrived: HTTP status 200, the body's bytes, the headers in lower case."""

    body: bytes
    headers: Mapping[str, str] = NOTHING


class Reply(NamedTuple):
    """A raw answer, read. `stop` is one of END, MAX_TOKENS, REFUSAL, OTHER."""

    text: str
    stop: str
    usage: Usage
    model: str = ""  # the model that answered, where the provider says so


class Provider(Protocol):
    """One service at one address. Methods may be called from many threads at once.

    `send` and `send_embedding` raise, and never return, anything but a complete HTTP 200:
    RateLimited, Overloaded, ServerFailed, ConnectionFailed (all TransientError, with retry_after where it was said),
    RequestRefused (400, 404, 413, 422: permanent, this item only), ContextExceeded (a RequestRefused),
    ProviderUnavailable (401, 402, 403, insufficient quota, no key: nothing more will work).
    """

    name: str
    base_url: str

    def wire(self, request: Request) -> Data:
        """The JSON body of a completion, complete: what is hashed is what is sent."""
        ...

    def send(self, body: Data, timeout_s: float) -> Raw: ...
    def read(self, body: bytes) -> Reply:
        """Raises MalformedAnswer when the body is no answer of this API."""
        ...

    def embedding_wire(self, model: str, texts: Sequence[str]) -> Data: ...
    def send_embedding(self, body: Data, timeout_s: float) -> Raw: ...
    def read_embedding(self, body: bytes) -> tuple[list[list[float]], Usage]: ...


class Call(NamedTuple):
    """What the ledger is told before a request is sent. `reserved_usd` is the worst case; None when no price is known.

    `kind` is complete, embed or batch. `day` for reports comes from the ledger's clock.
    """

    key: str
    provider: str
    base_url: str
    model: str
    kind: str
    run_id: str
    pipeline: str
    phase: str
    purpose: str  # the item's key, for a person who reads the log
    reserved_usd: float | None


class Caps(NamedTuple):
    """US dollars that a run and a phase of it may spend; 0 means no limit."""

    run_usd: float = 0.0
    phase_usd: float = 0.0


class Price(NamedTuple):
    """US dollars of one answer, and where the price comes from ("genai-prices 0.2.3", "configured", "free")."""

    usd: float
    source: str
