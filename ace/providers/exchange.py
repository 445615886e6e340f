"""One HTTP request over the connections that an SDK opened, with the headers that it sends.

Around every request an SDK builds options, headers, models and log lines: half of the CPU that a question costs. The
SDK opens the client and words the headers once; a request is then those headers, a body, and nothing else.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from ace import jsonio
from ace.errors import AceError
from ace.providers import failures
from ace.providers.base import Raw

if TYPE_CHECKING:
    import httpx2


class Line(NamedTuple):
    """An open way to a service: the SDK's client, the HTTP client under it, the address, the headers of a request."""

    sdk: Any
    http: httpx2.Client
    base_url: str
    headers: httpx2.Headers


def line(sdk: Any, http: httpx2.Client) -> Line:
    """Of an SDK's client that was opened with `http`. Its key is fixed, so that its headers are, too."""
    import httpx2  # noqa: PLC0415  (comes with the SDKs)

    said = {**sdk.auth_headers, **sdk.default_headers}
    headers = httpx2.Headers({name: value for name, value in said.items() if isinstance(value, str)})
    return Line(sdk, http, str(sdk.base_url).rstrip("/"), headers)


def exchange(name: str, line: Line, method: str, path: str, content: bytes | None, timeout_s: float) -> Raw:
    """The answer, which came with status 200 to 299.

    Raises ServerFailed when nobody was there, ConnectionFailed when the answer did not come or half of it, and what
    `failures.of_body` makes of any other status.
    """
    import httpx2  # noqa: PLC0415

    limits = {"timeout": dict.fromkeys(("connect", "read", "write", "pool"), timeout_s)}
    try:
        request = httpx2.Request(
            method, f"{line.base_url}{path}", headers=line.headers, content=content, extensions=limits
        )
        response = line.http.send(request)
    except (httpx2.ConnectError, httpx2.ConnectTimeout, httpx2.PoolTimeout) as error:
        raise failures.unreached(name, error) from error
    except httpx2.TimeoutException as error:
        raise failures.lost(name, error, timeout_s) from error
    except (httpx2.HTTPError, httpx2.InvalidURL) as error:
        raise failures.lost(name, error) from error
    if not response.is_success:
        raise _refusal(name, response)
    return Raw(response.content, dict(response.headers))


def _refusal(name: str, response: httpx2.Response) -> AceError:
    try:
        body = jsonio.loads(response.content, what="the body of an error")
    except ValueError:
        body = response.text
    return failures.of_body(name, response.status_code, body, response.headers)
