"""Put text that strangers wrote into Markdown so that it stays text: no tag, link, heading or list of their making.

The result is for CommonMark and GitHub's dialect alike, and is meant to be read as it stands too: only what could
mean something is escaped.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from urllib.parse import quote, urlsplit

from phases.common.text import scrub

MAX_URL_CHARS = 2_000  # what mail programs and older browsers still follow
_URL_SAFE = ":/?#@!$&'*+,;=%-._~"  # RFC 3986 without brackets and parentheses, which would end a Markdown link

_ENTITY = re.compile(r"&(?=#?\w+;)")  # "AT&T;" is text, "&lt;" would become a bracket
_SPECIAL = re.compile(r"[\\`*_{}\[\]|~]")
_AUTOLINK = re.compile(r"(?i)(?<=https)(:)(?=//)|(?<=http)(:)(?=//)|(?<=ftp)(:)(?=//)|(?<=\bwww)(\.)|(?<=\w)(@)(?=\w)")
_START = re.compile(r"^(?:[#+=:-]|\d{1,9}(?=[.)](?:\s|$)))|(?<=\s)#")


def inline(text: str) -> str:
    """The text on one line, escaped so that any Markdown reader shows exactly its characters."""
    line = " ".join(scrub(text).split())
    line = _SPECIAL.sub(r"\\\g<0>", line)
    line = _ENTITY.sub("&amp;", line).replace("<", "&lt;").replace(">", "&gt;")
    line = _AUTOLINK.sub(r"\\\g<0>", line)
    return _START.sub(_escaped_start, line)


def safe_url(url: object) -> str | None:
    """The address as a link target, or None: only http and https, with a host, without user names or control codes."""
    if not isinstance(url, str) or not url or len(url) > MAX_URL_CHARS or scrub(url) != url:
        return None
    try:
        parts = urlsplit(url)
    except ValueError:
        return None
    if parts.scheme not in ("http", "https") or not parts.hostname or "@" in parts.netloc or "\n" in url:
        return None
    return _ENTITY.sub("&amp;", quote(url, safe=_URL_SAFE))


def link(text: str, url: object) -> str:
    """`[text](url)`, or only the text when the address cannot be trusted."""
    target = safe_url(url)
    label = inline(text)
    return f"[{label}]({target})" if target and label else label


def table(head: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> str:
    """A table of cells that are Markdown already. Numbers (digits only) are set to the right."""
    numeric = [bool(rows) and all(row[column].isdigit() for row in rows) for column in range(len(head))]
    lines = [head, tuple("---:" if right else "---" for right in numeric), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _escaped_start(match: re.Match[str]) -> str:
    """A bullet gets a backslash; "1." gets it behind the number, where it belongs."""
    text = match.group()
    return text + "\\" if text.isdigit() else "\\" + text
