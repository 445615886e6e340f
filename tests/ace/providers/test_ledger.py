"""The ledger keeps every answer that arrived and never lets a budget be passed, whatever dies in between."""

from __future__ import annotations

import contextlib
import os
import random
import signal
import sqlite3
import stat
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from ace.errors import BudgetReached, ConfigError, StorageError
from ace.providers import ledger_file
from ace.providers.base import Call, Caps, Price, Usage
from ace.providers.ledger import DONE, Batch, Ledger

ROOT = Path(__file__).resolve().parents[3]
FREE = Caps()
UNREADABLE = bytes(range(256)) * 7

# What another process does, before its last line says how it ends.
ELSEWHERE = """
import os, signal, sys
from pathlib import Path
from ace.errors import BudgetReached
from ace.providers.base import Call, Caps, Price, Usage
from ace.providers.ledger import Batch, Ledger

def call(key, usd=0.1, kind="complete"):
    return Call(key, "anthropic", "https://a", "m", kind, "run1", "news", "scores", "item", usd)

ledger = Ledger(Path(sys.argv[1]))
"""
KILLED = "\nos.kill(os.getpid(), signal.SIGKILL)\n"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "cache" / "llm.db"


@pytest.fixture
def ledger(path: Path) -> Iterator[Ledger]:
    opened = Ledger(path)
    yield opened
    opened.close()


def call(
    key: str, usd: float | None = 0.1, *, run: str = "run1", phase: str = "scores", kind: str = "complete"
) -> Call:
    return Call(key, "anthropic", "https://a", "m", kind, run, "news", phase, "item", usd)


def paid(ledger: Ledger, key: str, usd: float = 0.1, raw: bytes = b"{}", *, run: str = "run1") -> int:
    call_id = ledger.open_call(call(key, run=run), FREE)
    ledger.answered(call_id, raw, 0.2)
    ledger.settle(call_id, Usage(100, 10, 5, 2), Price(usd, "list"), "m-1")
    return call_id


def elsewhere(path: Path, script: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", ELSEWHERE + script, str(path)],
        cwd=ROOT,
        text=True,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )


def killed_elsewhere(path: Path, script: str) -> None:
    process = elsewhere(path, script + KILLED)
    process.communicate()
    assert process.returncode == -signal.SIGKILL


def states(path: Path) -> list[str]:
    with sqlite3.connect(path) as database:
        return [row[0] for row in database.execute("SELECT state FROM calls ORDER BY id")]


# answers


def test_an_answer_is_found_by_any_later_run_as_it_arrived(path: Path) -> None:
    first = Ledger(path)
    paid(first, "k", raw=UNREADABLE)
    first.close()
    second = Ledger(path)
    assert second.find("k") == UNREADABLE
    assert second.find("other") is None
    second.close()


def test_a_question_that_is_asked_anew_has_the_newest_answer(ledger: Ledger) -> None:
    paid(ledger, "k", raw=b"old", run="run1")
    paid(ledger, "k", raw=b"new", run="run2")
    assert ledger.find("k") == b"new"
    assert ledger.find_of("k", "run2") == b"new"
    assert ledger.find_of("k", "run1") is None


def test_an_answer_of_no_use_is_kept_with_the_reason(ledger: Ledger) -> None:
    paid(ledger, "k", raw=b"not json")
    ledger.note("k", "line 1, column 1: unexpected character")
    assert ledger.find("k") == b"not json"
    assert ledger.problem("k").startswith("line 1")
    assert ledger.problem("other") == ""


def test_nobody_else_may_read_what_was_asked(ledger: Ledger, path: Path) -> None:
    paid(ledger, "k")
    modes = {stat.S_IMODE(file.stat().st_mode) for file in path.parent.iterdir()}
    assert modes == {0o600}


# what a killed process leaves


def test_an_answer_survives_a_kill_before_its_price_was_read(path: Path) -> None:
    killed_elsewhere(path, "ledger.answered(ledger.open_call(call('k'), Caps()), bytes(range(256)), 0.1)")
    ledger = Ledger(path)
    assert ledger.find("k") == bytes(range(256))
    (left,) = ledger.unsettled("run1")
    assert (left.state, left.key, left.reserved_usd) == ("answered", "k", 0.1)
    assert ledger.held("run1") == pytest.approx(0.1)
    ledger.settle(left.id, Usage(1, 1), Price(0.03, "list"))
    assert (ledger.held("run1"), ledger.unsettled()) == (pytest.approx(0.03), [])
    ledger.close()


