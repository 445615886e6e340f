"""Settle what the night's report is about: time window, company, categories, sources, what is known already.

Reads   nothing but its configuration and the final reports of earlier runs
Writes  window {start, end}, company {name, description, interests}, categories (id, name, keywords), sources (id,
        name, feed, site, category, weight 0 to 1), known_stories (id, title, url, run_id, published), source_stats
        (what earlier reports took of each source: seen, kept, reported), earlier_runs, sample, problems

The window ends when the run started, unless window_end says otherwise. With the shipped sample as the only source it
ends when the sample's last articles came out, so that the demonstration gives the same report on any day.
Only reports whose window ended before this one count as earlier: making a night's report again must not find that
everything in it has been reported.
"""

from __future__ import annotations

import math
from datetime import UTC, datetime, timedelta
from typing import Any

from ace import Data, Inputs, Output, PhaseContext
from ace.errors import ConfigError, TransientError
from phases.news import context_files, source_lists

MAX_WINDOW_HOURS = 10 * 365.25 * 24  # ten years: more is a slip, and feeds do not reach back further
MAX_EARLIER_RUNS = 366  # a year of nights
STAT_KEYS = ("seen", "kept", "reported")
USER_AGENT = "ace-news/0.1 (+https://example.org/ace; reads a source list)"
PROBLEMS_WARNED = 3  # the artifact lists all of them

Report = tuple[str, Data]  # the id of a run and the data of its final report


def run(inputs: Inputs, ctx: PhaseContext) -> Output:
    categories = context_files.categories(ctx.config["categories_file"])
    company = context_files.company(ctx.config["company"])
    values = _values(ctx.config["sources"])
    listed = source_lists.load(values, categories, lambda address: _download(address, ctx))
    end = window_end(ctx.config["window_end"], ctx.started, only_sample=listed.only_sample)
    window = {"start": _iso(window_start(end, ctx.config["window_hours"])), "end": _iso(end)}
    earlier = _earlier(ctx, window["end"], sample=listed.sample)
    _report(listed.problems, ctx)
    data = {
        "window": window,
        "company": company,
        "categories": listed.categories,
        "sources": listed.sources,
        "known_stories": known_stories(earlier),
        "source_stats": source_stats(earlier, {source["id"] for source in listed.sources}),
        "earlier_runs": [run_id for run_id, _ in earlier],
        "sample": listed.sample,
        "problems": listed.problems,
    }
    return Output(data)


def window_end(configured: str, started: datetime, *, only_sample: bool) -> datetime:
    """The aware UTC moment at which the window ends. Text without a zone is UTC. Raises ConfigError."""
    if not configured and only_sample:
        from phases.news.samples import site  # noqa: PLC0415 (only the demonstration needs it)

        configured = site.WINDOW_END
    if not configured:
        return started.astimezone(UTC)
    try:
        moment = datetime.fromisoformat(configured)
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)
    except (TypeError, ValueError, OverflowError):
        message = f"initialization.window_end: {configured!r} is not an ISO date-time"
        raise ConfigError(message, hint="write it like 2026-11-21T06:00:00Z") from None


def window_start(end: datetime, hours: Any) -> datetime:
    """`hours` before `end`. Raises ConfigError unless 0 < hours ≤ MAX_WINDOW_HOURS."""
    is_number = isinstance(hours, int | float) and not isinstance(hours, bool)
    if not is_number or not math.isfinite(hours) or not 0 < hours <= MAX_WINDOW_HOURS:
        message = (
            f"initialization.window_hours: {hours!r} is not a number of hours above 0, at most {MAX_WINDOW_HOURS:.0f}"
        )
        raise ConfigError(message, hint="a night with some overlap is 36")
    try:
        return end - timedelta(hours=hours)
    except OverflowError:
        message = f"initialization.window_end: {_iso(end)} is too early for a window of {hours} hours"
        raise ConfigError(message, hint="write a year after 1900") from None


def known_stories(earlier: list[Report]) -> list[dict[str, Any]]:
    """What the earlier reports told, newest report first; a page that stands in several is listed once."""
    stories: dict[str, dict[str, Any]] = {}
    for run_id, report in earlier:
        for article in report.get("articles", []):
            known = {key: article.get(key) for key in ("id", "title", "url")}
            if all(isinstance(value, str) for value in known.values()):
                story = {**known, "run_id": run_id, "published": article.get("published")}
                stories.setdefault(known["url"], story)
    return list(stories.values())


def source_stats(earlier: list[Report], source_ids: set[str]) -> dict[str, dict[str, int]]:
    """Sums over the earlier reports for the sources of this run; sources never seen are left out."""
    sums: dict[str, dict[str, int]] = {}
    for _, report in earlier:
        for source, counts in report.get("facts", {}).get("sources", {}).items():
            if source in source_ids and isinstance(counts, dict):
                total = sums.setdefault(source, dict.fromkeys(STAT_KEYS, 0))
                for key in STAT_KEYS:
                    total[key] += int(counts.get(key) or 0)
    return sums


def _earlier(ctx: PhaseContext, end: str, *, sample: bool) -> list[Report]:
    """Earlier reports of the same kind (real or sample) whose window ended before this one ends, newest first."""
    limit = ctx.config["earlier_runs"]
    if not isinstance(limit, int) or isinstance(limit, bool) or not 0 <= limit <= MAX_EARLIER_RUNS:
        message = f"initialization.earlier_runs: {limit!r} is not a whole number from 0 to {MAX_EARLIER_RUNS}"
        raise ConfigError(message, hint="a week is 7; 0 forgets every earlier report")
    if limit == 0:
        return []
    starts = {run.run_id: run.data for run in ctx.earlier("initialization", limit)}
    return [
        (run.run_id, run.data)
        for run in ctx.earlier("final_report", limit)
        if run.data.get("window", {}).get("end", "") < end
        and starts.get(run.run_id, {}).get("sample", sample) == sample
    ]


def _values(configured: Any) -> list[str]:
    values = ([configured] if configured else []) if isinstance(configured, str) else configured
    if not isinstance(values, list | tuple) or not all(isinstance(value, str) and value.strip() for value in values):
        message = f"initialization.sources: {configured!r} is neither text nor a list of texts"
        raise ConfigError(message, hint=source_lists.HELP)
    return list(values)


def _download(address: str, ctx: PhaseContext) -> bytes:
    """The bytes of a remote list. Raises TransientError when another try may help, else ConfigError."""
    from phases.common.fetch import Fetcher, Settings  # noqa: PLC0415 (most runs name no remote list)

    settings = Settings(USER_AGENT, allow_loopback=bool(ctx.config["allow_loopback"]))
    with Fetcher(settings, check=ctx.check, wait=ctx.wait) as fetcher:
        answer = fetcher.get(address)
    if answer.outcome == "ok":
        return answer.body
    message = f"sources: {source_lists.shown(address)}: {answer.detail}"
    if answer.again or answer.outcome == "timeout":
        raise TransientError(message, hint="try again later, or save the list and name the file")
    is_blocked = answer.outcome == "blocked"
    hint = "a list on this machine needs initialization.allow_loopback = true" if is_blocked else "check the address"
    raise ConfigError(message, hint=hint)


def _report(problems: list[str], ctx: PhaseContext) -> None:
    for problem in problems[:PROBLEMS_WARNED]:
        ctx.warn(problem)
    if len(problems) > PROBLEMS_WARNED:
        ctx.warn(f"{len(problems) - PROBLEMS_WARNED} more notes on the source lists stand in the artifact's problems")


def _iso(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


if __name__ == "__main__":
    from ace.standalone import main

    raise SystemExit(main(__file__))
