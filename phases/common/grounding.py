"""Does a summary say only what its source says? Numbers, names, quotations and negations, sentence by sentence.

Each summary sentence is first aligned with the source sentences that it was made from; what it says is looked up
there, not just anywhere in the source. Lexical: it sees a changed figure, a strange name, an altered quotation and a
lost "not"; it does not see a wrong inference. Pure functions.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from phases.common.grounding_numbers import missing_numbers
from phases.common.stopwords import FUNCTION_WORDS, STOP_WORDS
from phases.common.text import nfc, sentences, shorten, words

if TYPE_CHECKING:
    from collections.abc import Sequence

CHECKS = ("supported", "numbers", "names", "quotations", "negation")
MAX_ALIGNED = 3  # source sentences that one summary sentence may have been fused from
MIN_NEW_WORDS = 2  # a further source sentence must explain so many words that the others do not
# Share of a summary sentence's words that its source sentences contain. Of 300 sentences of other articles 4 % have
# .3 or more, of 100 headlines 93 % (benchmarks/news/grounding.py); copied sentences have 1.
MIN_SUPPORT = 0.3
COPIED = 0.8  # from this share on a sentence counts as copied, below as reworded
MIN_QUOTED_WORDS = 3  # shorter quoted strings are titles and scare quotes; their names are checked anyway
NEGATED_WORDS = 2  # words with meaning after a negator that it is taken to govern …
NEGATION_REACH = 6  # … within so many words
_SHOWN = 60  # characters of a sentence quoted in a finding

_NAME = re.compile(r"(?<![\w.,])[^\W\d_](?:[\w&'’.-]*\w)?")
_QUOTED = re.compile(r"\"([^\"]+)\"|“([^“”]+)”|„([^„“”]+)[“”]|«([^«»]+)»|»([^«»]+)«")
_ELISION = re.compile(r"\s*(?:\.\.\.|…|\[[^\]]*\])\s*")
_NEGATORS = frozenset(
    {
        *("not", "no", "never", "none", "neither", "nor", "nobody", "nothing", "without", "cannot", "hardly", "barely"),
        *("declined", "declines", "refused", "refuses", "failed", "fails", "denied", "denies", "unable", "unlikely"),
        *("rejected", "rejects", "lack", "lacks", "lacked", "nicht", "kein", "keine", "keinen", "nie", "pas", "jamais"),
    }
)
_NOT_ONLY = frozenset(["only", "just", "least", "merely"])  # "not only X but Y" denies nothing


@dataclass(frozen=True)
class Finding:
    """One check of one summary. `sentences`: indices of the summary sentences that failed it."""

    check: str
    ok: bool
    detail: str
    sentences: tuple[int, ...] = ()


@dataclass(frozen=True)
class _Source:
    """Sentences of the source with their words; all its words; its text on one line, as it is and as plain words."""

    texts: list[str]
    bags: list[set[str]]
    known: set[str]
    line: str
    flat: str


def ground(summary: str, source: str) -> list[Finding]:
    """One finding per check in `CHECKS`, in that order. `source` is all that may be said: title, lead and text."""
    prepared = _prepare(source)
    problems: dict[str, list[tuple[int, str]]] = {check: [] for check in CHECKS}
    for place, sentence in enumerate(sentences(nfc(summary))):
        for check, problem in _problems(sentence, prepared):
            problems[check].append((place, problem))
    return [_finding(check, problems[check]) for check in CHECKS]


def is_grounded(summary: str, source: str) -> bool:
    """Whether every check passes."""
    return all(finding.ok for finding in ground(summary, source))


def _finding(check: str, problems: Sequence[tuple[int, str]]) -> Finding:
    detail = "; ".join(dict.fromkeys(problem for _, problem in problems))
    return Finding(check, not problems, detail, tuple(sorted({place for place, _ in problems})))


def _prepare(source: str) -> _Source:
    texts = sentences(nfc(source))
    bags = [set(words(text)) for text in texts]
    return _Source(texts, bags, set().union(*bags), _line(source), _flat(source))


def _problems(sentence: str, source: _Source) -> list[tuple[str, str]]:
    if _line(sentence) in source.line:
        return []  # copied word for word
    aligned = _aligned(sentence, source)
    shown = shorten(sentence, _SHOWN)
    support = _support(sentence, aligned)
    wrong_numbers = missing_numbers(sentence, aligned, source.texts, reworded=support < COPIED)
    found = [("numbers", problem) for problem in wrong_numbers]
    found += [("names", f"the name {name!r} is not in the source") for name in _strange_names(sentence, source)]
    found += [("quotations", f"the quotation {quote!r} is not in the source") for quote in _altered(sentence, source)]
    found += [("negation", problem) for problem in _flipped(sentence, aligned)]
    if support < MIN_SUPPORT:
        found.append(("supported", f"no sentence of the source says {shown!r}"))
    return found


def _meaning(text: str) -> set[str]:
    """Words that carry meaning; numbers are left out so that alignment cannot be led astray by a wrong one."""
    return {word for word in words(text) if word not in STOP_WORDS and not word[0].isdigit()}


def _aligned(sentence: str, source: _Source) -> list[str]:
    """The source sentences that best explain the words of this one, the best first (greedy set cover)."""
    open_words = _meaning(sentence) or set(words(sentence))
    chosen: list[int] = []
    while open_words and len(chosen) < MAX_ALIGNED:
        gains = [(len(open_words & bag), -len(bag - open_words), -place) for place, bag in enumerate(source.bags)]
        gain, _, place = max(gains, default=(0, 0, 0))
        if gain < (MIN_NEW_WORDS if chosen else 1):
            break
        chosen.append(-place)
        open_words = open_words - source.bags[-place]
    return [source.texts[place] for place in chosen]


def _support(sentence: str, aligned: Sequence[str]) -> float:
    """The share of the sentence's words that its source sentences contain; 1 when it has none to look for."""
    said = _meaning(sentence)
    there = {word for text in aligned for word in words(text)}
    return len(said & there) / len(said) if said else 1.0


