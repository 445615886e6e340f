"""A run in one flat record: what `ace run --summary` prints as one JSON line, for cron jobs and log collectors."""

from __future__ import annotations

from pathlib import Path

from ace import runfile
from ace.errors import AceError
from ace.orchestrator import Outcome
from ace.records import Data

SETTLED = ("completed", "partial")
COUNTS = ("input_count", "output_count", "dropped_count", "failed_count")


def of_outcome(outcome: Outcome, pipeline: str, seconds: float, report: Path | None) -> Data:
    """`seconds` are those of this session; counts are those of the last phase that has an artifact."""
    content = runfile.load(outcome.folder) or {}
    phases: Data = content.get("phases", {})
    done = [(one["number"], name) for name, one in phases.items() if one["state"] in SETTLED]
    last = max(done, default=(0, ""))[1]
    return _record(pipeline, outcome.exit_code, seconds, outcome.error) | {
        "run_id": outcome.run_id,
        "state": outcome.state,
        "phase": last,
        **{key: phases[last].get(key, 0) if last else 0 for key in COUNTS},
        "cost_usd": round(sum(one.get("cost_usd") or 0.0 for one in phases.values()), 6),
        "report": str(report) if report else None,
    }


def of_error(error: AceError, pipeline: str, seconds: float) -> Data:
    """Of a run that did not begin: another one is at work, the configuration is wrong."""
    return _record(pipeline, error.exit_code, seconds, error.message)


def _record(pipeline: str, code: int, seconds: float, error: str) -> Data:
    return {
        "run_id": "",
        "pipeline": pipeline,
        "state": "not started",
        "exit_code": code,
        "seconds": round(seconds, 3),
        "phase": "",
        **dict.fromkeys(COUNTS, 0),
        "cost_usd": 0.0,
        "report": None,
        "error": error,
    }
