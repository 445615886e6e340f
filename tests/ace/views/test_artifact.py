from __future__ import annotations

import pytest

from ace.errors import UsageError
from ace.views import artifact
from ace.views.declared import Declared

ITEMS = [
    {
        "id": f"{place}f00f00f00f00f00",
        "title": f"Title {place}",
        "source": "S",
        "tier2": {"score": place / 3},
        "text": "x" * 900,
    }
    for place in range(1, 30)
]
SAID = Declared(items="articles", dropped="dropped")


def test_the_items_come_first_with_their_most_telling_columns():
    data = {"aside": [{"name": "a", "status": "ok"}], "articles": ITEMS, "window": {"start": "x"}}
    found = artifact.preview(data, SAID)
    assert [one.key for one in found.lists] == ["articles", "aside"]
    assert list(found.lists[0].columns) == ["id", "title", "source", "tier2.score"]
    assert (found.lists[0].total, found.lists[0].shown) == (29, artifact.PREVIEW_ITEMS)
    assert found.lists[0].columns["tier2.score"][0] == "0.333"
    assert found.lines == ['window: {"start": "x"}']


def test_things_with_unknown_keys_show_their_short_ones():
    rows = [{"sku": "a1", "price": 3, "long": "x" * 500, "deep": {"a": 1}}]
    assert artifact.telling(rows) == ["sku", "price"]


def test_an_item_without_a_key_leaves_its_cell_empty():
    listing = artifact.listing("rows", [{"id": "1", "title": "A"}, {"id": "2"}], 5)
    assert listing.columns["title"] == ["A", ""]


@pytest.mark.parametrize(("wanted", "count"), [("", 29), ("5", 5), ("500", 29)])
def test_items_are_picked_by_count(wanted, count):
    found, single = artifact.pick({"articles": ITEMS}, SAID, wanted, "sift")
    assert len(found) == count
    assert not single


@pytest.mark.parametrize("wanted", ["3f00f00f00f00f00", "3f"])
def test_an_item_is_picked_by_its_id_or_the_beginning_of_it(wanted):
    found, single = artifact.pick({"articles": ITEMS}, SAID, wanted, "sift")
    assert found == [ITEMS[2]]
    assert single


def test_a_prefix_of_several_ids_names_them():
    items = [{"id": "ab1"}, {"id": "ab2"}, {"id": "c"}]
    with pytest.raises(UsageError, match="fits 2 of 3 items") as error:
        artifact.pick({"articles": items}, SAID, "ab", "sift")
    assert error.value.hint == "ab1, ab2"


def test_an_id_that_is_not_there_names_near_ones():
    with pytest.raises(UsageError, match="no item 'abx'") as error:
        artifact.pick({"articles": [{"id": "abc"}, {"id": "zzz"}]}, SAID, "abx", "sift")
    assert error.value.hint == "abc"


def test_a_phase_without_items_says_what_it_has():
    with pytest.raises(UsageError, match="lists no items") as error:
        artifact.pick({"total": 3}, Declared(), "", "sum")
    assert "total" in error.value.hint


def test_an_item_begins_with_what_tells_most_and_ends_with_its_text():
    assert list(artifact.ordered({"aaa": 1, "text": "x" * 900, "title": "T", "id": "1"})) == [
        "id",
        "title",
        "aaa",
        "text",
    ]
