"""From bytes off the web to text, whatever the server says they are."""

from __future__ import annotations

import codecs
import re

HEAD_BYTES = 2048  # where a declaration has to stand: HTML asks for the first 1,024 bytes, XML for the first line
SAMPLE_BYTES = 65536  # what the statistical guess reads; more makes it slower, not better

CLEARLY_LESS_CHAOTIC = 0.05  # of charset_normalizer's mess ratio, 0 to 1; Turkish read as Windows-1252 has 0.09 more

_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),  # before UTF-16: its first two bytes are those of UTF-16
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_IN_HEADER = re.compile(r"charset\s*=\s*[\"']?\s*([\w.:-]+)", re.IGNORECASE)
_IN_XML = re.compile(rb"^\s*<\?xml[^>]{0,200}?encoding\s*=\s*[\"']([\w.:-]+)")
_IN_META = re.compile(rb"<meta[^>]{0,500}?charset\s*=\s*[\"']?\s*([\w.:-]+)", re.IGNORECASE)

# What a label means on the web (the superset that browsers use), by Python's name of the narrower encoding.
# Source: WHATWG Encoding Standard, "Names and labels".
_ON_THE_WEB = {
    "iso8859-1": "cp1252",
    "ascii": "cp1252",
    "iso8859-9": "cp1254",
    "tis-620": "cp874",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "shift_jis": "cp932",
    "euc_kr": "cp949",
    "big5": "big5hkscs",
    "utf-16": "utf-16-le",
}
_UNMARKED = ((b"<\0", "utf-16-le"), (b"\0<", "utf-16-be"))  # markup in UTF-16 without a byte order mark
_WESTERN = "cp1252"
_WRITTEN_IN = (
    _WESTERN, "cp1250", "cp1251", "cp1253", "cp1254", "cp1255", "cp1256", "cp1257", "cp874", "iso8859_2", "koi8_r",
    "koi8_u", "cp932", "euc_jp", "iso2022_jp", "gb18030", "big5hkscs", "big5", "cp949", "utf_16_le", "utf_16_be",
)  # fmt: skip
_NOT_FOR_DOCUMENTS = frozenset(("idna", "punycode", "unicode-escape", "raw-unicode-escape", "utf-7", "undefined"))


def decode(body: bytes, content_type: str = "") -> str:
    """The text of a web resource; never raises.

    body          the bytes after content decoding (gzip)
    content_type  the Content-Type header, or ""

    A byte order mark decides. Else bytes beyond ASCII that form valid UTF-8 are UTF-8, since other encodings hardly
    ever do so by chance while headers are often wrong. Else the header, the XML declaration and the meta element
    count, in this order, where the bytes can be read so; then a statistical guess; then Windows-1252 with U+FFFD
    for what has no meaning.
    """
    for mark, name in _BOMS:
        if body.startswith(mark):
            return body[len(mark) :].decode(name, "replace")
    if not body.isascii() and (text := _read(body, "utf-8")) is not None:
        return text
    for name in [*_declared(body, content_type), _guess(body)]:
        if name and (text := _read(body, name)) is not None:
            return text
    return body.decode("cp1252", "replace")


def _declared(body: bytes, content_type: str) -> list[str]:
    """The codecs that header, first bytes and declarations name, in this order."""
    head = body[:HEAD_BYTES]
    labels = [found[1] for found in [_IN_HEADER.search(content_type)] if found]
    labels += [name for start, name in _UNMARKED if body.startswith(start)]
    labels += [found[1].decode("ascii", "replace") for found in (_IN_XML.search(head), _IN_META.search(head)) if found]
    return [name for label in labels if _is_possible(name := _codec(label), head)]


def _is_possible(name: str, head: bytes) -> bool:
    """Text in UTF-16 or UTF-32 holds zero bytes; without one its label is wrong but would decode to nonsense."""
    return bool(name) and (not name.startswith(("utf-16", "utf-32")) or b"\0" in head)


def _codec(label: str) -> str:
    """Python's codec for a label as the web uses it, or "" when unknown or no encoding of documents."""
    try:
        name = codecs.lookup(label).name
    except (LookupError, ValueError):
        return ""
    return "" if name in _NOT_FOR_DOCUMENTS else _ON_THE_WEB.get(name, name)


def _read(body: bytes, name: str) -> str | None:
    try:
        return body.decode(name)
    except (UnicodeError, LookupError, ValueError):
        return None


def _guess(body: bytes) -> str:
    """What charset_normalizer takes the first bytes for, among encodings that pages are written in.

    Short Western texts fit several of them; Windows-1252 is by far the most common and wins unless another is clearly
    less chaotic.
    """
    from charset_normalizer import from_bytes  # noqa: PLC0415  (only needed for undeclared, unusual pages)

    if body.isascii():
        return "utf-8"
    found = list(from_bytes(body[:SAMPLE_BYTES], cp_isolation=[*_WRITTEN_IN]))
    western = next((one for one in found if _WESTERN in {one.encoding, *one.could_be_from_charset}), None)
    if not found or (western and western.chaos <= found[0].chaos + CLEARLY_LESS_CHAOTIC):
        return _WESTERN
    return _codec(found[0].encoding)