def test_a_call_that_was_under_way_in_a_killed_process_counts_as_possibly_billed(path: Path) -> None:
    killed_elsewhere(path, "ledger.open_call(call('k', 0.4), Caps())")
    ledger = Ledger(path)
    assert ledger.find("k") is None
    assert [one.state for one in ledger.unsettled("run1")] == ["unknown"]
    spent = ledger.spent("run1")
    assert (spent.calls, spent.unknown, spent.possible_usd, spent.usd) == (0, 1, pytest.approx(0.4), 0.0)
    with pytest.raises(BudgetReached):
        ledger.open_call(call("other", 0.2), Caps(run_usd=0.5))
    ledger.close()


def test_calls_under_way_in_a_living_process_are_left_alone(path: Path) -> None:
    process = elsewhere(path, "ledger.open_call(call('k'), Caps()); print('open', flush=True); os.read(0, 1)")
    assert process.stdout is not None
    assert process.stdout.readline() == "open\n"
    ledger = Ledger(path)
    assert [one.state for one in ledger.unsettled()] == ["open"]
    process.kill()  # not waited for: a dead process that its parent has not collected is dead all the same
    os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT)
    assert ledger.adopt_orphans() == 1
    assert [one.state for one in ledger.unsettled()] == ["unknown"]
    process.communicate()
    ledger.close()


def test_a_number_that_another_process_has_now_does_not_hide_the_death_of_the_first(path: Path) -> None:
    ledger = Ledger(path)
    ledger.open_call(call("k"), FREE)
    with sqlite3.connect(path) as database:  # as if our own number had belonged to somebody else before
        database.execute("UPDATE calls SET began = '1'")
        database.execute("UPDATE owners SET began = '1'")
    assert ledger.adopt_orphans() == 1
    ledger.close()


def test_what_is_settled_late_is_no_longer_unknown(ledger: Ledger) -> None:
    call_id = ledger.open_call(call("k"), FREE)
    ledger.failed(call_id, "ConnectionFailed", billed_unknown=True)
    ledger.answered(call_id, b"{}", 1.0)
    ledger.settle(call_id, Usage(1, 1), Price(0.02, "list"))
    assert ledger.spent("run1").unknown == 0
    assert ledger.held("run1") == pytest.approx(0.02)


# money


def test_a_call_that_might_pass_the_cap_is_refused_and_leaves_nothing(ledger: Ledger, path: Path) -> None:
    ledger.open_call(call("a", 0.6), Caps(run_usd=1.0))
    with pytest.raises(BudgetReached, match=r"run run1.*0\.6000 of \$1\.0000.*0\.5000"):
        ledger.open_call(call("b", 0.5), Caps(run_usd=1.0))
    assert states(path) == ["open"]
    ledger.open_call(call("c", 0.4), Caps(run_usd=1.0))


def test_a_phase_has_a_cap_of_its_own(ledger: Ledger) -> None:
    caps = Caps(run_usd=10.0, phase_usd=0.5)
    ledger.open_call(call("a", 0.4), caps)
    with pytest.raises(BudgetReached, match="phase scores"):
        ledger.open_call(call("b", 0.2), caps)
    ledger.open_call(call("b", 0.2, phase="texts"), caps)
    ledger.open_call(call("b", 0.2, run="run2"), caps)


def test_the_price_takes_the_place_of_the_reservation(ledger: Ledger) -> None:
    call_id = ledger.open_call(call("a", 0.9), Caps(run_usd=1.0))
    ledger.answered(call_id, b"{}", 0.1)
    ledger.settle(call_id, Usage(10, 1), Price(0.1, "list"))
    assert ledger.held("run1") == pytest.approx(0.1)
    ledger.open_call(call("b", 0.9), Caps(run_usd=1.0))


@pytest.mark.parametrize(("unknown", "counts"), [(False, 0.0), (True, 0.3)])
def test_a_failed_call_counts_only_if_it_may_have_been_billed(ledger: Ledger, unknown: bool, counts: float) -> None:
    ledger.failed(ledger.open_call(call("a", 0.3), FREE), "Overloaded", billed_unknown=unknown)
    assert ledger.held("run1") == pytest.approx(counts)


def test_calls_without_a_known_price_count_nothing_and_are_told(ledger: Ledger) -> None:
    call_id = ledger.open_call(call("a", None), Caps(run_usd=0.01))
    ledger.answered(call_id, b"{}", 0.1)
    ledger.settle(call_id, Usage(10, 1), None)
    assert ledger.held("run1") == 0.0
    assert (ledger.spent("run1").usd, ledger.spent("run1").unpriced) == (0.0, 1)


