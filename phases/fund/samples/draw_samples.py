"""Draw the sample statements: python -m phases.fund.samples.draw_samples [FOLDER]

capital_account.pdf   a limited partner's statement in dollars with quarter, year and inception side by side
quarterly_report.pdf  a European fund in thousands of euros: decimal commas, days first, a schedule on its second page
valuation.pdf         a valuation without ruled lines, names that wrap; its total is not the sum of its positions

Every fund, company and figure is invented. Totals are computed here, so that they tie; the one that does not is OFF_BY.
The files are the same, byte for byte, however often they are drawn with the same version of pymupdf.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

from phases.common.pdf_open import pymupdf

FOLDER = Path(__file__).parent
MADE = "D:20260115090000Z"  # a fixed day, later than any as-of date below
OFF_BY = 250_000  # dollars that the valuation's printed total is too high
LETTER, A4 = (612, 792), (595, 842)  # points
REGULAR, BOLD = "helv", "hebo"


class Position(NamedTuple):
    """One company of a schedule; `owned` in percent."""

    name: str
    sector: str
    since: str
    cost: float
    value: float
    owned: float


class Rolled(NamedTuple):
    """The lines of a roll-forward for one period, signs as printed; the ending value is their sum."""

    beginning: int
    contributions: int
    distributions: int
    fees: int
    expenses: int
    realized: int
    unrealized: int


ROLLS = (  # quarter, year, inception: all end in the same value
    Rolled(4_812_500, 150_000, -75_000, -18_750, -4_130, 62_400, 118_980),
    Rolled(4_350_000, 400_000, -225_000, -56_250, -11_890, 141_800, 447_340),
    Rolled(0, 3_900_000, -1_120_000, -412_500, -86_240, 655_300, 2_109_440),
)
COMMITMENT = 5_000_000
EUROPEAN = (  # thousands of euros
    Position("Nordlicht Robotik GmbH", "Automation", "03.05.2021", 9_500.0, 18_240.5, 22.4),
    Position("Salzach Diagnostik AG", "Medical devices", "17.11.2020", 11_200.0, 15_975.0, 31.0),
    Position("Brennerweg Software GmbH", "Industrial software", "08.02.2022", 7_850.0, 12_610.0, 18.7),
    Position("Aarefeld Energie AG", "Storage", "22.06.2022", 8_400.0, 6_300.0, 27.5),
    Position("Koralle Logistik GmbH", "Logistics", "30.09.2019", 6_900.0, 14_820.0, 35.2),
    Position("Weidenbach Optik SE", "Photonics", "12.01.2024", 5_250.0, 5_250.0, 12.9),
)
CASH, LIABILITIES = 2_480.0, -950.5
EURO_COMMITTED, EURO_PAID_IN, EURO_DISTRIBUTED = 85_000.0, 61_250.0, 12_400.0
VALUED = (
    Position("Quillwater Analytics, Inc.", "Data infrastructure", "", 2_150_000, 3_980_000, 14.2),
    Position("Marrowbone Therapeutics Holdings, Inc.", "Biotechnology", "", 3_400_000, 2_720_000, 9.6),
    Position("Pinehaven Grid, Inc.", "Energy", "", 1_875_000, 4_415_000, 21.3),
    Position("Oxbow Ledger, Inc.", "Financial software", "", 2_600_000, 2_600_000, 11.8),
    Position("Tallow & Finch Provisions, Inc.", "Consumer", "", 1_240_000, 0, 6.4),
)


class Sheet:
    """A page that is written on from top to bottom; `y` is the next baseline."""

    def __init__(self, document: Any, size: tuple[int, int], left: float = 54) -> None:
        self.page = document.new_page(width=size[0], height=size[1])
        self.left, self.y = left, 72.0

    def line(self, text: str, size: float = 10, *, bold: bool = False, after: float = 6) -> None:
        self.at(self.left, text, size, bold=bold)
        self.y += size + after

    def at(self, x: float, text: str, size: float = 10, *, bold: bool = False, right: bool = False) -> None:
        """Write on the current line from x, or up to it."""
        font = BOLD if bold else REGULAR
        start = x - pymupdf.get_text_length(text, fontname=font, fontsize=size) if right else x
        self.page.insert_text((start, self.y), text, fontname=font, fontsize=size)

    def row(self, stops: list[tuple[float, bool]], cells: list[str], *, bold: bool = False, after: float = 7) -> None:
        """Cells at their stops (x, whether they end there)."""
        for (x, right), cell in zip(stops, cells, strict=True):
            self.at(x, cell, 9, bold=bold, right=right)
        self.y += 9 + after

    def text(self, text: str, width: float, size: float = 10) -> None:
        """Running text in lines no wider than `width` points."""
        words, line = text.split(), ""
        for word in words:
            longer = f"{line} {word}".strip()
            if pymupdf.get_text_length(longer, fontname=REGULAR, fontsize=size) > width:
                self.line(line, size, after=3)
                longer = word
            line = longer
        self.line(line, size, after=9)


def dollars(value: float) -> str:
    """1234 as $1,234; -1234 as ($1,234); 0 as a dash."""
    if not value:
        return "-"
    return f"${value:,.0f}" if value > 0 else f"(${-value:,.0f})"


def euros(value: float, digits: int = 1) -> str:
    """1234.5 as 1.234,5"""
    return f"{value:,.{digits}f}".replace(",", " ").replace(".", ",").replace(" ", ".")


def capital_account(document: Any) -> None:
    sheet = Sheet(document, LETTER)
    sheet.line("Larkspur Hollow Ventures III, L.P.", 16, bold=True)
    sheet.line("Capital Account Statement (Unaudited)", 12)
    sheet.line("As of September 30, 2025", 10)
    sheet.line("Limited Partner: Harrow County Teachers Retirement Plan", 10, after=18)
    stops = [(54.0, False), (340.0, True), (445.0, True), (558.0, True)]
    sheet.row(stops, ["", "Quarter to Date", "Year to Date", "Since Inception"], bold=True, after=9)
    labels = (
        "Beginning Net Asset Value", "Capital Contributions", "Distributions", "Management Fees",
        "Partnership Expenses", "Net Realized Gain", "Net Change in Unrealized Gain",
    )  # fmt: skip
    for place, label in enumerate(labels):
        sheet.row(stops, [label, *(dollars(roll[place]) for roll in ROLLS)])
    sheet.row(stops, ["Ending Net Asset Value", *(dollars(sum(roll)) for roll in ROLLS)], bold=True, after=24)
    paid, given, nav = ROLLS[2].contributions, -ROLLS[2].distributions, sum(ROLLS[2])
    narrow = [(54.0, False), (340.0, True)]
    for label, value in (
        ("Total Commitment", COMMITMENT),
        ("Capital Contributed to Date", paid),
        ("Remaining Unfunded Commitment", COMMITMENT - paid),
        ("Cumulative Distributions", given),
    ):
        sheet.row(narrow, [label, dollars(value)])
    sheet.y += 16
    strip = [(54.0, False), (180.0, False), (300.0, False), (420.0, False)]
    sheet.row(strip, ["Net IRR", "TVPI", "DPI", "RVPI"], bold=True)
    sheet.row(strip, ["11.8%", f"{(nav + given) / paid:.2f}x", f"{given / paid:.2f}x", f"{nav / paid:.2f}x"], after=24)
    sheet.text("This statement is prepared for the limited partner named above and has not been audited.", 500, 9)


def quarterly_report(document: Any) -> None:
    value = sum(position.value for position in EUROPEAN)
    nav = value + CASH + LIABILITIES
    sheet = Sheet(document, A4, 62)
    sheet.line("Birkenfeld Wachstumskapital II GmbH & Co. KG", 15, bold=True)
    sheet.line("Quarterly Report to Investors, 30.09.2025", 12)
    sheet.line("Managed by Birkenfeld Partner Management GmbH", 10)
    sheet.line("Amounts in thousands of EUR unless stated otherwise", 9, after=20)
    sheet.line("Fund Summary", 12, bold=True)
    stops = [(62.0, False), (420.0, True)]
    for label, shown in (
        ("Total commitments", euros(EURO_COMMITTED)),
        ("Paid-in capital", euros(EURO_PAID_IN)),
        ("Distributions to date", euros(EURO_DISTRIBUTED)),
        ("Net asset value", euros(nav)),
        ("Net IRR", "14,2 %"),
        ("TVPI", euros((nav + EURO_DISTRIBUTED) / EURO_PAID_IN, 2) + "x"),
        ("DPI", euros(EURO_DISTRIBUTED / EURO_PAID_IN, 2) + "x"),
        ("RVPI", euros(nav / EURO_PAID_IN, 2) + "x"),
    ):
        sheet.row(stops, [label, shown])
    sheet.y += 18
    sheet.line("Portfolio Activity", 12, bold=True)
    sheet.text(
        "Nordlicht Robotik GmbH closed its Series B round of EUR 24 million in July 2025. Fjordbank Ventures led "
        "the round, with participation from Kestrel Growth Partners and the Fund. The proceeds will finance a second "
        "plant.",
        470,
    )
    sheet.line("Market Commentary", 12, bold=True)
    sheet.text(
        "Median entry valuations for industrial software fell 12 % over the past twelve months. "
        "We expect the market for secondary sales to recover gradually over the next two quarters.",
        470,
    )
    _schedule(document, value, nav)


def _schedule(document: Any, value: float, nav: float) -> None:
    sheet = Sheet(document, A4, 40)
    sheet.line("Schedule of Investments as of 30.09.2025", 12, bold=True)
    sheet.line("(in thousands of EUR)", 9, after=16)
    stops = [(40.0, False), (178.0, False), (272.0, False), (390.0, True), (452.0, True), (508.0, True), (558.0, True)]
    sheet.row(
        stops, ["Portfolio company", "Sector", "First investment", "Cost", "Fair value", "Owned", "Multiple"], bold=True
    )
    for one in EUROPEAN:
        multiple, owned = euros(one.value / one.cost, 2) + "x", euros(one.owned) + " %"
        sheet.row(stops, [one.name, one.sector, one.since, euros(one.cost), euros(one.value), owned, multiple])
    cost = sum(position.cost for position in EUROPEAN)
    sheet.row(stops, ["Total investments", "", "", euros(cost), euros(value), "", ""], bold=True, after=12)
    for label, shown in (("Cash and other assets", CASH), ("Liabilities", LIABILITIES), ("Net asset value", nav)):
        sheet.row(stops, [label, "", "", "", euros(shown), "", ""], bold=label.startswith("Net"))


def valuation(document: Any) -> None:
    sheet = Sheet(document, LETTER, 60)
    sheet.line("Tamarack Bridge Opportunity Fund, L.P.", 16, bold=True)
    sheet.line("Portfolio Valuation Summary", 13)
    sheet.line("Valuation date: 6/30/2025", 10, after=22)
    stops = [(60.0, False), (215.0, False), (385.0, True), (470.0, True), (540.0, True)]
    sheet.row(stops, ["Company", "Industry", "Cost", "Fair Value", "% Owned"], bold=True, after=10)
    for one in VALUED:
        first, rest = _wrapped(one.name)
        shown = [dollars(one.cost), dollars(one.value), f"{one.owned:.1f}%"]
        sheet.row(stops, [first, one.sector, *shown], after=2 if rest else 8)
        if rest:
            sheet.row(stops[:1], [rest], after=8)
    cost, value = sum(one.cost for one in VALUED), sum(one.value for one in VALUED)
    sheet.row(stops, ["Total", "", dollars(cost), dollars(value + OFF_BY), ""], bold=True, after=26)
    sheet.text(
        "Pinehaven Grid, Inc. raised $18 million in May 2025 from Stonecrop Capital and Wyeth Lane Ventures. The Fund "
        "did not take part. Tallow & Finch Provisions, Inc. was written off after it ceased trading.",
        480,
    )
    sheet.text("We believe demand for grid software will keep growing through 2026.", 480)


def _wrapped(name: str) -> tuple[str, str]:
    """A name in two lines where it is too long for its column."""
    words = name.split()
    return (name, "") if len(name) <= 30 else (" ".join(words[:2]), " ".join(words[2:]))  # noqa: PLR2004  (characters)


SAMPLES: dict[str, Callable[[Any], None]] = {
    "capital_account.pdf": capital_account,
    "quarterly_report.pdf": quarterly_report,
    "valuation.pdf": valuation,
}


def draw(folder: Path) -> list[Path]:
    """Write the samples into a folder that exists; their paths."""
    paths = []
    for name, fill in SAMPLES.items():
        document = pymupdf.open()
        fill(document)
        document.set_metadata({"title": name, "creationDate": MADE, "modDate": MADE, "producer": "", "creator": ""})
        document.save(folder / name, garbage=3, deflate=True, clean=True, no_new_id=True)
        document.close()
        paths.append(folder / name)
    return paths


if __name__ == "__main__":
    for path in draw(Path(sys.argv[1]) if len(sys.argv) > 1 else FOLDER):
        sys.stdout.write(f"{path}\n")
