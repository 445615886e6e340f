"""The invented outlets of the sample site and the articles that stand in `articles/<host>.md`.

An article file holds blocks of the form

    --- short-name-for-the-address
    title: …
    published: 2026-11-20T07:30:00Z     (left out: neither feed nor page tells a date)
    author: …
    lead: …
    is: slow | members | gone           (left out: an ordinary page)

    Paragraphs, with blank lines between them.

Everything is checked when it is read, so that a slip of the pen fails at once and names the file.
"""

from __future__ import annotations

import functools
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

FOLDER = Path(__file__).with_name("articles")
_HEAD = re.compile(r"^--- ([a-z0-9-]+)$", re.MULTILINE)
_FIELDS = frozenset(("title", "published", "author", "lead", "is"))
_KINDS = frozenset(("", "slow", "members", "gone"))


@dataclass(frozen=True)
class Outlet:
    """One invented publication. `feed` is rss, rss_full (whole text in the feed), atom or torn (cut in the middle)."""

    host: str
    name: str
    category: str
    weight: float
    feed: str
    page: str
    section: str
    language: str = "en"
    tagline: str = ""


@dataclass(frozen=True)
class Article:
    """One piece. `published` is an aware datetime or None; `kind` is "", slow, members or gone."""

    slug: str
    title: str
    lead: str
    author: str
    published: datetime | None
    kind: str
    paragraphs: tuple[str, ...]


OUTLETS = (
    Outlet("daily-lattice.example", "The Daily Lattice", "products", 0.8, "rss", "json_ld", "stories",
           tagline="What people use, and what it does to them"),
    Outlet("modelwatch.example", "Modelwatch", "research", 0.9, "atom", "open_graph", "notes",
           tagline="A quarterly that could not wait"),
    Outlet("chip-ledger.example", "Chip Ledger", "infrastructure", 0.85, "rss", "microdata", "articles",
           tagline="Silicon, power and the money in between"),
    Outlet("open-weights-review.example", "Open Weights Review", "open-source", 0.85, "atom", "blog", "posts",
           tagline="Reading licences so that you need not"),
    Outlet("statute-and-silicon.example", "Statute & Silicon", "policy", 0.8, "rss", "open_graph", "law",
           tagline="Rules for machines, and the people who write them"),
    Outlet("term-sheet-tribune.example", "Term Sheet Tribune", "business", 0.75, "rss", "json_ld", "deals",
           tagline="Who bought what, and for how much"),
    Outlet("bench-and-beaker.example", "Bench & Beaker", "science", 0.75, "atom", "microdata", "lab",
           tagline="Machine learning where the measurements are"),
    Outlet("shipping-prompts.example", "Shipping Prompts", "engineering", 0.7, "rss_full", "blog", "essays",
           tagline="Notes from teams that run language models"),
    Outlet("northgate-wire.example", "Northgate Wire", "products", 0.65, "rss", "wire", "wire",
           tagline="Agency copy, round the clock"),
    Outlet("maschinenraum.example", "Maschinenraum", "policy", 0.6, "atom", "json_ld", "beitrag", language="de",
           tagline="Technik, Recht und Alltag"),
    Outlet("torn-page.example", "The Torn Page", "business", 0.4, "torn", "wire", "news",
           tagline="Its feed stops in the middle of a word"),
)  # fmt: skip


@functools.cache
def articles(host: str) -> tuple[Article, ...]:
    """The articles of an outlet in the order of its file. Raises ValueError naming file and article."""
    file = FOLDER / f"{host.removesuffix('.example')}.md"
    parts = _HEAD.split(file.read_text("utf-8"))
    return tuple(_article(slug, text, file.name) for slug, text in zip(parts[1::2], parts[2::2], strict=True))


def _article(slug: str, text: str, file: str) -> Article:
    head, _, body = text.strip().partition("\n\n")
    fields = dict(line.split(": ", 1) for line in head.splitlines())
    kind = fields.get("is", "")
    if not _FIELDS.issuperset(fields) or kind not in _KINDS or "title" not in fields or "lead" not in fields:
        message = f"{file}: {slug}: fields {sorted(fields)}, is {kind!r}"
        raise ValueError(message)
    published = datetime.fromisoformat(fields["published"]).astimezone(UTC) if "published" in fields else None
    paragraphs = tuple(" ".join(part.split()) for part in body.split("\n\n") if part.strip())
    return Article(slug, fields["title"], fields["lead"], fields.get("author", ""), published, kind, paragraphs)
