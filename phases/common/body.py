"""Read a response's body with a cap that holds after decompression: a small answer may unpack to gigabytes."""

from __future__ import annotations

import zlib
from collections.abc import Iterator

import httpx

ACCEPTED_ENCODINGS = "gzip, deflate"
_EITHER_HEADER = zlib.MAX_WBITS | 32  # zlib recognises gzip and zlib by their first bytes
_NO_HEADER = -zlib.MAX_WBITS  # what some servers send as "deflate"
_GZIP_START = b"\x1f"
_ENCODINGS = frozenset(("gzip", "x-gzip", "deflate"))


class TooLarge(Exception):
    """More than `limit` bytes; `part` is what was read of it."""

    def __init__(self, limit: int, part: bytes = b"") -> None:
        super().__init__(f"the answer is larger than {limit:,} bytes")
        self.part = part


class Damaged(Exception):
    """The body cannot be decompressed."""


def read(response: httpx.Response, limit: int) -> bytes:
    """The whole decompressed body, at most `limit` bytes. Raises TooLarge, Damaged, and what the connection raises."""
    announced = response.headers.get("content-length", "")
    if announced.isdigit() and int(announced[:18]) > limit:
        raise TooLarge(limit)
    collected = bytearray()
    for part in _parts(response, limit):
        collected += part
        if len(collected) > limit:
            raise TooLarge(limit, bytes(collected[:limit]))
    return bytes(collected)


def drain(response: httpx.Response, limit: int) -> None:
    """Read a body that nobody wants, up to `limit` bytes, so that the connection can be used again."""
    count = 0
    for part in response.iter_raw():
        count += len(part)
        if count > limit:
            return


def _parts(response: httpx.Response, limit: int) -> Iterator[bytes]:
    encoding = response.headers.get("content-encoding", "").strip().lower()
    if encoding in {"", "identity"}:
        return response.iter_raw()
    if encoding not in _ENCODINGS:
        message = f"content encoding {encoding[:40]!r} was not asked for"
        raise Damaged(message)
    return _unpacked(response.iter_raw(), limit)


def _unpacked(packed: Iterator[bytes], limit: int) -> Iterator[bytes]:
    unpacker = None
    try:
        for part in packed:
            if unpacker is None and part:
                unpacker = zlib.decompressobj(_header(part))
            if unpacker is not None:
                yield unpacker.decompress(part, limit + 1)
        if unpacker is not None and not unpacker.eof:
            message = "the compressed answer is cut off"
            raise Damaged(message)
    except zlib.error as error:
        message = f"the compressed answer is damaged ({error})"
        raise Damaged(message) from None


def _header(first: bytes) -> int:
    """Which header zlib is to expect. "deflate" should have one (RFC 9110), which is checked by RFC 1950's rule."""
    is_zlib = len(first) > 1 and first[0] & 0x0F == zlib.DEFLATED and int.from_bytes(first[:2]) % 31 == 0
    return _EITHER_HEADER if is_zlib or first.startswith(_GZIP_START) else _NO_HEADER
