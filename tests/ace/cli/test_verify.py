"""`ace verify`: every artifact read again with all checks, and one hash for the run."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import orjson
import pytest

from ace import discovery, envelope, retention, runfile, runs, store

Verify = Callable[..., Any]


@pytest.fixture
def verify(project: Any, cli: Any, no_flush: None) -> Verify:
    return lambda *words: cli("verify", *words, "--artifacts", "runs")


@pytest.fixture
def states(verify: Verify) -> Callable[..., dict[str, str]]:
    """{phase: state} of the rows; the exit code must agree with them."""

    def ask(*words: str) -> dict[str, str]:
        result = verify(*words, "--json")
        found = json.loads(result.out)
        states = {row["phase"]: row["state"] for row in found["phases"]}
        assert found["sound"] == (set(states.values()) <= {"valid", "pending"})
        assert result.code == (0 if found["sound"] else 65)
        return states

    return ask


def rewrite(path: Path, change: Callable[[Any], None]) -> None:
    """Change an artifact's metadata and their checksum, and leave its data and its time alone."""
    status = path.stat()
    first, rest = path.read_bytes().split(b"\n", 1)
    metadata = orjson.loads(first.removeprefix(b'{"metadata":').removesuffix(b","))
    change(metadata)
    path.write_bytes(b'{"metadata":' + orjson.dumps(envelope.seal(metadata)) + b",\n" + rest)
    os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns))


def test_a_run_as_committed_is_valid(project: Any, verify: Verify) -> None:
    project.run("r")
    result = verify()
    assert (result.code, result.err) == (0, "")
    lines = result.out.splitlines()
    assert lines[0] == "demo run r"
    assert [line.split()[:3] for line in lines[1:5]] == [
        ["1", "one", "valid"],
        ["2", "two", "valid"],
        ["3", "three", "valid"],
        ["4", "four", "valid"],
    ]
    assert project.artifact("one")["metadata"]["data_sha256"].startswith(lines[1].split()[3])
    assert lines[5] == f"sha256 {json.loads(verify('--json').out)['sha256']}"


def test_what_was_never_made_is_pending_and_no_fault(project: Any, states: Any) -> None:
    project.do("three", "raise PhaseError('no')")
    project.run("r")
    assert states() == {"one": "valid", "two": "valid", "three": "pending", "four": "pending"}


def test_equal_runs_have_equal_hashes_and_others_do_not(project: Any, verify: Verify) -> None:
    project.run("a")
    project.run("b", overrides={"one.count": 3})
    project.run("c", overrides={"three.keep": 1})
    project.do("three", "raise PhaseError('no')")
    project.run("d")
    hashes = [json.loads(verify(name, "--json").out)["sha256"] for name in "abcd"]
    assert hashes[0] == hashes[1]
    assert len(set(hashes)) == 3


def test_an_edited_artifact_is_named_and_what_was_made_before_the_edit_is_stale(
    project: Any, verify: Verify, states: Any
) -> None:
    project.run("r")
    project.edit("two", lambda data: data["items"].pop())
    assert states() == {"one": "valid", "two": "edited", "three": "stale", "four": "valid"}
    result = verify()
    assert "it was changed after its commit" in result.out
    assert "it was made from another two" in result.out
    assert "2 of 4 artifacts are not as they were committed" in result.err
    assert "takes edits as they are" in result.err


def test_what_was_made_from_an_edited_artifact_is_valid(project: Any, verify: Verify, states: Any) -> None:
    project.run("r")
    project.edit("two", lambda data: data["items"].pop(0))
    project.run("r")
    assert states() == {"one": "valid", "two": "edited", "three": "valid", "four": "valid"}
    assert "--run-id r --artifacts runs --run-phase 2   (makes it anew, without the edit)" in verify().err
    project.run("r", run_phase="two")
    assert states() == {"one": "valid", "two": "valid", "three": "stale", "four": "valid"}


def test_what_was_made_from_an_input_that_was_made_anew_is_stale(project: Any, states: Any) -> None:
    project.run("r")
    project.do("one", "data['items'].pop()")
    project.run("r", run_phase="one")
    assert states() == {"one": "valid", "two": "stale", "three": "valid", "four": "valid"}
    project.run("r")
    assert set(states().values()) == {"valid"}


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"", "line 1, column 1: "),
        (b'{"metadata":{', "line 1, column "),
        (b'{"metadata":{},"data":{}}', "foreign: its run_id is 'None'"),
    ],
)
def test_a_damaged_artifact_is_named(content: bytes, why: str, project: Any, verify: Verify, states: Any) -> None:
    project.run("r")
    project.damage("two", content)
    assert states()["two"] == "damaged"
    result = verify()
    assert why in result.out
    assert "runs/run_r/phase2_two.json: " in verify("--json").out
    assert "--run-id r --artifacts runs   (rebuilds what is damaged)" in result.err


def test_one_flipped_bit_is_damage(project: Any, states: Any) -> None:
    project.run("r")
    content = project.path("three").read_bytes()
    place = content.index(b'"id":"1"') + 6
    project.damage("three", content[:place] + bytes([content[place] ^ 1]) + content[place + 1 :])
    assert states()["three"] == "damaged"


