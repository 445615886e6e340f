"""Positions out of the blocks of a schedule: one per company, with instruments, cost, fair value and percentages.

A company's value is its printed sub-total where there is one, else the figure of its only instrument, else the sum of
its instruments, which then has them as parts. Sub-totals are never added again.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Any

from phases.common import figures
from phases.common.figures import Mark
from phases.fund import fields, position_names
from phases.fund.candidates import Setting
from phases.fund.fields import Field
from phases.fund.position_blocks import Block
from phases.fund.position_lines import AMOUNTS, Line, is_end
from phases.fund.position_names import Name
from phases.fund.rows import box_of

ROUNDING = 0.5  # of the last printed digit, of each figure
_COST_IN_TEXT = re.compile(r"cost\b[^$€£\d]{0,12}(?P<raw>[$€£]?\s?\d[\d.,'’ ]*\d)", re.IGNORECASE)
_TOTAL_INVESTMENTS = re.compile(
    r"(?:grand |total |portfolio )*total (?:portfolio |long-term |unrealized )?(?:investments?|"
    r"portfolio)|(?:grand )?total\s*(?:$|\()|total\s+(?:cost|fair)|gesamt\s*$|summe\s*$|total "
    r"[–—-]",
    re.IGNORECASE,
)
UNITS = {
    "cost": "currency",
    "fair_value": "currency",
    "ownership_pct": "percent",
    "pct_net_assets": "percent",
    "moic": "multiple",
}


class Read:
    """What a schedule yields: positions by name key in order, totals, and sums of groups that were printed."""

    def __init__(self, context: Setting, mark: Mark, day: str | None, *, of_net_assets: bool) -> None:
        self._context, self._mark, self._day, self._of_net_assets = context, mark, day, of_net_assets
        self.positions: dict[str, dict[str, Any]] = {}
        self.totals: dict[str, Field] = {}
        self.groups: list[dict[str, Any]] = []
        self.over = False

    def add(self, block: Block) -> None:
        """Take one block; after the total of all investments only totals are taken."""
        text = block.text
        if _TOTAL_INVESTMENTS.match(text) or (is_end(text) and not self.over and text.lower().startswith("total")):
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
                self.totals[metric] = self._field(kind, lines[-1], label=text[:60])
        match = _COST_IN_TEXT.search(text)
        if match and "total_cost" not in self.totals:
            found = self._in_name(block.names, match["raw"].strip(), "total_cost")
            if found:
                self.totals["total_cost"] = found

    def _add_group(self, block: Block) -> None:
        lines = [line for line in [*block.lines, *block.subtotals] if line.valued]
        if lines:
            self.groups.append(
                {
                    "name": block.text,
                    "fields": {
                        kind: self._field(kind, lines[-1], label=block.text)
                        for kind in AMOUNTS
                        if kind in lines[-1].figures
                    },
                }
            )

    def _add_position(self, block: Block, text: str) -> None:
        name = position_names.parse(text, stacked=block.stacked and not any(line.sector for line in block.lines))
        if not name.name:
            name, block = self._nameless(name, block)
        key = position_names.key(name.name)
        if not key:
            return
        known = self.positions.get(key)
        made = self._position(name, block)
        self.positions[key] = self._merged(known, made) if known else made

    def _nameless(self, name: Name, block: Block) -> tuple[Name, Block]:
        """Lines without a name at the top of a page go on with the last company."""
        last = next(reversed(self.positions.values()), None)
        return (name._replace(name=last["name"]), block) if last else (name, block)

    def _position(self, name: Name, block: Block) -> dict[str, Any]:
        group = [line for line in block.subtotals if line.total or line.name]
        lone = [line for line in block.subtotals if line not in group and line.lone]
        sector = next((line.sector for line in block.lines if line.sector), name.rest or block.heading)
        made: dict[str, Any] = {
            "name": name.name, "sector": position_names.parse(sector, stacked=False).name or None,
            "instruments": [self._instrument(line) for line in block.lines if line.valued], "lines": list(block.lines),
            "lone": lone, "groups": [line for line in block.subtotals if line.valued and line not in lone],
            "percent": self._percent(name, block), "dates": [line.day for line in block.lines if line.day],
        }  # fmt: skip
        return made

    def _merged(self, known: dict[str, Any], more: dict[str, Any]) -> dict[str, Any]:
        for kind in ("instruments", "lines", "lone", "groups", "dates"):
            known[kind] += more[kind]
        known["percent"] = known["percent"] or more["percent"]
        known["sector"] = known["sector"] or more["sector"]
        return known

    def _instrument(self, line: Line) -> dict[str, Any]:
        def value(kind: str) -> float | None:
            return self._value(kind, line) if kind in line.figures else None

        text = line.instrument or (line.text if line.name else "")
        return {"text": text, "cost": value("cost"), "fair_value": value("fair_value"), "page": line.page}

    def finished(self) -> list[dict[str, Any]]:
        return [self._finished(made) for made in self.positions.values()]

    def _finished(self, made: dict[str, Any]) -> dict[str, Any]:
        found = {kind: field for kind in UNITS if (field := self._total_of(kind, made))}
        if made["percent"] and "pct_net_assets" not in found and self._of_net_assets:
            found["pct_net_assets"] = made["percent"]
        moic = found.pop("moic", None)
        self._check_multiple(found, moic)
        status = "written off" if found.get("fair_value", {}).get("value") == 0 else "held"
        first = next((one for one in made["dates"] if one), None)
        return {
            "id": re.sub(r"[^a-z0-9]+", "-", made["name"].lower()).strip("-"), "name": made["name"],
            "sector": made["sector"],
            "instruments": made["instruments"], "fields": found, "status": status if "fair_value" in found else None,
            "first_investment": first, "as_of": self._day,
        }  # fmt: skip

    def _total_of(self, kind: str, made: dict[str, Any]) -> Field | None:
        """The field of a company: printed total, only figure, or sum with parts."""
        lines = [line for line in made["lines"] if kind in line.figures]
        printed = [line for line in [*made["lone"], *made["groups"]] if kind in line.figures]
        if kind not in AMOUNTS:
            return self._percentage(kind, lines, printed)
        if len(lines) == 1 and len(printed) <= 1:
            field = self._field(kind, lines[0])
            return self._summed(field, lines, printed)
        if printed and lines:
            return self._summed(self._field(kind, printed[-1]), lines, printed)
        if printed:
            return self._field(kind, printed[-1])
        return self._sum(kind, lines) if lines else None

    def _percentage(self, kind: str, lines: Sequence[Line], printed: Sequence[Line]) -> Field | None:
        """Shares of net assets add up over a company's instruments; what it owns of the company does not."""
        if kind == "pct_net_assets" and len(lines) > 1 and not printed:
            return self._sum(kind, lines)
        found = [*(printed if kind == "pct_net_assets" else ()), *lines, *printed]
        return self._field(kind, found[0]) if found else None

    def _summed(self, field: Field, lines: Sequence[Line], printed: Sequence[Line]) -> Field:
        """The field with the check that its instruments add up to the printed total."""
        if not printed:
            return field
        kind = "fair_value" if field["kind"] == "fair_value" else "cost"
        total = sum(self._value(kind, line) for line in lines)
        shown = (
            sum(self._value(kind, line) for line in printed)
            if len(printed) < len(lines)
            else self._value(kind, printed[-1])
        )
        steps = [self._step(kind, line) for line in [*lines, printed[-1]]]
        ok = min(abs(total - shown), abs(total - field["value"])) <= ROUNDING * sum(steps) + 1e-6
        if len(printed) > 1 and ok and abs(total - field["value"]) > ROUNDING * sum(steps):
            field = self._sum(kind, printed)
        field["checks"].append(
            fields.check(
                "sum_of_instruments",
                ok=ok,
                detail=f"{len(lines)} instruments add up to {total:,.0f}, printed {field['value']:,.0f}",
            )
        )
        return field

    def _sum(self, kind: str, lines: Sequence[Line]) -> Field:
        if len(lines) == 1:
            return self._field(kind, lines[0])
        made = [self._field(kind, line) for line in lines]
        parts = [{key: one[key] for key in ("value", "raw_text", "page", "bbox", "scale")} for one in made]
        field = fields.make(
            round(sum(one["value"] for one in made), 6), unit=UNITS[kind], raw=None, page=made[0]["page"],
            box=made[0]["bbox"], method="table", label=f"sum of {len(made)} instruments", scale=made[0]["scale"],
            currency=made[0]["currency"],
            as_of=self._day, step=sum(one["step"] for one in made), parts=parts,
        )  # fmt: skip
        return field | {"kind": kind}

    def _field(self, kind: str, line: Line, label: str | None = None) -> Field:
        cell = line.figures[kind]
        figure = cell.figure
        assert figure is not None  # noqa: S101  (position_lines keeps figures only)
        field = fields.make(
            self._value(kind, line), unit=UNITS[kind], raw=cell.text, page=cell.page, box=cell.box, method="table",
            label=label or kind, scale=self._factor(kind, line), currency=figure.currency or self._context.currency,
            as_of=self._day, step=self._step(kind, line),
        )  # fmt: skip
        return field | {"kind": kind}

    def _factor(self, kind: str, line: Line) -> int:
        figure = line.figures[kind].figure
        return line.scale if kind in AMOUNTS and figure is not None and figure.factor == 1 else 1

    def _value(self, kind: str, line: Line) -> float:
        figure = line.figures[kind].figure
        return round(figure.value * self._factor(kind, line), 6) if figure is not None else 0.0

    def _step(self, kind: str, line: Line) -> float:
        figure = line.figures[kind].figure
        return figure.step * self._factor(kind, line) if figure is not None else 0.0

    def _percent(self, name: Name, block: Block) -> Field | None:
        """The percentage behind a name, or behind the total of its group."""
        if name.percent:
            return self._in_name(block.names, name.percent, "pct_net_assets")
        totals = [line for line in block.subtotals if line.name]
        text = " ".join(line.text for line in totals)
        found = position_names.parse(text, stacked=False).percent if totals else None
        return self._in_name(totals, found, "pct_net_assets") if found else None

    def _in_name(self, lines: Iterable[Line], raw: str, kind: str) -> Field | None:
        """A figure that stands among the words of a name, with the box of its own words."""
        words = [word for line in lines if line.name for word in line.name.words]
        page = next(line.page for line in lines if line.name)
        squashed = "".join(raw.split())
        for start in range(len(words)):
            for end in range(start + 1, min(start + 4, len(words)) + 1):
                if squashed in "".join(word.text for word in words[start:end]):
                    figure = figures.read(raw, self._mark)
                    if figure is None:
                        return None
                    unit = "percent" if kind == "pct_net_assets" else "currency"
                    box = box_of(words[start:end])
                    return fields.make(
                        figure.value, unit=unit, raw=raw, page=page, box=box, method="table", label=kind,
                        currency=figure.currency or self._context.currency, as_of=self._day, step=figure.step,
                    ) | {"kind": kind}  # fmt: skip
        return None

    def _check_multiple(self, found: dict[str, Field], moic: Field | None) -> None:
        """Fair value over cost against a printed multiple; proceeds make that larger, so it only confirms."""
        cost, value = found.get("cost"), found.get("fair_value")
        if moic is None or cost is None or value is None or cost["value"] <= 0:
            return
        ratio = value["value"] / cost["value"]
        ok = (
            abs(ratio - moic["value"])
            <= ROUNDING * moic["step"] + ROUNDING * (cost["step"] * ratio + value["step"]) / cost["value"] + 1e-9
        )
        if ok:
            for field in (cost, value):
                field["checks"].append(
                    fields.check("multiple", ok=True, detail=f"{ratio:.2f}, printed {moic['value']}")
                )


def without_kind(made: Iterable[Field]) -> None:
    """Takes the working key off fields that are finished."""
    for field in made:
        field.pop("kind", None)
