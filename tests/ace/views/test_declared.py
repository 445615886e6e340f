from __future__ import annotations

from ace.views import declared
from ace.views.declared import Declared
from tests.ace.views.mini import SOURCE


def test_a_users_pipeline_file_is_read_but_never_executed(tmp_path):
    file = tmp_path / "mine.py"
    file.write_text(SOURCE + "\nopen(__file__ + '.executed', 'w')\nraise SystemExit\n")
    said = declared.of_run({"pipeline": "mini", "pipeline_file": str(file)})
    assert said["gather"] == Declared("articles", "skipped", "article", 300.0)
    assert said["order"].stall_after == 60.0
    assert not (tmp_path / "mine.py.executed").exists()


def test_a_pipeline_name_that_is_a_path_is_not_followed(tmp_path):
    file = tmp_path / "evil.py"
    file.write_text("open(__file__ + '.executed', 'w')\n")
    assert declared.of_run({"pipeline": str(file), "pipeline_file": ""}) == {}
    assert not (tmp_path / "evil.py.executed").exists()


def test_an_installed_pipeline_is_asked_by_name():
    said = declared.of_run({"pipeline": "news", "pipeline_file": ""})
    assert said["scraping"].items == "articles"
    assert said["scraping"].dropped == "skipped"
    assert said["scraping"].stall_after == 600.0


def test_a_pipeline_that_is_gone_or_broken_declares_nothing(tmp_path):
    broken = tmp_path / "broken.py"
    broken.write_text("def (")
    assert declared.of_run({"pipeline": "x", "pipeline_file": str(broken)}) == {}
    assert declared.of_run({"pipeline": "x", "pipeline_file": str(tmp_path / "gone.py")}) == {}
    assert declared.of_run({"pipeline": "no_such_pipeline", "pipeline_file": ""}) == {}


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
