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


class RunLog:
    """A listener to the events of one run, in the folder of runs `root`. What it cannot write is lost, never an error
    of the run: listeners' OSErrors are passed over."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._path: Path | None = None
        self._text = io.StringIO()
        self._lines = Lines(self._text)

    def __call__(self, event: Data) -> None:
        if event["kind"] == "run_started":
            folder = self._root / f"{PREFIX}{event['run_id']}" / FOLDER
            folder.mkdir(exist_ok=True)
            self._path = folder / FILE
        self._lines(event)
        text = self._text.getvalue()
        if event["kind"] == "run_ended":
            text += f"{event['state']}{': ' if event['error'] else ''}{clean(first_line(event['error']))}\n"
        if text and self._path is not None:
            self._text.seek(0)
            self._text.truncate()
            self._append(self._path, text, event["time"])

    def _append(self, path: Path, text: str, time: str) -> None:
        stamped = "".join(f"{time} {line}\n" for line in text.splitlines())
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
        try:
            os.write(descriptor, stamped.encode("utf-8", "replace"))
        finally:
            os.close(descriptor)
