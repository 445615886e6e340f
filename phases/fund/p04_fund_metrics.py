"""The fund's own figures (commitment, calls, net asset value and its roll-forward, returns), or those of many funds.

Reads   document_analysis.pages, as_of_date, currency, scale, document_type; hybrid_chunking.chunks (for a model)
Writes  metrics (name, period QTD, YTD, ITD, "point" or null, main, field), other_dates (the same for values that the
        report prints of other days), funds (name, vintage, page, fields), roll_forwards (beginning, lines, ending as
        printed), failed

Tables first: labels beside figures, headings over them. Then sentences. Every figure is found again in the words of its
page, or its check says that it was not.

With a model, its answers about the telling excerpts are held against what rules found (model_metrics).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ace import Inputs, Output, PhaseContext
from phases.common.figures import Mark
from phases.fund import fields
from phases.fund.document import page_layout
from phases.fund.metrics import (
    candidates,
    label_asides,
    label_values,
    metric_choice,
    performance_table,
    prose_values,
    roll_forward,
)
from phases.fund.metrics.candidates import Candidate
from phases.fund.models import model_metrics
from phases.fund.tables.rows import mark_of
from phases.fund.tables.tables import Table


def run(inputs: Inputs, ctx: PhaseContext) -> Output:
    document = inputs["document_analysis"]
    pages = document["pages"]
    found: list[Table] = []
    mark = mark_of(pages)
    for done, page in enumerate(pages, 1):
        ctx.check()
        found += page_layout.rowed(page, mark).tables
        ctx.progress(done, len(pages))
    data, method = model_metrics.added(extract(document, found, mark), inputs, mark, ctx)
    return Output(data, method=method)


def extract(document: Mapping[str, Any], found: Sequence[Table], mark: Mark) -> dict[str, Any]:
    """The data of this phase out of a document's pages and tables. Pure."""
    context = candidates.setting(document)
    tables_of_funds = performance_table.selected(found, mark)
    many = performance_table.funds([whole for _, whole in tables_of_funds], context)
    families = performance_table.families(found, context)
    many += [fund for _, funds in families for fund in funds]
    of_funds = {id(table) for table, _ in [*families, *tables_of_funds]}
    single = [table for table in found if id(table) not in of_funds]
    asides = label_asides.of_tables(single, context, mark)
    values = [*label_values.of_tables(single, context), *asides, *_in_text(document["pages"], found, mark)]
    metrics, others = metric_choice.chosen(values, context)
    rolls = roll_forward.of_tables(single, context)
    made = [one["field"] for one in [*metrics, *others]] + [field for fund in many for field in fund["fields"].values()]
    fields.verify(made, document["pages"], mark)
    return {"metrics": metrics, "other_dates": others, "funds": many, "roll_forwards": rolls, "failed": []}


def _in_text(pages: Sequence[Mapping[str, Any]], found: Sequence[Table], mark: Mark) -> list[Candidate]:
    """Candidates of running text; a figure of a table is not read as part of a sentence."""
    cells = [cell for table in found for row in table.body for cell in row.of("figure")]
    return prose_values.of_pages(pages, mark, {prose_values.place(cell.page, cell.words) for cell in cells})


if __name__ == "__main__":
    from ace.standalone import main

    raise SystemExit(main(__file__))
