"""Names are found, merged, counted and ordered; what is no name is left out."""

from __future__ import annotations

from pathlib import Path

import pytest

from phases.common import entities, gazetteer
from phases.common.gazetteer import Entry

LINK = "https://example.org"
KNOWN = gazetteer.compiled(
    [
        Entry("OpenAI", "company", (), "Makes ChatGPT.", LINK),
        Entry("Apple", "company", (), "Makes phones.", LINK),
        Entry("Sam Altman", "person", (), "Founded OpenAI.", LINK),
        Entry("Donald Trump", "person", ("Trump",), "Politician.", LINK),
        Entry("Claude", "model", (), "Language models.", LINK, ("Anthropic", "AI")),
        Entry("GPT-4o", "model", (), "A language model.", LINK),
    ]
)
NEWS = Path(__file__).resolve().parents[4] / "shared" / "data" / "news" / "bbc100" / "article" / "tech"


def plain(text: str, title: str = "") -> dict[str, entities.Entity]:
    found = entities.recognise(text, KNOWN, title=title, use_spacy=False)
    return {entity.name: entity for entity in found}


def test_possessives_count_as_the_name_itself() -> None:
    assert plain("OpenAI's plan. OpenAI’s board. OpenAI won.")["OpenAI"].mentions == 3


def test_the_title_counts() -> None:
    assert plain("Nothing here.", title="OpenAI Opens Office")["OpenAI"].mentions == 1


def test_a_surname_alone_is_the_person_with_that_surname() -> None:
    found = plain("Sam Altman spoke. Later Altman left. Ada Brook said no; Brook stayed.")
    assert (found["Sam Altman"].mentions, found["Ada Brook"].mentions) == (2, 2)
    assert {"Altman", "Brook"}.isdisjoint(found)


def test_an_acronym_is_the_name_that_it_abbreviates() -> None:
    found = plain("They met the Northern Grid Council (NGC). In spring the NGC voted, and then the NGC closed.")
    assert found["Northern Grid Council"].mentions == 4
    assert found["Northern Grid Council"].type == "organisation"
    assert "NGC" not in found


def test_legal_forms_are_dropped_and_spellings_joined() -> None:
    found = plain("The startup Quiet River Inc. grew. The firm Quiet River sold.")
    assert found["Quiet River"].mentions == 2
    assert found["Quiet River"].type == "company"


def test_most_mentioned_first_then_first_mentioned() -> None:
    found = entities.recognise("GPT-4o by OpenAI. OpenAI again, and Apple.", KNOWN, use_spacy=False)
    assert [entity.name for entity in found] == ["OpenAI", "GPT-4o", "Apple"]


def test_a_known_name_inside_another_persons_name_is_not_found_there() -> None:
    assert "Donald Trump" not in plain("Then Eric Trump said it was late.")
    assert "Claude" not in plain("AI owes much to theory, as Claude Shannon said.")


def test_weekdays_months_demonyms_and_bare_ai_are_no_names() -> None:
    text = "They met on Monday in March. On Monday the American and British teams, all in AI, met in March again."
    assert plain(text) == {}


def test_a_capital_at_the_start_of_a_sentence_makes_no_name() -> None:
    assert plain("Prices fell. Prices rose. Clouds came. Clouds went.") == {}


def test_a_capitalised_word_that_the_text_also_writes_small_is_no_name() -> None:
    assert plain("They saw Cinemas close, and then Cinemas open; most cinemas did.") == {}


def test_licences_are_not_the_universities_they_are_named_after() -> None:
    assert plain("It came under the MIT License, and the MIT licence is short.") == {}


def test_markup_and_addresses_are_no_names() -> None:
    assert plain("see <B>Bold</B> and https://x.org/Path and a@B.com and a|B") == {}


def test_an_adverb_before_a_name_is_no_part_of_it() -> None:
    assert set(plain("Then Ada Brook said so. But Ostrava, a small startup, closed.")) == {"Ada Brook", "Ostrava"}


def test_an_empty_text_has_no_entities() -> None:
    assert entities.recognise("", KNOWN, use_spacy=False) == []


def test_only_the_beginning_of_a_very_long_text_is_read() -> None:
    assert plain("word " * entities.MAX_CHARS + "OpenAI") == {}


def test_the_method_says_whether_the_recogniser_was_there(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(entities, "spacy_installed", lambda: False)
    assert entities.method() == "gazetteer+patterns"
    monkeypatch.setattr(entities, "spacy_installed", lambda: True)
    assert entities.method() == "spacy+gazetteer+patterns"
    assert entities.method(use_spacy=False) == "gazetteer+patterns"


@pytest.fixture
def spacy_model() -> None:
    if not entities.spacy_installed():
        pytest.skip(f"{entities.SPACY_MODEL} is not installed (extra: nlp)")


@pytest.mark.usefixtures("spacy_model")
def test_the_recogniser_adds_people_and_places_and_known_names_keep_their_type() -> None:
    text = "In Lima, Carlos Saldarriaga met Sam Altman of OpenAI. The GPT-4o launch in Peru went well."
    found = {entity.name: entity.type for entity in entities.recognise(text, KNOWN)}
    assert found["Carlos Saldarriaga"] == "person"
    assert (found["Lima"], found["Peru"]) == ("place", "place")
    assert (found["OpenAI"], found["GPT-4o"], found["Sam Altman"]) == ("company", "model", "person")


@pytest.mark.usefixtures("spacy_model")
def test_real_news_gives_its_main_actors_and_the_same_list_every_time() -> None:
    file = NEWS / "010.txt"
    if not file.is_file():
        pytest.skip("../shared/data/news is not here")
    text = file.read_text(encoding="utf-8")
    found = entities.recognise(text, KNOWN)
    assert {"Google", "Microsoft", "Dan Gillmor", "Cory Doctorow"} <= {entity.name for entity in found}
    assert found == entities.recognise(text, KNOWN)
