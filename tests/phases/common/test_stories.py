"""Stories: reports of one event come together, reports of one subject are only related."""

from __future__ import annotations

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from phases.common import stories
from phases.common.stories import Report, best_match, group
from phases.common.story_terms import names, stem, terms, versions, versions_conflict

DAY = "2026-11-20T%02d:00:00Z"
MERGER = (
    Report(
        "Lumora buys robot maker Tarnwick for 3.1 billion dollars",
        "Lumora said on Friday that it had agreed to take over Tarnwick, a maker of warehouse robots in Leeds, for 3.1 "
        "billion dollars. Tarnwick's founder Ida Fenwright will lead a new division of Lumora.",
        DAY % 8,
        "wire",
    ),
    Report(
        "Tarnwick sold: Lumora pays 3.1 billion dollars for warehouse robots",
        "The robot maker Tarnwick goes to Lumora for 3.1 billion dollars. Ida Fenwright, who founded Tarnwick in Leeds, "
        "becomes head of a division at Lumora, the buyer said.",
        DAY % 10,
        "ledger",
    ),
    Report(
        "Lumora takes over Tarnwick of Leeds in 3.1 billion dollar deal",
        "A 3.1 billion dollar deal brings Tarnwick, the Leeds company behind many warehouse robots, into the hands of "
        "Lumora. Its founder Ida Fenwright stays.",
        DAY % 12,
        "tribune",
    ),
)
APART = (
    Report(
        "Court in Oslo bans cloned voices from radio adverts", "A judge sided with the actors' union.", DAY % 9, "wire"
    ),
    Report(
        "Vintner trains a small model on rainfall of the Mosel", "Grapes ripen earlier each year.", DAY % 9, "ledger"
    ),
    Report("Harbour of Ghent puts cranes under remote control", "Dockers asked for guarantees.", DAY % 9, "tribune"),
)


def groups(*reports: Report) -> list[list[int]]:
    return group(reports).groups


def test_reports_of_one_event_come_together_and_others_stay_alone():
    assert groups(*MERGER, *APART) == [[0, 1, 2], [3], [4], [5]]


def test_the_order_of_the_reports_changes_nothing_but_the_numbers():
    reports = [*MERGER, *APART]
    random.Random(3).shuffle(reports)
    together = [[reports[index] for index in members] for members in groups(*reports) if len(members) > 1]
    assert [set(found) for found in together] == [set(MERGER)]


def test_reports_without_leads_are_grouped_by_their_titles():
    assert [0, 1, 2] in groups(*(Report(each.title, "", each.published, each.source) for each in (*MERGER, *APART)))


def test_one_outlets_pieces_on_one_subject_stay_apart():
    visit = (
        "What the robots of Tarnwick mean for Lumora's warehouses",
        "Nine hundred machines already sort parcels in Leeds; Lumora wants them in every country.",
        DAY % 9,
    )
    assert groups(MERGER[0], Report(*visit, "ledger"), *APART)[0] == [0, 1]
    found = group([MERGER[0], Report(*visit, "wire"), *APART])
    assert found.groups[:2] == [[0], [1]]
    assert [(pair.first, pair.second) for pair in found.related] == [(0, 1)]


def test_two_doings_of_one_company_are_related_and_not_one_story():
    launch = Report(
        "Brightwell Monday: how a Lisbon laboratory cost Nordchip 589 billion crowns in one day",
        "Shares of Nordchip fell by 17 per cent on 27 January 2025, more than ever in one day. A week before, Brightwell "
        "had published its model B1, and nobody had expected that the model was trained for 5.6 million crowns. Other "
        "makers of chips lost too.",
        DAY % 8,
        "wire",
    )
    licence = Report(
        "Brightwell B1 and the shortest licence in the business",
        "Brightwell published its model B1 in January 2025 under the MIT licence, which has 170 words. Whoever likes may "
        "sell what it writes, or distil another one from it. Earlier licences of the "
        "laboratory in Lisbon had named many forbidden uses.",
        DAY % 9,
        "ledger",
    )
    found = group([launch, licence, *APART])
    assert [0] in found.groups
    assert [(pair.first, pair.second) for pair in found.related] == [(0, 1)]


def test_other_versions_are_other_news():
    first = Report(
        "Aurelia 2.1 writes better code", "Aurelia 2.1 is out; the laboratory calls it faster.", DAY % 8, "wire"
    )
    second = Report(
        "Aurelia 2.2 writes better code", "Aurelia 2.2 is out; the laboratory calls it faster.", DAY % 9, "sun"
    )
    assert groups(first, second, *APART)[:2] == [[0], [1]]


def test_a_report_days_later_is_a_new_development():
    late = Report(MERGER[1].title, MERGER[1].lead, "2026-11-29T08:00:00Z", "ledger")
    assert groups(MERGER[0], late, *APART)[:2] == [[0], [1]]
    undated = Report(MERGER[1].title, MERGER[1].lead, None, "ledger")
    assert groups(MERGER[0], undated, *APART)[0] == [0, 1]


def test_no_report_gives_no_group():
    assert group([]) == stories.Stories([], [])


def test_the_best_match_is_found_by_title_and_only_in_the_same_version():
    known = ["Court in Oslo bans cloned voices from radio", "Aurelia 2.1 writes better code"]
    matches = best_match(
        ["Oslo court bans cloned voices in radio", "Aurelia 2.2 writes better code", "Rain in Spain"], known
    )
    assert [place for place, _ in matches] == [0, -1, -1]
    assert matches[0][1] > 0.7
    assert [similarity for _, similarity in matches[1:]] == [0, 0]


def test_an_equal_title_matches_fully():
    ((place, similarity),) = best_match(
        ["Harbour of Ghent tests cranes"], ["Vintner trains", "Harbour of Ghent tests cranes"]
    )
    assert place == 1
    assert similarity == pytest.approx(1)


@settings(max_examples=40, deadline=None)
@given(
    st.lists(
        st.builds(
            Report,
            st.text(max_size=40) | st.sampled_from([each.title for each in MERGER]),
            st.text(max_size=60),
            st.sampled_from([None, DAY % 1, DAY % 9]),
            st.sampled_from(["", "wire", "sun"]),
        ),
        max_size=8,
    )
)
def test_every_report_is_in_exactly_one_group_and_the_same_each_time(reports):
    found = group(reports)
    assert sorted(index for members in found.groups for index in members) == list(range(len(reports)))
    assert found == group(reports)
    assert all(0 <= pair.similarity <= 1.000001 for pair in found.related)


def test_terms_are_stems_of_meaning_words():
    assert terms("The new launches of robots were reported by dancers") == [stem("robots"), stem("dancers")]
    assert terms("東京大学") == ["東京", "京大", "大学"]


def test_names_are_capitalised_words_and_numbers():
    assert names("how Lumora paid $3.1 for iRobot and xAI") == ["lumora", "3.1", "irobot", "xai"]


def test_versions_conflict_only_when_the_same_thing_has_other_numbers():
    assert versions("GPT-5.4 and Opus 4") == {"gpt": {"5.4"}, "opus": {"4"}}
    assert versions_conflict(versions("Opus 4.1"), versions("Opus 4.5 is out"))
    assert not versions_conflict(versions("Opus 4.1"), versions("Sonnet 4.5"))
    assert not versions_conflict(versions("Opus 4.1 and Opus 4.5"), versions("Opus 4.5"))
