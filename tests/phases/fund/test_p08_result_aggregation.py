"""The aggregation: over whatever is there, it names what is missing and what does not tie."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from ace.testing import run_phase
from phases.fund import p08_result_aggregation
from phases.fund.p08_result_aggregation import EXTRACTORS
from tests.phases.fund.made import chunks, document, field, metric

SCHEMA = json.loads((Path(__file__).resolve().parents[3] / "schemas/fund/result_aggregation.schema.json").read_text())
FOUND: dict[str, Any] = {
    "vector_embedding": {"vectors": [{"chunk": "c1"}]},
    "fund_metrics": {
        "metrics": [
            metric("commitment", 100.0),
            metric("contributions", 60.0, "ITD"),
            metric("unfunded", 40.0),
        ],
        "funds": [],
        "roll_forwards": [],
        "failed": [],
    },
    "company_intelligence": {"positions": [], "totals": {}, "top_holdings": []},
    "co_investor_analysis": {"rounds": []},
    "market_intelligence": {"statements": []},
}


def run(without: tuple[str, ...] = (), **changed: Any) -> Any:
    analysed = document("A line.")
    there = {name: data for name, data in (FOUND | changed).items() if name not in without}
    inputs = {"document_analysis": analysed, "hybrid_chunking": chunks(analysed), **there}
    output = run_phase(p08_result_aggregation.run, inputs, {"accept_from": 0.5})
    jsonschema.Draft202012Validator(SCHEMA).validate(output.data)
    return output


def test_the_record_its_equations_and_its_files():
    output = run()
    assert output.data["record"]["metrics"]["commitment"]["value"] == 100
    assert [(one["equation"], one["holds"]) for one in output.data["reconciliation"]] == [("unfunded", True)]
    assert output.data["flags"] == []
    assert output.data["missing"] == []
    assert set(output.files) == {"md", "xlsx"}
    assert "equation_holds" in output.data["record"]["metrics"]["unfunded"]["features"]


@pytest.mark.parametrize("name", EXTRACTORS)
def test_any_one_of_the_five_may_be_missing_and_is_named(name: str):
    output = run(without=(name,))
    assert output.data["missing"] == [name]
    assert name.replace("_", " ") in output.files["md"]


def test_all_but_one_may_be_missing():
    output = run(without=EXTRACTORS[1:])
    assert output.data["missing"] == list(EXTRACTORS[1:])
    assert output.data["record"]["fund_name"] == "Larch Hill Fund II, L.P."


def test_numbers_that_do_not_tie_are_flagged_and_reviewed():
    metrics = {"metrics": [metric("commitment", 100.0), metric("contributions", 60.0, "ITD"), metric("unfunded", 45.0)]}
    output = run(fund_metrics=metrics)
    assert output.data["flags"] == ["unfunded"]
    assert {row["path"] for row in output.data["review"]} == {
        "metrics.commitment",
        "metrics.contributions",
        "metrics.unfunded",
    }
    assert [table["title"] for table in output.data["tables"]][:2] == ["To review (3)", "Does not tie (1)"]


def test_every_figure_is_listed_once_with_its_state():
    fields = run().data["fields"]
    assert len({one["id"] for one in fields}) == len(fields) == 5
    assert {one["status"] for one in fields} == {"accepted"}


def test_a_row_that_lacks_what_other_rows_have_is_marked():
    rows = [{"name": str(n), "fields": {"nav": field(n), "tvpi": field(1.0)}} for n in range(4)]
    del rows[3]["fields"]["tvpi"]
    output = run(fund_metrics={"metrics": [], "funds": rows})
    marked = [one["nav"]["features"] for one in output.data["record"]["funds"]]
    assert ["row_incomplete" in one for one in marked] == [False, False, False, True]


def test_the_same_inputs_give_the_same_bytes():
    one, other = run(), run()
    assert one.data == other.data
    assert one.files == other.files
