"""Tell a watchdog that a run began and how it ended: GET URL/start, then URL or URL/fail (the healthchecks.io way).

Nothing here fails a run, and a dead watchdog costs it a few seconds at most: every request is made in a thread of its
own that is given up after TIMEOUT_S, whatever it hangs in (names, connection, an answer that trickles).
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit, urlunsplit

from ace.errors import ConfigError, Locked
from ace.records import Data

TIMEOUT_S = 5.0  # of one request, from name to answer
SUCCESS = frozenset((0, 3))  # a partial run has done its work; what is missing is named in its report
START, FAIL = "start", "fail"


class Ping:
    """One request under way. `error` says why it did not arrive, once it is known."""

    def __init__(self, url: str) -> None:
        self.error = ""
        self._thread = threading.Thread(target=self._get, args=(url,), daemon=True, name="ace-ping")
        self._thread.start()

    def wait(self) -> None:
        """Until it arrived, failed, or took too long."""
        self._thread.join(TIMEOUT_S)
        if self._thread.is_alive():
            self.error = f"no answer within {TIMEOUT_S:g} s"

    def _get(self, url: str) -> None:
        # Only http and https, also after a redirect: the handlers for files and FTP are not there to be asked.
        from urllib import request  # noqa: PLC0415  (40 ms, beside the run)

        opener = request.OpenerDirector()
        for handler in (
            request.ProxyHandler,
            request.HTTPHandler,
            request.HTTPSHandler,
            request.HTTPRedirectHandler,
            request.HTTPDefaultErrorHandler,
            request.HTTPErrorProcessor,
        ):
            opener.add_handler(handler())
        try:
            with opener.open(url, timeout=TIMEOUT_S) as answer:
                answer.read(1)
        except Exception as error:  # whatever a URL can be answered with is no reason to fail
            self.error = str(error) or type(error).__name__


class Watch:
    """A listener to the run's events that pings when it starts; `end` pings how it ended."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._pings: list[Ping] = []
        self._code: int | None = None

    def __call__(self, event: Data) -> None:
        if event["kind"] == "run_started":
            self._pings.append(Ping(address(self._url, START)))
        elif event["kind"] == "run_ended":
            self._code = event["exit_code"]

    def end(self) -> None:
        """Ping URL or URL/fail, after the first ping has come through or failed, so that they arrive in order."""
        for ping in self._pings:
            ping.wait()
        self._pings.append(Ping(address(self._url, "" if self._code in SUCCESS else FAIL)))
        self._pings[-1].wait()

    @property
    def errors(self) -> list[str]:
        return [ping.error for ping in self._pings if ping.error]


@contextmanager
def watched(url: str) -> Iterator[Watch]:
    """Give the `Watch` to the run as a listener; whatever happens inside, its end is told.

    A run that finds another one at work tells nothing: the other one will. Raises ConfigError for a URL that is none.
    """
    watch = Watch(checked(url))
    try:
        yield watch
    except Locked:
        raise
    except BaseException:
        watch.end()
        raise
    watch.end()


def checked(url: str) -> str:
    """`url`, when it is one of http or https with a host. Raises ConfigError."""
    try:
        parts = urlsplit(url)
        fits = parts.scheme in ("http", "https") and bool(parts.hostname) and url.isprintable() and " " not in url
    except ValueError:
        fits = False
    if not fits:
        message = f"ping URL {url[:200]!r} is not an http or https address"
        raise ConfigError(message, hint="for example --ping-url https://hc-ping.com/your-uuid")
    return url


def address(url: str, ending: str) -> str:
    """`url` with `/ending` after its path, before its query."""
    parts = urlsplit(url)
    path = f"{parts.path.rstrip('/')}/{ending}" if ending else parts.path
    return urlunsplit(parts._replace(path=path))
