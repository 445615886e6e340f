"""Rules of titles: each kind of news fires its rule on the words that say it, and quotes them."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from phases.news.title_rule_table import RULES
from phases.news.title_rules import LEAD_CHARS, LEAD_SHARE, rules

EXAMPLES = {
    "release": ("Lumora unveils a speech engine", "unveils"),
    "model": ("A first look at Qwen3.5 in Swedish", "Qwen3.5"),
    "funding": ("Tarnwick raises $40 million from farmers", "raises $40 million"),
    "acquisition": ("Lumora agrees to buy Tarnwick", "agrees to buy"),
    "benchmark": ("Aurelia beats them all at chess", "beats"),
    "policy": ("European Commission asks for patience", "European Commission"),
    "research": ("What a study of owls found", "study"),
    "security": ("Prompt injection in a calendar", "Prompt injection"),
    "hardware": ("Dresden gets a chipmaker", "chipmaker"),
    "open_source": ("Aurelia is open-weights from Monday", "open-weights"),
    "business": ("Lumora lays off a third", "lays off"),
    "people": ("Ida Fenwright steps down", "steps down"),
    "capability": ("An agent that books trains", "agent"),
    "tutorial": ("How to bake with sensors", "How to"),
    "customer_story": ("How Lumora's bakery uses sensors", "How Lumora's bakery uses"),
    "event": ("Webinar on Tuesday", "Webinar"),
    "listicle": ("7 surprising ways to water plants", "7 surprising ways"),
    "advert": ("Save $50 on a kettle", "Save $50"),
    "opinion": ("Opinion: enough of kettles", "Opinion:"),
    "digest": ("The week in review", "week in review"),
    "changelog": ("Kettle 1.12.3", "Kettle 1.12.3"),
    "hiring": ("We’re hiring in Ghent", "We’re hiring"),
    "notice": ("Page not found", "Page not found"),
}
LOW = {
    "tutorial",
    "customer_story",
    "event",
    "listicle",
    "advert",
    "opinion",
    "digest",
    "changelog",
    "hiring",
    "notice",
}


def fired(title: str, lead: str = "") -> dict[str, tuple[float, str]]:
    return {hit.name: (hit.weight, hit.evidence) for hit in rules(title, lead)}


def test_every_rule_has_an_example_and_a_weight_on_the_scale():
    assert {rule.name for rule in RULES} == set(EXAMPLES)
    assert all(-1 <= rule.weight <= 1 for rule in RULES)
    assert {rule.name for rule in RULES if rule.weight < 0} == LOW


@pytest.mark.parametrize("name", sorted(EXAMPLES))
def test_a_rule_fires_on_its_words_and_quotes_them(name):
    title, evidence = EXAMPLES[name]
    weight = next(rule.weight for rule in RULES if rule.name == name)
    assert fired(title)[name] == (weight, evidence)


@pytest.mark.parametrize("name", sorted(set(EXAMPLES) - {"model", "changelog", "capability"}))
def test_case_does_not_matter(name):
    title, _ = EXAMPLES[name]
    assert name in fired(title.upper())


@pytest.mark.parametrize(
    ("title", "silent"),
    [
        ("Launchpad for starlings", "release"),
        ("A chipmunk in the garden", "hardware"),
        ("The courtship of owls", "policy"),
        ("Ten thousand owls counted", "listicle"),
        ("Top gear sold", "listicle"),
        ("The phi of kettles", "model"),
        ("Kettle 1.12 is hot", "changelog"),
        ("Non-agent", "capability"),
        ("A discourse", "tutorial"),
        ("Howto", "tutorial"),
        ("Reopinion", "opinion"),
    ],
)
def test_parts_of_other_words_do_not_fire(title, silent):
    assert silent not in fired(title)


def test_a_lead_counts_less_and_not_for_the_rules_of_bad_titles():
    weight = next(rule.weight for rule in RULES if rule.name == "acquisition")
    found = fired("Rain over the valley", "Lumora agrees to buy Tarnwick. How to bake: a webinar.")
    assert found["acquisition"] == (round(weight * LEAD_SHARE, 3), "agrees to buy")
    assert not LOW & found.keys()


def test_the_title_wins_over_the_lead():
    assert fired("Lumora acquires Tarnwick", "A takeover, they said.")["acquisition"][1] == "acquires"


def test_only_the_beginning_of_a_lead_counts():
    assert fired("Rain", "x " * (LEAD_CHARS // 2) + "takeover") == {}


def test_an_ordinary_title_fires_nothing():
    assert rules("Rain over the valley once again") == []


@settings(deadline=None)
@given(st.text(max_size=80), st.text(max_size=80))
def test_evidence_stands_in_the_text_and_each_rule_fires_once(title, lead):
    hits = rules(title, lead)
    assert len({hit.name for hit in hits}) == len(hits)
    everything = f"{title}\n{lead}"
    assert all(hit.evidence and hit.evidence.lower() in everything.lower() for hit in hits)
