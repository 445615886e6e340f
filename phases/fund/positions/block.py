"""The lines of a schedule that belong to one company, or to a sum."""

from __future__ import annotations

from dataclasses import dataclass, field

from phases.fund.positions.position_lines import Line, is_end


@dataclass
class Block:
    """names: where its name stands. lines: its rows. subtotals: sums of these. heading: the group it stands under.

    stacked: percentage and industry stand below the name. group: a sum of several companies. grand: the sum of all.
    below: words under its name that are not of it.
    """

    names: list[Line] = field(default_factory=list)
    lines: list[Line] = field(default_factory=list)
    subtotals: list[Line] = field(default_factory=list)
    heading: str = ""
    stacked: bool = False
    group: bool = False
    grand: bool = False
    below: list[Line] = field(default_factory=list)

    @property
    def text(self) -> str:
        return " ".join(line.text for line in self.names)

    @property
    def sum(self) -> bool:
        """Whether it is a named sum, or what follows the positions."""
        return bool(self.names) and (self.names[0].total or is_end(self.names[0].text))
