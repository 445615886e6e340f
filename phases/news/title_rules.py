"""Which named rules fire on a title and its lead: what kind of news this is, and how much that kind counts.

Both free tiers use them. A rule says something that a reader can check ("release: launches"); a score is the sum of
the weights of the rules that fired.
"""

from __future__ import annotations

from dataclasses import dataclass

from phases.news.title_rule_table import RULES, Rule

LEAD_SHARE = 0.4  # a lead mentions many things in passing, so what only stands there counts less than in a title
LEAD_CHARS = 300  # the first two sentences of a lead say what it is about


@dataclass(frozen=True)
class RuleHit:
    """A rule that fired: its name, the weight that it adds, and the words that fired it."""

    name: str
    weight: float
    evidence: str


def rules(title: str, lead: str = "") -> list[RuleHit]:
    """The rules that fire on a title or else on the beginning of a lead, in the order of the table; each at most once.

    Both are plain text; the evidence is quoted from them as it stands.
    """
    places = (_Place(title), _Place(lead[:LEAD_CHARS]))
    hits = (_hit(rule, *places) for rule in RULES)
    return [hit for hit in hits if hit]


class _Place:
    """A text with its lower-case form. Where they differ in length (İ), evidence is quoted from the latter."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.lower = text.lower()
        self.same_length = len(text) == len(self.lower)

    def quoted(self, rule: Rule) -> str:
        """The words that fire the rule, or ""."""
        found = rule.pattern.search(self.text if rule.cased else self.lower)
        if not found:
            return ""
        return (self.text if self.same_length else found.string)[slice(*found.span())].strip()


def _hit(rule: Rule, title: _Place, lead: _Place) -> RuleHit | None:
    evidence = title.quoted(rule)
    if evidence:
        return RuleHit(rule.name, rule.weight, evidence)
    evidence = lead.quoted(rule) if rule.in_lead else ""
    return RuleHit(rule.name, round(rule.weight * LEAD_SHARE, 3), evidence) if evidence else None
