"""A process that calls commands and goes on, as a program of one's own may, keeps collecting its garbage."""

from __future__ import annotations

import gc
import weakref

import pytest

from ace.cli.main import main


class Knot:
    def __init__(self) -> None:
        self.itself = self


def test_garbage_from_before_a_command_is_collected_after_it():
    gc.disable()
    try:
        gone = weakref.ref(Knot())
        with pytest.raises(SystemExit):
            main(["--version"])
        gc.collect()
    finally:
        gc.enable()
    assert gone() is None
