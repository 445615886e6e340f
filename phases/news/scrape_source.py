"""One source: ask for its feed, politely, and choose the entries whose pages are worth fetching."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from ace import PhaseContext
from ace.errors import DeadlineExceeded, WorkerCrashed
from phases.common import feeds
from phases.common.answer import Answer
from phases.common.fetch import Fetcher, Permit

ACCEPT = (
    "application/atom+xml, application/rss+xml, application/rdf+xml, application/feed+json;q=0.9, "
    "application/xml;q=0.8, text/xml;q=0.8, */*;q=0.1"
)
PARSE_TIMEOUT_S = 10.0  # the largest real feed takes 10 ms; markup made to be slow would take minutes


@dataclass(frozen=True)
class Desk:
    """What reading sources and pages needs, for one run. `start` and `end` bound the publication times of interest."""

    ctx: PhaseContext
    fetcher: Fetcher
    permit: Permit | None
    start: datetime
    end: datetime


def now() -> datetime:
    return datetime.now(UTC)


def read(source: Mapping[str, Any], desk: Desk) -> dict[str, Any]:
    """Read one source. Never raises but for an interruption: a dead source is a row that says so.

    source   {feed: URL, …}
    returns  {status, detail, http_status, attempts, entries (number in the feed), outside_window,
             chosen: [entry], over_cap: [{url, title}]}; entries as in `feeds.Feed`, in the feed's order
    """
    url = source["feed"]
    known = desk.ctx.cache("feeds").get(url) or {}
    if now() < _moment(known.get("not_before")):
        return _row("http_error", "not asked: the server wanted to be left alone for longer than until now", [], desk)
    min_interval = timedelta(seconds=desk.ctx.config["min_interval_s"])
    if "entries" in known and timedelta() <= now() - _moment(known["fetched_at"]) < min_interval:
        detail = f"visited less than {min_interval.total_seconds():g} s ago; its entries of then are used"
        return _row("not_modified", detail, known["entries"], desk)
    answer = desk.fetcher.get(url, headers=_headers(known), permit=desk.permit)
    row = _by_answer(url, answer, known, desk)
    return row | {"http_status": answer.status, "attempts": answer.attempts}


def _by_answer(url: str, answer: Answer, known: Mapping[str, Any], desk: Desk) -> dict[str, Any]:
    cache = desk.ctx.cache("feeds")
    if answer.outcome == "ok":
        return _read_feed(url, answer, desk)
    if answer.outcome == "not_modified" and "entries" in known:
        cache.put(url, {**known, "fetched_at": _stamp(now()), "not_before": None})
        return _row(
            "not_modified", "not modified since the last visit; its entries of then are used", known["entries"], desk
        )
    if answer.retry_after:
        cache.put(url, {**known, "not_before": _stamp(now() + timedelta(seconds=answer.retry_after))})
        return _row("http_error", f"{answer.detail}; the server asked to be left alone for a while", [], desk)
    status = "http_error" if answer.outcome == "not_modified" else answer.outcome
    return _row(status, answer.detail, [], desk)


def _read_feed(url: str, answer: Answer, desk: Desk) -> dict[str, Any]:
    """Parse in a worker process; only a feed that is whole is remembered, with its validators."""
    if not answer.body:
        return _row("empty", "the answer is empty", [], desk)
    try:
        feed = desk.ctx.isolated(feeds.parse, answer.body, answer.content_type, answer.url, timeout_s=PARSE_TIMEOUT_S)
    except feeds.NotAFeed as error:
        return _row("empty" if error.is_empty else "parse_error", str(error), [], desk)
    except DeadlineExceeded:
        return _row("parse_error", f"reading the feed took longer than {PARSE_TIMEOUT_S:g} s", [], desk)
    except WorkerCrashed as error:
        desk.ctx.check()  # at the end of a run workers are killed: that is no fault of the feed
        return _row("parse_error", f"reading the feed failed: {error.message}", [], desk)
    if feed.complaint:
        return _row(
            "parse_error", f"{feed.complaint}; entries that could be read: {len(feed.entries)}", feed.entries, desk
        )
    remembered = {
        "etag": answer.etag,
        "last_modified": answer.last_modified,
        "fetched_at": _stamp(now()),
        "entries": feed.entries,
    }
    desk.ctx.cache("feeds").put(url, remembered)
    return _row("ok" if feed.entries else "empty", _praise(url, answer, feed), feed.entries, desk)


def _praise(url: str, answer: Answer, feed: feeds.Feed) -> str:
    notes = [f"entries: {len(feed.entries)}" if feed.entries else "a feed without entries"]
    if feed.without_link:
        notes.append(f"without a usable link: {feed.without_link}")
    if answer.url != url:
        notes.append(f"now found at {answer.url[:200]}")
    return "; ".join(notes)


def _row(status: str, detail: str, entries: list[dict[str, Any]], desk: Desk) -> dict[str, Any]:
    wanted = [entry for entry in entries if is_wanted(entry["published"], desk)]
    chosen = newest(wanted, desk.ctx.config["max_per_source"])
    kept = {entry["url"] for entry in chosen}
    return {
        "status": status if entries or status != "not_modified" else "empty",
        "detail": detail,
        "http_status": None,
        "attempts": 0,
        "entries": len(entries),
        "outside_window": len(entries) - len(wanted),
        "chosen": chosen,
        "over_cap": [{"url": entry["url"], "title": entry["title"]} for entry in wanted if entry["url"] not in kept],
    }


def lost() -> dict[str, Any]:
    """The row of a source that a defect of this program kept from being read; the phase counts it as a failed item."""
    return {
        "status": "parse_error",
        "detail": "could not be read; see the failed items of this phase",
        "http_status": None,
        "attempts": 0,
        "entries": 0,
        "outside_window": 0,
        "chosen": [],
        "over_cap": [],
    }


def is_wanted(published: str | None, desk: Desk) -> bool:
    """Whether an entry may belong to this night: published inside the window, or at an unknown time."""
    return published is None or desk.start <= datetime.fromisoformat(published) <= desk.end


def newest(entries: list[dict[str, Any]], limit: int) -> list[dict[str, Any]]:
    """The `limit` newest entries (0 = all) in the feed's order. Undated ones count as older than dated ones."""
    if not limit or len(entries) <= limit:
        return entries
    by_age = sorted(range(len(entries)), key=lambda place: entries[place]["published"] or "", reverse=True)
    return [entries[place] for place in sorted(by_age[:limit])]


def _headers(known: Mapping[str, Any]) -> dict[str, str]:
    """Either validator may be missing; each is sent when the last whole feed came with it."""
    validators = {"If-None-Match": known.get("etag"), "If-Modified-Since": known.get("last_modified")}
    return {"Accept": ACCEPT} | {name: value for name, value in validators.items() if value}


def _stamp(moment: datetime) -> str:
    return moment.isoformat(timespec="seconds")


def _moment(stamp: str | None) -> datetime:
    return datetime.fromisoformat(stamp) if stamp else datetime.min.replace(tzinfo=UTC)
