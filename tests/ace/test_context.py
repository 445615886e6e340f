"""What a phase may touch: per-item work that survives, configuration that is recorded, earlier runs, messages."""

from __future__ import annotations

import functools
import threading
from pathlib import Path
from typing import Any

import pytest

from ace import services
from ace.errors import BudgetReached, Interrupted, ItemsFailed, OutputError, PhaseError, StorageError, TransientError
from ace.journal import Journal
from ace.records import FailedItem
from ace.testing import MemoryServices, phase_context


class Flaky:
    """Raises the errors it was given, one per call, then answers."""

    def __init__(self, *errors: Exception) -> None:
        self.errors = list(errors)
        self.calls = 0

    def __call__(self, item: Any) -> Any:
        self.calls += 1
        if self.errors:
            raise self.errors.pop(0)
        return {"done": item}


def test_values_come_in_the_order_of_the_items_however_they_finish() -> None:
    gates = [threading.Event() for _ in range(5)]

    def work(item: int) -> int:
        if item < 4:
            gates[item + 1].wait(20)  # each waits for the next one: they finish in reverse
        gates[item].set()
        return item * 10

    mapped = phase_context().map(work, range(5), key=str, concurrency=5)
    assert list(mapped) == [0, 10, 20, 30, 40]
    assert mapped.pairs[1] == (1, 10)
    assert len(mapped) == 5