def test_several_calls_are_reserved_together_or_not_at_all(ledger: Ledger, path: Path) -> None:
    rows = [call(f"k{n}", 0.3) for n in range(3)]
    with pytest.raises(BudgetReached):
        ledger.open_calls(rows, Caps(run_usd=0.8))
    assert states(path) == []
    assert len(set(ledger.open_calls(rows, Caps(run_usd=0.9)))) == 3


def test_a_run_is_told_what_it_has_spent(ledger: Ledger) -> None:
    paid(ledger, "a", 0.1)
    paid(ledger, "b", 0.2)
    paid(ledger, "c", 0.4, run="run2")
    ledger.hit(call("a"))
    spent = ledger.spent("run1", "scores")
    assert (spent.calls, spent.cached, spent.usd) == (2, 1, pytest.approx(0.3))
    assert spent.usage == Usage(200, 20, 10, 4)
    assert (spent.models, spent.providers, spent.price_sources) == (("m",), ("anthropic",), ("list",))
    assert ledger.spent("run1", "other").calls == 0
    assert ledger.spent("run1") == spent


def test_what_was_saved_is_what_the_answer_had_cost(ledger: Ledger, path: Path) -> None:
    paid(ledger, "a", 0.25)
    for _ in range(3):
        ledger.hit(call("a", run="run2"))
    ledger.spent("run2")  # writes what was counted
    with sqlite3.connect(path) as database:
        rows = database.execute("SELECT run_id, calls, saved_usd FROM hits").fetchall()
    assert rows == [("run2", 3, pytest.approx(0.75))]


def test_what_counts_is_the_sum_over_the_calls_whatever_happens_to_them(ledger: Ledger, path: Path) -> None:
    chance = random.Random(7)
    for number in range(300):
        call_id = ledger.open_call(call(f"k{number}", chance.choice([None, 0.001, 0.7])), FREE)
        for _ in range(chance.randrange(3)):
            end = chance.choice(["answered", "settle", "failed", "unknown"])
            if end == "answered":
                ledger.answered(call_id, b"x", 0.1)
            elif end == "settle":
                ledger.settle(call_id, Usage(1, 1), chance.choice([None, Price(0.0003, "list")]))
            else:
                ledger.failed(call_id, "x", billed_unknown=end == "unknown")
    with sqlite3.connect(path) as database:
        counted = database.execute("SELECT SUM(counted) FROM calls").fetchone()[0]
    assert ledger.held("run1") == pytest.approx(counted)
    assert ledger.held("run1", "scores") == pytest.approx(counted)


def reserve_and_settle(ledger: Ledger, name: str, caps: Caps, granted: list[str]) -> None:
    """As a worker does: reserve, pay a part of it, until the budget is reached."""
    for number in range(100):
        try:
            call_id = ledger.open_call(call(f"{name}-{number}", 0.05), caps)
        except BudgetReached:
            return
        granted.append(name)
        assert ledger.held("run1") <= caps.run_usd + 1e-6
        ledger.answered(call_id, b"{}", 0.01)
        ledger.settle(call_id, Usage(1, 1), Price(0.04, "list"))


