from __future__ import annotations

from ace.views import declared
from ace.views.declared import Declared


def test_what_run_json_repeats_of_the_declaration_is_taken():
    said = declared.of_run(
        {
            "phases": {
                "rank": {"declared": {"items": "articles", "dropped": "cut", "item": "article", "stall_after": 60}}
            }
        }
    )
    assert said == {"rank": Declared("articles", "cut", "article", 60.0)}


def test_runs_that_say_nothing_or_nonsense_declare_nothing():
    assert declared.of_run({"phases": {"rank": {"state": "completed"}, "odd": 3}}) == {}
    assert declared.of_run({"phases": [1]}) == {}
    nonsense = {"items": 3, "dropped": None, "item": [], "stall_after": "soon"}
    assert declared.of_run({"phases": {"rank": {"declared": nonsense}}}) == {"rank": Declared()}


def test_reading_a_run_never_executes_the_file_that_it_names(tmp_path):
    file = tmp_path / "evil.py"
    file.write_text("open(__file__ + '.executed', 'w')\n")
    assert declared.of_run({"pipeline": str(file), "pipeline_file": str(file), "phases": {}}) == {}
    assert not (tmp_path / "evil.py.executed").exists()


def test_without_a_declaration_the_first_list_of_objects_with_ids_are_the_items():
    data = {"sources": [{"name": "a"}], "pages": [{"id": "1"}], "skipped": [{"id": "2", "reason": "empty"}]}
    assert declared.items(data) == [{"id": "1"}]
    assert declared.items_key(data) == "pages"
    assert declared.dropped(data) == [{"id": "2", "reason": "empty"}]


def test_a_declared_key_wins_and_a_declared_absence_is_respected():
    data = {"pages": [{"id": "1"}], "chunks": [{"id": "2"}], "dropped": [{"id": "3", "reason": "x"}]}
    assert declared.items(data, Declared(items="chunks")) == [{"id": "2"}]
    assert declared.dropped(data, Declared(items="chunks")) == []


def test_items_in_a_mapping_have_their_key_as_id():
    assert declared.items({"pages": {"p1": {"text": "x"}}}, Declared(items="pages")) == [{"id": "p1", "text": "x"}]
