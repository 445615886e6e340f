"""The section of the report that an article belongs to.

A source of the built-in list stands for its subject. A user's own list often puts everything under one heading that
no keyword describes ("other", "my feeds"); there the article's own words decide.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from phases.news.phrases import Phrases

TITLE_WEIGHT = 3  # a keyword in the title says more than one in the lead


class Sections:
    """The categories of a run: [{id, name, keywords}]."""

    def __init__(self, categories: Sequence[Mapping[str, Any]]) -> None:
        self._phrases = {one["id"]: Phrases(one["keywords"]) for one in categories if one["keywords"]}

    def of(self, article: Mapping[str, Any]) -> str:
        """The id of the article's category: its source's where keywords describe that, else the best match."""
        given: str = article["category"]
        if given in self._phrases:
            return given
        points = {name: _points(phrases, article) for name, phrases in self._phrases.items()}
        best = max(points, key=lambda name: points[name], default=given)
        return best if points.get(best) else given


def _points(phrases: Phrases, article: Mapping[str, Any]) -> int:
    return TITLE_WEIGHT * len(phrases.find(article["title"])) + len(phrases.find(article["lead"]))
