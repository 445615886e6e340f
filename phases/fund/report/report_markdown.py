"""The report of one document in Markdown: what a person has to look at first, then the figures.

Made from the tables alone, so the page, the workbook and `ace view` say the same.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from phases.common.markdown import inline
from phases.fund.report import report_tables
from phases.fund.report.report_cells import Cell, Table, shown, words


def render(title: str, lead: Sequence[str], tables: Sequence[Table]) -> str:
    """The page: a heading, a few sentences, a section per table."""
    parts = [f"# {inline(title)}", *(inline(sentence) for sentence in lead)]
    for table in tables:
        parts += [f"## {inline(table.title)}", grid(table)]
    return "\n\n".join(parts) + "\n"


def grid(table: Table) -> str:
    """A table; columns of numbers are set to the right."""
    columns = list(zip(*table.rows, strict=True)) if table.rows else [()] * len(table.columns)
    marks = ["---:" if _numeric(column) else "---" for column in columns]
    rows = [
        [inline(title) for title in table.columns],
        marks,
        *([_text(cell) for cell in row] for row in table.rows),
    ]
    return "\n".join(f"| {' | '.join(row)} |" for row in rows)


def _text(cell: Cell) -> str:
    """A cell's text; what would begin a list on a line of its own is harmless between bars."""
    text = inline(shown(cell))
    return text[1:] if text.startswith(("\\-", "\\+")) else text


def _numeric(column: Sequence[Cell]) -> bool:
    there = [cell for cell in column if cell.value is not None]
    return bool(there) and all(cell.is_number for cell in there)


def lead(data: Mapping[str, Any]) -> list[str]:
    """What the document is, and what is wrong with it, in sentences."""
    record, facts = data["record"], data["facts"]
    kind = report_tables.kind(record["document_type"]) or "document of unknown type"
    dated = f", as of {record['as_of_date']}" if record["as_of_date"] else ", without a date that was found"
    sentences = [f"{kind[0].upper()}{kind[1:]}{dated}. {facts['fields']} figures, {facts['review']} of them to review."]
    if more := facts["to_look_at"] - facts["review"]:
        sentences.append(f"{more} more to look at beside the figures.")
    if data["missing"]:
        sentences.append(f"Missing, because these phases failed: {_named(data['missing'])}.")
    if data["flags"]:
        sentences.append(f"The numbers do not tie: {_named(data['flags'])}.")
    return sentences


def _named(names: Sequence[str]) -> str:
    return ", ".join(map(words, names))
