"""The command line: one file per command, imported when it is called."""

from __future__ import annotations

import atexit
import gc

# What is imported stays: looking through it for garbage after every 700 new objects, Python's default, only costs time.
gc.set_threshold(10_000)

# Python ends with a search through all of it; a process that goes on after a command must keep searching.
atexit.register(gc.freeze)
