"""What a phase reaches in a real run: stop requests, workers, caches, earlier runs."""

from __future__ import annotations

import operator
import os
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import orjson
import pytest

from ace import store
from ace.errors import Interrupted, WorkerCrashed
from ace.services import Caches, RunServices, Stop, Workers


class Log:
    """Events as they were added."""

    def __init__(self) -> None:
        self.events: list[dict[str, Any]] = []

    def add(self, kind: str, **fields: Any) -> None:
        self.events.append({"kind": kind, **fields})


@pytest.fixture
def workers() -> Iterator[Workers]:
    made = Workers()
    yield made
    made.close()


# Stop


def test_without_a_request_nothing_is_raised_and_waiting_ends_in_time() -> None:
    stop = Stop()
    stop.check()
    stop.wait(0)
    assert not stop.requested


def test_a_request_is_raised_with_its_reason_and_exit_code_wherever_a_phase_looks() -> None:
    stop = Stop()
    stop.request("stopped by SIGTERM", 143)
    assert stop.requested
    for look in (stop.check, lambda: stop.wait(60)):
        with pytest.raises(Interrupted, match="stopped by SIGTERM") as caught:
            look()
        assert caught.value.exit_code == 143


def test_a_request_ends_a_wait_at_once() -> None:
    stop, ended = Stop(), []

    def phase() -> None:
        try:
            stop.wait(3600)
        except Interrupted as error:
            ended.append(error.exit_code)

    thread = threading.Thread(target=phase, daemon=True)
    thread.start()
    stop.request("stopped by SIGINT", 130)
    thread.join(30)
    assert ended == [130]


def test_what_else_is_to_be_stopped_is_told_of_a_request_before_and_after_it() -> None:
    stop, told = Stop(), []
    stop.also(lambda: told.append("asked before"))
    assert told == []
    stop.request("stopped", 130)
    assert told == ["asked before"]
    stop.also(lambda: told.append("asked after"))
    assert told == ["asked before", "asked after"]


# Workers


def test_calls_are_made_in_another_process_and_workers_end_with_the_run(workers: Workers) -> None:
    pid = workers.call(os.getpid, (), 60)
    assert pid != os.getpid()
    workers.close()
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)
    with pytest.raises(WorkerCrashed, match="the run is ending"):
        workers.call(operator.add, (1, 2), 60)
    workers.close()  # twice does no harm