def test_twenty_threads_at_the_edge_never_pass_the_cap(ledger: Ledger) -> None:
    granted: list[str] = []
    caps = Caps(run_usd=2.0)
    threads = [threading.Thread(target=reserve_and_settle, args=(ledger, f"t{n}", caps, granted)) for n in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert ledger.held("run1") <= 2.0
    assert ledger.held("run1") == pytest.approx(0.04 * len(granted))
    assert len(granted) >= 30  # 2.0 / 0.05 reserved at once is 40; what others hold at the edge may end it earlier


def test_four_processes_at_the_edge_never_pass_the_cap(path: Path) -> None:
    script = """
print("ready", flush=True)
sys.stdin.readline()
granted = 0
try:
    for number in range(1000):
        ledger.open_call(call(f"{os.getpid()}-{number}", 0.005), Caps(run_usd=2.0))
        granted += 1
except BudgetReached:
    print(granted)
"""
    processes = [elsewhere(path, script) for _ in range(4)]  # they also race to make the file
    for process in processes:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
    for process in processes:
        assert process.stdin is not None
        process.stdin.write("go\n")
        process.stdin.flush()
    granted = [process.communicate()[0] for process in processes]
    assert [process.returncode for process in processes] == [0] * 4
    assert sum(map(int, granted)) == 400
    ledger = Ledger(path)
    assert ledger.held("run1") == pytest.approx(2.0)  # possibly billed: their processes ended without an answer
    ledger.close()


# batches


def batch(keys: tuple[str, ...], *, batch_id: str = "b1") -> Batch:
    return Batch(batch_id, "anthropic", "https://a", "m", "run1", "news", "scores", keys)


def test_a_batch_and_its_reservations_outlive_the_process_that_sent_it(path: Path) -> None:
    killed_elsewhere(
        path,
        """
keys = ("a", "b")
ledger.open_calls([call(key, 0.2, "batch") for key in keys], Caps())
ledger.save_batch(Batch("b1", "anthropic", "https://a", "m", "run1", "news", "scores", keys))
""",
    )
    ledger = Ledger(path)
    (found,) = ledger.open_batches("run1", "scores")
    assert (found.id, found.keys, found.state) == ("b1", ("a", "b"), "waiting")
    assert ledger.spent("run1").unknown == 0
    assert ledger.held("run1") == pytest.approx(0.4)
    calls = ledger.batch_calls("b1", found.keys)
    ledger.answered(calls["a"], b"{}", 60.0)
    ledger.settle(calls["a"], Usage(1, 1), Price(0.05, "list"))
    assert list(ledger.batch_calls("b1", found.keys)) == ["b"]
    ledger.close_batch("b1")  # b has expired: it is not billed, and is asked again
    assert ledger.open_batches() == []
    assert ledger.held("run1") == pytest.approx(0.05)
    ledger.close()


def test_a_batch_that_was_sent_but_not_noted_is_taken_up_when_it_is_found(path: Path) -> None:
    killed_elsewhere(path, "ledger.open_calls([call('a', 0.2, 'batch')], Caps())")
    ledger = Ledger(path)
    assert ledger.spent("run1").unknown == 1
    ledger.save_batch(batch(("a", "never-ours")))
    assert ledger.spent("run1").unknown == 0
    assert list(ledger.batch_calls("b1", ("a", "never-ours"))) == ["a"]
    assert ledger.held("run1") == pytest.approx(0.2)
    ledger.close()


def test_an_answered_row_of_a_closed_batch_keeps_its_reservation_until_it_is_priced(ledger: Ledger) -> None:
    (call_id,) = ledger.open_calls([call("a", 0.2, kind="batch")], FREE)
    ledger.save_batch(batch(("a",)))
    ledger.answered(call_id, b"{}", 1.0)
    ledger.close_batch("b1")
    assert ledger.held("run1") == pytest.approx(0.2)


def test_batches_are_told_apart_by_run_and_phase(ledger: Ledger) -> None:
    ledger.save_batch(batch(("a",)))
    ledger.save_batch(batch(("b",), batch_id="b2")._replace(run_id="run2"))
    ledger.save_batch(batch(("c",), batch_id="b3")._replace(phase="texts"))
    assert [one.id for one in ledger.open_batches("run1", "scores")] == ["b1"]
    assert [one.id for one in ledger.open_batches("run1")] == ["b1", "b3"]
    assert len(ledger.open_batches()) == 3
    ledger.close_batch("b1", "ended")
    assert ledger.open_batches("run1", "scores")[0].state == "ended"
    ledger.close_batch("b1", DONE)
    assert ledger.open_batches("run1", "scores") == []


# the file


def damage(path: Path) -> None:
    path.parent.mkdir(parents=True)
    path.write_bytes(b"this is no database\n" * 500)


def cut_off(path: Path) -> None:
    first = Ledger(path)
    paid(first, "k")
    first.close()
    with open(path, "r+b") as file:
        file.seek(100)
        file.write(b"\xff" * 400)


@pytest.mark.parametrize("spoil", [damage, cut_off])
def test_a_damaged_file_is_kept_aside_with_a_warning(path: Path, spoil: Callable[[Path], None]) -> None:
    spoil(path)
    path.with_name("llm.db-wal").write_bytes(b"an old log")  # it would be played into the new file
    before = path.read_bytes()
    said: list[str] = []
    ledger = Ledger(path, said.append)
    assert ledger.find("k") is None
    paid(ledger, "k")
    ledger.close()
    aside = path.with_name("llm.damaged.db")
    assert aside.read_bytes() == before
    assert aside.with_name("llm.damaged.db-wal").read_bytes() == b"an old log"
    assert len(said) == 1
    assert str(aside) in said[0]


def test_a_second_damaged_file_does_not_replace_the_first(path: Path) -> None:
    for content in (b"one" * 900, b"two" * 900):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        Ledger(path, lambda message: None).close()
        path.unlink()
    kept = sorted(file.read_bytes()[:3] for file in path.parent.glob("llm.damaged*"))
    assert kept == [b"one", b"two"]


def test_what_another_process_has_begun_after_the_same_damage_is_kept(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    damage(path)
    hold = ledger_file.lock.hold

    @contextlib.contextmanager
    def after_another(place: Path, what: str, *, wait_s: float) -> Iterator[None]:
        monkeypatch.setattr(ledger_file.lock, "hold", hold)
        other = Ledger(path, lambda message: None)
        paid(other, "k", raw=b"paid by another")
        other.close()
        with hold(place, what, wait_s=wait_s):
            yield

    monkeypatch.setattr(ledger_file.lock, "hold", after_another)
    ledger = Ledger(path)
    assert ledger.find("k") == b"paid by another"
    ledger.close()
    assert len(list(path.parent.glob("*.damaged.db"))) == 1


def test_the_ledger_of_a_newer_ace_is_left_alone(path: Path) -> None:
    Ledger(path).close()
    with sqlite3.connect(path) as database:
        database.execute("PRAGMA user_version = 99")
    with pytest.raises(ConfigError, match="newer ACE"):
        Ledger(path)
    assert not list(path.parent.glob("*damaged*"))


def test_damage_that_shows_later_is_told_and_nothing_is_thrown_away(path: Path) -> None:
    first = Ledger(path)
    for number in range(200):
        paid(first, f"k{number}", raw=b"x" * 3000)
    first.close()
    content = path.read_bytes()
    path.write_bytes(content[: 4096 * 12] + b"\x0d" + b"\xff" * (len(content) - 4096 * 12 - 1))
    ledger = Ledger(path)
    with pytest.raises(StorageError, match="cannot use the ledger"):
        for number in range(200):
            ledger.find(f"k{number}")
    ledger.close()
    assert path.exists()


def test_a_full_disk_is_told_and_once_there_is_room_it_goes_on(ledger: Ledger, path: Path) -> None:
    paid(ledger, "k")
    (pages,) = ledger._database.execute("PRAGMA page_count").fetchone()
    ledger._database.execute(f"PRAGMA max_page_count = {pages + 2}")
    call_id = ledger.open_call(call("large"), FREE)
    with pytest.raises(StorageError, match="full"):
        ledger.answered(call_id, b"x" * 100_000, 0.1)
    with pytest.raises(StorageError, match="full"):
        ledger.open_calls([call(f"k{number}") for number in range(1_000)], FREE)
    ledger._database.execute("PRAGMA max_page_count = 1000000")
    assert states(path) == ["settled", "open"]
    ledger.answered(call_id, b"x" * 100_000, 0.1)
    assert len(ledger.find("large") or b"") == 100_000
    ledger.open_calls([call("after")], FREE)


def test_a_second_ledger_in_one_process_takes_no_locks_from_the_first(path: Path) -> None:
    """POSIX locks of a process end when any descriptor of the file is closed in it."""
    first = Ledger(path)
    paid(first, "k")
    if not own_locks(path):
        pytest.skip("this system shows no locks")
    second = Ledger(path)
    assert own_locks(path)
    second.close()
    first.close()


def own_locks(path: Path) -> list[str]:
    place = f" {os.getpid()} "
    shown = Path("/proc/locks")
    lines = shown.read_text().splitlines() if shown.exists() else []
    return [line for line in lines if place in line and f":{path.stat().st_ino} " in line]


def test_a_transaction_that_sqlite_has_ended_itself_hides_no_error(ledger: Ledger) -> None:
    with pytest.raises(KeyError, match="the real one"), ledger._transaction() as database:
        database.execute("ROLLBACK")  # as after some failures of the disk
        raise KeyError("the real one")
    paid(ledger, "k")


def test_a_link_is_not_followed(path: Path, tmp_path: Path) -> None:
    path.parent.mkdir(parents=True)
    path.symlink_to(tmp_path / "elsewhere.db")
    with pytest.raises(StorageError, match="symbolic links"):
        Ledger(path)
    assert not (tmp_path / "elsewhere.db").exists()


def test_a_folder_in_place_of_the_file_is_an_error_that_names_it(path: Path) -> None:
    path.mkdir(parents=True)
    with pytest.raises(StorageError, match=r"llm\.db"):
        Ledger(path)
