from __future__ import annotations

import json
import os
import pty
import subprocess
import sys
from pathlib import Path

import pytest

from tests.ace.views.mini import FIFTH, FIRST, Bench, edit, rot

ROOT = Path(__file__).resolve().parents[3]
HOSTILE = "\x1b]0;owned\x07\x1b[2J[red]Story[/red]\x9b31m\u202e"


@pytest.fixture
def bench(tmp_path, capsys, monkeypatch, clean_imports, no_flush):
    return Bench(tmp_path, capsys, monkeypatch)


def on_a_terminal(bench, *words, columns=80, **environ):
    """What the command writes to a real terminal of so many columns."""
    main, side = pty.openpty()
    kept = {"PATH": os.environ["PATH"], "HOME": str(bench.root), "TERM": "xterm-256color", "COLUMNS": str(columns)}
    command = [sys.executable, "-m", "ace", words[0], "--artifacts", str(bench.root), *words[1:]]
    child = subprocess.Popen(command, stdout=side, stderr=side, env=kept | {"PYTHONPATH": str(ROOT)} | environ)
    os.close(side)
    seen = b""
    try:
        while chunk := os.read(main, 65536):
            seen += chunk
    except OSError:  # how a pseudo-terminal says that its other end is closed
        pass
    os.close(main)
    child.wait(30)
    return seen.decode()


def test_without_a_phase_the_artifacts_are_listed(bench):
    bench.run("r1", sift_warn="two have no date")
    code, out, err = bench.ace("view")
    lines = out.splitlines()
    assert (code, err) == (0, "")
    assert lines[0].startswith("mini run r1: 4 of 4 artifacts in ")
    assert lines[3].split()[:3] == ["2", "sift", "valid"]
    assert "6 → 4" in lines[3]
    assert "rules" in lines[3]
    assert lines[-1] == "2 sift: two have no date"


@pytest.mark.parametrize("wanted", ["2", "sift", "si"])
def test_a_phase_is_named_by_number_name_or_prefix(bench, wanted):
    bench.run("r1")
    code, out, _ = bench.ace("view", "--run-id", "r1", "--phase", wanted)
    assert code == 0
    assert out.startswith("phase 2 sift of mini run r1")
    assert "items     6 → 4, 2 dropped" in out
    assert "config    fail=, keep=4" in out
    assert "articles: 4" in out
    assert FIRST in out
    assert "dropped: 2" in out


def test_a_preview_shows_the_first_items_and_how_to_see_the_others(bench):
    bench.run("r1", gather_count=9)
    bench.run("r2", gather_count=20)
    assert "more" not in bench.ace("view", "r1", "--phase", "gather")[1]
    assert "… 10 more: ace view r2 --phase gather --items" in bench.ace("view", "r2", "--phase", "gather")[1]


def test_items_by_count_by_id_and_whole(bench):
    bench.run("r1")
    assert len(bench.ace("view", "-p", "sift", "--items", "2")[1].splitlines()) == 3
    assert len(bench.ace("view", "-p", "sift", "--items")[1].splitlines()) == 5
    code, out, _ = bench.ace("view", "-p", "sift", "--items", "3abc")
    assert code == 0
    assert out.startswith("id: 3abc3def3abc3def\ntitle: Story 3\n")
    assert "Words. " * 99 in out
    assert bench.json("view", "-p", "sift", "--items", "3abc")["title"] == "Story 3"
    assert len(bench.json("view", "-p", "sift", "--items", "2")) == 2


def test_a_field_is_printed_as_text_or_json(bench):
    bench.run("r1")
    assert bench.ace("view", "-p", "gather", "--field", "articles[0].title")[:2] == (0, "Story 1\n")
    assert bench.ace("view", "-p", "gather", "--field", "sources[status=timeout].name")[1] == "Outlet 1\n"
    assert bench.ace("view", "-p", "1", "--field", f"articles[id={FIFTH}].title")[1] == "Story 5\n"
    assert bench.json("view", "-p", "sift", "--field", "metadata.config") == {"fail": "", "keep": 4, "warn": ""}
    assert bench.json("view", "-p", "sift", "--field", "articles[].tier.score") == [1.0, 2.0, 3.0, 4.0]


def test_a_field_that_is_not_there_names_near_keys(bench):
    bench.run("r1")
    code, out, err = bench.ace("view", "-p", "gather", "--field", "artcles[0]")
    assert (code, out) == (2, "")
    assert "did you mean articles" in err


def test_a_filter_without_match_is_no_error(bench):
    bench.run("r1")
    code, out, err = bench.ace("view", "-p", "gather", "--field", "sources[status=robots].name")
    assert (code, out) == (0, "")
    assert "nothing matches" in err


