"""How one run stands: the model behind `ace status`, and the sentence that sums it up.

Reads run.json and events.jsonl; opens no artifact. `runs_table` draws it.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from datetime import datetime
from pathlib import Path

from ace import clock, events, runs
from ace.records import Data
from ace.runs import Run
from ace.views import declared, reading
from ace.views.progress import seconds as words
from ace.views.runs import ACTIVE, SETTLED, Log, cost, digest, elapsed, state

STALL_AFTER_S = 300.0  # of a phase whose pipeline cannot be found; the default of ace.Phase


@dataclass(frozen=True)
class PhaseRow:
    """One phase. Numbers are None where there are none yet; a phase that runs anew shows none of its last time."""

    number: int
    name: str
    state: str
    seconds: float | None = None
    input_count: int | None = None
    output_count: int | None = None
    dropped_count: int = 0
    failed_count: int = 0
    attempts: int = 0
    cost_usd: float = 0.0
    note: str = ""


@dataclass(frozen=True)
class Status:
    """A run with its phases in order. `report` is the side file for people that its last phase wrote."""

    run_id: str
    pipeline: str
    folder: str
    state: str
    created: str
    seconds: float
    cost_usd: float
    phases: tuple[PhaseRow, ...]
    error: str
    hint: str
    report: str
    resume: str
    forked_from: Data | None = None  # {run, at}

    @property
    def active(self) -> bool:
        return self.state in ACTIVE

    def as_json(self) -> Data:
        return asdict(self) | {"phases": [asdict(row) for row in self.phases], "summary": sentence(self)}


def of_run(run: Run, now: datetime | None = None, artifacts: str = "") -> Status:
    """The status of a run at `now`. `artifacts` is the --artifacts that was given; commands to type repeat it."""
    now = now or clock.now()
    log = digest(events.read(run.folder), now)
    state_now = state(run, log)
    if state_now not in ACTIVE:
        log = digest(events.read(run.folder))
    said = declared.of_run(run.content)
    seen = _Seen(run, state_now, log, now)
    found = [_phase(seen, number, name, one, said.get(name)) for number, name, one in reading.phases(run)]
    failed = next((row.name for row in found if row.state == "failed"), "")
    return Status(
        run_id=run.id,
        pipeline=run.pipeline,
        folder=str(run.folder),
        state=state_now,
        created=str(run.content.get("created", "")),
        seconds=round(log.seconds, 3),
        cost_usd=round(cost(one for _, _, one in reading.phases(run)), 6),
        phases=tuple(found),
        error=str(run.content.get("error", "")),
        hint=log.hints.get(failed, ""),
        report=report(run),
        resume=_resume(run, found, artifacts),
        forked_from=reading.fork(run),
    )


def _resume(run: Run, rows: list[PhaseRow], artifacts: str) -> str:
    """What to type to go on. Where all phases are committed, going on would keep them: a phase whose items failed is
    to be done anew."""
    short = [row for row in rows if row.state == "partial"]
    if not short or any(row.state not in SETTLED for row in rows):
        return reading.command(run, artifacts)
    return reading.shell("ace", "retry", str(short[0].number), "--run-id", run.id, artifacts=artifacts)


def reload(run: Run) -> Run:
    """The same run as it is now."""
    return runs.resolve(run.folder.parent, run.id)


def report(run: Run) -> str:
    """The Markdown file beside the artifact of the last committed phase that has one; empty when there is none."""
    for number, name, one in reversed(reading.phases(run)):
        path = Path(run.folder / f"phase{number}_{name}.md")
        if one.get("state") in SETTLED and path.is_file():
            return str(path)
    return ""


def sentence(status: Status) -> str:
    """The state of the run in one sentence."""
    done = sum(row.state in SETTLED for row in status.phases)
    share = f"{done} of {len(status.phases)} phases"
    if status.state == "completed":
        return f"completed: {share} in {words(status.seconds)}"
    if status.state == "partial":
        return f"partial: {share} in {words(status.seconds)}, but {_short_of(status)}"
    if status.active:
        return _while_running(status, share)
    if status.state == "crashed":
        return f"crashed{_at(status, 'crashed', ' in ')}: its process is gone; {share} are committed and stay"
    if status.state == "failed":
        return f"failed{_at(status, 'failed', ' at ')}; {share} are committed and stay"
    return f"{status.state}: {share} are committed{f'; {status.error}' if status.error else ''}"


def is_resumable(status: Status) -> bool:
    return not status.active and status.state not in ("completed", "cancelled")


def _while_running(status: Status, share: str) -> str:
    silent = [row for row in status.phases if row.state == "stalled"]
    if silent:
        return f"{status.state}, but {silent[0].name} has {silent[0].note}; {share} are committed"
    return f"{status.state}{_at(status, 'running', ' ')}; {share} are committed, {words(status.seconds)} so far"


def _at(status: Status, wanted: str, before: str) -> str:
    named = [f"phase {row.number} {row.name}" for row in status.phases if row.state == wanted]
    return f"{before}{', '.join(named)}" if named else ""


def _short_of(status: Status) -> str:
    items = [f"{row.failed_count} items failed in {row.name}" for row in status.phases if row.failed_count]
    phases = [f"{row.name} is {row.state}" for row in status.phases if row.state in ("failed", "blocked")]
    inputs = [f"{row.name} lacked an input" for row in status.phases if row.state == "partial" and not row.failed_count]
    return ", ".join([*items, *phases, *inputs]) or "something is missing"


@dataclass(frozen=True)
class _Seen:
    """The run as it was found, for the rows of its phases."""

    run: Run
    state: str
    log: Log
    now: datetime


def _phase(seen: _Seen, number: int, name: str, one: Data, said: declared.Declared | None) -> PhaseRow:
    row = PhaseRow(number, name, str(one.get("state", "pending")), attempts=one.get("attempts", 0))
    if row.state in SETTLED:
        return _settled(row, one)
    if row.state in ("running", "retry_wait") and seen.state in ACTIVE:
        return _at_work(seen, row, one, said)
    kept = _kept(seen.run, row)
    if row.state in ("running", "retry_wait"):
        return replace(row, state="crashed", note=kept)
    took = elapsed(str(one.get("started", "")), str(one.get("ended", ""))) if row.state == "failed" else None
    note = "; ".join(filter(None, (str(one.get("error", "")), kept)))
    return replace(row, seconds=took, note=note)


def _settled(row: PhaseRow, one: Data) -> PhaseRow:
    return replace(
        row,
        seconds=one.get("seconds"),
        input_count=one.get("input_count"),
        output_count=one.get("output_count"),
        dropped_count=one.get("dropped_count", 0),
        failed_count=one.get("failed_count", 0),
        cost_usd=one.get("cost_usd", 0.0),
    )


def _at_work(seen: _Seen, row: PhaseRow, one: Data, said: declared.Declared | None) -> PhaseRow:
    """A phase that a living process works on: its progress, or for how long it has been silent."""
    started, now = str(one.get("started", "")), clock.stamp(seen.now)
    row = replace(row, seconds=elapsed(started, now))
    if row.state == "retry_wait":
        return replace(row, note=f"try {row.attempts} of {one.get('max_attempts', '?')} failed: {one.get('error', '')}")
    silence = elapsed(max(seen.log.last.get(row.name, ""), started), now)
    allowed = said.stall_after if said and said.stall_after is not None else STALL_AFTER_S
    if silence > allowed:
        return replace(row, state="stalled", note=f"said nothing for {words(silence)}")
    return replace(row, note=_progress(seen.log.progress.get(row.name)))


def _kept(run: Run, row: PhaseRow) -> str:
    """How many finished items the journal of an uncommitted phase keeps."""
    try:
        lines = (run.folder / "journal" / f"phase{row.number}_{row.name}.jsonl").read_bytes().count(b"\n")
    except OSError:
        return ""
    return f"{lines - 1} finished items are kept" if lines > 1 else ""


def _progress(seen: tuple[int, int, str] | None) -> str:
    if seen is None:
        return ""
    done, total, note = seen
    return f"{done}/{total} {note}".strip() if total else note
