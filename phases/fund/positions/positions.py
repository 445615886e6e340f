"""Positions out of the blocks of a schedule: one per company, with instruments, cost, fair value and percentages.

A company's value is its printed sub-total where there is one, else the figure of its only instrument, else the sum of
its instruments, which then has them as parts. Sub-totals are never added again.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Any

from phases.fund import fields
from phases.fund.fields import Field
from phases.fund.positions import position_instruments, position_names, position_sums
from phases.fund.positions.block import Block
from phases.fund.positions.position_fields import UNITS, Fields, check_multiple, check_scale
from phases.fund.positions.position_lines import AMOUNTS, Line, is_end
from phases.fund.positions.position_names import Name

_COST_IN_TEXT = re.compile(r"cost\b[^$€£\d]{0,12}(?P<raw>[$€£]?\s?\d[\d.,'’ ]*\d)", re.IGNORECASE)
_TOTAL_INVESTMENTS = re.compile(
    r"(?:grand |total |portfolio )*total (?:portfolio |long-term |unrealized )?(?:investments?|"
    r"portfolio)|(?:grand )?total\s*(?:$|\()|total\s+(?:cost|fair)|(?:ins)?gesamt\s*$|"
    r"summ[ea]\s*$|i alt\s*$|tota(?:al|le|lt)\s*$|total [–—-]",
    re.IGNORECASE,
)


class Read:
    """What a schedule yields: positions by name key in order, totals, and sums of groups that were printed."""

    def __init__(self, made: Fields, *, of_net_assets: bool) -> None:
        self._fields, self._of_net_assets = made, of_net_assets
        self.positions: dict[str, dict[str, Any]] = {}
        self.totals: dict[str, Field] = {}
        self.groups: list[dict[str, Any]] = []
        self.over = False

    def add(self, block: Block) -> None:
        """Take one block; after the total of all investments only totals are taken."""
        text = block.text
        if block.group:
            self._add_group(block)
        elif block.grand or _TOTAL_INVESTMENTS.match(text) or (is_end(text) and not self.over and block.names[0].total):
            self._add_total(block, text)
            self.over = True
        elif is_end(text):
            self.over = True
        elif block.names and block.names[0].total:
            self._add_group(block)
        elif not self.over and (block.lines or block.subtotals):
            self._add_position(block, text)

    def _add_total(self, block: Block, text: str) -> None:
        for kind, metric in (("fair_value", "total_fair_value"), ("cost", "total_cost")):
            lines = [line for line in [*block.lines, *block.subtotals] if kind in line.figures]
            if lines and metric not in self.totals:
                self.totals[metric] = self._fields.of(kind, lines[-1], label=text[:60])
        match = _COST_IN_TEXT.search(text)
        if match and "total_cost" not in self.totals:
            found = self._fields.in_name(block.names, match["raw"].strip(), "total_cost")
            if found:
                self.totals["total_cost"] = found

    def _add_group(self, block: Block) -> None:
        lines = [line for line in [*block.lines, *block.subtotals] if line.valued]
        if lines and block.text:
            kinds = [kind for kind in AMOUNTS if kind in lines[-1].figures]
            made = {kind: self._fields.of(kind, lines[-1], label=block.text) for kind in kinds}
            self.groups.append({"name": block.text, "fields": made})

    def _add_position(self, block: Block, text: str) -> None:
        company, instrument = position_instruments.split(text)
        industry = any(line.sector for line in block.lines)
        name = position_names.parse(company, stacked=block.stacked and not industry)
        if not name.name:
            name = self._nameless(name)
        key = position_names.key(name.name)
        if not key:
            return
        known = self.positions.get(key)
        made = self._position(name, block, instrument)
        self.positions[key] = _merged(known, made) if known else made

    def _nameless(self, name: Name) -> Name:
        """Lines without a name at the top of a page go on with the last company."""
        last = next(reversed(self.positions.values()), None)
        return name._replace(name=last["name"]) if last else name

    def _position(self, name: Name, block: Block, instrument: str) -> dict[str, Any]:
        below = next((line.text for line in block.below), "")
        sector = next((line.sector for line in block.lines if line.sector), name.rest or below or block.heading)
        return {
            "name": name.name, "sector": position_names.parse(sector, stacked=False).name or None,
            "instruments": [self._instrument(line, instrument) for line in block.lines if line.valued],
            "lines": list(block.lines), "sums": list(block.subtotals),
            "percent": self._percent(name, block), "dates": [line.day for line in block.lines if line.day],
        }  # fmt: skip

    def _instrument(self, line: Line, behind_name: str) -> dict[str, Any]:
        def value(kind: str) -> float | None:
            return position_sums.value(line, kind) if kind in line.figures else None

        text = line.instrument or behind_name or line.text
        return {"text": text, "cost": value("cost"), "fair_value": value("fair_value"), "page": line.page}

    def _percent(self, name: Name, block: Block) -> Field | None:
        """The percentage behind a name, or behind the total of its group."""
        if name.percent:
            return self._fields.in_name(block.names, name.percent, "pct_net_assets")
        totals = [line for line in block.subtotals if line.name]
        text = " ".join(line.text for line in totals)
        found = position_names.parse(text, stacked=False).percent if totals else None
        return self._fields.in_name(totals, found, "pct_net_assets") if found else None

    def finished(self) -> list[dict[str, Any]]:
        made = [self._finished(one) for one in self.positions.values()]
        check_scale([one["fields"] for one in made])
        return made

    def _finished(self, made: dict[str, Any]) -> dict[str, Any]:
        found = {kind: field for kind in UNITS if (field := self._total_of(kind, made))}
        if made["percent"] and "pct_net_assets" not in found and self._of_net_assets:
            found["pct_net_assets"] = made["percent"]
        check_multiple(found, found.pop("moic", None))
        status = "written off" if found.get("fair_value", {}).get("value") == 0 else "held"
        first = next((one for one in made["dates"] if one), None)
        return {
            "id": re.sub(r"[^a-z0-9]+", "-", made["name"].lower()).strip("-"), "name": made["name"],
            "sector": made["sector"],
            "instruments": made["instruments"], "fields": found, "status": status if "fair_value" in found else None,
            "first_investment": first, "as_of": self._fields.day,
        }  # fmt: skip

    def _total_of(self, kind: str, made: dict[str, Any]) -> Field | None:
        """The field of a company: printed total, only figure, or sum with parts."""
        lines = [line for line in made["lines"] if kind in line.figures]
        sums = [line for line in made["sums"] if kind in line.figures]
        if kind not in AMOUNTS:
            return self._percentage(kind, lines, sums)
        if not lines or not sums:
            return self._fields.sum(kind, lines) if lines else self._fields.of(kind, sums[-1]) if sums else None
        return self._checked(kind, lines, sums)

    def _checked(self, kind: str, lines: Sequence[Line], sums: Sequence[Line]) -> Field:
        """The printed total with the check that the instruments add up to it; their sum where it is of a part only."""
        total = sum(position_sums.value(line, kind) for line in lines)
        whole = [line for line in sums if position_sums.adds_up(lines, line, kind)]
        parts = _in_parts(lines, sums, kind)
        if whole or not parts:
            field = self._fields.of(kind, (whole or sums)[-1] if len(lines) > 1 else lines[0])
        else:
            field = self._fields.sum(kind, lines)
        detail = f"{len(lines)} instruments add up to {total:,.0f}, printed {field['value']:,.0f}"
        field["checks"].append(fields.check("sum_of_instruments", ok=bool(whole) or parts, detail=detail))
        return field

    def _percentage(self, kind: str, lines: Sequence[Line], sums: Sequence[Line]) -> Field | None:
        """Shares of net assets add up over a company's instruments; what it owns of the company does not."""
        if kind == "pct_net_assets" and len(lines) > 1 and not sums:
            return self._fields.sum(kind, lines)
        found = [*(sums if kind == "pct_net_assets" else ()), *lines, *sums]
        return self._fields.of(kind, found[0]) if found else None


def _merged(known: dict[str, Any], more: dict[str, Any]) -> dict[str, Any]:
    """A company that stands in several places."""
    for kind in ("instruments", "lines", "sums", "dates"):
        known[kind] += more[kind]
    known["percent"] = known["percent"] or more["percent"]
    known["sector"] = known["sector"] or more["sector"]
    return known


def _in_parts(lines: Sequence[Line], sums: Sequence[Line], kind: str) -> bool:
    """Whether each of the sums adds up some of the lines, which follow each other: a company in several sections."""
    runs = ((a, b) for a in range(len(lines)) for b in range(a + 1, len(lines) + 1))
    fitting = list(runs)
    return all(any(position_sums.adds_up(lines[a:b], line, kind) for a, b in fitting) for line in sums)


def without_kind(made: Iterable[Field]) -> None:
    """Takes the working key off fields that are finished."""
    for field in made:
        field.pop("kind", None)