def test_one_flipped_bit_in_the_metadata_is_damage(project: Any, verify: Verify, states: Any) -> None:
    project.run("r")
    content = project.path("one").read_bytes()
    assert content.count(b'"count":3') == 1
    project.damage("one", content.replace(b'"count":3', b'"count":5'))
    assert states()["one"] == "damaged"
    assert "its metadata do not match their checksum" in verify().out


def test_metadata_that_a_person_changed_are_an_edit(project: Any, states: Any) -> None:
    project.run("r")
    path = project.path("one")
    path.write_bytes(path.read_bytes().replace(b'"count":3', b'"count":5'))
    assert states() == {"one": "edited", "two": "valid", "three": "valid", "four": "valid"}


def test_a_changed_row_of_a_journal_is_found_and_a_torn_end_is_not(project: Any, verify: Verify, states: Any) -> None:
    project.do("two", "ctx.map(lambda n: n * 111, [0, 1, 2], key=str)\nraise PhaseError('no')")
    project.run("r")
    (journal,) = (project.runs / "run_r" / "journal").iterdir()
    whole = journal.read_bytes()
    journal.write_bytes(whole + b'{"k":"to')
    assert states()["two"] == "pending"
    journal.write_bytes(whole.replace(b"222", b"223"))
    assert states()["two"] == "damaged"
    assert "1 item of its journal changed since noted; to be done again" in verify().out
    journal.write_bytes(b"what is this\n")
    assert "phase2_two.jsonl is no journal" in verify().out
    journal.write_bytes(b'{"format":2,')
    assert states()["two"] == "pending"


def test_metadata_that_no_artifact_has_are_damage(project: Any, verify: Verify, states: Any) -> None:
    project.run("r")
    rewrite(project.path("two"), lambda metadata: metadata.update(output_count=-1))
    assert states()["two"] == "damaged"
    assert "output_count: -1 is less than the minimum of 0" in verify().out


def test_a_missing_artifact_is_told_from_one_that_never_was(project: Any, verify: Verify, states: Any) -> None:
    project.run("r")
    project.path("two").unlink()
    assert states() == {"one": "valid", "two": "missing", "three": "valid", "four": "valid"}
    assert "phase2_two.json is missing" in verify().out
    assert "(rebuilds what is missing)" in verify().err


def test_a_blob_that_is_missing_or_changed_is_found_where_it_was_made(
    project: Any, verify: Verify, states: Any
) -> None:
    project.do("two", "data['pages'] = [{'blob': ctx.blobs.put(b'picture', 'bin').as_json()}]")
    project.do("three", "data['pages'] = inputs['two']['pages']")
    project.run("r")
    assert set(states().values()) == {"valid"}
    (blob,) = (project.runs / "run_r" / "blobs").iterdir()
    blob.write_bytes(b"painting")
    assert (states()["two"], states()["three"]) == ("damaged", "valid")
    assert f"its blob blobs/{blob.name}: the content does not match its name" in verify().out
    blob.unlink()
    assert states()["two"] == "damaged"
    assert "--run-phase 2   (writes its side files again)" in verify().err
    project.run("r", run_phase="two")
    assert set(states().values()) == {"valid"}


def test_what_only_looks_like_a_blob_is_no_blob(project: Any, states: Any) -> None:
    project.do("two", "data['x'] = [{'sha256': 1}, {'sha256': 'a', 'ext': 'b', 'bytes': 1, 'more': 0}]")
    project.run("r")
    assert set(states().values()) == {"valid"}


def test_a_blob_with_a_name_that_leads_elsewhere_is_damaged(project: Any, states: Any) -> None:
    project.do("two", "data['x'] = {'sha256': '../../etc', 'ext': '/passwd', 'bytes': 1}")
    project.run("r")
    assert states()["two"] == "damaged"


def test_a_side_file_that_is_missing_changed_or_a_link_is_found(project: Any, verify: Verify, states: Any) -> None:
    project.run("r")
    page = project.runs / "run_r" / "phase4_four.md"
    content = page.read_text()
    page.write_text("total 99\n")
    assert states()["four"] == "damaged"
    assert "its side file phase4_four.md was changed" in verify().out
    page.unlink()
    assert states()["four"] == "damaged"
    result = verify()
    assert "its side file phase4_four.md is missing" in result.out
    assert "--run-phase 4   (writes its side files again)" in result.err
    (project.folder / "elsewhere.md").write_text(content)
    page.symlink_to(project.folder / "elsewhere.md")
    assert states()["four"] == "damaged"
    page.unlink()
    page.write_text(content)
    assert states()["four"] == "valid"


@pytest.mark.parametrize("name", ["/dev/zero", "../../secret.md", "run.json", "phase1_one.md"])
def test_only_the_phase_s_own_side_files_are_opened(name: str, project: Any, verify: Verify, states: Any) -> None:
    project.run("r")
    rewrite(project.path("four"), lambda metadata: metadata.update(files={name: "0" * 64}))
    assert states()["four"] == "damaged"
    assert "is missing" not in verify().out


