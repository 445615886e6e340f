"""A signal is heard at once, whatever the main thread is doing."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]

# Thousands of signals around the moment in which the main thread goes to sleep: a handler in Python misses one in a
# few hundred until the sleep is over, or never returns from the lock of the event that it sets.
AROUND_THE_SLEEP = """
import signal, threading, time
from ace import signals
from ace.services import Stop

stops = []
signals.listen((signal.SIGALRM,), lambda number: stops[-1].request("told", 128 + number))
worst = 0.0
for turn in range(3000):
    stop = Stop()
    stops.append(stop)
    signal.setitimer(signal.ITIMER_REAL, 1e-6 * (turn % 200 + 1))
    began = time.monotonic()
    try:
        stop.wait(30)
    except Exception:
        pass
    worst = max(worst, time.monotonic() - began)
print(worst < 15)
"""


def test_a_signal_that_comes_as_the_main_thread_goes_to_sleep_is_heard(project: Any) -> None:
    arguments = [sys.executable, "-c", AROUND_THE_SLEEP]
    fixed: dict[str, Any] = {"env": project.environment(), "capture_output": True, "text": True, "timeout": 100}
    done = subprocess.run(arguments, cwd=ROOT, **fixed)
    assert (done.returncode, done.stdout.strip()) == (0, "True"), done.stderr


def test_a_forked_child_is_not_heard_by_its_parent(project: Any) -> None:
    script = """
import os, signal
from ace import signals

heard = []
signals.listen((signal.SIGTERM,), heard.append)
child = os.fork()
if child == 0:
    os.kill(os.getpid(), signal.SIGTERM)
    os._exit(7)
code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
print(code, heard)
"""
    done = subprocess.run([sys.executable, "-c", script], env=project.environment(), capture_output=True, text=True)
    assert done.stdout.strip() == "7 []", done.stderr
