"""Time and run ids. Wall time is UTC with a trailing Z; durations are monotonic."""

from __future__ import annotations

import re
import time
from datetime import UTC, datetime

RUN_ID = re.compile(r"[0-9A-Za-z][0-9A-Za-z_.-]{0,79}", re.ASCII)  # allow-list; no separator, no leading dot
monotonic = time.monotonic


def now() -> datetime:
    return datetime.now(UTC)


def stamp(when: datetime | None = None) -> str:
    """2026-11-22T03:15:00.123Z; text of this form sorts by time."""
    return (when or now()).astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def parse(text: str) -> datetime:
    """The aware datetime of a stamp. Raises ValueError when it is none."""
    when = datetime.fromisoformat(text)
    return when if when.tzinfo else when.replace(tzinfo=UTC)


def new_run_id() -> str:
    """YYYYMMDD_HHMMSS in UTC, so that ids sort by start on every machine."""
    return now().strftime("%Y%m%d_%H%M%S")


def is_run_id(text: str) -> bool:
    """Whether `text` is safe as part of a folder name: ASCII letters, digits, `_ . -`, and not `..`."""
    return RUN_ID.fullmatch(text) is not None and ".." not in text
