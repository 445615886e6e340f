"""Configuration: which layer wins, and what a person is told who mistyped something."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from ace import config
from ace.errors import ConfigError
from ace.records import MODEL_KEYS, Phase, Pipeline

PIPELINE = Pipeline(
    "demo",
    (
        Phase(
            "scrape",
            reads=(),
            config={
                "timeout_s": 10.0,
                "many": 3,
                "polite": True,
                "agent": "x",
                "languages": ["en"],
                "kinds": ("a", "b"),
                "any": None,
                "limits": {"a": 1},
            },
        ),
        Phase("rank", config={"keep": 5}),
    ),
)


@pytest.fixture(autouse=True)
def _in_a_folder_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def load(toml: str = "", user: str = "", flags: Any = None, **environ: str) -> config.Settings:
    if toml:
        Path("ace.toml").write_text(toml)
    if user:
        path = Path("home/.config/ace/config.toml")
        path.parent.mkdir(parents=True)
        path.write_text(user)
    return config.load(flags, {"HOME": str(Path("home").resolve())} | environ)


def values(settings: config.Settings, overrides: Any = None) -> Any:
    return config.effective(PIPELINE, settings, overrides or {})


def test_without_any_file_the_defaults_hold() -> None:
    settings = load()
    assert settings.artifacts == Path("data/artifacts")
    assert settings.cache == Path("data/cache")
    assert values(settings)["rank"] == {"keep": 5}


def test_the_nearer_layer_wins() -> None:
    user = '[ace]\nartifacts = "user"\ncache = "user"\nprune_keep = 1\nprune_days = 1\n'
    toml = '[ace]\nartifacts = "file"\ncache = "file"\nprune_keep = 2\n'
    settings = load(toml, user, {"artifacts": "flag"}, ACE_CACHE="environment", ACE_ARTIFACTS="environment")
    assert settings.artifacts == Path("flag")
    assert settings.cache == Path("environment")
    assert settings.engine["prune_keep"] == 2
    assert settings.engine["prune_days"] == 1


def test_the_nearer_layer_wins_for_phases() -> None:
    user = "[demo.scrape]\nmany = 1\ntimeout_s = 1.0\npolite = false\n"
    toml = "[demo.scrape]\nmany = 2\ntimeout_s = 2.0\n[demo.rank]\nkeep = 2\n"
    settings = load(toml, user, ACE_DEMO__SCRAPE__TIMEOUT_S="3", ACE_DEMO__RANK__KEEP="3")
    found = values(settings, {"rank.keep": 4})
    assert found["scrape"]["polite"] is False
    assert found["scrape"]["many"] == 2
    assert found["scrape"]["timeout_s"] == 3.0
    assert found["rank"]["keep"] == 4


def test_xdg_config_home_is_where_it_says(tmp_path: Path) -> None:
    (tmp_path / "xdg" / "ace").mkdir(parents=True)
    (tmp_path / "xdg" / "ace" / "config.toml").write_text("[ace]\nprune_keep = 7\n")
    assert load(XDG_CONFIG_HOME=str(tmp_path / "xdg")).engine["prune_keep"] == 7


def test_an_empty_variable_is_not_set() -> None:
    assert load(ACE_ARTIFACTS="").artifacts == Path("data/artifacts")


def test_variables_that_are_not_ours_are_left_alone() -> None:
    load(ACE_SOMETHING="x", ACE_="y", ACE__X="z", ACEDEMO="w")


@pytest.mark.parametrize(
    ("raw", "key", "value"),
    [
        ("2026", "agent", "2026"),
        ("true", "agent", "true"),
        ("", "agent", ""),
        ("de", "languages", ["de"]),
        ('["de","fr"]', "languages", ["de", "fr"]),
        ("7", "many", 7),
        ("7", "timeout_s", 7.0),
        ("false", "polite", False),
        ('{"a":2}', "limits", {"a": 2}),
    ],
)
def test_a_variable_is_read_as_the_kind_of_its_default(raw: str, key: str, value: Any) -> None:
    found = values(load(**{f"ACE_DEMO__SCRAPE__{key.upper()}": raw}))["scrape"][key]
    assert found == value
    assert type(found) is type(value)


def refused(said: str, toml: str = "", overrides: Any = None, **environ: str) -> ConfigError:
    with pytest.raises(ConfigError, match=said) as caught:
        values(load(toml, **environ), overrides)
    return caught.value


@pytest.mark.parametrize(
    ("toml", "said"),
    [
        ("[ace]\n\nartifacts = \n", r"ace\.toml: .*line 3"),
        ('[ace]\nartifacts = "x\n', r"ace\.toml: .*line 2"),
        ("[ace\n", r"ace\.toml: .*line 1"),
        ("[ace]\nprune_keep = 1\nprune_keep = 2\n", r"ace\.toml: .*line 3"),
        ("\n[ace]\nartefacts = 'x'\n", r"ace\.toml:3: \[ace\] has no key 'artefacts'"),
        ("[ace]\n\nprune_keep = 'ten'\n", r"ace\.toml:3: 'ten' is not a whole number"),
        ("\nkeep = 3\n", r"ace\.toml:2: key 'keep' stands outside a section"),
        ("[demo]\nkeep = 3\n", r"ace\.toml:2: \[demo\] keep: expected a section"),
        ("[demo.rank]\nkep = 3\n", r"ace\.toml:2: phase rank has no key 'kep'"),
        ("[demo.scrape]\nmany = 1\n[demo.rank]\nmany = 1\n", r"ace\.toml:4: phase rank has no key 'many'"),
        ("[demo.rnk]\nkeep = 3\n", r"ace\.toml:2: pipeline demo has no phase 'rnk'"),
        ("[demo.rank]\nkeep = '3'\n", r"ace\.toml:2: rank\.keep: '3' is not a whole number"),
        ("[demo.rank]\nkeep = 3.0\n", r"ace\.toml:2: rank\.keep: 3\.0 is not a whole number"),
        ("[demo.rank]\nkeep = true\n", r"ace\.toml:2: rank\.keep: True is not a whole number"),
        ("[demo.scrape]\npolite = 1\n", r"ace\.toml:2: scrape\.polite: 1 is not true or false"),
        ("[demo.scrape]\nagent = 1\n", r"ace\.toml:2: scrape\.agent: 1 is not text"),
        ("[demo.scrape]\nlimits = [1]\n", r"ace\.toml:2: scrape\.limits: \[1\] is not a table"),
        ("[demo.scrape]\ntimeout_s = nan\n", r"ace\.toml:2: scrape\.timeout_s: .*nan"),
        ("[demo.scrape]\ntimeout_s = inf\n", r"ace\.toml:2: scrape\.timeout_s: .*inf"),
        ("[demo.scrape]\nany = 2026-11-22\n", r"ace\.toml:2: scrape\.any: .*date"),
        ("[demo.scrape]\nlanguages = [2026-11-22]\n", r"ace\.toml:2: scrape\.languages: \[0\]: date"),
    ],
)
def test_a_mistake_in_the_file_is_named_with_its_line(toml: str, said: str) -> None:
    refused(said, toml)


def test_a_mistake_in_the_file_hints_at_what_was_meant() -> None:
    assert "artifacts" in refused("artefacts", "[ace]\nartefacts = 'x'\n").hint
    assert "keep" in refused("kep", "[demo.rank]\nkep = 3\n").hint
    assert "rank" in refused("rnk", "[demo.rnk]\nkeep = 3\n").hint


def test_a_file_that_is_not_text_is_named() -> None:
    Path("ace.toml").write_bytes(b"[ace]\nx = '\xff'\n")
    refused(r"ace\.toml")


def test_a_mistake_in_a_variable_is_named_with_the_variable() -> None:
    refused("ACE_DEMO__RANK__KEEP: rank.keep: 'x' is not a whole number", ACE_DEMO__RANK__KEEP="x")
    refused("ACE_PRUNE_KEEP: 'x' is not a whole number", ACE_PRUNE_KEEP="x")
    refused("ACE_DEMO__RANK__KEP: phase rank has no key 'kep'", ACE_DEMO__RANK__KEP="1")


def test_sections_of_other_pipelines_are_theirs() -> None:
    assert values(load("[news.scrape]\nwhatever = 1\n"))["rank"] == {"keep": 5}


def test_a_whole_number_will_do_for_a_number_and_one_thing_for_a_list() -> None:
    found = values(load("[demo.scrape]\ntimeout_s = 3\nlanguages = 'de'\nkinds = ['c']\n"))["scrape"]
    assert (found["timeout_s"], type(found["timeout_s"])) == (3.0, float)
    assert found["languages"] == ["de"]
    assert found["kinds"] == ["c"]


def test_values_are_as_an_artifact_records_them_and_never_the_declared_objects() -> None:
    found = values(load())["scrape"]
    assert found["kinds"] == ["a", "b"]  # a tuple would differ from every record of it
    found["languages"].append("de")
    found["limits"]["b"] = 2
    assert values(load())["scrape"]["languages"] == ["en"]
    assert PIPELINE.phases[0].config["limits"] == {"a": 1}


def test_a_default_that_is_not_json_is_a_mistake_of_the_pipeline() -> None:
    broken = Pipeline("demo", (Phase("scrape", config={"when": {1, 2}}),))
    with pytest.raises(ConfigError, match="pipeline demo, phase scrape: config: when: set"):
        config.effective(broken, load(), {})


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("rank.keep=7", ("rank.keep", 7)),
        ("demo.rank.keep=7", ("rank.keep", 7)),
        (" rank.keep =7", ("rank.keep", 7)),
        ("scrape.agent=7", ("scrape.agent", "7")),
        ("scrape.agent=a=b", ("scrape.agent", "a=b")),
        ("scrape.agent=", ("scrape.agent", "")),
        ("scrape.polite=false", ("scrape.polite", False)),
        ('scrape.languages=["de"]', ("scrape.languages", ["de"])),
        ("scrape.languages=de", ("scrape.languages", "de")),
    ],
)
def test_an_assignment_is_read_as_the_kind_of_its_default(text: str, expected: tuple[str, Any]) -> None:
    assert config.parse_assignment(text, PIPELINE) == expected


@pytest.mark.parametrize("text", ["rank.keep", "keep=3", "=3", "", "rank=3"])
def test_an_assignment_of_another_form_is_refused_with_an_example(text: str) -> None:
    with pytest.raises(ConfigError, match="expected phase.key=value") as caught:
        config.parse_assignment(text, PIPELINE)
    assert "--set scrape." in caught.value.hint


@pytest.mark.parametrize(("text", "near"), [("rnk.keep=3", "rank"), ("rank.kep=3", "keep"), ("rank.=3", "keep")])
def test_an_assignment_to_something_unknown_hints_at_what_was_meant(text: str, near: str) -> None:
    with pytest.raises(ConfigError, match="--set") as caught:
        config.parse_assignment(text, PIPELINE)
    assert near in caught.value.hint


@pytest.mark.parametrize("raw", ["NaN", "1e999", "x", '"3"', "[1]"])
def test_an_assignment_of_another_kind_is_refused(raw: str) -> None:
    dotted, value = config.parse_assignment(f"scrape.timeout_s={raw}", PIPELINE)
    refused("--set: scrape.timeout_s: .* is not a number", overrides={dotted: value})


def test_text_that_cannot_be_stored_is_refused() -> None:
    refused("--set: scrape.agent: .*surrogate", overrides={"scrape.agent": "\udcff"})


def said_of(section: str) -> str:
    Path("ace.toml").write_text(f"[{section}]\nkeep = 3\n")
    with pytest.raises(ConfigError) as error:
        config.effective(PIPELINE, config.load({}, {}), {})
    return f"{error.value.message}; {error.value.hint}"


def test_a_misspelled_pipeline_is_refused_with_what_was_meant() -> None:
    assert said_of("dmeo.rank") == "ace.toml:2: there is no pipeline 'dmeo'; did you mean [demo.rank]?"


def test_a_misspelled_pipeline_in_the_environment_is_refused() -> None:
    with pytest.raises(ConfigError, match="ACE_DEMOS__RANK__KEEP: there is no pipeline 'demos'"):
        config.effective(PIPELINE, config.load({}, {"ACE_DEMOS__RANK__KEEP": "3"}), {})


@pytest.mark.parametrize("section", ["news.rank", "something_else.rank", "demos.other_phase"])
def test_sections_of_other_pipelines_are_left_to_them(section: str) -> None:
    Path("ace.toml").write_text(f"[{section}]\nkeep = 3\n")
    assert config.effective(PIPELINE, config.load({}, {}), {})["rank"] == {"keep": 5}


def test_a_pipeline_that_is_installed_has_a_section_of_its_own() -> None:
    Path("ace.toml").write_text("[news.rank]\nkeep = 3\n")
    similar = PIPELINE._replace(name="newsy")
    assert config.effective(similar, config.load({}, {}), {})["rank"] == {"keep": 5}


def test_a_pipeline_file_with_a_similar_name_has_a_section_of_its_own() -> None:
    Path("demos.py").touch()
    test_sections_of_other_pipelines_are_left_to_them("demos.rank")


def test_a_phase_that_asks_takes_provider_and_model_from_the_section_or_says_its_own():
    pipeline = Pipeline(
        "p", (Phase("one", config={**MODEL_KEYS}), Phase("two", config={**MODEL_KEYS}), Phase("three", config={"a": 1}))
    )
    settings = config.load(environ={"ACE_MODELS__PROVIDER": "mock", "ACE_P__TWO__PROVIDER": "local"})
    values = config.effective(pipeline, settings, {})
    assert (values["one"]["provider"], values["one"]["model"]) == ("mock", "mock")
    assert (values["two"]["provider"], values["two"]["model"]) == ("local", "")
    assert values["three"] == {"a": 1}
    values = config.effective(
        pipeline, settings, {"models.provider": "anthropic", "models.model": "m", "two.model": "n"}
    )
    assert (values["one"]["provider"], values["one"]["model"]) == ("anthropic", "m")
    assert values["two"]["model"] == ""


def test_the_provider_is_the_one_whose_key_is_there_and_local_without():
    for environ, expected in (
        ({}, "local"),
        ({"OPENAI_API_KEY": "k"}, "openai"),
        ({"OPENAI_API_KEY": "k", "ANTHROPIC_API_KEY_FILE": "f"}, "anthropic"),
        ({"ANTHROPIC_API_KEY": "k", "ACE_MODELS__PROVIDER": "local"}, "local"),
    ):
        assert config.load(environ=environ).models["provider"] == expected


@pytest.mark.parametrize(
    ("name", "value"),
    [("PROVIDER", "nobody"), ("LEDGER", "maybe"), ("MAX_COST", "-1"), ("CONCURRENCY", "0"), ("MODLE", "m")],
)
def test_what_the_section_of_models_cannot_mean_is_refused(name: str, value: str):
    with pytest.raises(ConfigError, match=name.lower()):
        config.load(environ={f"ACE_MODELS__{name}": value})