def test_a_failing_item_fails_alone() -> None:
    context = phase_context()
    mapped = context.map(lambda item: 10 // item, [5, 0, 2], key=lambda item: f"k{item}")
    assert list(mapped) == [2, 5]
    assert mapped.failed == [FailedItem("k0", "ZeroDivisionError", "integer division or modulo by zero", 1)]
    assert context.failed == mapped.failed


@pytest.mark.parametrize("concurrency", [1, 4])
def test_transient_errors_are_tried_again_and_others_are_not(concurrency: int) -> None:
    transient, permanent = Flaky(TransientError("429"), TransientError("503")), Flaky(PhaseError("bad"))
    context = phase_context()
    assert list(context.map(transient, ["a"], key=str, concurrency=concurrency)) == [{"done": "a"}]
    assert transient.calls == 3
    mapped = context.map(permanent, ["a"], key=str, concurrency=concurrency)
    assert mapped.failed == [FailedItem("a", "PhaseError", "bad", 1)]
    assert permanent.calls == 1


def test_an_item_is_tried_as_often_as_allowed() -> None:
    flaky = Flaky(*(TransientError(str(number)) for number in range(10)))
    mapped = phase_context().map(flaky, ["a"], key=str, attempts=4)
    assert mapped.failed == [FailedItem("a", "TransientError", "3", 4)]


def test_more_failures_than_tolerated_fail_the_phase() -> None:
    def work(item: int) -> int:
        if item % 2:
            message = f"no {item}"
            raise PhaseError(message)
        return item

    assert len(phase_context().map(work, range(4), key=str, tolerate=0.5)) == 2
    context = phase_context()
    with pytest.raises(ItemsFailed, match="2 of 4 items failed; first 1: PhaseError: no 1"):
        context.map(work, range(4), key=str, tolerate=0.4)
    assert context.failed == []


def test_nothing_to_do_is_done() -> None:
    mapped = phase_context().map(lambda item: item, [], key=str, tolerate=0.0)
    assert list(mapped) == []
    assert mapped.failed == []


def test_two_items_with_one_key_are_refused() -> None:
    with pytest.raises(PhaseError, match="two items have the key 'a'"):
        phase_context().map(lambda item: item, ["a", "A"], key=str.lower)


def test_finished_items_are_not_worked_on_again() -> None:
    memory = MemoryServices()
    first = Flaky()
    phase_context(services=memory).map(first, ["a", "b"], key=str)
    second = Flaky()
    mapped = phase_context(services=memory).map(second, ["a", "b", "c"], key=str)
    assert second.calls == 1
    assert list(mapped) == [{"done": "a"}, {"done": "b"}, {"done": "c"}]


def test_a_changed_item_is_worked_on_again() -> None:
    memory = MemoryServices()
    key = "same key"
    phase_context(services=memory).map(Flaky(), [{"text": "old"}], key=lambda _: key)
    again = Flaky()
    mapped = phase_context(services=memory).map(again, [{"text": "new"}], key=lambda _: key)
    assert list(mapped) == [{"done": {"text": "new"}}]


def test_failed_items_are_tried_again_by_the_next_attempt() -> None:
    memory = MemoryServices()
    phase_context(services=memory).map(Flaky(PhaseError("down")), ["a"], key=str)
    assert list(phase_context(services=memory).map(Flaky(), ["a"], key=str)) == [{"done": "a"}]


def test_a_value_that_is_not_to_be_kept_serves_this_attempt_only() -> None:
    memory = MemoryServices()
    keep = {"done": "b"}.__eq__
    first, second = Flaky(), Flaky()
    assert len(phase_context(services=memory).map(first, ["a", "b"], key=str, keep=keep)) == 2
    phase_context(services=memory).map(second, ["a", "b"], key=str, keep=keep)
    assert second.calls == 1


def fetch(item: str) -> str:
    return f"page of {item}"


def parse(item: str) -> str:
    return f"words of {item}"


def test_two_kinds_of_work_on_the_same_items_do_not_get_each_others_values() -> None:
    memory = MemoryServices()
    for _ in range(2):  # as at first, and as after a crash
        context = phase_context(services=memory)
        assert list(context.map(fetch, ["a"], key=str)) == ["page of a"]
        assert list(context.map(parse, ["a"], key=str)) == ["words of a"]
        assert list(context.map(lambda item: 1, ["a"], key=str)) == [1]
        assert list(context.map(lambda item: 2, ["a"], key=str)) == [2]
        assert list(context.map(functools.partial(max, "z"), ["a"], key=str)) == ["z"]


@pytest.mark.parametrize("concurrency", [1, 3])
def test_a_value_that_is_not_json_fails_the_phase(concurrency: int) -> None:
    with pytest.raises(OutputError, match="set"):
        phase_context().map(lambda item: {item}, ["a"], key=str, concurrency=concurrency)


def test_an_item_that_is_not_json_fails_the_phase() -> None:
    with pytest.raises(OutputError, match="object"):
        phase_context().map(lambda item: 1, [object()], key=lambda _: "a")


@pytest.mark.parametrize("concurrency", [1, 3])
@pytest.mark.parametrize("error", [BudgetReached("spent"), StorageError("disk full"), Interrupted("stop")])
def test_what_would_fail_every_other_item_too_ends_the_map(error: Exception, concurrency: int) -> None:
    calls = []

    def work(item: int) -> int:
        calls.append(item)
        raise error

    with pytest.raises(type(error)):
        phase_context().map(work, range(100), key=str, concurrency=concurrency)
    assert len(calls) <= concurrency + 1


def test_what_was_in_flight_is_kept_when_the_run_is_stopped() -> None:
    memory = MemoryServices()
    stop = threading.Event()

    def check() -> None:
        if stop.is_set():
            raise Interrupted("stop")

    memory.check = check  # type: ignore[method-assign]
    together = threading.Barrier(3, timeout=20)

    def work(item: int) -> int:
        together.wait()
        stop.set()
        return item

    with pytest.raises(Interrupted):
        phase_context(services=memory).map(work, range(100), key=str, concurrency=3)
    assert sorted(memory.journal.rows.values()) == [0, 1, 2]


def test_no_more_items_are_in_flight_than_allowed() -> None:
    lock, now, most = threading.Lock(), [0], [0]
    three = threading.Barrier(3, timeout=20)

    def work(item: int) -> int:
        with lock:
            now[0] += 1
            most[0] = max(most[0], now[0])
        if item < 3:
            three.wait()  # three are in flight together indeed
        with lock:
            now[0] -= 1
        return item

    phase_context().map(work, range(30), key=str, concurrency=3)
    assert most[0] == 3


def test_items_are_taken_from_an_iterator_once() -> None:
    assert list(phase_context().map(lambda item: item, iter("abc"), key=str)) == ["a", "b", "c"]


def test_a_message_with_a_lone_surrogate_does_not_end_in_an_error() -> None:
    memory = MemoryServices()
    context = phase_context(services=memory)
    mapped = context.map(Flaky(ValueError("bad \ud800 text")), ["a"], key=str)
    context.warn("\udcff")
    context.log("\udcff")
    context.progress(1, 1, "\udcff")
    assert mapped.failed[0].message == "bad ? text"
    assert context.warnings == ["?"]
    assert all("\udcff" not in str(event) for event in memory.events)


def test_progress_is_reported_at_the_end_and_not_for_every_item() -> None:
    memory = MemoryServices()
    phase_context(services=memory).map(lambda item: item, range(1000), key=str)
    reports = [event for event in memory.events if event["kind"] == "progress"]
    assert (reports[-1]["done"], reports[-1]["total"]) == (1000, 1000)
    assert len(reports) < 100


def test_the_keys_that_were_read_are_recorded_with_their_values() -> None:
    context = phase_context(config={"keep": 3, "other": 1, "list": ["a"]})
    assert context.config["keep"] == 3
    assert context.config.get("list") == ["a"]
    assert context.config.read == {"keep": 3, "list": ["a"]}


def test_a_key_that_is_not_declared_is_a_mistake_of_the_phase() -> None:
    with pytest.raises(PhaseError, match="config key 'kep' is not declared .* it declares keep"):
        phase_context(config={"keep": 3}).config["kep"]


def test_a_phase_that_changes_its_configuration_changes_nobody_elses() -> None:
    declared = {"languages": ["en"]}
    context = phase_context(config=declared)
    context.config["languages"].append("de")
    assert declared == {"languages": ["en"]}
    assert context.config.read == {"languages": ["en"]}


def test_an_input_that_was_not_declared_is_named(project: Any, no_flush: None) -> None:
    project.do("three", "inputs['one']")
    outcome = project.run()
    assert outcome.exit_code == 1
    assert "input 'one' was not declared or is missing; this phase was given two" in outcome.error


def test_blobs_of_a_run_are_kept_in_its_folder(project: Any, no_flush: None) -> None:
    project.do("two", "data['blob'] = ctx.blobs.put(b'image', 'png').as_json()")
    project.do("three", "data['size'] = len(ctx.blobs.get(inputs['two']['blob']))")
    project.run()
    assert project.artifact("three")["data"]["size"] == 5
    blob = project.artifact("two")["data"]["blob"]
    assert (project.runs / "run_r" / "blobs" / f"{blob['sha256']}.png").read_bytes() == b"image"


def test_the_cache_outlives_the_run(project: Any, no_flush: None) -> None:
    project.do("one", "space = ctx.cache('feeds'); data['before'] = space.get('n'); space.put('n', 7)")
    project.run("a")
    project.run("b")
    assert project.artifact("one", "a")["data"]["before"] is None
    assert project.artifact("one", "b")["data"]["before"] == 7


def test_a_phase_knows_when_its_run_began_whenever_it_is_resumed(project: Any, no_flush: None) -> None:
    project.do("one", "data['started'] = ctx.started.isoformat()")
    project.do("two", "raise PhaseError('not yet')")
    project.run()
    began = project.artifact("one")["data"]["started"]
    project.do("two", "data['started'] = ctx.started.isoformat()")
    project.run()
    assert project.artifact("two")["data"]["started"] == began


EARLIER = "data['earlier'] = [(run.run_id, run.data['items'][0]['id']) for run in ctx.earlier('one', 5)]"


def earlier(project: Any, run_id: str) -> Any:
    project.do("four", EARLIER)
    project.run(run_id)
    project.undo("four")
    return project.artifact("four", run_id)["data"]["earlier"]


def test_earlier_runs_are_the_finished_ones_that_began_before(project: Any, no_flush: None) -> None:
    assert earlier(project, "a") == []
    project.do("three", "raise PhaseError('no')")
    project.run("b")
    project.undo("three")
    assert earlier(project, "c") == [["a", "0"]]  # b has failed
    assert [run_id for run_id, _ in earlier(project, "d")] == ["c", "a"]
    assert earlier(project, "b") == [["a", "0"]]  # resumed after c and d, it still is older
    assert [run_id for run_id, _ in earlier(project, "e")] == ["d", "c", "b", "a"]


def test_an_edited_artifact_of_an_earlier_run_counts_and_a_damaged_one_is_left_out(
    project: Any, no_flush: None
) -> None:
    project.run("a")
    project.run("b")
    project.edit("one", lambda data: data["items"][0].update(id="edited"), "a")
    project.damage("one", project.path("one", "b").read_bytes()[:-20], "b")
    assert earlier(project, "c") == [["a", "edited"]]
    (warning,) = project.events("warning", "c")
    assert "run_b" in warning["message"]


def test_no_more_earlier_runs_are_given_than_asked_for(project: Any, no_flush: None) -> None:
    for name in "abc":
        project.run(name)
    project.do("four", "data['earlier'] = [run.run_id for run in ctx.earlier('one', 2)]")
    project.run("d")
    assert project.artifact("four", "d")["data"]["earlier"] == ["c", "b"]


def test_a_stop_that_was_asked_for_is_seen_by_check_and_ends_a_wait() -> None:
    stop = services.Stop()
    stop.check()
    stop.request("stopped by SIGTERM", 143)
    for act in (stop.check, lambda: stop.wait(600)):
        with pytest.raises(Interrupted, match="stopped by SIGTERM") as caught:
            act()
        assert caught.value.exit_code == 143


def test_what_is_to_be_stopped_too_is_told_even_when_it_comes_late() -> None:
    stop, told = services.Stop(), []
    stop.also(lambda: told.append("early"))
    stop.request("stop", 130)
    stop.also(lambda: told.append("late"))
    assert told == ["early", "late"]


def test_the_journal_of_a_run_serves_a_map_after_a_crash(tmp_path: Path, no_flush: None) -> None:
    folder = tmp_path / "run_x"
    folder.mkdir()

    def context(journal: Journal) -> Any:
        memory = MemoryServices()
        memory.journal = journal  # type: ignore[assignment]
        return phase_context(services=memory)

    path = folder / "journal" / "phase1_one.jsonl"
    with Journal(path, "f") as journal:
        context(journal).map(Flaky(), ["a", "b"], key=str)
    again = Flaky()
    with Journal(path, "f") as journal:
        assert list(context(journal).map(again, ["a", "b"], key=str)) == [{"done": "a"}, {"done": "b"}]
    assert again.calls == 0
