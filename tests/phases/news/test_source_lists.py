"""Source lists: every form that --sources takes, and what a mistake in one of them is answered with."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from ace.errors import ConfigError
from phases.news import source_lists
from phases.news.source_lists import load

ROOT = Path(__file__).resolve().parents[3]
SHARED = ROOT.parent / "shared" / "data" / "news" / "sources.json"
CATEGORIES = [{"id": "policy", "name": "Policy & law", "keywords": ["ai act"]}]
OPML = """<?xml version="1.0" encoding="utf-8"?>
<opml version="2.0"><head><title>Mine</title></head><body>
<outline text="Policy &amp; law">
  <outline text="Deep"><outline type="rss" text="Alpha" xmlUrl="https://alpha.example/feed" htmlUrl="https://alpha.example/"/></outline>
  <outline type="rss" title="Beta" text="b" xmlUrl="https://beta.example/feed"/>
</outline>
<outline text="Folder"><outline><outline type="rss" text="Delta" xmlUrl="https://delta.example/feed"/></outline></outline>
<outline type="rss" text="Gamma" xmlUrl="https://gamma.example/feed"/>
</body></opml>
"""


def no_network(address: str) -> bytes:
    message = f"{address} was asked for"
    raise AssertionError(message)


def read(*values: str, download=no_network):
    return load(values, CATEGORIES, download)


def written(folder: Path, name: str, content: str | bytes) -> str:
    file = folder / name
    file.write_bytes(content if isinstance(content, bytes) else content.encode())
    return str(file)


def error_of(*values: str, download=no_network) -> ConfigError:
    with pytest.raises(ConfigError) as caught:
        read(*values, download=download)
    assert caught.value.hint
    return caught.value


def feeds(listed) -> list[str]:
    return [source["feed"] for source in listed.sources]


def test_no_value_means_the_built_in_list_and_builtin_names_it():
    assert len(read().sources) >= 86
    assert feeds(read()) == feeds(read("builtin"))


def test_the_built_in_list_is_sound():
    listed = load([], json.loads((ROOT / "phases/news/categories.json").read_text())["categories"], no_network)
    assert 95 <= len(listed.sources) <= 120
    assert not listed.problems
    assert len({source["id"] for source in listed.sources}) == len(listed.sources)
    assert len({source["name"] for source in listed.sources}) == len(listed.sources)
    assert all(
        source["feed"].startswith("https://") and source["site"].startswith("https://") for source in listed.sources
    )
    assert all(0 < source["weight"] <= 1 for source in listed.sources)
    used = {source["category"] for source in listed.sources}
    assert used == {row["id"] for row in listed.categories}, (
        "every category has a source and no source another category"
    )
    assert len(listed.categories) == 8


def test_ids_in_the_built_in_file_are_those_that_its_names_give():
    rows = json.loads((ROOT / "phases/news/sources.json").read_text())["sources"]
    assert [row["id"] for row in rows] == [source["id"] for source in read().sources]
    assert [row["id"] for row in rows] == [source_lists.slug(row["name"]) for row in rows]


def test_a_json_list_keeps_what_it_says_and_fills_in_the_rest(tmp_path):
    rows = [
        {"name": "Alpha &amp; Co", "feed": "https://alpha.example/f", "category": "policy", "weight": 1, "about": "x"},
        {"feed": "https://www.beta.example/f"},
    ]
    listed = read(written(tmp_path, "list.json", json.dumps(rows)))
    assert listed.sources == [
        {
            "id": "alpha-co",
            "name": "Alpha & Co",
            "feed": "https://alpha.example/f",
            "category": "policy",
            "weight": 1.0,
        },
        {
            "id": "beta-example",
            "name": "beta.example",
            "feed": "https://www.beta.example/f",
            "category": "other",
            "weight": 0.5,
        },
    ]


def test_a_json_object_with_sources_is_the_same_as_its_list(tmp_path):
    rows = [{"name": "Alpha", "feed": "https://alpha.example/f"}]
    plain = read(written(tmp_path, "a.json", json.dumps(rows)))
    wrapped = read(written(tmp_path, "b.json", json.dumps({"about": ["x", {"sources": []}], "sources": rows})))
    assert plain.sources == wrapped.sources


def test_an_opml_list_takes_the_category_from_the_outline_above(tmp_path):
    listed = read(written(tmp_path, "mine.opml", OPML))
    assert [(source["name"], source["category"]) for source in listed.sources] == [
        ("Alpha", "deep"), ("Beta", "policy"), ("Delta", "folder"), ("Gamma", "other")
    ]  # fmt: skip
    assert listed.sources[0]["site"] == "https://alpha.example/"
    assert [row["id"] for row in listed.categories] == ["policy", "deep", "folder", "other"]


def test_a_text_list_has_one_address_per_line_and_remarks(tmp_path):
    text = "# mine\n\nhttps://alpha.example/feed#part   # best\n  https://beta.example/feed\n"
    assert feeds(read(written(tmp_path, "l.txt", text))) == [
        "https://alpha.example/feed#part",
        "https://beta.example/feed",
    ]


@pytest.mark.parametrize("content", [OPML, '[{"feed": "https://gamma.example/feed"}]', "https://gamma.example/feed\n"])
def test_a_file_with_another_ending_is_known_by_its_first_character(tmp_path, content):
    assert "https://gamma.example/feed" in feeds(read(written(tmp_path, "list.backup", content)))


def test_a_folder_gives_its_lists_in_the_order_of_their_names(tmp_path):
    written(tmp_path, "b.txt", "https://b.example/f")
    written(tmp_path, "a.json", '[{"feed": "https://a.example/f"}]')
    written(tmp_path, "c.opml", OPML)
    written(tmp_path, "notes.md", "not a list")
    assert feeds(read(str(tmp_path)))[:3] == [
        "https://a.example/f",
        "https://b.example/f",
        "https://alpha.example/feed",
    ]


def test_an_address_is_a_feed_unless_it_ends_like_a_list():
    assert feeds(read("https://alpha.example/news.xml")) == ["https://alpha.example/news.xml"]
    lists = {
        "http://lists.example/s.json": b'[{"feed": "https://a.example/f"}]',
        "http://lists.example/s.opml?v=2": OPML.encode(),
    }
    assert feeds(read(*lists, download=lists.__getitem__))[:2] == ["https://a.example/f", "https://alpha.example/feed"]


def test_values_add_up_and_the_first_of_equal_feeds_counts(tmp_path):
    listed = read(
        written(tmp_path, "a.json", '[{"name": "First", "feed": "https://a.example/f", "weight": 0.9}]'),
        written(
            tmp_path,
            "b.json",
            '[{"name": "Again", "feed": "http://A.example:80/f/"},\n {"feed": "https://b.example/f"}]',
        ),
    )
    assert [source["name"] for source in listed.sources] == ["First", "b.example"]
    assert len(listed.problems) == 1
    assert "b.json: entry 1 (line 1)" in listed.problems[0]
    assert "a.json: entry 1 (line 1)" in listed.problems[0]


def test_different_feeds_of_one_name_get_different_ids(tmp_path):
    rows = [{"name": "A 2", "feed": "https://a.example/0"}] + [
        {"name": "A", "feed": f"https://a.example/{n}"} for n in (1, 2, 3)
    ]
    listed = read(written(tmp_path, "a.json", json.dumps(rows)))
    assert [source["id"] for source in listed.sources] == ["a-2", "a", "a-3", "a-4"]


def test_the_sample_is_told_apart_from_a_mixture(tmp_path):
    mixed = read("sample", "https://alpha.example/feed")
    assert (read("sample").sample, read("sample").only_sample) == (True, True)
    assert (mixed.sample, mixed.only_sample) == (True, False)
    assert (read("builtin").sample, read("builtin").only_sample) == (False, False)


def test_lone_surrogates_and_control_characters_do_not_get_into_names(tmp_path):
    listed = read(written(tmp_path, "a.json", '[{"name": "A\\ud800\\u0000\\u202eB", "feed": "https://a.example/f"}]'))
    assert listed.sources[0]["name"] == "AB"


@pytest.mark.parametrize(
    ("name", "content", "expected"),
    [
        ("a.json", '[\n  {"feed": "https://a.example/f"},\n]', "line 3, column 1"),
        ("a.json", '[{"feed": NaN}]', "NaN"),
        ("a.json", "[" * 100_000, "a.json"),
        ("a.json", '{"feeds": []}', 'expected a list of sources or {"sources": [...]}, found an object'),
        ("a.json", '"https://a.example/f"', "found text"),
        ("a.json", '[{"feed": "https://a.example/f"},\n\n{"name": "B", "url": "x"}]', "entry 2 (line 3): no \"feed\" address; it has 'name', 'url'"),
        ("a.json", '{"x": [1, {}],\n"sources":\n[ 7 ],\n"y": [[]]}', "entry 1 (line 3): expected an object, found a number"),
        ("a.json", '[{"feed": "ftp://a.example/f"}]', "entry 1 (line 1): 'ftp://a.example/f' is not an http or https address"),
        ("a.json", '[{"feed": "https://u:secret@a.example/f"}]', "user name or password"),
        ("a.json", '[{"feed": "https:///f"}]', "names no host"),
        ("a.json", '[{"feed": "https://[a.example/f"}]', "is no address"),
        ("a.json", '[{"feed": "https://a.example:99999/f"}]', "is no address"),
        ("a.json", '[{"feed": "https://a.example/a b"}]', "white space"),
        ("a.json", '[{"feed": "https://a.example/f", "weight": 1.5}]', "weight is 1.5, not a number from 0 to 1"),
        ("a.json", '[{"feed": "https://a.example/f", "weight": true}]', "weight is True"),
        ("a.json", '[{"feed": "https://a.example/f", "name": ["x"]}]', "name is a list, not text"),
        ("a.txt", "https://a.example/f\n\nalpha.example\n", "line 3: 'alpha.example' is not an http or https address"),
        ("a.txt", b"https://a.example/f\n\xff\xfe\n", "line 2: not UTF-8"),
        ("a.opml", "<opml><body>\n<outline></body></opml>", "line 2"),
        ("a.opml", "", "no element found"),
        ("a.opml", "<rss version='2.0'><channel/></rss>", "<rss> is not the start of an OPML list"),
        ("a.opml", "<opml>\n<outline text='A' xmlUrl='javascript:alert(1)'/></opml>", "line 2: 'javascript:alert(1)' is not"),
        ("a.opml", "<opml>\n<outline type='rss' text='A'/></opml>", "line 2: the outline 'A' has no xmlUrl"),
    ],
)  # fmt: skip
def test_a_mistake_is_answered_with_file_line_and_reason(tmp_path, name, content, expected):
    error = error_of(written(tmp_path, name, content))
    assert name in error.message
    assert expected in error.message


def test_entity_declarations_in_opml_are_refused(tmp_path):
    bomb = '<!DOCTYPE opml [\n<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;">]><opml><outline text="&b;"/></opml>'
    outside = '<!DOCTYPE opml [<!ENTITY a SYSTEM "file:///etc/hostname">]><opml><outline text="&a;"/></opml>'
    assert "line 2: declares the entity 'a'" in error_of(written(tmp_path, "a.opml", bomb)).message
    assert "declares the entity 'a'" in error_of(written(tmp_path, "b.opml", outside)).message


def test_many_mistakes_are_counted_and_the_first_ones_shown(tmp_path):
    error = error_of(written(tmp_path, "a.txt", "\n".join(f"wrong{number}" for number in range(40))))
    assert "line 1:" in error.message
    assert "and 35 more" in error.message


def test_a_value_that_is_nothing_is_answered_with_what_may_be_given():
    for value in ("no/such/file.opml", "sampel", "\0"):
        error = error_of(value)
        assert "sample" in error.hint


def test_a_list_without_sources_is_an_error(tmp_path):
    assert "no source in" in error_of(written(tmp_path, "a.txt", "# nothing\n")).message
    (tmp_path / "empty").mkdir()
    assert "holds no .json, .opml, .txt file" in error_of(str(tmp_path / "empty")).message


def test_a_file_that_is_far_too_large_is_not_read(tmp_path, monkeypatch):
    monkeypatch.setattr(source_lists, "MAX_LIST_BYTES", 10)
    assert "larger than" in error_of(written(tmp_path, "a.txt", "https://a.example/feed")).message


def test_a_real_list_of_403_sources_is_read_but_for_the_one_wrong_entry(tmp_path):
    if not SHARED.exists():
        pytest.skip(f"{SHARED} is not here")
    assert "entry 48 (line 378)" in error_of(str(SHARED)).message
    rows = [row for row in json.loads(SHARED.read_text()) if row["feed"].startswith("http")]
    listed = read(written(tmp_path, "real.json", json.dumps(rows)))
    assert len(listed.sources) + len(listed.problems) == len(rows) == 402
    assert len({source["id"] for source in listed.sources}) == len(listed.sources)
