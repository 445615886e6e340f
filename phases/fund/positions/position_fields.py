"""The fields of a position out of the lines of a schedule: single figures, sums of them, figures among the words."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from phases.common import figures
from phases.common.figures import Mark
from phases.fund import fields
from phases.fund.fields import Field
from phases.fund.positions import position_sums
from phases.fund.positions.position_lines import AMOUNTS, Line
from phases.fund.positions.position_sums import ROUNDING
from phases.fund.tables.rows import box_of

UNITS = {
    "cost": "currency",
    "fair_value": "currency",
    "ownership_pct": "percent",
    "pct_net_assets": "percent",
    "moic": "multiple",
}
EXACT = 1e-9  # of floats
LEAST_LARGEST = 10_000.0  # currency units: a schedule whose largest amount is less was printed in thousands or millions
TENTH = 0.1  # nobody prints a currency to one decimal
PARTS = ("value", "raw_text", "page", "bbox", "scale")


class Fields(NamedTuple):
    """Makes fields of one schedule: its currency, decimal mark and date."""

    currency: str | None
    mark: Mark
    day: str | None

    def of(self, kind: str, line: Line, label: str | None = None) -> Field:
        """The field of one printed figure."""
        cell = line.figures[kind]
        figure = cell.figure
        assert figure is not None  # noqa: S101  (position_lines keeps figures only)
        scale = position_sums.factor(line, kind)
        field = fields.make(
            position_sums.value(line, kind), unit=UNITS[kind], raw=cell.text, page=cell.page, box=cell.box,
            method="table", label=label or kind, scale=scale, currency=figure.currency or self.currency,
            as_of=self.day, step=figure.step * scale,
        )  # fmt: skip
        return field | {"kind": kind}

    def sum(self, kind: str, lines: Sequence[Line]) -> Field:
        """The sum of printed figures, with these as parts; the figure itself where there is one."""
        if len(lines) == 1:
            return self.of(kind, lines[0])
        made = [self.of(kind, line) for line in lines]
        parts = [{key: one[key] for key in PARTS} for one in made]
        field = fields.make(
            round(sum(one["value"] for one in made), 6), unit=UNITS[kind], raw=None, page=made[0]["page"],
            box=made[0]["bbox"], method="table", label=f"sum of {len(made)} instruments", scale=made[0]["scale"],
            currency=made[0]["currency"],
            as_of=self.day, step=sum(one["step"] for one in made), parts=parts,
        )  # fmt: skip
        return field | {"kind": kind}

    def in_name(self, lines: Iterable[Line], raw: str, kind: str) -> Field | None:
        """A figure that stands among the words of a name, with the box of its own words."""
        words = [word for line in lines if line.name for word in line.name.words]
        page = next(line.page for line in lines if line.name)
        squashed = "".join(raw.split())
        for start in range(len(words)):
            for end in range(start + 1, min(start + 4, len(words)) + 1):
                if squashed in "".join(word.text for word in words[start:end]):
                    figure = figures.read(raw, self.mark)
                    if figure is None:
                        return None
                    unit = "percent" if kind == "pct_net_assets" else "currency"
                    box = box_of(words[start:end])
                    return fields.make(
                        figure.value, unit=unit, raw=raw, page=page, box=box, method="table", label=kind,
                        currency=figure.currency or self.currency, as_of=self.day, step=figure.step,
                    ) | {"kind": kind}  # fmt: skip
        return None


def check_multiple(found: dict[str, Field], moic: Field | None) -> None:
    """Fair value over cost against a printed multiple; proceeds make that larger, so it only confirms."""
    cost, value = found.get("cost"), found.get("fair_value")
    if moic is None or cost is None or value is None or cost["value"] <= 0:
        return
    ratio = value["value"] / cost["value"]
    rounding = ROUNDING * moic["step"] + ROUNDING * (cost["step"] * ratio + value["step"]) / cost["value"]
    if abs(ratio - moic["value"]) <= rounding + EXACT:
        for field in (cost, value):
            field["checks"].append(fields.check("multiple", ok=True, detail=f"{ratio:.2f}, printed {moic['value']}"))


def check_scale(found: Sequence[dict[str, Field]]) -> None:
    """Fails where amounts show by their size or decimals that the unit they are printed in was not found."""
    amounts = [one[kind] for one in found for kind in AMOUNTS if kind in one]
    largest = max((abs(field["value"]) for field in amounts), default=0.0)
    tenths = any(field["step"] == TENTH and field["scale"] == 1 for field in amounts)
    if largest == 0 or (largest >= LEAST_LARGEST and not tenths):
        return
    for field in amounts:
        field["checks"].append(fields.check("scale", ok=False, detail=f"no amount is larger than {largest:,.2f}"))