def test_metadata_full_and_json_hold_everything(bench):
    bench.run("r1")
    assert "duration_seconds: " in bench.ace("view", "-p", "sift", "--metadata")[1]
    assert bench.json("view", "-p", "sift", "--metadata")["phase_name"] == "sift"
    full = bench.ace("view", "-p", "sift", "--full")[1]
    assert full.count("Words. " * 99) == 4
    document = bench.json("view", "-p", "sift")
    assert len(document["data"]["articles"]) == 4
    assert document["metadata"]["method"] == "rules"


def test_a_phase_without_artifact_says_how_far_it_came(bench):
    bench.run("r1", sift_fail="x")
    code, _, err = bench.ace("view", "-p", "sift")
    assert code == 2
    assert "phase 2 sift of run r1 has no artifact: it is failed" in err
    code, out, err = bench.ace("view")
    assert (code, err) == (0, "")
    assert out.splitlines()[3].split() == ["2", "sift", "failed"]


def test_a_damaged_artifact_is_named_and_the_exit_code_is_65(bench):
    folder = bench.run("r1")
    rot(folder / "phase2_sift.json", "Story", "Glory")
    code, out, err = bench.ace("view", "-p", "sift")
    assert (code, out) == (65, "")
    assert f"{folder / 'phase2_sift.json'}: its data do not match their checksum" in err
    assert "(rebuilds it)" in err
    code, out, err = bench.ace("view")
    assert code == 65
    assert out.splitlines()[3].split()[:3] == ["2", "sift", "damaged"]
    assert "phase2_sift.json" in err


def test_an_edited_artifact_is_shown_with_a_warning_and_65(bench):
    folder = bench.run("r1")
    edit(folder / "phase2_sift.json", "Story", "Glory")
    code, out, err = bench.ace("view", "-p", "sift")
    assert code == 65
    assert "Glory 1" in out
    assert f"{folder / 'phase2_sift.json'} was changed after its commit" in err
    assert bench.ace("view")[0] == 65


def test_a_lost_artifact_is_damage_and_a_pending_one_is_not(bench):
    folder = bench.run("r1")
    (folder / "phase3_order.json").unlink()
    code, out, err = bench.ace("view")
    assert code == 65
    assert "phase3_order.json is missing" in err
    assert "missing" in out


def test_options_that_need_a_phase_say_so(bench):
    bench.run("r1")
    for words in (("--items",), ("--field", "a"), ("--metadata",)):
        code, _, err = bench.ace("view", *words)
        assert code == 2
        assert "gather, sift, order, report" in err
    code, _, err = bench.ace("view", "r1", "--run-id", "r2")
    assert code == 2
    assert "two runs are named" in err


def test_hostile_titles_are_harmless_however_they_are_shown(bench):
    bench.run("r1", gather_title=HOSTILE)
    for words in ((), ("--items",), ("--items", "1abc"), ("--full",), ("--field", "articles[].title"), ("--metadata",)):
        _, out, err = bench.ace("view", "-p", "gather", *words)
        assert not set("\x1b\x07\x9b\u202e") & set(out + err)
    assert "[red]Story[/red]" in bench.ace("view", "-p", "gather")[1]
    assert bench.json("view", "-p", "gather", "--field", "articles[0].title") == HOSTILE + " 1"


def test_a_terminal_gets_colour_and_rows_that_fit_a_pipe_neither(bench):
    bench.run("r1", gather_title="A very long title " * 12)
    shown = on_a_terminal(bench, "view", "--phase", "order", columns=80)
    assert "\x1b[1m" in shown
    assert "…" in shown
    piped = bench.ace("view", "--phase", "order")[1]
    assert "\x1b" not in piped
    assert max(map(len, piped.splitlines())) > 150


def test_hostile_titles_are_harmless_on_a_real_terminal(bench):
    bench.run("r1", gather_title=HOSTILE)
    shown = on_a_terminal(bench, "view", "--phase", "gather", columns=140, NO_COLOR="1")
    assert "[red]Story[/red] 1" in shown
    assert not set("\x07\x9b\u202e") & set(shown)
    assert "\x1b]" not in shown
    assert "\x1b[2J" not in shown


def test_a_closed_pipe_ends_quietly(bench):
    bench.run("r1")
    command = f"{sys.executable} -m ace view --artifacts {bench.root} -p gather --full | head -1"
    kept = {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT)}
    done = subprocess.run(["bash", "-c", command], capture_output=True, text=True, env=kept, check=True)
    assert done.stdout.startswith("metadata:")
    assert "Error" not in done.stderr


def test_reading_changes_nothing(bench):
    folder = bench.run("r1")
    before = {path: (path.stat().st_mtime_ns, path.read_bytes()) for path in folder.rglob("*") if path.is_file()}
    bench.ace("view")
    bench.ace("view", "-p", "sift")
    bench.ace("status")
    bench.ace("list")
    after = {path: (path.stat().st_mtime_ns, path.read_bytes()) for path in folder.rglob("*") if path.is_file()}
    assert after == before
    assert json.loads((folder / "run.json").read_text())["state"] == "completed"
