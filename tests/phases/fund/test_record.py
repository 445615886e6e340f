"""The record: which figure it states where several periods are printed, and a path for every field."""

from __future__ import annotations

from phases.fund.checks import record
from tests.phases.fund.made import document, field, metric


def test_flows_follow_the_period_of_the_beginning_value():
    found = [
        metric("beginning_nav", 10, "YTD"),
        metric("income", 1, "QTD"),
        metric("income", 3, "YTD"),
        metric("realized", 5, "QTD"),
    ]
    main, others = record.chosen(found)
    assert (main["income"]["value"], main["income"]["period"]) == (3, "YTD")
    assert main["realized"]["value"] == 5
    assert [(one["name"], one["period"]) for one in others] == [("income", "QTD")]


def test_the_shortest_period_comes_first_where_several_begin():
    found = [metric("beginning_nav", 10, "ITD"), metric("beginning_nav", 8, "QTD"), metric("income", 1, "QTD")]
    main, _ = record.chosen([*found, metric("income", 9, "ITD")])
    assert (main["beginning_nav"]["value"], main["income"]["value"]) == (8, 1)


def test_states_are_taken_since_inception():
    main, _ = record.chosen([metric("contributions", 1, "QTD"), metric("contributions", 9, "ITD")])
    assert main["contributions"]["value"] == 9


def test_everything_may_be_missing():
    found = record.assemble({})
    assert found["metrics"] == {}
    assert found["companies"] == []
    assert list(record.fields(found)) == []


def test_every_field_has_a_path_of_its_own():
    inputs = {
        "document_analysis": document("x"),
        "fund_metrics": {
            "metrics": [metric("nav", 1), metric("nav", 2, "QTD"), metric("nav", 3, None)],
            "funds": [{"name": "F", "fields": {"nav": field(1)}}, {"name": "F", "fields": {"nav": field(2)}}],
        },
        "company_intelligence": {
            "positions": [{"id": "a", "name": "A", "fields": {"cost": field(1)}, "instruments": []}],
            "totals": {"total_cost": field(1)},
            "top_holdings": [{"name": "A", "field": field(5.0, unit="percent")}],
        },
        "co_investor_analysis": {"rounds": [{"company": "A", "amount": field(3)}, {"company": "B", "amount": None}]},
    }
    paths = [one.path for one in record.fields(record.assemble(inputs))]
    assert len(paths) == len(set(paths))
    assert {
        "identity.fund_name",
        "metrics.nav",
        "totals.total_cost",
        "companies[0].cost",
        "top_holdings[0].pct_net_assets",
        "funds[1].nav",
        "co_investors[0].amount",
    } <= set(paths)
