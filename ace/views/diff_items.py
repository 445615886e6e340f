"""Which items runs have in common, which moved, and where in a run an item was lost. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ace.views.sides import Side, letter


@dataclass(frozen=True)
class Fate:
    """Where a run lost an item, and why. `came_in` is false when it never was among the items of that phase."""

    phase: str
    reason: str
    detail: str
    came_in: bool

    def __str__(self) -> str:
        head = f"lost in {self.phase}" if self.came_in else f"not in {self.phase}"
        return f"{head}: {self.reason}" if self.reason else head


@dataclass(frozen=True)
class ItemRow:
    """One item over all runs: its place among the items (from 1), or where it was lost."""

    id: str
    title: str
    places: list[int | None]
    lost: list[Fate | None]

    @property
    def is_in_all(self) -> bool:
        return None not in self.places

    def is_only_in(self, place: int) -> bool:
        return self.places[place] is not None and self.places.count(None) == len(self.places) - 1

    @property
    def moved(self) -> bool:
        return self.is_in_all and len(set(self.places)) > 1

    @property
    def changed(self) -> bool:
        return self.moved or not self.is_in_all


@dataclass(frozen=True)
class ItemsDiff:
    """The items of `phase`, the last one that all runs have committed; empty when there is none that lists items."""

    phase: str
    rows: list[ItemRow]

    def sentence(self) -> str:
        """How the items differ, in half a sentence."""
        runs = len(self.rows[0].places)
        if not any(row.changed for row in self.rows):
            return f"{self.phase} lists the same {len(self.rows)} items in the same order"
        both = "both" if runs == 2 else f"all {runs}"  # noqa: PLR2004
        parts = [f"{sum(row.is_in_all for row in self.rows)} items in {both}"]
        parts += [f"{count} only in {letter(place)}" for place in range(runs) if (count := self._only(place))]
        parts += [f"{count} not in all" for count in (self._rest(),) if count]
        parts += [f"{count} moved" for count in (sum(row.moved for row in self.rows),) if count]
        return f"{self.phase} lists {', '.join(parts)}"

    def _only(self, place: int) -> int:
        return sum(row.is_only_in(place) for row in self.rows)

    def _rest(self) -> int:
        """Items that some runs have, but neither one alone nor all."""
        return sum(not row.is_in_all and len(row.places) - row.places.count(None) > 1 for row in self.rows)


def compare_items(sides: Sequence[Side], phases: Sequence[str]) -> ItemsDiff:
    """Compare the items in the last phase that all runs have. `phases` are the names in order."""
    phase = _last_common(sides, phases)
    if not phase:
        return ItemsDiff("", [])
    lists = [_titles(side, phase) for side in sides]
    places = [{item: place for place, item in enumerate(titles, 1)} for titles in lists]
    titles = {item: title for one in reversed(lists) for item, title in one.items()}
    before = list(phases[: phases.index(phase) + 1])
    rows = []
    for item, title in titles.items():
        at = [one.get(item) for one in places]
        path = [name for name in before if any(item in _titles(side, name) for side in sides)]
        lost = [None if place else fate(side, item, path, before) for side, place in zip(sides, at, strict=True)]
        rows.append(ItemRow(item, title, at, lost))
    return ItemsDiff(phase, sorted(rows, key=_by_place))


def fate(side: Side, item: str, path: Sequence[str], phases: Sequence[str]) -> Fate:
    """Where a run lost an item that another one kept.

    path     phases in which some run has the item: those that list such items at all
    phases   all phases up to the compared one
    """
    seen = [place for place, name in enumerate(phases) if item in _titles(side, name)]
    later = phases[seen[-1] + 1 :] if seen else phases
    for name in later:
        step = side.step(name)
        if step is not None and item in step.dropped:
            reason, detail = step.dropped[item]
            return Fate(name, reason, detail, came_in=bool(seen))
    following = [name for name in path if name in later]
    return Fate(following[0], "no reason recorded" if seen else "", "", came_in=bool(seen))


def _last_common(sides: Sequence[Side], phases: Sequence[str]) -> str:
    for name in reversed(phases):
        steps = [side.step(name) for side in sides]
        if all(step is not None and step.titles is not None for step in steps) and any(
            step.titles for step in steps if step
        ):
            return name
    return ""


def _titles(side: Side, phase: str) -> dict[str, str]:
    step = side.step(phase)
    return dict(step.titles) if step is not None and step.titles else {}


def _by_place(row: ItemRow) -> tuple[int, str]:
    return min(place for place in row.places if place), row.id
