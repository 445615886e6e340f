"""Cohere's embeddings, by plain HTTP: no SDK for one request. Completions are not offered.

https://docs.cohere.com/reference/embed
"""

from __future__ import annotations

import socket
import ssl
import urllib.error
import urllib.request
from collections.abc import Sequence
from email.message import Message
from http.client import HTTPException, HTTPMessage
from typing import IO

from ace import jsonio
from ace.errors import AceError, ConfigError
from ace.providers import bodies, failures, keys
from ace.providers.base import Raw, Reply, Request, Usage
from ace.records import Data

BASE_URL = "https://api.cohere.com"
PATH = "/v2/embed"
MOST_TEXTS = 96  # that the service takes in one request
INPUT_TYPE = "search_document"  # how the vectors are meant to be used; texts and queries of one index agree in it


class Cohere:
    """`base.Provider`, for embeddings."""

    name = "cohere"

    def __init__(self, base_url: str = "") -> None:
        self.base_url = base_url or BASE_URL
        self._open = urllib.request.build_opener(_NoRedirect).open

    def wire(self, request: Request) -> Data:
        raise ConfigError("cohere is used for embeddings only", hint='provider = "anthropic"   (in ace.toml, [models])')

    def send(self, body: Data, timeout_s: float) -> Raw:
        raise ConfigError("cohere is used for embeddings only")

    def read(self, body: bytes) -> Reply:
        raise ConfigError("cohere is used for embeddings only")

    def embedding_wire(self, model: str, texts: Sequence[str]) -> Data:
        """At most MOST_TEXTS texts."""
        return {"model": model, "texts": list(texts), "input_type": INPUT_TYPE, "embedding_types": ["float"]}

    def send_embedding(self, body: Data, timeout_s: float) -> Raw:
        headers = {"authorization": f"Bearer {keys.required('cohere')}", "content-type": "application/json"}
        request = urllib.request.Request(  # noqa: S310  (the address is configured, and checked to be HTTP)
            self.base_url.rstrip("/") + PATH, jsonio.dumps(body), headers, method="POST"
        )
        try:
            with self._open(request, timeout=timeout_s) as answer:
                raw = Raw(answer.read(), _lower(answer.headers))
        except urllib.error.HTTPError as error:
            raise _refused(error) from error
        except (OSError, HTTPException) as error:
            cause = getattr(error, "reason", error)
            if isinstance(cause, ConnectionRefusedError | socket.gaierror | ssl.SSLCertVerificationError):
                raise failures.unreached("cohere", cause) from error
            raise failures.lost("cohere", error, timeout_s if isinstance(cause, TimeoutError) else None) from error
        if failure := failures.not_json("cohere", raw.body):
            raise failure
        return raw

    def read_embedding(self, body: bytes) -> tuple[list[list[float]], Usage]:
        answer = bodies.parsed(body)
        vectors = bodies.part(answer.get("embeddings")).get("float")
        if not isinstance(vectors, list) or not vectors:
            raise bodies.unlike("a list of embeddings", body)
        billed = bodies.part(bodies.part(answer.get("meta")).get("billed_units"))
        return [bodies.floats(one) for one in vectors], Usage(bodies.number(billed.get("input_tokens")))


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    """A redirect would carry the key to another host."""

    def redirect_request(
        self, req: urllib.request.Request, fp: IO[bytes], code: int, msg: str, headers: HTTPMessage, newurl: str
    ) -> None:
        return None


def _refused(error: urllib.error.HTTPError) -> AceError:
    try:
        content = error.read()
        body = jsonio.loads(content)
    except (ValueError, OSError, HTTPException):
        body = error.reason
    return failures.of_body("cohere", error.code, body, _lower(error.headers))


def _lower(headers: Message) -> dict[str, str]:
    return {name.lower(): value for name, value in headers.items()}
