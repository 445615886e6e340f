"""What goes wrong, when: rules that choose requests, and the kinds of fault there are.

Kinds
    a number         that HTTP status, with the error body of the API (429, 529, 500, 503, 401, 402, 403, 404, 413 …)
    quota            the account has no money left: 402 from Anthropic, 429 insufficient_quota from OpenAI
    context          400, the request is too long for the model
    hang             no answer, ever; not billed
    reset            half of a billed answer, then a TCP reset
    cut              half of a billed answer, then an orderly end of the connection
    half_json, wrong_shape, fenced, empty, refusal, max_tokens
                     a billed answer that cannot be used as it is
    expired, errored rows of a batch that have no answer; not billed

Requests about batches and files meet only the rules that name them: api="POST batches", "GET batches", "POST files",
"GET files", each with a status, hang, reset or cut. The work is done before: a batch whose id got lost exists.
"""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Iterable
from typing import NamedTuple

OF_ROWS = frozenset({"expired", "errored"})  # only a row of a batch can end like this
OF_ANSWERS = frozenset({"half_json", "wrong_shape", "fenced", "empty", "refusal", "max_tokens"})
KINDS = OF_ROWS | OF_ANSWERS | {"quota", "context", "hang", "reset", "cut"}
LEAST_STATUS = 400


class Fault(NamedTuple):
    """One rule; the first that fits a request decides. What is left at its default chooses nothing.

    api         messages, chat, embeddings or embed; or one of those about batches and files
    contains    text in the request's body, or the custom id of a batch's row
    first       only the first so many attempts of the same request
    nth         only these requests, counted from 1 in the order of arrival
    share       only this share of different requests, chosen by their keys: the same ones every time
    at_most     so often in all
    retry_after seconds, sent with a status; `as_date` sends it as an HTTP date
    message     what the error body says, for servers that are told apart by their words; `code` likewise
    """

    kind: int | str
    api: str = ""
    contains: str = ""
    first: int = 0
    nth: tuple[int, ...] = ()
    share: float = 1.0
    at_most: int = 0
    retry_after: float | None = None
    as_date: bool = False
    message: str = ""
    code: str = ""


class Faults:
    """The rules of one server, and how often each was followed."""

    def __init__(self, rules: Iterable[Fault]) -> None:
        self._rules = list(rules)
        self._followed: Counter[int] = Counter()
        self._lock = threading.Lock()
        for rule in self._rules:
            known = rule.kind in KINDS if isinstance(rule.kind, str) else rule.kind >= LEAST_STATUS
            if not known:
                message = f"unknown kind of fault {rule.kind!r}; one of {sorted(KINDS)} or an HTTP status"
                raise ValueError(message)

    def add(self, rule: Fault) -> None:
        with self._lock:
            self._rules.append(rule)

    def clear(self) -> None:
        with self._lock:
            self._rules.clear()
            self._followed.clear()

    def pick(
        self, api: str, text: str, key: str, attempt: int, number: int, *, row: bool, named: bool = False
    ) -> Fault | None:
        """The rule for this request. `attempt` counts the same request, `number` all of them, both from 1.

        `row`: it is a row of a batch. `named`: only rules that name its API are meant.
        """
        with self._lock:
            for place, rule in enumerate(self._rules):
                if named and not rule.api:
                    continue
                if self._fits(place, rule, row) and _chooses(rule, api, text, key, attempt, number):
                    self._followed[place] += 1
                    return rule
        return None

    def _fits(self, place: int, rule: Fault, row: bool) -> bool:
        of_rows = rule.kind in OF_ROWS or rule.kind in OF_ANSWERS
        used_up = bool(rule.at_most) and self._followed[place] >= rule.at_most
        return not used_up and (of_rows if row else rule.kind not in OF_ROWS)


def _chooses(rule: Fault, api: str, text: str, key: str, attempt: int, number: int) -> bool:
    if rule.api and rule.api != api:
        return False
    if rule.contains and rule.contains not in text:
        return False
    if rule.first and attempt > rule.first:
        return False
    if rule.nth and number not in rule.nth:
        return False
    return int(key[:8], 16) / 2**32 < rule.share
