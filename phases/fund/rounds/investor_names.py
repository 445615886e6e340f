"""The names of investors in a cell of a table or beside a label: one to a line, or separated by commas. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from phases.fund.rounds import organisation_names, organisations

_NONE = re.compile(
    r"(?i)\A(?:n/?a|none|–|—|-|undisclosed|various|not disclosed|tbd|n\.a\.|(?:and )?others|(?:other|private|angel)"
    r" investors|angels|insiders|management|founders)?\Z"
)
_SPLIT = re.compile(r"\s*[,;•|]\s*(?:and\s+)?|\s+and\s+|\s/\s")
_SEPARATED = re.compile(r"[,;•|]")
_FORM = re.compile(r",\s(?=(?:Inc|LLC|L\.?\s?P|Ltd|L\.L\.C|Corp|S\.A|N\.V)\b)")  # a comma that belongs to the name
_HELD = "\0"  # stands for that comma while a cell is split
_ONLY_TAIL = re.compile(
    r"(?:(?:Partners|Ventures|Capital|Group|Fund|Funds|Management|Investments?|Holdings|Corp|Inc|LLC|LP|Growth"
    r"|Equity|Bank|Associates|Advisors|Advisers|Technologies"
    r"|Company|Co|International|Opportunity|Opportunities|Global|Ltd|[IVX]+|\d)[.,]?\s?)+\Z"
)
_OPEN = ("&", ",", "-", "/", " of", " and", " de")
_LEAD = re.compile(r"(?i)\s*[(\[]\W*(?:co-)?lead\b[^()]*[)\]]|\s[–-]\s(?:co-)?lead\Z|\A(?:co-)?lead:\s")
_ASIDE = re.compile(r"\s*\([^()]*\)")


def entries(lines: Iterable[str], own: Iterable[str]) -> list[tuple[str, bool]]:
    """(name, whether it is marked as the lead) of the lines of one cell; names of the fund itself are left out."""
    aliases = [organisation_names.plain(name) for name in own]
    found: dict[str, bool] = {}
    for part in _parts([line.strip() for line in lines]):
        name = _ASIDE.sub("", _LEAD.sub("", part)).strip(" *†‡")
        if (
            not _NONE.match(name)
            and re.match(r"[A-Z0-9À-Þa]|[a-z]{1,2}[\d.]", name)
            and not organisations.is_own(name, aliases)
        ):
            found[name] = found.get(name, False) or _LEAD.search(part) is not None
    return list(found.items())


def _parts(lines: Sequence[str]) -> list[str]:
    held = [_FORM.sub(_HELD, line) for line in lines]
    whole = [" ".join(held)] if any(_SEPARATED.search(line) for line in held) else _whole(held)
    return [part.replace(_HELD, ", ") for line in whole for part in _SPLIT.split(line)]


def _whole(lines: Sequence[str]) -> list[str]:
    """One name to a line; what can only be the end of a name belongs to the line before."""
    found: list[str] = []
    for line in lines:
        goes_on = found and (
            _ONLY_TAIL.match(line) or found[-1].endswith(_OPEN) or line[:1].islower() or line[:1] == "&"
        )
        if goes_on:
            found[-1] = f"{found[-1]} {line}"
        else:
            found.append(line)
    return found
