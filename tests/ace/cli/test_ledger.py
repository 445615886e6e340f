"""`ace ledger`: what was spent and saved, from a ledger that is only read; export; the end of old answers."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from ace.errors import StorageError
from ace.providers import ledger_report
from ace.providers.base import Call, Caps, Price, Usage
from ace.providers.ledger import Batch, Ledger

Command = Callable[..., Any]


@pytest.fixture
def path(project: Any) -> Path:
    return project.folder / "cache" / "llm.db"


@pytest.fixture
def filled(path: Path) -> Path:
    """Two runs on two days: three paid answers, two given again, one call that died, one without a known price."""
    ledger = Ledger(path)
    pay(ledger, "a", 0.01, run="r1")
    pay(ledger, "b", 0.02, run="r1", phase="texts", model="big", raw=b"\xff\x00")
    pay(ledger, "c", 0.04, run="r2")
    pay(ledger, "d", None, run="r2", model="own")
    ledger.hit(call("a", run="r2"))
    ledger.hit(call("a", run="r2"))
    ledger.failed(ledger.open_call(call("e", run="r2", usd=0.5), Caps()), "ConnectionFailed", billed_unknown=True)
    ledger.note("c", "no JSON")
    ledger.close()
    change(path, "UPDATE calls SET day = '2020-01-01', created = '2020-01-01T05:00:00.000Z' WHERE run_id = 'r1'")
    change(path, "UPDATE answers SET created = '2020-01-01T05:00:01.000Z' WHERE key IN ('a', 'b')")
    return path


def call(key: str, *, run: str = "r1", phase: str = "scores", model: str = "small", usd: float = 0.1) -> Call:
    return Call(key, "openai", "https://o", model, "complete", run, "news", phase, f"item {key}", usd)


def pay(ledger: Ledger, key: str, usd: float | None, *, raw: bytes = b'{"x":1}', **where: str) -> None:
    call_id = ledger.open_call(call(key, **where), Caps())
    ledger.answered(call_id, raw, 0.2)
    ledger.settle(call_id, Usage(1_000, 100, 500, 0), Price(usd, "list") if usd is not None else None)


def change(path: Path, sql: str) -> None:
    database = sqlite3.connect(path)
    with database:
        database.execute(sql)
    database.close()


def table(text: str) -> dict[str, list[str]]:
    """{first cell: the others}; no cell but the first holds a blank."""
    return {line.rsplit(maxsplit=7)[0]: line.rsplit(maxsplit=7)[1:] for line in text.splitlines()[1:]}


def test_before_a_model_was_asked_there_is_none_and_none_is_made(cli: Command, path: Path) -> None:
    for words in (("ledger",), ("ledger", "export", "x.jsonl"), ("ledger", "prune", "--older-than", "1", "--yes")):
        result = cli(*words)
        assert (result.code, result.out) == (0, "")
        assert "no model was asked yet" in result.err
    assert json.loads(cli("ledger", "--json").out) is None
    assert not path.exists()


def test_what_was_spent_and_saved_on_each_day(cli: Command, filled: Path) -> None:
    result = cli("ledger")
    rows = table(result.out)
    today = next(name for name in rows if name not in ("2020-01-01", "total"))
    assert rows["2020-01-01"] == ["2", "$0.0300", "3,000", "1,000", "200", "0", "-"]
    assert rows[today] == ["2", "$0.0400", "3,000", "1,000", "200", "2", "$0.0200"]
    assert rows["total"] == ["4", "$0.0700", "6,000", "2,000", "400", "2", "$0.0200"]


@pytest.mark.parametrize(
    ("by", "expected"),
    [
        ("pipeline", ["news"]),
        ("phase", ["news scores", "news texts"]),
        ("model", ["openai small", "openai big", "openai own"]),
        ("run", ["r1", "r2"]),
    ],
)
def test_sums_by_anything_else_have_the_dearest_first(by: str, expected: list[str], cli: Command, filled: Path) -> None:
    rows = table(cli("ledger", "--by", by).out)
    assert list(rows) == [*expected, "total"]
    assert rows["total"][1] == "$0.0700"


def test_what_is_uncertain_is_told(cli: Command, filled: Path) -> None:
    said = cli("ledger").err
    assert "1 of the calls went to models without a known price" in said
    assert "1 calls ended without an answer and may have been billed, at most $0.50" in said
    assert "scores: item e" in said
    assert "4 answers are kept, 1 of them of no use" in said


def test_a_batch_under_way_is_told(cli: Command, path: Path) -> None:
    ledger = Ledger(path)
    ledger.save_batch(Batch("batch_7", "openai", "https://o", "small", "r1", "news", "scores", ("a", "b")))
    ledger.close()
    assert "a batch of 2 is under way" in cli("ledger").err
    assert json.loads(cli("ledger", "--json").out)["batches"][0]["id"] == "batch_7"


def test_only_of_the_last_days(cli: Command, filled: Path) -> None:
    assert table(cli("ledger", "--days", "1").out)["total"][1] == "$0.0400"
    assert "item e" in cli("ledger", "--days", "1").err
    change(filled, "UPDATE calls SET day = '2020-01-01' WHERE key = 'e'")
    assert "item e" not in cli("ledger", "--days", "1").err
    assert "item e" in cli("ledger").err


def test_json_holds_all_sums_and_every_uncertain_call(cli: Command, filled: Path) -> None:
    found = json.loads(cli("ledger", "--json").out)
    assert found["total"]["usd"] == 0.07
    assert (found["total"]["unpriced"], found["total"]["unknown"], found["total"]["possible_usd"]) == (1, 1, 0.5)
    assert next(row["day"] for row in found["by_day"]) == "2020-01-01"
    assert {row["model"]: row["calls"] for row in found["by_model"]} == {
        "openai small": 2,
        "openai big": 1,
        "openai own": 1,
    }
    assert [row["run"] for row in found["by_run"]] == ["r1", "r2"]
    assert found["unknown"][0]["purpose"] == "item e"
    assert found["kept"]["problems"] == 1


def test_looking_changes_nothing(cli: Command, filled: Path) -> None:
    before = filled.read_bytes()
    cli("ledger")
    cli("ledger", "--json")
    cli("ledger", "prune", "--older-than", "30")
    cli("ledger", "export", "-")
    assert filled.read_bytes() == before


def test_a_reader_cannot_write(filled: Path) -> None:
    with pytest.raises(StorageError, match="readonly"), ledger_report.reading(filled) as database:
        assert database is not None
        database.execute("DELETE FROM answers")


def test_every_call_is_exported_with_its_answer(cli: Command, filled: Path, project: Any) -> None:
    assert "5 calls written to all.jsonl" in cli("ledger", "export", "all.jsonl").err
    rows = [json.loads(line) for line in (project.folder / "all.jsonl").read_text().splitlines()]
    assert [row["key"] for row in rows] == ["a", "b", "c", "d", "e"]
    assert (rows[0]["answer"], rows[0]["usd"], rows[0]["state"]) == ('{"x":1}', 0.01, "settled")
    assert rows[1]["answer"] == {"base64": "/wA="}
    assert rows[2]["problem"] == "no JSON"
    assert (rows[4]["answer"], rows[4]["state"], rows[4]["error"]) == (None, "unknown", "ConnectionFailed")


def test_an_export_replaces_no_file(cli: Command, filled: Path, project: Any) -> None:
    project.write("notes.txt", "mine")
    assert cli("ledger", "export", "notes.txt").code == 73
    assert (project.folder / "notes.txt").read_text() == "mine"


def test_an_export_to_a_pipe_is_data_and_nothing_else(project: Any, filled: Path) -> None:
    done = project.ace("ledger", "export", "-", "--json")
    assert [json.loads(line)["key"] for line in done.stdout.splitlines()] == ["a", "b", "c", "d", "e"]


def test_old_answers_go_and_what_was_spent_stays(cli: Command, filled: Path) -> None:
    said = cli("ledger", "prune", "--older-than", "30")
    assert "2 answers" in said.err
    assert "would be deleted" in said.err
    done = json.loads(cli("ledger", "prune", "--older-than", "30", "--yes", "--json").out)
    assert (done["done"], done["answers"]) == (True, 2)
    assert table(cli("ledger").out)["total"][1] == "$0.0700"
    ledger = Ledger(filled)
    assert [ledger.find(key) is None for key in "abcd"] == [True, True, False, False]
    ledger.close()


def test_the_space_of_old_answers_is_given_back(cli: Command, path: Path) -> None:
    ledger = Ledger(path)
    for number in range(30):
        pay(ledger, f"k{number}", 0.1, raw=b"x" * 50_000)
    ledger.close()
    change(path, "UPDATE answers SET created = '2020'")
    before = path.stat().st_size
    cli("ledger", "prune", "--older-than", "30", "--yes")
    assert path.stat().st_size < before / 10


def test_the_ledger_of_a_newer_ace_is_refused(cli: Command, filled: Path) -> None:
    change(filled, "PRAGMA user_version = 99")
    result = cli("ledger")
    assert result.code == 78
    assert "newer ACE" in result.err


def test_a_damaged_ledger_is_named_and_left_where_it_is(cli: Command, path: Path) -> None:
    path.parent.mkdir(parents=True)
    path.write_bytes(b"no database" * 1_000)
    result = cli("ledger")
    assert result.code == 74
    assert "llm.db" in result.err
    assert path.exists()


def test_lines_fit_a_terminal_of_80_columns(cli: Command, filled: Path) -> None:
    assert max(map(len, cli("ledger", "--by", "model").out.splitlines())) <= 80
