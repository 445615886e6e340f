"""Documents of a few lines as the first two phases would hand them on, and fields of a record."""

from __future__ import annotations

from typing import Any

WIDTH, LINE = 6.0, 14.0  # points: of a letter, between two lines


def word_rows(text: str, line: int, left: float = 50.0) -> list[list[Any]]:
    """A line of text as words with boxes; a `|` leaves white as between the columns of a table."""
    rows, x = [], left
    for word in text.split():
        if word == "|":
            x = left + 150.0 * (1 + (x - left) // 150.0)
            continue
        rows.append([x, 60.0 + LINE * line, x + WIDTH * len(word), 70.0 + LINE * line, word, line])
        x += WIDTH * (len(word) + 1)
    return rows


def page(*lines: str, number: int = 1) -> dict[str, Any]:
    words = [row for place, text in enumerate(lines) for row in word_rows(text, place)]
    return {"number": number, "width": 612.0, "height": 792.0, "text_source": "text", "words": words}


def document(*lines: str, fund: str = "Larch Hill Fund II, L.P.", kind: str = "investor_letter") -> dict[str, Any]:
    return {
        "file": {"name": "letter.pdf", "bytes": 1, "sha256": "0" * 64, "pages": 1},
        "pages": [page(*lines)],
        "document_type": {"value": kind, "score": 0.9, "evidence": []},
        "fund_name": field(fund, unit="text"),
        "manager": None,
        "as_of_date": field("2024-06-30", unit="date"),
        "currency": "USD",
        "scale": 1,
        "scanned_pages": [],
        "tables_of_many_funds": False,
        "warnings": [],
    }


def chunks(found: dict[str, Any], heading: str = "", kind: str = "narrative") -> dict[str, Any]:
    """All lines of the document as one chunk."""
    lines = sorted({(one["number"], row[5]) for one in found["pages"] for row in one["words"]})
    return {
        "chunks": [{"id": "c1", "kind": kind, "heading": heading, "page": 1, "lines": [list(one) for one in lines]}]
    }


def field(value: Any, *, unit: str = "currency", raw: str | None = None, **more: Any) -> dict[str, Any]:
    made = {
        "value": value,
        "unit": unit,
        "scale": 1,
        "currency": "USD",
        "as_of": "2024-06-30",
        "raw_text": f"{value:,}" if raw is None and isinstance(value, int | float) else (raw or str(value)),
        "page": 1,
        "bbox": [1.0, 2.0, 3.0, 4.0],
        "method": "label",
        "confidence": None,
        "checks": [{"name": "provenance", "ok": True, "detail": ""}],
        "alternatives": [],
        "label": "x",
        "step": 1.0,
    }
    return made | more


def metric(name: str, value: float, period: str | None = "point", **more: Any) -> dict[str, Any]:
    return {"name": name, "period": period, "field": field(value, **more)}
