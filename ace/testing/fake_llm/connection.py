"""HTTP/1.1 as far as the SDKs need it: requests with a content length, answers in one piece, connections kept open."""

from __future__ import annotations

import asyncio
import json
import socket
import struct
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple, cast
from urllib.parse import parse_qs, urlsplit

END_OF_HEAD = b"\r\n\r\n"
RESET_ON_CLOSE = struct.pack("ii", 1, 0)  # SO_LINGER with no time to linger: close sends RST


class Asked(NamedTuple):
    """One HTTP request. Header names are in lower case; a query name's last value counts."""

    method: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    raw: bytes

    def json(self) -> Any:
        """Raises ValueError."""
        return json.loads(self.raw)


class Connection(asyncio.Protocol):
    """One client. What it asks is given to `handle`, which answers now or later."""

    def __init__(self, handle: Callable[[Asked, Connection], None], everybody: set[Connection]) -> None:
        self._handle, self._everybody = handle, everybody
        self._buffer = bytearray()
        self._head: tuple[int, str, dict[str, str]] | None = None  # of the request whose body is still to come
        self._gone: list[Callable[[], None]] = []

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)
        self._everybody.add(self)

    def connection_lost(self, error: Exception | None) -> None:
        self._everybody.discard(self)
        for action in self._gone:
            action()

    def when_gone(self, action: Callable[[], None]) -> None:
        self._gone.append(action)

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        while asked := self._next():
            self._handle(asked, self)

    def _next(self) -> Asked | None:
        """The next request, if all of it has come."""
        if self._head is None:
            end = self._buffer.find(END_OF_HEAD)
            if end < 0:
                return None
            first, *lines = self._buffer[:end].decode("latin-1").split("\r\n")
            headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
            self._head = end + len(END_OF_HEAD), first, headers
        begin, first, headers = self._head
        end = begin + int(headers.get("content-length", 0))
        if len(self._buffer) < end:
            return None
        raw = bytes(self._buffer[begin:end])
        del self._buffer[:end]
        self._head = None
        method, target, _ = first.split(" ")
        url = urlsplit(target)
        query = {name: values[-1] for name, values in parse_qs(url.query).items()}
        return Asked(method, url.path, query, headers, raw)

    @property
    def is_open(self) -> bool:
        return not self._transport.is_closing()

    def send(self, status: int, body: Any, headers: Mapping[str, str] | None = None) -> None:
        data = _encoded(body)
        if self.is_open:
            self._transport.write(_head(status, len(data), headers) + data)

    def cut(self, body: Any) -> None:
        """Half of what the head promises, then the end."""
        self._half(body)
        self._transport.close()

    def reset(self, body: Any) -> None:
        """Half of what the head promises, then a TCP reset."""
        self._half(body)
        raw_socket = self._transport.get_extra_info("socket")
        if raw_socket is not None and self.is_open:
            raw_socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET_ON_CLOSE)
        self._transport.abort()

    def close(self) -> None:
        self._transport.abort()

    def _half(self, body: Any) -> None:
        data = _encoded(body)
        if self.is_open:
            self._transport.write(_head(200, len(data), None) + data[: len(data) // 2])


def _encoded(body: Any) -> bytes:
    return body if isinstance(body, bytes) else json.dumps(body).encode()


def _head(status: int, length: int, headers: Mapping[str, str] | None) -> bytes:
    fields = {"content-type": "application/json", "request-id": "req_fake", "x-request-id": "req_fake"}
    lines = [f"{name}: {value}" for name, value in {**fields, **(headers or {})}.items()]
    return "\r\n".join([f"HTTP/1.1 {status} .", *lines, f"content-length: {length}", "", ""]).encode("latin-1")
