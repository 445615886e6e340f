"""The log file of a run: the lines that a terminal gets, each with its time, appended session by session.

`<run folder>/logs/run.log` is for people; events.jsonl is what readers go by.
"""

from __future__ import annotations

import io
import os
from pathlib import Path

from ace.records import Data
from ace.runs import PREFIX
from ace.views.progress import Lines, first_line
from ace.views.safe import clean

FOLDER, FILE = "logs", "run.log"
LATER = frozenset(("run_started", "phase_skipped"))  # written with what follows: a rerun of nothing writes once


class RunLog:
    """A listener to the events of one run, in the folder of runs `root`. What it cannot write is lost, never an error
    of the run: listeners' OSErrors are passed over."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._path: Path | None = None
        self._text = io.StringIO()
        self._lines = Lines(self._text)
        self._pending = ""

    def __call__(self, event: Data) -> None:
        kind = event["kind"]
        if kind == "run_started":
            folder = self._root / f"{PREFIX}{event['run_id']}" / FOLDER
            folder.mkdir(exist_ok=True)
            self._path = folder / FILE
        self._lines(event)
        if kind == "run_ended":
            self._text.write(f"{event['state']}{': ' if event['error'] else ''}{clean(first_line(event['error']))}\n")
        self._pending += "".join(f"{event['time']} {line}\n" for line in self._text.getvalue().splitlines())
        self._text.seek(0)
        self._text.truncate()
        if self._pending and self._path is not None and kind not in LATER:
            text, self._pending = self._pending, ""
            _append(self._path, text)


def _append(path: Path, text: str) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
    try:
        os.write(descriptor, text.encode("utf-8", "replace"))
    finally:
        os.close(descriptor)