def test_threads_that_ask_at_once_share_one_pool(workers: Workers) -> None:
    together, results = threading.Barrier(4), []

    def ask(number: int) -> None:
        together.wait()
        results.append(workers.call(operator.mul, (number, 10), 60))

    threads = [threading.Thread(target=ask, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(results) == [0, 10, 20, 30]
    assert len(workers._pool._all) <= (os.cpu_count() or 1)


def test_workers_that_were_never_needed_are_never_started(workers: Workers) -> None:
    workers.close()
    assert workers._pool is None


def test_what_the_function_raises_is_raised_here(workers: Workers) -> None:
    with pytest.raises(ZeroDivisionError):
        workers.call(operator.truediv, (1, 0), 60)
    assert workers.call(operator.truediv, (1, 2), 60) == 0.5


# Caches


def test_a_cache_is_made_when_it_is_needed_and_outlives_the_run(tmp_path: Path) -> None:
    path = tmp_path / "cache" / "demo.db"
    caches = Caches(path)
    caches.close()
    assert not path.exists()
    caches = Caches(path)
    caches.space("feeds").put("a", {"n": 1})
    assert caches.space("pages").get("a") is None
    caches.close()
    again = Caches(path)
    assert again.space("feeds").get("a") == {"n": 1}
    again.close()


# Earlier runs


@pytest.fixture
def earlier(project: Any, no_flush: None) -> Any:
    """`ctx.earlier` of the run called `now`, and what it logged."""

    def ask(phase: str = "four", limit: int = 10) -> Any:
        log = Log()
        nothing: Any = None
        services = RunServices(project.runs / "run_now", "demo", nothing, log, Stop(), nothing, nothing, nothing)
        ask.log = log.events
        return services.earlier(phase, limit)

    return ask


def began(project: Any, run_id: str, day: int, **more: Any) -> None:
    path = project.runs / f"run_{run_id}" / "run.json"
    created = {"created": f"2026-01-{day:02d}T00:00:00.000Z"}
    path.write_bytes(orjson.dumps(orjson.loads(path.read_bytes()) | created | more))


@pytest.fixture
def three_nights(project: Any, no_flush: None) -> None:
    """Runs z, y and x on the first three days, `now` on the fourth."""
    for day, (run_id, count) in enumerate((("z", 1), ("y", 2), ("x", 3), ("now", 3)), 1):
        project.run(run_id, overrides={"one.count": count, "three.keep": 9})
        began(project, run_id, day)


def test_earlier_runs_come_the_newest_first_with_their_data(three_nights: None, earlier: Any) -> None:
    found = earlier()
    assert [(one.run_id, one.data) for one in found] == [("x", {"total": 3}), ("y", {"total": 2}), ("z", {"total": 1})]
    assert found[0].started == "2026-01-03T00:00:00.000Z"
    assert [one.run_id for one in earlier("four", 2)] == ["x", "y"]
    assert earlier("four", 0) == []
    assert earlier("unknown") == []
    assert earlier.log == []


def test_a_run_that_began_later_is_none(project: Any, three_nights: None, earlier: Any) -> None:
    began(project, "x", 5)  # `now` is resumed after a newer run
    assert [one.run_id for one in earlier()] == ["y", "z"]


def test_runs_of_other_pipelines_and_unfinished_ones_are_left_out(
    project: Any, three_nights: None, earlier: Any
) -> None:
    began(project, "x", 3, pipeline="other")
    began(project, "y", 2, state="failed")
    assert [one.run_id for one in earlier()] == ["z"]
    began(project, "y", 2, state="partial")
    assert [one.run_id for one in earlier()] == ["y", "z"]


def test_a_damaged_artifact_is_left_out_and_said(project: Any, three_nights: None, earlier: Any) -> None:
    project.damage("four", b"half", "x")
    project.path("four", "y").unlink()
    assert [one.run_id for one in earlier("four", 1)] == ["z"]
    (warning,) = earlier.log
    assert (warning["kind"], warning["phase"]) == ("warning", "four")
    assert "run_x/phase4_four.json" in warning["message"]


def test_an_edited_artifact_counts_as_it_is(project: Any, three_nights: None, earlier: Any) -> None:
    project.edit("four", lambda data: data.update(total=77), "x")
    assert earlier()[0].data == {"total": 77}


def test_an_artifact_is_found_where_it_was_when_the_pipeline_had_other_phases(
    project: Any, three_nights: None, earlier: Any
) -> None:
    state = project.state("x")
    place = store.Place(project.runs / "run_x", "x", "demo", 9, "four")
    store.commit(place, b'{"total":9}', project.artifact("four", "x")["metadata"] | {"phase_number": 9}, {})
    state["phases"]["four"]["number"] = 9
    (project.runs / "run_x" / "run.json").write_bytes(orjson.dumps(state))
    began(project, "x", 3)
    assert earlier()[0].data == {"total": 9}


def test_the_first_run_has_no_earlier_ones(project: Any, earlier: Any) -> None:
    project.do("one", "data['before'] = [one.run_id for one in ctx.earlier('four', 5)]")
    project.run("now")
    assert project.artifact("one", "now")["data"]["before"] == []
    project.run("next")
    assert project.artifact("one", "next")["data"]["before"] == ["now"]


def test_events_and_stop_requests_reach_the_run(tmp_path: Path) -> None:
    log, stop = Log(), Stop()
    nothing: Any = None
    services = RunServices(tmp_path, "demo", nothing, log, stop, nothing, Caches(tmp_path / "demo.db"), nothing)
    services.event("progress", done=1)
    assert log.events == [{"kind": "progress", "done": 1}]
    services.check()
    stop.request("enough", 130)
    for look in (services.check, lambda: services.wait(60)):
        with pytest.raises(Interrupted):
            look()


def test_blobs_are_kept_in_the_run(tmp_path: Path) -> None:
    nothing: Any = None
    services = RunServices(tmp_path, "demo", nothing, Log(), Stop(), nothing, nothing, nothing)
    blob = services.blobs.put(b"image", "png")
    assert (tmp_path / "blobs" / f"{blob.sha256}.png").read_bytes() == b"image"
    assert services.blobs.get(blob.as_json()) == b"image"
