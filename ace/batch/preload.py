"""Imported by the server that a batch forks its workers from: every library of the pipeline's phases is loaded once.

What cannot be imported here is left to the run that needs it, which says so in its own words.
"""

from __future__ import annotations

import contextlib
import os
import sys

import orjson

from ace import discovery

VARIABLE = "ACE_BATCH_PRELOAD"  # {"path": sys.path of the parent, "pipeline": name or file}


def encoded(pipeline: str) -> str:
    """What the server finds in its environment."""
    return orjson.dumps({"path": sys.path, "pipeline": pipeline}).decode()


def load(said: str) -> None:
    """Import the phases of the pipeline, and of the engine what every run needs."""
    import jsonschema_rs  # noqa: F401, PLC0415

    from ace import execute, fingerprint, journal, orchestrator  # noqa: F401, PLC0415

    wanted = orjson.loads(said)
    sys.path[:] = [*wanted["path"], *(place for place in sys.path if place not in wanted["path"])]
    pipeline = discovery.find(wanted["pipeline"])
    for phase in pipeline.phases:
        with contextlib.suppress(Exception):
            discovery.load(pipeline, phase)
            fingerprint.of_code(discovery.module_file(pipeline, phase), phase.files)  # parsed once, remembered


if said := os.environ.pop(VARIABLE, ""):
    with contextlib.suppress(Exception, SystemExit):
        load(said)
