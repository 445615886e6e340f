"""A value in the few words that a line of a table has room for."""

from __future__ import annotations

from collections.abc import Iterator

from ace.records import Data, Json
from ace.views.artifact import cell
from ace.views.outline import compact
from ace.views.safe import clean, shortened

SHORT = 72  # characters of a value
FEW = 3  # elements of a list that are named


def brief(value: Json) -> str:
    """A value in a few words: numbers and short texts as they are, objects by their scores, lists by what they name."""
    if isinstance(value, dict):
        return shortened(", ".join(_pairs(value)) or f"{len(value)} keys", SHORT)
    if isinstance(value, list):
        names = [_name(one) for one in value[:FEW]]
        more = f" … ({len(value)})" if len(value) > FEW else ""
        return shortened("; ".join(names), SHORT) + more if value else "none"
    if value is None:
        return "none"
    text = cell(value)
    return text if len(text) <= SHORT else f"{shortened(text, SHORT)} ({len(str(value))} characters)"


def _pairs(value: Data) -> Iterator[str]:
    """What fits into a few words: scalars, of objects their score or state, of lists how long they are."""
    for key, one in value.items():
        if isinstance(one, dict):
            told = next((one[name] for name in ("score", "status") if name in one), None)
            if told is not None:
                yield f"{clean(key)} {cell(told)}"
        elif isinstance(one, list):
            if one:
                yield f"{len(one)} {clean(key)}"
        elif one is not None and len(str(one)) <= SHORT // 2:
            yield f"{clean(key)} {cell(one)}"


def _name(value: Json) -> str:
    if not isinstance(value, dict):
        return cell(value) if not isinstance(value, list) else compact(value)
    told = (value[key] for key in ("title", "name", "source", "id") if value.get(key))
    return clean(next(told, "")) or compact(value)
