"""What a table is about: metrics of a fund, positions of a portfolio, or something else. By the words of its labels."""

from __future__ import annotations

import re

from phases.common.pdf_tables import Table

METRIC_LABELS = 2  # rows or headers with the name of a metric that make a table one of metrics
POSITION_HEADERS = 1  # headers that name what a position is worth, beside one that names the position

_METRIC = re.compile(
    r"\b(?:irr|tvpi|dpi|rvpi|moic|nav|net asset value|net assets|commitments?|committed|contributions?|paid[- ]in|"
    r"called|distribut\w+|unfunded|management fees?|carried interest|(?:un)?realized|total (?:assets|liabilities)|"
    r"nettoinventarwert|zusage|einzahlungen|ausschüttung\w*|engagement|appelé|actif net)\b",
    re.IGNORECASE,
)
_POSITION = re.compile(
    r"\b(?:compan(?:y|ies)|issuers?|investments?|holdings?|portfolio|securit(?:y|ies)|positions?|assets?|name|"
    r"gesellschaft|unternehmen|beteiligung\w*|soci[ée]t[ée]s?|participations?|empresa)\b",
    re.IGNORECASE,
)
_WORTH = re.compile(
    r"\b(?:cost|fair|value|valuation|invested|ownership|owned|moic|multiple|anschaffungskosten|kosten|zeitwert|"
    r"verkehrswert|juste valeur|valeur|coût|co[uû]ts?|% (?:of )?(?:est\.? )?net assets|net assets)\b",
    re.IGNORECASE,
)


def kind_of(table: Table) -> str:
    """What the table's chunk is called: positions, metrics or table."""
    headers = [column.header for column in table.columns]
    texts = [column.header for column in table.columns if not column.figures]
    figures = [column.header for column in table.columns if column.figures]
    worth = sum(bool(_WORTH.search(header)) for header in figures)
    if any(_POSITION.search(header) for header in texts) and worth >= POSITION_HEADERS and len(table.rows) > 1:
        return "positions"
    labels = [cell.text for row in table.rows for cell in row if cell is not None and not cell.figure]
    if sum(bool(_METRIC.search(text)) for text in [*headers, *labels]) >= METRIC_LABELS:
        return "metrics"
    return "table"
