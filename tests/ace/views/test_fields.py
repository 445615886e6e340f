from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ace.errors import UsageError
from ace.views.fields import parse, select

DOCUMENT = {
    "metadata": {"config": {"keep": 3, "a.b": 1}, "warnings": []},
    "data": {
        "articles": [
            {"id": "abc", "title": "One", "n": 404, "tags": ["x", "y"], "analysis": {"text": "long"}},
            {"id": "abd", "title": "Two", "ok": True, "tags": []},
        ],
        "title": "Mini",
    },
}


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("articles[0].title", "One"),
        ("articles[-1].id", "abd"),
        ("articles[].title", ["One", "Two"]),
        ("articles[id=abc].analysis.text", "long"),
        ("articles[n=404].id", ["abc"]),
        ("articles[ok=true].id", ["abd"]),
        ('articles[title="Two"].id', ["abd"]),
        ("articles[title=Three].id", []),
        ("articles[].tags[]", ["x", "y"]),
        ("articles[].n", [404, None]),
        ("metadata.config", {"keep": 3, "a.b": 1}),
        ('metadata.config."a.b"', 1),
        ("data.title", "Mini"),
        ("title", "Mini"),
    ],
)
def test_a_path_leads_to_its_value(path, value):
    assert select(DOCUMENT, path).json == value


def test_paths_over_a_list_give_many_values_others_one():
    assert select(DOCUMENT, "articles[].title").many
    assert select(DOCUMENT, "articles[n=404]").many
    assert not select(DOCUMENT, "articles[id=abc]").many
    assert not select(DOCUMENT, "articles[1]").many


@pytest.mark.parametrize(
    ("path", "message", "hint"),
    [
        ("artcles", "no 'artcles' in the data", "did you mean articles"),
        ("metadata.config.kep", "no 'kep' in metadata.config", "did you mean keep"),
        ("articles[0].titel", "no 'titel' in articles[0]", "did you mean title"),
        ("articles[].foo", "no 'foo' in articles[]", "there is: id, title, n, tags, analysis, ok"),
        ("articles[id=ab]", "no", "did you mean abc, abd?"),
        ("articles[7]", "articles has no element 7", "it has 2: 0 to 1"),
        ("articles.title", "articles is a list", "articles[].title"),
        ("title[0]", "title is text, not a list", ""),
        ("title.x", "title is text, so it has no 'x'", ""),
        ("articles[zz=1]", "no 'zz' in articles[]", "there is"),
    ],
)
def test_what_is_not_there_is_named_with_what_is(path, message, hint):
    with pytest.raises(UsageError) as error:
        select(DOCUMENT, path)
    assert message in error.value.message
    assert hint in error.value.hint


@pytest.mark.parametrize("path", ["", "[0]", "articles[", "a..b", "articles[0]title", "a.[0]", 'a."b', "a[b]"])
def test_what_is_no_path_is_refused_with_an_example(path):
    with pytest.raises(UsageError, match="cannot be read") as error:
        parse(path)
    assert "articles[0].title" in error.value.hint


def test_hints_made_of_data_are_safe_to_print():
    with pytest.raises(UsageError) as error:
        select({"metadata": {}, "data": {"rows": [{"id": "\x1b[2Jx", "a": 1}]}}, "rows[id=y]")
    assert "\x1b" not in error.value.hint


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-9, 9) | st.text(max_size=3),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from("abcd"), inner, max_size=3),
    max_leaves=8,
)


@given(JSON, st.text(alphabet='abcd.[]=0-1"', max_size=12))
def test_any_path_gives_values_or_a_usage_error(value, path):
    try:
        found = select({"metadata": {}, "data": {"a": value}}, path)
    except UsageError:
        return
    assert found.many or len(found.values) == 1
