"""Values that a document says it replaces."""

from __future__ import annotations

from typing import Any

import pytest

from phases.fund.checks import revisions
from tests.phases.fund.made import chunks, document, field


def marked(text: str, **metrics: Any) -> dict[str, list[Any]]:
    found = document(*text.split("\n"))
    fields = {
        name: field(value, unit="per_share" if "share" in name else "currency") for name, value in metrics.items()
    }
    revisions.mark(fields, found["pages"], chunks(found)["chunks"])
    return {name: [one["value"] for one in made["replaces"]] for name, made in fields.items() if "replaces" in made}


@pytest.mark.parametrize(
    "text",
    [
        "The Fund announced a NAV of $24.10. This figure replaces the\npreviously announced preliminary NAV of $24.50.",
        "NAV per share was revised from $24.50 to $24.10.",
        "The Fund reports $24.10 per share instead of $24.50.",
        "The originally reported value of $24.50 is now $24.10.",
    ],
)
def test_the_former_value_is_kept_beside_the_one_that_replaces_it(text: str):
    assert marked(text, nav_per_share=24.10, nav=88_000_000.0) == {"nav_per_share": [24.5]}


@pytest.mark.parametrize(
    "text",
    [
        "NAV per share was $24.10, compared with $24.50 a quarter ago.",
        "The Fund replaced its auditor for a fee of $100,000.",
        "As previously announced, the Fund will pay $0.50 per share.",
        "This replaces the previously announced value of $24.10.",
    ],
)
def test_other_values_beside_it_are_none(text: str):
    assert marked(text, nav_per_share=24.10) == {}
