"""Made-up reports with known figures, drawn in five layouts: they tie, or one named equation of them does not.

`report(layout, seed)` gives a PDF and its label in the scorer's form; `report(layout, seed, broken)` the same document
with one figure changed so that `broken` fails. Fonts, number formats, units, labels and order vary with the seed.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import made_up_funds
import pymupdf
from made_up_funds import share

WIDE, HIGH, LEFT, RIGHT = 612.0, 792.0, 54.0, 558.0  # points: letter paper and its margins
BOLD = {"helv": "hebo", "tiro": "tibo"}
# what each layout can show, and so what can be broken in it
BREAKS = {
    "account": ("nav_rollforward", "dpi", "rvpi", "tvpi", "unfunded"),
    "columns": ("nav_rollforward", "unfunded", "tvpi"),
    "balance": ("assets_liabilities", "nav_per_share", "pct_net_assets", "positions_fair_value", "positions_cost",
                "one_as_of", "one_scale"),
    "quarterly": ("dpi", "rvpi", "tvpi", "unfunded", "positions_fair_value", "positions_cost", "one_as_of"),
    "european": ("nav_rollforward", "dpi", "rvpi", "unfunded", "pct_net_assets", "positions_fair_value"),
}  # fmt: skip


class Drawn(NamedTuple):
    """A report: the file, and its label."""

    pdf: bytes
    truth: dict[str, Any]


class Style(NamedTuple):
    """How figures are printed."""

    font: str
    size: float
    unit: int = 1  # what one printed unit stands for
    comma: bool = False  # 1.234,56
    minus: str = "()"
    mark: str = ""
    nil: str = "-"

    def amount(self, value: float) -> str:
        shown = round(value / self.unit)
        if not shown:
            return self.nil
        text = self.mark + self.number(abs(shown), 0)
        return text if shown > 0 else f"({text})" if self.minus == "()" else f"-{text}"

    def number(self, value: float, digits: int) -> str:
        text = f"{value:,.{digits}f}"
        return text.translate(str.maketrans(",.", ".,")) if self.comma else text


class Sheet:
    """A page on which text is set line by line."""

    def __init__(self, style: Style) -> None:
        self.document, self.style, self.y = pymupdf.open(), style, 60.0
        self.page = self.document.new_page(width=WIDE, height=HIGH)
        self.fonts = [pymupdf.Font(style.font), pymupdf.Font(BOLD[style.font])]

    def row(self, texts: Sequence[str], places: Sequence[float], *, bold: bool = False, step: float = 1.55) -> None:
        """Texts at places in points: at a negative one the text ends."""
        font, writer = self.fonts[bold], pymupdf.TextWriter(self.page.rect)
        for text, x in zip(texts, places, strict=False):
            start = x if x >= 0 else -x - font.text_length(text, self.style.size)
            if text:
                writer.append((start, self.y), text, font=font, fontsize=self.style.size)
        writer.write_text(self.page)
        self.y += step * self.style.size

    def rule(self) -> None:
        y = self.y - 1.1 * self.style.size
        self.page.draw_line((LEFT, y), (RIGHT, y), width=0.6)

    def head(self, *lines: str) -> None:
        for line in lines:
            self.row([line], [LEFT], bold=True)
        self.y += 8


def report(layout: str, seed: int, broken: str | None = None) -> Drawn:
    chance = random.Random(f"{layout} {seed}")
    made = made_up_funds.fund(chance)
    if broken:
        made_up_funds.spoil(made, broken, random.Random(f"{layout} {seed} {broken}"))
    sheet = Sheet(_style(layout, chance))
    LAYOUTS[layout](sheet, made, chance)
    return Drawn(sheet.document.tobytes(), made_up_funds.label(made, layout, broken))


def _style(layout: str, chance: random.Random) -> Style:
    european = layout == "european"
    unit = chance.choice((1, 1000)) if layout == "balance" else 1
    mark = "" if european or unit > 1 else chance.choice(("$", ""))
    minus = "-" if european else "()"
    return Style(chance.choice(("helv", "tiro", "helv")), chance.choice((8.0, 9.0, 9.5, 10.0)), unit, european, minus,
                 mark, chance.choice(("-", "–", "—")))  # fmt: skip


LABELS = {
    "period_contributions": ("Capital contributions", "Contributions", "Capital called"),
    "period_distributions": ("Distributions", "Distributions to partners", "Less: distributions"),
    "management_fees": ("Management fees", "Management fee", "Less: management fees"),
    "expenses": ("Partnership expenses", "Other expenses", "Fund expenses"),
    "income": ("Interest and dividend income", "Investment income", "Dividend income"),
    "realized": ("Net realized gain (loss)", "Realized gain (loss) on investments", "Realized gains / (losses)"),
    "unrealized": (
        "Change in unrealized gain (loss)",
        "Net unrealized appreciation (depreciation)",
        "Unrealized gains / (losses)",
    ),
}
OPENING = (("Beginning NAV", "Ending NAV"), ("Opening capital account", "Closing capital account"),
           ("Partners' capital, beginning of period", "Partners' capital, end of period"))  # fmt: skip
GERMAN = {
    "opening": "Nettoinventarwert zu Beginn", "period_contributions": "Kapitalabrufe", "expenses": "Sonstige Kosten",
    "period_distributions": "Ausschüttungen", "management_fees": "Verwaltungsgebühr", "income": "Erträge",
    "realized": "Realisierte Gewinne", "unrealized": "Unrealisierte Gewinne", "closing": "Nettoinventarwert am Ende",
    "Total commitment": "Kapitalzusage", "Contributions to date": "Abgerufenes Kapital",
    "Recallable distributions": "Wiederabrufbare Ausschüttungen", "Unfunded commitment": "Offene Kapitalzusage",
    "Distributions to date": "Ausschüttungen kumuliert",
}  # fmt: skip


def _roll(made: dict[str, Any], chance: random.Random) -> list[tuple[str, float]]:
    begins, ends = chance.choice(OPENING)
    lines = [(chance.choice(LABELS[name]), value) for name, value in made["lines"].items()]
    return [(begins, made["beginning_nav"]), *lines, (ends, made["nav"])]


def _summary(made: dict[str, Any], style: Style) -> list[tuple[str, str]]:
    recallable = [("Recallable distributions", style.amount(made["recallable"]))] if made["recallable"] else []
    return [
        ("Total commitment", style.amount(made["commitment"])),
        ("Contributions to date", style.amount(made["contributions"])), *recallable,
        ("Unfunded commitment", style.amount(made["unfunded"])),
        ("Distributions to date", style.amount(made["distributions"])), *_multiples(made, style),
    ]  # fmt: skip


def _multiples(made: dict[str, Any], style: Style) -> list[tuple[str, str]]:
    found = [(name.upper(), f"{style.number(made[name], 2)}x") for name in ("dpi", "rvpi", "tvpi")]
    return [*found, ("Net IRR", f"{style.number(made['net_irr'], 1)}%")]


def _account(sheet: Sheet, made: dict[str, Any], chance: random.Random) -> None:
    style, x = sheet.style, -chance.choice((400.0, 480.0, 540.0))
    sheet.head(made["name"], "Capital Account Statement", f"As of {made['as_of'][1]}")
    for label, value in _roll(made, chance):
        if label.startswith(("Ending", "Closing", "Partners' capital, end")):
            sheet.rule()
        sheet.row([label, style.amount(value)], [LEFT, x])
    sheet.y += 14
    sheet.row(["Summary since inception"], [LEFT], bold=True)
    for pair in _summary(made, style):
        sheet.row(pair, [LEFT, x])


def _columns(sheet: Sheet, made: dict[str, Any], chance: random.Random) -> None:
    """A roll-forward of the quarter, beside it that of the year, which begins elsewhere."""
    style, places = sheet.style, [LEFT, -410.0, -530.0]
    sheet.head(f"{made['name']} - Partner's Capital Statement", made["as_of"][1])
    sheet.row(["", "Quarter to date", "Year to date"], places, bold=True)
    sheet.rule()
    rows = _roll(made, chance)
    (begins, first), *lines, (ends, last) = rows
    year = [round(value * (2 + n % 3) / 2) for n, (_, value) in enumerate(lines)]
    sheet.row([begins, style.amount(first), style.amount(last - sum(year))], places)
    for (label, value), of_year in zip(lines, year, strict=True):
        sheet.row([label, style.amount(value), style.amount(of_year)], places)
    sheet.row([ends, style.amount(last), style.amount(last)], places, bold=True)
    sheet.y += 14
    for pair in _summary(made, style):
        sheet.row(pair, places[:2])


def _schedule(sheet: Sheet, made: dict[str, Any], style: Style, *, shares: bool, costs_first: bool = True) -> None:
    heads = {"cost": "Cost", "fair_value": "Fair value"}
    kinds = ["cost", "fair_value"] if costs_first else ["fair_value", "cost"]
    places = [LEFT, -370.0, -460.0, -540.0]
    sheet.row(["Company", *(heads[kind] for kind in kinds), "% of net assets" if shares else ""], places, bold=True)
    sheet.rule()
    for one in made["rows"]:
        shown = f"{style.number(share(made, one), 1)}%" if shares else ""
        sheet.row([one["name"], *(style.amount(one[kind]) for kind in kinds), shown], places)
    whole = f"{style.number(round(100 * made['total_fair_value'] / made['nav'], 1), 1)}%" if shares else ""
    sheet.row(["Total investments", *(style.amount(made[f"total_{kind}"]) for kind in kinds), whole], places, bold=True)


def _balance(sheet: Sheet, made: dict[str, Any], chance: random.Random) -> None:
    style, x = sheet.style, -chance.choice((460.0, 540.0))
    unit = " (in thousands, except per share amounts)" if style.unit > 1 else ""
    sheet.head(made["name"], f"Statement of Assets and Liabilities{unit}", made["as_of"][1])
    cash = made["total_assets"] - made["total_fair_value"]
    for label, value in (
        ("Investments at fair value", made["total_fair_value"]), ("Cash and other assets", cash),
        ("Total assets", made["total_assets"]), ("Total liabilities", made["total_liabilities"]),
        ("Net assets", made["nav"]),
    ):  # fmt: skip
        sheet.row([label, style.amount(value)], [LEFT, x])
    sheet.row(["Shares outstanding", style.amount(made["shares_outstanding"]).replace("$", "")], [LEFT, x])
    sheet.row(["Net asset value per share", f"${made['nav_per_share']:.2f}"], [LEFT, x])
    sheet.y += 16
    day = made["schedule_day"] or made["as_of"][1]
    sheet.head(f"Schedule of Investments as of {day}")
    mixed = style._replace(unit=1 if style.unit > 1 else 1000) if made["mixed_units"] else style
    _schedule(sheet, made, mixed, shares=True, costs_first=chance.random() < 0.5)


def _quarterly(sheet: Sheet, made: dict[str, Any], chance: random.Random) -> None:
    style = sheet.style
    sheet.head(f"{made['name']}: Quarterly Report", f"Period ended {made['as_of'][1]}", "Fund overview")
    pairs = [*_summary(made, style), ("Net asset value", style.amount(made["nav"]))]
    half = (len(pairs) + 1) // 2
    for n in range(half):
        right = pairs[half + n] if half + n < len(pairs) else ("", "")
        sheet.row([*pairs[n], *right], [LEFT, -280.0, 320.0, -540.0])
    sheet.y += 16
    sheet.head(f"Portfolio at {made['schedule_day'] or made['as_of'][1]}")
    _schedule(sheet, made, style, shares=False, costs_first=chance.random() < 0.7)


def _european(sheet: Sheet, made: dict[str, Any], chance: random.Random) -> None:
    style, german = sheet.style, chance.random() < 0.5
    year, month, day = made["as_of"][0].split("-")
    title = "Quartalsbericht zum" if german else "Quarterly report at"
    sheet.head(made["name"], f"{title} {day}.{month}.{year}", "EUR")
    keys = ["opening", *made["lines"], "closing"]
    for key, (label, value) in zip(keys, _roll(made, chance), strict=True):
        sheet.row([GERMAN[key] if german else label, style.amount(value)], [LEFT, -480.0])
    sheet.y += 14
    for label, text in _summary(made, style):
        sheet.row([GERMAN.get(label, label) if german else label, text], [LEFT, -480.0])
    sheet.y += 16
    sheet.head("Portfolio")
    _schedule(sheet, made, style, shares=True)


LAYOUTS: dict[str, Callable[[Sheet, dict[str, Any], random.Random], None]] = {
    "account": _account, "columns": _columns, "balance": _balance, "quarterly": _quarterly, "european": _european,
}  # fmt: skip
