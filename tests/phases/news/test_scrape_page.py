from __future__ import annotations

import pytest

from phases.news.scrape_page import without_title


@pytest.mark.parametrize(
    ("text", "rest"),
    [
        ("Lab ships model The lab shipped it today.", "The lab shipped it today."),
        ("LAB SHIPS MODEL\nLab ships model: The lab shipped it.", "The lab shipped it."),
        ("Lab ships model", ""),
        (
            "The lab shipped it. Lab ships model was the headline.",
            "The lab shipped it. Lab ships model was the headline.",
        ),
    ],
)
def test_a_title_run_together_with_the_text_is_cut_off(text, rest):
    assert without_title(text, "Lab ships model") == rest


def test_a_page_without_title_keeps_its_text():
    assert without_title("Some text.", "") == "Some text."
