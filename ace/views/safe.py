"""Text made safe for a terminal: what was scraped may move the cursor, set the clipboard or hide text.

Everything that comes from data, error messages and file names goes through `clean` before a person sees it.
"""

from __future__ import annotations

import re
from typing import Any

_SEQUENCE = (  # compiled by re when first needed: most text is printable as it is
    r"(?:\x1b[\]PX^_]|[\x90\x98\x9d-\x9f])[^\x07\x1b\x9c]*(?:\x07|\x1b\\|\x9c)"  # OSC, DCS … up to their end
    r"|(?:\x1b\[|\x9b)[0-?]*[ -/]*[@-~]"  # CSI: colours, cursor, screen
    r"|\x1b[ -/]*[0-~]?"  # any other escape, and a lone one
)
_UNSAFE = (  # controls but \t and \n; marks that reorder the text around them
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]"
)


def clean(text: Any, *, lines: bool = False) -> str:
    """`text` without escape sequences and control characters, on one line unless `lines`."""
    text = str(text)
    if text.isprintable():
        return text if lines else " ".join(text.split())
    safe = re.sub(_SEQUENCE, "", text.replace("\r\n", "\n"))
    safe = re.sub(_UNSAFE, "", safe.replace("\r", "\n").replace("\u2028", "\n").replace("\u2029", "\n"))
    return safe.replace("\t", "    ") if lines else " ".join(safe.split())


def shortened(text: str, limit: int) -> str:
    return text if len(text) <= limit else text[: limit - 1].rstrip() + "…"
