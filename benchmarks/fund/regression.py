"""Logistic regression of right and wrong fields on their features, with a normal prior around what is believed."""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from phases.fund.checks import confidence

PRIOR_RIGHT, PRIOR_COUNT = 0.97, 20.0  # what is believed of a field of an unknown document, and worth so many fields
PRIOR_SD = 0.7  # of a weight, in log odds: a few wrong fields outweigh what is believed here
# What is believed of a feature before anything was counted: rare ones would otherwise say nothing, or the opposite
PRIOR = {
    "method_table": 0.0,
    "method_pattern": -0.3,
    "method_text": -0.3,
    "method_model": -1.0,  # nothing read by a model was measured yet: alone, it goes to a person
    "ocr": -1.0,
    "ocr_doubtful": -2.0,
    "alternatives": -1.0,
    "many_alternatives": -1.5,
    "check_failed": -3.0,
    "checks_passed": 0.5,
    "equation_holds": 1.0,
    "equation_fails": -2.0,
    "row_holds": 0.5,
    "row_fails": -1.0,
    "far": -0.5,
    "row_incomplete": -0.7,
    "dash": 0.0,
    "derived": -0.3,
}


class Judged(NamedTuple):
    """One field that a label judges."""

    document: str
    variant: str
    features: tuple[str, ...]
    right: bool
    forced: bool  # to review by a rule, whatever its confidence


def fitted(found: Sequence[Judged]) -> dict[str, float]:
    """Weights by Newton's method, from what is believed and what was counted."""
    names = list(confidence.FEATURES)
    x = np.array([[1.0, *(name in one.features for name in names)] for one in found] + [[1.0] + [0.0] * len(names)] * 2)
    y = np.array([float(one.right) for one in found] + [1.0, 0.0])
    count = np.array([1.0] * len(found) + [PRIOR_RIGHT * PRIOR_COUNT, (1 - PRIOR_RIGHT) * PRIOR_COUNT])
    precision = np.diag([0.0] + [1 / PRIOR_SD**2] * len(names))
    believed = np.array([0.0, *(PRIOR[name] for name in names)])
    weights = believed.copy()
    for _ in range(50):
        p = 1 / (1 + np.exp(-x @ weights))
        gradient = x.T @ (count * (y - p)) - precision @ (weights - believed)
        hessian = (x * (count * p * (1 - p))[:, None]).T @ x + precision + 1e-9 * np.eye(len(weights))
        step = np.linalg.solve(hessian, gradient)
        weights += step
        if float(np.abs(step).max()) < 1e-8:
            break
    return {name: round(float(weight), 3) for name, weight in zip(["intercept", *names], weights, strict=True)}


def held_out(found: Sequence[Judged]) -> list[tuple[float, Judged]]:
    """Each field with its confidence by weights that were fitted without its document."""
    result = []
    for document in sorted({one.document for one in found}):
        weights = fitted([one for one in found if one.document != document])
        own = [one for one in found if one.document == document]
        result += [(confidence.confidence(one.features, weights), one) for one in own]
    return result


def errors(pairs: Sequence[tuple[float, Judged]]) -> dict[str, float]:
    """Brier score of the held-out confidences, and of the plain share of right fields."""
    share = statistics.fmean(one.right for _, one in pairs)
    return {
        "brier": round(statistics.fmean((p - one.right) ** 2 for p, one in pairs), 5),
        "brier_of_a_constant": round(statistics.fmean((share - one.right) ** 2 for _, one in pairs), 5),
    }