def _strange_names(sentence: str, source: _Source) -> list[str]:
    """Capitalised words and words with digits that the source does not have.

    The first word of a sentence or quotation is capitalised anyway: it counts only when the next one is too.
    """
    matches = list(_NAME.finditer(sentence))
    strange = []
    for at, match in enumerate(matches):
        word = match.group()
        is_first = not re.search(r"[^\W_][^.!?:\"“„«]*\Z", sentence[: match.start()])
        paired = at + 1 < len(matches) and matches[at + 1].group()[0].isupper()
        named = word[0].isupper() and (not is_first or paired or not word[1:].islower())
        if (named or re.search(r"\d", word)) and not set(words(word)) <= source.known:
            strange.append(word)
    return strange


def _altered(sentence: str, source: _Source) -> list[str]:
    """Quotations that do not stand in the source word for word; what an ellipsis or brackets replace is left out."""
    quotes = ["".join(groups) for groups in _QUOTED.findall(sentence)]
    parts = [part for quote in quotes for part in _ELISION.split(quote)]
    return [part for part in parts if len(words(part)) >= MIN_QUOTED_WORDS and _flat(part) not in source.flat]


def _line(text: str) -> str:
    return " ".join(nfc(text).split())


def _flat(text: str) -> str:
    return f" {' '.join(words(text))} "


def _flipped(sentence: str, aligned: Sequence[str]) -> list[str]:
    """Words that are denied in the summary sentence and not in its source, or the other way round."""
    here, there = _denied(sentence), _merged([_denied(text) for text in aligned])
    shared = [word for word in here if word in there]
    added = [word for word in shared if True in here[word] and True not in there[word]]
    lost = [word for word in shared if here[word] == {False} and there[word] == {True}]
    return [f"{word!r} is denied here but not in the source" for word in added] + [
        f"{word!r} is denied in the source but not here" for word in lost
    ]


def _denied(text: str) -> dict[str, set[bool]]:
    """For every word with meaning: whether it is denied, not denied, or both in different places.

    Two negators cancel each other: "not unable to board" denies neither.
    """
    tokens = words(text)
    denials = [0] * len(tokens)
    for place, token in enumerate(tokens):
        following = tokens[place + 1] if place + 1 < len(tokens) else ""
        if _is_negator(token) and following not in _NOT_ONLY:
            reach = range(place + 1, min(place + 1 + NEGATION_REACH, len(tokens)))
            for at in [at for at in reach if tokens[at] not in FUNCTION_WORDS and not _is_negator(tokens[at])][
                :NEGATED_WORDS
            ]:
                denials[at] += 1
    flags: dict[str, set[bool]] = {}
    for token, denied in zip(tokens, denials, strict=True):
        if token not in FUNCTION_WORDS and not _is_negator(token):
            flags.setdefault(token, set()).add(denied % 2 == 1)
    return flags


def _is_negator(token: str) -> bool:
    return token in _NEGATORS or token.endswith("n't")


def _merged(many: Sequence[dict[str, set[bool]]]) -> dict[str, set[bool]]:
    merged: dict[str, set[bool]] = {}
    for flags in many:
        for word, seen in flags.items():
            merged.setdefault(word, set()).update(seen)
    return merged
