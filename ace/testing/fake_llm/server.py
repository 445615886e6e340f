"""The server: a thread with an event loop, listening on 127.0.0.1."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Iterable
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from ace.testing.fake_llm.connection import Asked, Connection
from ace.testing.fake_llm.faults import Fault, Faults
from ace.testing.fake_llm.log import Log
from ace.testing.fake_llm.service import Service, Setup


class FakeLLM:
    """Serves from entering to leaving. `options` are the fields of Setup; `port` 0 takes a free one.

    anthropic_url, openai_url, cohere_url are what SDKs and settings call base URL; `log` says what was asked.
    """

    def __init__(self, *, port: int = 0, faults: Iterable[Fault] = (), log: Path | None = None, **options: Any) -> None:
        if "without" in options:
            options["without"] = frozenset(options["without"])
        self.log = Log(log)
        self.faults = Faults(faults)
        self.setup = Setup(**options)
        self._port = port
        self._lines: set[Connection] = set()
        self._loop = asyncio.new_event_loop()
        self._service = Service(self.setup, self.faults, self.log, self._later)
        self._thread = threading.Thread(target=self._loop.run_forever, name="fake-llm", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        listening = asyncio.run_coroutine_threadsafe(self._listen(), self._loop)
        self._server = listening.result()
        self.url = f"http://127.0.0.1:{self._server.sockets[0].getsockname()[1]}"
        self._service.address = self.url
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        asyncio.run_coroutine_threadsafe(self._close(), self._loop).result()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()
        self.log.close()

    @property
    def anthropic_url(self) -> str:
        return self.url

    @property
    def openai_url(self) -> str:
        return f"{self.url}/v1"

    @property
    def cohere_url(self) -> str:
        return self.url

    def finish_batches(self) -> None:
        """Batches that have been handed in are ready when they are next asked for."""
        self._service.batches.finish()

    def begin_batches(self, rows: int) -> None:
        """So many rows of each batch are answered, also when it is cancelled."""
        self._service.batches.begin(rows)

    @property
    def kept(self) -> list[str]:
        """Ids of the files and batches that still hold questions or answers."""
        return self._service.batches.kept()

    @property
    def batches(self) -> list[str]:
        """Ids of the batches of both services, oldest first."""
        return self._service.batches.names()

    async def _listen(self) -> asyncio.Server:
        def connection() -> Connection:
            return Connection(self._handle, self._lines)

        return await self._loop.create_server(connection, "127.0.0.1", self._port, backlog=1024)

    def _handle(self, asked: Asked, line: Connection) -> None:
        self._service.handle(asked, line)

    def _later(self, seconds: float, action: Callable[[], None]) -> None:
        if seconds:
            self._loop.call_later(seconds, action)
        else:
            action()

    async def _close(self) -> None:
        self._server.close()
        for line in list(self._lines):
            line.close()
        await self._server.wait_closed()
        await asyncio.sleep(0)  # connection_lost of the lines that were closed
