"""The shipped knowledge file holds enough, each line short and sourced, no name claimed twice."""

from __future__ import annotations

import re
from collections import Counter

import pytest

from phases.common import gazetteer
from phases.news import p08_enrichment

KNOWN = gazetteer.load(p08_enrichment.KNOWLEDGE)
# Words that make a line stale within months, or praise instead of telling.
STALE = re.compile(
    r"(?i)\b(?:currently|recently|latest|newest|leading|now|today|last year|this year|next|soon|valued)\b"
)


def test_it_knows_at_least_150_things_of_many_kinds() -> None:
    kinds = Counter(entry.type for entry in KNOWN.entries)
    assert len(KNOWN.entries) >= 150
    assert all(kinds[kind] >= 20 for kind in ("company", "person", "organisation", "product", "model", "other"))


def test_every_background_is_a_full_line_that_keeps() -> None:
    wrong = [
        entry.name for entry in KNOWN.entries if not entry.background.endswith(".") or STALE.search(entry.background)
    ]
    assert wrong == []


def test_short_or_common_names_need_context() -> None:
    common = (
        "Arm",
        "Runway",
        "Gemini",
        "Claude",
        "Falcon",
        "Cursor",
        "Phi",
        "Hopper",
        "Whisper",
        "Sequoia",
        "o1",
        "Snowflake",
    )
    missing = [name for name in common if not KNOWN.by_surface[name].context]
    assert missing == []


@pytest.mark.parametrize(
    "text",
    [
        "The Falcon 9 flew from the coast.",
        "The Arm of the law; the Runway was closed; Gemini is a sign of the zodiac.",
        "Claude Monet painted lilies.",
        "Blackwell Street and the Hopper Hotel",
        "the SEC Championship and the ICO of a coin",
        "Fans of the Amazon rain forest",
    ],
)
def test_other_meanings_of_known_names_are_left_alone(text: str) -> None:
    assert [entry.name for _, _, entry in KNOWN.find(text)] == []
