from __future__ import annotations

from phases.news.sections import Sections

CATEGORIES = [
    {"id": "policy", "name": "Policy", "keywords": ["ai act", "regulation"]},
    {"id": "chips", "name": "Chips", "keywords": ["gpu", "data centre"]},
    {"id": "my-feeds", "name": "My feeds", "keywords": []},
]


def article(category, title, lead=""):
    return {"category": category, "title": title, "lead": lead}


def test_a_described_category_of_the_source_stays_whatever_the_article_says():
    assert Sections(CATEGORIES).of(article("chips", "The AI Act and regulation")) == "chips"


def test_under_a_heading_that_says_nothing_the_article_s_own_words_decide():
    assert Sections(CATEGORIES).of(article("my-feeds", "A new GPU is out")) == "chips"


def test_the_title_counts_for_more_than_the_lead():
    found = Sections(CATEGORIES).of(article("my-feeds", "Regulation ahead", "gpu and data centre"))
    assert found == "policy"


def test_without_any_keyword_the_source_s_heading_stays():
    assert Sections(CATEGORIES).of(article("my-feeds", "Something else")) == "my-feeds"
    assert Sections([]).of(article("my-feeds", "A new GPU is out")) == "my-feeds"
