"""How sure a field is: a probability computed from what is known of it, never a constant.

    logit(p) = intercept + sum of the weights of the features that the field has

The features are what could be seen to go with wrong values: the rule that found it, text recognised from a picture,
other values printed for the same thing, checks that failed, and equations of the document that hold or break with it.
The weights are fitted by `benchmarks/fund/calibrate.py` (logistic regression with a prior) on documents with known
truth, read as text and as scans of falling quality; `calibration.json` says on how many fields and with which error.
"""

from __future__ import annotations

import functools
import json
import math
from collections.abc import Collection, Iterable, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import Any, NamedTuple

Field = Mapping[str, Any]

FILE = Path(__file__).with_name("calibration.json")
FAR_POINTS = 150.0  # between a label and its value: a third of a page's width, beyond which the eye needs a guide line
ENOUGH_CHECKS = 2  # checks of its own beyond that it was found again in the text

FEATURES = {
    "method_table": "found in a table's cell, not beside a label",
    "method_pattern": "found by a pattern in running text",
    "method_text": "read as text",
    "method_model": "read by a model",
    "ocr": "its page is a picture",
    "ocr_doubtful": "a letter of it was read with doubt",
    "alternatives": "another value is printed for the same thing",
    "many_alternatives": "three or more other values are printed",
    "check_failed": "a check of its own failed",
    "checks_passed": "two or more checks of its own hold",
    "equation_holds": "it stands in an equation that holds",
    "equation_fails": "it stands in an equation that does not hold",
    "row_holds": "the figures of its row make the multiple printed in it",
    "row_fails": "the figures of its row do not make the multiple printed in it",
    "far": "far from its label",
    "row_incomplete": "its row lacks a value that most rows of the table have",
    "dash": "a dash, printed for nothing",
    "derived": "worked out from other printed figures",
}
MANY = 3
IN_MULTIPLE = ("contributions", "distributions", "nav", "tvpi")  # of a row in a table of many funds


class Surroundings(NamedTuple):
    """What is known of a field beyond itself."""

    ocr_pages: Collection[int] = ()
    doubtful: Mapping[int, Sequence[Sequence[float]]] = MappingProxyType({})  # page: boxes of words read with doubt
    equations_held: Collection[str] = ()  # paths of the fields in equations that hold
    equations_failed: Collection[str] = ()
    incomplete_rows: Collection[str] = ()  # paths of the rows
    rows_held: Collection[str] = ()
    rows_failed: Collection[str] = ()


def features(path: str, field: Field, around: Surroundings) -> tuple[str, ...]:
    """Names of the features that the field at `path` of the record has, in the order of FEATURES."""
    named = field.get("unit") in ("text", "date")  # every report prints several names and dates: those are no rivals
    others = [] if named else [one for one in field.get("alternatives") or [] if one.get("value") != field.get("value")]
    checks = [check for check in field.get("checks") or [] if isinstance(check, Mapping)]
    distance = field.get("distance")
    has = {
        f"method_{field.get('method')}": True,
        "ocr": field.get("page") in around.ocr_pages,
        "ocr_doubtful": any(_is_doubtful(place, around.doubtful) for place in field.get("parts") or [field]),
        "alternatives": 0 < len(others) < MANY,
        "many_alternatives": len(others) >= MANY,
        "check_failed": any(check.get("ok") is False for check in checks),
        "checks_passed": sum(check.get("ok") is True for check in checks) > ENOUGH_CHECKS,
        "equation_holds": path in around.equations_held,
        "equation_fails": path in around.equations_failed,
        "row_holds": path.rpartition(".")[0] in around.rows_held and path.rpartition(".")[2] in IN_MULTIPLE,
        "row_fails": path.rpartition(".")[0] in around.rows_failed and path.rpartition(".")[2] in IN_MULTIPLE,
        "far": isinstance(distance, int | float) and distance > FAR_POINTS,
        "row_incomplete": path.rpartition(".")[0] in around.incomplete_rows,
        "derived": bool(field.get("parts")),
        "dash": not any(character.isalnum() for character in str(field.get("raw_text", ""))),
    }
    return tuple(name for name in FEATURES if has.get(name))


def _is_doubtful(place: Mapping[str, Any], doubtful: Mapping[int, Sequence[Sequence[float]]]) -> bool:
    """Whether the middle of a word that was read with doubt lies in the box of a figure."""
    x0, y0, x1, y1 = place.get("bbox") or (0, 0, 0, 0)
    boxes = doubtful.get(place.get("page") or 0, ())
    return any(x0 <= (box[0] + box[2]) / 2 <= x1 and y0 <= (box[1] + box[3]) / 2 <= y1 for box in boxes)


def confidence(found: Iterable[str], weights: Mapping[str, float]) -> float:
    """Probability that a field with these features is right, to four decimals."""
    logit = weights["intercept"] + sum(weights.get(name, 0.0) for name in found)
    return round(1 / (1 + math.exp(-logit)), 4)


@functools.cache
def calibration() -> dict[str, Any]:
    """The fitted weights, and what they were fitted on."""
    content: dict[str, Any] = json.loads(FILE.read_text(encoding="utf-8"))
    return content
