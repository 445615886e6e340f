"""What a person sees while a run goes on: one line per phase as it ends. Plain text; nothing heavy is imported.

`Lines` listens to the run's events, which are on disk before they come here.
"""

from __future__ import annotations

from typing import IO

from ace.records import Data
from ace.views.safe import clean

HEADER = f"{'':>2} {'phase':<20} {'state':<10} {'time':>8} {'in → out':>14}  {'cost':>7}"
SHOWN_AS_MS, MINUTE, SHOWN_AS_CENTS = 0.1, 60, 0.1


class Lines:
    """Prints events as lines. On a terminal a progress line is rewritten in place."""

    def __init__(self, out: IO[str], *, quiet: bool = False) -> None:
        self._out, self._quiet = out, quiet
        self._live = out.isatty() and not quiet
        self._open = ""

    def __call__(self, event: Data) -> None:
        show = getattr(self, f"_{event['kind']}", None)
        if show is not None and (not self._quiet or event["kind"] in ("phase_failed", "phase_blocked")):
            show(event)

    def _run_started(self, event: Data) -> None:
        verb = "going on with" if event["resumed"] else "started"
        self._line(f"{event['pipeline']}: {verb} run {event['run_id']}")
        self._line(HEADER)

    def _phase_started(self, event: Data) -> None:
        if event["reason"] != "no artifact yet":
            self._line(f"{event['number']:>2} {event['phase']:<20} runs: {event['reason']}")
        self._progress({"phase": event["phase"], "done": 0, "total": 0, "note": ""})

    def _progress(self, event: Data) -> None:
        if self._live:
            many = f" {event['done']}/{event['total']}" if event["total"] else ""
            self._open = clean(f"   {event['phase']}{many} {event['note']}", lines=True)[:78]
            self._out.write(f"\r\x1b[2K{self._open}")
            self._out.flush()

    def _phase_committed(self, event: Data) -> None:
        flow = f"{event['input_count']} → {event['output_count']}"
        took = seconds(event["duration_seconds"])
        cost = money(event["cost_usd"])
        failed = f"  {event['failed_count']} failed" if event["failed_count"] else ""
        state = event["status"]
        self._line(f"{event['number']:>2} {event['phase']:<20} {state:<10} {took:>8} {flow:>14}  {cost:>7}{failed}")

    def _phase_skipped(self, event: Data) -> None:
        note = "" if event["reason"] == "valid" else f"  {event['reason']}"
        self._line(f"{event['number']:>2} {event['phase']:<20} {'kept':<10}{note}")
        for reason in event.get("stale", ()):
            self._line(f"   warning: stale: {reason}; kept as it is (--rerun-stale makes it anew)")

    def _phase_failed(self, event: Data) -> None:
        self._line(f"{event['number']:>2} {event['phase']:<20} {'failed':<10} {first_line(event['message'])}")

    def _phase_interrupted(self, event: Data) -> None:
        self._line(f"{event['number']:>2} {event['phase']:<20} {'stopped':<10} what was finished is kept")

    def _pausing(self, event: Data) -> None:
        self._line("   a pause was asked for: nothing new starts, what is in flight is waited for")

    def _cancelling(self, event: Data) -> None:
        self._line("   a cancel was asked for: the run ends")

    def _phase_blocked(self, event: Data) -> None:
        self._line(f"{event['number']:>2} {event['phase']:<20} {'blocked':<10} {event['reason']}")

    def _journal(self, event: Data) -> None:
        self._line(f"   {event['phase']}: {event['items']} items were finished before; they are not done again")

    def _retry(self, event: Data) -> None:
        wait = seconds(event["seconds"])
        self._line(f"   {event['phase']}: try {event['attempt']} failed ({event['error']}); next in {wait}")

    def _warning(self, event: Data) -> None:
        self._line(f"   {event['phase']}: {event['message']}")

    def _line(self, text: str) -> None:
        text = clean(text, lines=True)  # messages may quote what was scraped
        self._out.write(f"\r\x1b[2K{text}\n" if self._open else f"{text}\n")
        self._open = ""
        self._out.flush()


def first_line(message: str) -> str:
    """What a table has room for; the whole message stands below it."""
    return message.partition("\n")[0]


def seconds(value: float) -> str:
    """47 ms, 1.2 s, 4 min 05 s, 2 h 03 min."""
    if value < SHOWN_AS_MS:
        return f"{value * 1000:.0f} ms"
    if value < MINUTE:
        return f"{value:.1f} s"
    minutes, rest = divmod(round(value), MINUTE)
    return f"{minutes} min {rest:02d} s" if minutes < MINUTE else f"{minutes // 60} h {minutes % 60:02d} min"


def money(value: float) -> str:
    """$1.25, four decimals below ten cents, a dash for nothing."""
    if not value:
        return "-"
    return f"${value:.4f}" if value < SHOWN_AS_CENTS else f"${value:.2f}"


def dollars(value: float) -> str:
    """The same in a sentence: nothing is $0."""
    return money(value) if value else "$0"