def test_the_hinted_command_mends_the_run(project: Any, verify: Verify, cli: Any, states: Any) -> None:
    project.run("r")
    project.path("one").unlink()
    project.damage("three", b"half")
    (project.runs / "run_r" / "phase4_four.md").unlink()
    hints = [line.split("   (")[0].split()[1:] for line in verify().err.splitlines() if line.startswith("     ace ")]
    assert len(hints) == 2
    for words in hints:
        assert cli(*words).code == 0
    assert set(states().values()) == {"valid"}
    assert (project.runs / "run_r" / "phase4_four.md").read_text() == "total 2\n"


def test_json_holds_every_row_whole(project: Any, verify: Verify) -> None:
    project.run("r")
    project.path("three").unlink()
    found = json.loads(verify("r", "--json").out)
    assert (found["run_id"], found["sound"]) == ("r", False)
    assert found["phases"][0] == {
        "phase": "one",
        "number": 1,
        "state": "valid",
        "sha256": project.artifact("one")["metadata"]["data_sha256"],
        "why": "",
    }
    assert found["phases"][2]["why"] == "runs/run_r/phase3_three.json is missing"


def test_a_compressed_run_is_verified_as_before(project: Any, verify: Verify, states: Any) -> None:
    project.run("r")
    before = verify().out
    (run,) = runs.everything(project.runs)
    retention.apply(retention.Verdict(run, retention.COMPRESS, ""))
    assert not list(run.folder.glob("phase*.json"))
    assert verify().out == before
    twin = run.folder / "phase2_two.json.gz"
    content, status = twin.read_bytes(), twin.stat()
    twin.write_bytes(content[:-20] + bytes(20))
    os.utime(twin, ns=(status.st_atime_ns, status.st_mtime_ns))
    assert states()["two"] == "damaged"


def test_damage_stays_damage_when_it_is_compressed(project: Any, states: Any) -> None:
    project.run("r")
    project.damage("two", project.path("two").read_bytes().replace(b'"two":2', b'"two":3'))
    assert states()["two"] == "damaged"
    (run,) = runs.everything(project.runs)
    retention.apply(retention.Verdict(run, retention.COMPRESS, ""))
    assert states()["two"] == "damaged"


def test_data_that_do_not_fit_the_schema_of_today_are_found(project: Any, verify: Verify, states: Any) -> None:
    project.run("r")
    news = discovery.find("news")
    today = discovery.phase_schema(news, news.phases[0])
    folder = project.runs / "run_n"
    folder.mkdir()
    (folder / "run.json").write_bytes(orjson.dumps(runfile.new("n", news, {}, "")))
    place = store.Place(folder, "n", "news", 1, "initialization")
    made = {"inputs": {}, "code": "0" * 64, "config": "0" * 64}
    said = project.artifact("one")["metadata"] | {"run_id": "n", "pipeline": "news", "phase_name": "initialization"}
    store.commit(place, b"{}", said | {"fingerprint": made | {"schema": today.sha256}}, {})
    assert states("n")["initialization"] == "valid"  # checked when it was committed
    store.commit(place, b"{}", said | {"fingerprint": made | {"schema": "an older one"}}, {})
    assert states("n")["initialization"] == "damaged"
    assert "is a required property" in verify("n").out


def test_the_pipeline_file_that_a_run_names_is_not_executed(project: Any, states: Any) -> None:
    project.run("r")
    project.write("demo.py", "raise SystemExit('executed')")
    assert set(states().values()) == {"valid"}
    project.file.unlink()
    assert set(states().values()) == {"valid"}


def test_a_lost_run_json_is_no_fault(project: Any, verify: Verify, states: Any) -> None:
    project.run("r")
    before = verify().out
    (project.runs / "run_r" / "run.json").unlink()
    assert verify().out == before
    (run,) = runs.everything(project.runs)
    retention.apply(retention.Verdict(run, retention.COMPRESS, ""))
    assert verify().out == before
    (run.folder / "events.jsonl").unlink()
    assert set(states().values()) == {"valid"}


def test_an_unknown_run_is_a_usage_error(project: Any, verify: Verify) -> None:
    assert verify().code == 2
    project.run("r1")
    result = verify("r2")
    assert result.code == 2
    assert "did you mean r1" in result.err


def test_nothing_is_written(project: Any, verify: Verify) -> None:
    project.run("r")
    project.damage("two", b"half")
    before = {path: path.lstat().st_mtime_ns for path in project.runs.rglob("*")}
    verify()
    assert {path: path.lstat().st_mtime_ns for path in project.runs.rglob("*")} == before


def test_lines_fit_a_terminal_of_80_columns(project: Any, verify: Verify) -> None:
    project.run("r")
    project.edit("one", lambda data: data["items"].pop())
    project.damage("three", project.path("three").read_bytes().replace(b'"two":2', b'"two":3'))
    (project.runs / "run_r" / "phase4_four.md").unlink()
    assert len(verify().out.splitlines()[1:-1]) == 4
    assert max(map(len, verify().out.splitlines())) <= 80
