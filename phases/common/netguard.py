"""Which URLs and addresses may be asked: public ones over http and https, nothing inside a network.

Links come from feeds and redirects, so they are chosen by strangers. A host name is resolved once, every address it
has is checked, and the connection is made to a checked address, so that a second answer of the name server cannot
lead elsewhere. Standard library only.
"""

from __future__ import annotations

import ipaddress
import queue
import socket
import threading
from urllib.parse import urlsplit

Address = ipaddress.IPv4Address | ipaddress.IPv6Address

_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")  # RFC 6052: the IPv4 address is the last 32 bits
_GLOBAL_UNICAST = ipaddress.IPv6Network("2000::/3")  # RFC 4291: all that IANA has given out
# Special blocks that `is_global` of Python 3.11 lets through. Source: IANA IPv4 and IPv6 special-purpose registries.
_SPECIAL = (
    ipaddress.ip_network("192.0.0.0/24"),  # protocol assignments; holds a cloud's metadata service (192.0.0.192)
    ipaddress.ip_network("192.88.99.0/24"),  # former 6to4 relays
    ipaddress.ip_network("3fff::/20"),  # documentation
)


class Refused(Exception):
    """The URL or address may not be asked; the message says why in plain words."""


class NameNotFound(Exception):
    """The name server knows no such host, or did not answer; `temporary` says whether asking again may help."""

    def __init__(self, message: str, *, temporary: bool) -> None:
        super().__init__(message)
        self.temporary = temporary


def check_url(url: str) -> str:
    """The host of an http or https URL, lower case. Raises Refused for any other URL and for odd ones."""
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname, parts.port
    except ValueError as error:
        message = f"not a valid URL ({error})"
        raise Refused(message) from None
    if parts.scheme not in {"http", "https"}:
        message = f"scheme {parts.scheme[:20]!r} is not http or https"
        raise Refused(message)
    if not host:
        message = "the URL names no host"
        raise Refused(message)
    if "@" in parts.netloc:
        message = "the URL carries a user name or password"
        raise Refused(message)
    return host


def check_address(text: str, *, allow_loopback: bool = False) -> None:
    """Raise Refused unless the IP address is public (or loopback, where that is allowed).

    IPv4 addresses inside IPv6 ones (mapped, NAT64, 6to4) are judged as what they lead to.
    """
    try:
        address = _inner(ipaddress.ip_address(text.partition("%")[0]))
    except ValueError:
        message = f"{text!r} is not an IP address"
        raise Refused(message) from None
    if address.is_loopback and allow_loopback:
        return
    if not _is_public(address):
        message = f"address {text} is not public"
        raise Refused(message)


def _inner(address: Address) -> Address:
    if isinstance(address, ipaddress.IPv4Address):
        return address
    if address in _NAT64:
        return ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
    return address.ipv4_mapped or address.sixtofour or address


def _is_public(address: Address) -> bool:
    if address.is_multicast or not address.is_global:
        return False
    if any(address.version == block.version and address in block for block in _SPECIAL):
        return False
    return isinstance(address, ipaddress.IPv4Address) or address in _GLOBAL_UNICAST


def resolve(host: str, port: int, timeout_s: float) -> list[str]:
    """All IP addresses of a host, in the system's order of preference, without duplicates.

    Raises NameNotFound. The system's resolver cannot be interrupted, so it is asked in a thread of its own that is
    left behind when it takes longer than `timeout_s`.
    """
    answers: queue.SimpleQueue[list[str] | Exception] = queue.SimpleQueue()

    def ask() -> None:
        try:
            found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
            answers.put(list(dict.fromkeys(str(row[4][0]) for row in found)))
        except (OSError, ValueError) as error:  # ValueError: not a name that IDNA can write
            answers.put(error)

    threading.Thread(target=ask, name="ace-resolve", daemon=True).start()
    try:
        answer = answers.get(timeout=max(timeout_s, 0.0))
    except queue.Empty:
        message = f"the name server did not say within {timeout_s:.0f} s where {host} is"
        raise NameNotFound(message, temporary=True) from None
    if isinstance(answer, list):
        return answer
    message = f"no address for host {host} ({getattr(answer, 'strerror', None) or answer})"
    raise NameNotFound(message, temporary=getattr(answer, "errno", None) == socket.EAI_AGAIN) from None


def checked_addresses(host: str, port: int, timeout_s: float, *, allow_loopback: bool) -> list[str]:
    """The addresses of a host, all of them allowed. Raises Refused (even when only one is not), NameNotFound."""
    addresses = resolve(host, port, timeout_s)
    for address in addresses:
        check_address(address, allow_loopback=allow_loopback)
    return addresses


def check_loopback(text: str) -> None:
    """Raise Refused unless the text is a loopback address: the only ones that a host may be mapped to."""
    if not ipaddress.ip_address(text).is_loopback:
        message = f"a host can only be mapped to a loopback address, not to {text}"
        raise Refused(message)
