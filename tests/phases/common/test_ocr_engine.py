"""How sure a word is after two readings of its line."""

from __future__ import annotations

import pytest

from phases.common import ocr_engine
from phases.common.ocr_engine import DIFFERS, SURE, ReadLine, ReadWord

CORNERS = [(0.0, 0.0), (40.0, 0.0), (40.0, 10.0), (0.0, 10.0)]


def line(**words: float) -> ReadLine:
    return ReadLine(CORNERS, 0.9, [ReadWord(text, CORNERS, certainty) for text, certainty in words.items()])


class Engine:
    """Finds one line and reads it as told, one reading after another."""

    def __init__(self, *readings: ReadLine) -> None:
        self.readings = list(readings)

    def find(self, *_: object, **__: object) -> object:
        import numpy as np

        return type("Found", (), {"boxes": np.array([CORNERS])})()


def read(monkeypatch: pytest.MonkeyPatch, *readings: ReadLine) -> dict[str, float]:
    engine = Engine(*readings)
    monkeypatch.setattr(ocr_engine, "_engine", lambda: engine.find)
    monkeypatch.setattr(ocr_engine, "_read", lambda _, boxes: [engine.readings.pop(0) for _ in boxes])
    (found,) = ocr_engine.lines(None)
    return {word.text: round(word.certainty, 3) for word in found.words}


def test_a_certain_line_is_read_once(monkeypatch: pytest.MonkeyPatch) -> None:
    assert read(monkeypatch, line(NAV=0.7, **{"1,234": SURE})) == {"NAV": 0.7, "1,234": SURE}


def test_a_doubtful_figure_read_alike_twice_is_less_doubtful(monkeypatch: pytest.MonkeyPatch) -> None:
    assert read(monkeypatch, line(**{"1,234": 0.8}), line(**{"1,234": 0.9})) == {"1,234": 0.98}


def test_a_figure_read_otherwise_the_second_time_stays_and_is_doubtful(monkeypatch: pytest.MonkeyPatch) -> None:
    assert read(monkeypatch, line(**{"1,234": 0.94}), line(**{"7,234": 0.99})) == {"1,234": DIFFERS}
