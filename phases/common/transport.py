"""httpx over connections that go only to checked addresses, end at a deadline and can be interrupted.

One transport serves one thread at a time: httpcore's HTTP/2 connections are not safe to share between threads.
"""

from __future__ import annotations

import socket
import ssl
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

import httpcore
import httpx

from phases.common import netguard

POLL_S = 0.5  # how long a read may ignore that the run is told to stop
CONNECT_S = 5.0  # per address; a host behind broken IPv6 is still reached over IPv4 within the whole deadline
MAX_ADDRESSES = 4  # tried in turn
KEEP_OPEN_S = 15.0  # an idle connection is dropped before common servers drop it

# Servers that write head and body apart wait with the second for the acknowledgement of the first (Nagle), which the
# kernel holds back for 40 ms; on a kept connection that is 40 ms a page. Linux forgets the option, so it is set anew.
QUICK_ACK: int | None = getattr(socket, "TCP_QUICKACK", None)

Hosts = Mapping[str, tuple[str, int]]


class Clock:
    """The deadline of the request under way, and the question whether to go on at all."""

    def __init__(self, check: Callable[[], None]) -> None:
        self.check = check
        self._end = 0.0

    def start(self, seconds: float) -> None:
        self._end = time.monotonic() + seconds

    def left(self) -> float:
        return self._end - time.monotonic()


class GuardedStream(httpcore.NetworkStream):
    """A connection whose reads and writes end with the clock, not merely after a pause of the other side."""

    def __init__(self, stream: httpcore.NetworkStream, clock: Clock) -> None:
        self._stream, self._clock = stream, clock
        self._socket = stream.get_extra_info("socket")

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        while True:
            left = self._left()
            if QUICK_ACK is not None:
                self._socket.setsockopt(socket.IPPROTO_TCP, QUICK_ACK, 1)
            try:
                return self._stream.read(max_bytes, timeout=min(POLL_S, left))
            except httpcore.ReadTimeout:
                self._clock.check()

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._stream.write(buffer, timeout=self._left())

    def close(self) -> None:
        self._stream.close()

    def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,
    ) -> httpcore.NetworkStream:
        secure = self._stream.start_tls(ssl_context, server_hostname, min(CONNECT_S, self._left()))
        return GuardedStream(secure, self._clock)

    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)

    def _left(self) -> float:
        left = self._clock.left()
        if left <= 0:
            message = "the time for this request is over"
            raise httpcore.ReadTimeout(message)
        return left


class GuardedBackend(httpcore.NetworkBackend):
    """Connects to checked addresses. `hosts` sends named hosts to a given loopback address and port instead."""

    def __init__(self, clock: Clock, hosts: Hosts, *, allow_loopback: bool) -> None:
        for address, _ in hosts.values():
            netguard.check_loopback(address)
        self._clock, self._hosts, self._allow_loopback = clock, hosts, allow_loopback
        self._plain = httpcore.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        addresses, port = self._addresses(host, port)
        failure: Exception = httpcore.ConnectError(f"no address for {host}")
        for address in addresses[:MAX_ADDRESSES]:
            self._clock.check()
            seconds = min(CONNECT_S, max(self._clock.left(), 0.001))
            try:
                stream = self._plain.connect_tcp(address, port, seconds, local_address, socket_options)
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                failure = error
            else:
                return GuardedStream(stream, self._clock)
        raise failure

    def _addresses(self, host: str, port: int) -> tuple[list[str], int]:
        name = host.lower().rstrip(".")
        if name in self._hosts:
            address, port = self._hosts[name]
            return [address], port
        left = min(CONNECT_S, self._clock.left())
        return netguard.checked_addresses(host, port, left, allow_loopback=self._allow_loopback), port


class _Body(httpx.SyncByteStream):
    def __init__(self, parts: Any) -> None:
        self._parts = parts

    def __iter__(self) -> Iterator[bytes]:
        yield from self._parts

    def close(self) -> None:
        self._parts.close()


class GuardedTransport(httpx.BaseTransport):
    """httpx transport over one guarded connection pool. Its errors are httpcore's, netguard's and the check's."""

    def __init__(self, clock: Clock, ssl_context: ssl.SSLContext, hosts: Hosts, *, allow_loopback: bool) -> None:
        self.clock = clock
        self._ssl, self._backend = ssl_context, GuardedBackend(clock, hosts, allow_loopback=allow_loopback)
        self._pool = self._new_pool()

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        url = request.url
        asked = httpcore.Request(
            method=request.method,
            url=httpcore.URL(scheme=url.raw_scheme, host=url.raw_host, port=url.port, target=url.raw_path),
            headers=request.headers.raw,
            content=request.stream,
            extensions=request.extensions,
        )
        answer = self._pool.handle_request(asked)
        return httpx.Response(
            answer.status, headers=answer.headers, stream=_Body(answer.stream), extensions=answer.extensions
        )

    def renew(self) -> None:
        """Drop the connection: the rest of an answer may still be on its way, and would use up HTTP/2's window."""
        self._pool.close()
        self._pool = self._new_pool()

    def close(self) -> None:
        self._pool.close()

    def _new_pool(self) -> httpcore.ConnectionPool:
        return httpcore.ConnectionPool(
            ssl_context=self._ssl,
            max_connections=1,
            keepalive_expiry=KEEP_OPEN_S,
            http2=True,
            network_backend=self._backend,
        )
