"""Grounding: a changed number, a strange name, an altered quotation, a lost or added "not" is objected to."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from types import ModuleType

import pytest

from phases.common.grounding import CHECKS, ground, is_grounded

SHARED = Path(__file__).resolve().parents[3].parent / "shared"
SOURCE = """Lumen opens a plant in Porto
Lumen Labs will open a battery plant in Porto in March 2027, the company said on Monday.
The plant will cost $340 million and employ 1,200 people, most of them engineers.
“We looked at forty cities before choosing Porto,” said Ines Duarte, who runs Lumen Labs.
A rival plant in Vigo employs 900 people.
The company has not asked the state for money.
Lumen Labs is unable to say when the second plant will open.
"""
COPIED = (
    "Lumen Labs will open a battery plant in Porto in March 2027, the company said on Monday. The plant will cost $340 "
    "million and employ 1,200 people, most of them engineers. The company has not asked the state for money."
)


def failed(summary: str) -> set[str]:
    return {finding.check for finding in ground(summary, SOURCE) if not finding.ok}


def test_copied_and_reworded_sentences_pass() -> None:
    assert [finding.check for finding in ground(COPIED, SOURCE)] == list(CHECKS)
    assert failed(COPIED) == set()
    assert failed("Lumen Labs plans a $340m plant in Porto that will employ 1,200 people.") == set()


@pytest.mark.parametrize(
    ("before", "after", "check"),
    [
        ("2027", "2029", "numbers"),
        ("$340", "$430", "numbers"),
        ("$340", "£340", "numbers"),
        ("1,200 people", "900 people", "numbers"),
        ("in Porto", "in Lisbon", "names"),
        ("has not asked", "has asked", "negation"),
        ("will cost", "will not cost", "negation"),
        ("will open", "won't open", "negation"),
    ],
)
def test_one_changed_word_is_objected_to(before: str, after: str, check: str) -> None:
    assert before in COPIED
    assert check in failed(COPIED.replace(before, after))


def test_two_negations_cancel() -> None:
    sentence = "Lumen Labs is not unable to say when the second plant will open."
    assert "negation" in failed(sentence)


def test_a_quotation_must_stand_in_the_source_word_for_word() -> None:
    assert failed("Ines Duarte said: “We looked at forty cities before choosing Porto.”") == set()
    assert failed("Ines Duarte said: “We looked at … cities before choosing Porto.”") == set()
    assert "quotations" in failed("Ines Duarte said: “We looked at many cities before choosing Porto.”")


def test_a_sentence_from_elsewhere_is_not_supported() -> None:
    assert "supported" in failed("Heavy snow closed several mountain roads during the weekend.")


def test_a_finding_names_the_sentence_and_says_why() -> None:
    summary = COPIED.replace("1,200", "1,300")
    (finding,) = [one for one in ground(summary, SOURCE) if not one.ok]
    assert finding.sentences == (1,)
    assert finding.detail == "the number '1,300' is not in the source"


def test_names_with_digits_are_names() -> None:
    source = "Lumen trained GPT-4 on 900 chips."
    assert is_grounded("Lumen trained GPT-4 on 900 chips.", source)
    assert not is_grounded("Lumen trained GPT-5 on 900 chips.", source)


def test_empty_texts_are_no_problem() -> None:
    assert is_grounded("", SOURCE)
    assert not is_grounded(COPIED, "")


@pytest.mark.skipif(not SHARED.is_dir(), reason="needs ../shared beside the project")
def test_planted_faults_in_real_articles_are_caught_without_false_alarms() -> None:
    cases = _scorer().grounding_cases(SHARED / "data" / "news")[::4]
    objected: dict[str, list[bool]] = {}
    for case in cases:
        objected.setdefault(case["kind"], []).append(not is_grounded(case["summary"], case["source"]))
    shares = {kind: sum(flags) / len(flags) for kind, flags in objected.items()}
    assert shares["clean"] <= 0.03
    assert min(shares["number"], shares["name"]) >= 0.95
    assert min(shares["same_source_number"], shares["negation"]) >= 0.7


def _scorer() -> ModuleType:
    spec = importlib.util.spec_from_file_location("news_score", SHARED / "score" / "news_score.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["news_score"] = module  # its dataclasses and annotations look themselves up there
    spec.loader.exec_module(module)
    return module
