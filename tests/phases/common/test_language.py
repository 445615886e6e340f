"""The language of a text: the text itself counts, the page's word only where the text is not clear."""

from __future__ import annotations

import threading

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from phases.common import language

SENTENCES = {
    "en": "The board met on Friday evening and decided that the laboratory would open its doors to visitors again.",
    "de": "Der Vorstand trat am Freitagabend zusammen und beschloss, das Labor wieder für Besucher zu öffnen.",
    "fr": "Le conseil s'est réuni vendredi soir et a décidé que le laboratoire ouvrirait de nouveau ses portes.",
    "es": "El consejo se reunió el viernes por la noche y decidió que el laboratorio volviera a abrir sus puertas.",
    "ja": "取締役会は金曜日の夜に開かれ、研究所を再び一般に公開することを決めました。来月から見学できます。",
    "ru": "Совет собрался в пятницу вечером и решил, что лаборатория снова откроет свои двери для посетителей.",
}


@pytest.mark.parametrize("code", sorted(SENTENCES))
def test_a_sentence_is_enough(code):
    assert language.identify(SENTENCES[code]) == code


def test_a_wrong_attribute_does_not_overrule_a_clear_text():
    assert language.identify(SENTENCES["de"] * 3, "en-US") == "de"


@pytest.mark.parametrize("text", ["", "2026", "GPT-5 + 42 %", "Ok."])
def test_with_too_few_letters_only_the_attribute_is_left(text):
    assert language.identify(text, "pt_BR") == "pt"
    assert language.identify(text) == ""


def test_where_the_classifier_is_unsure_the_attribute_decides(monkeypatch):
    monkeypatch.setattr(language, "_classify", lambda sample: ("nl", 0.6))
    assert language.identify("words enough to be looked at", "af") == "af"
    assert language.identify("words enough to be looked at") == "nl"


@pytest.mark.parametrize(
    ("tag", "code"),
    [("en-GB", "en"), ("PT_br", "pt"), (" de ", "de"), ("zh-Hant-TW", "zh"), ("x-default", ""), ("eng", ""), ("", "")],
)
def test_the_primary_tag_has_two_letters(tag, code):
    assert language.primary_tag(tag) == code


@settings(max_examples=40, deadline=None)
@given(st.text(), st.text(max_size=10))
def test_any_text_gives_a_code_or_nothing(text, hint):
    code = language.identify(text, hint)
    assert code == "" or (len(code) == 2 and code.isascii() and code.islower())


def test_threads_share_one_model():
    found: list[str] = []
    threads = [threading.Thread(target=lambda: found.append(language.identify(SENTENCES["fr"]))) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == ["fr"] * 4
    assert language._load.cache_info().currsize == 1
