"""Finding pipelines and phases; listing them imports no phase."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from ace import discovery
from ace.errors import ConfigError, UsageError
from ace.records import Phase, Pipeline

ROOT = Path(__file__).resolve().parents[2]
HEAD = "from ace import Output, Phase, Pipeline\n"
Write = Callable[[str, str], Path]

pytestmark = pytest.mark.usefixtures("clean_imports")


@pytest.fixture
def write(tmp_path: Path) -> Write:
    def act(name: str, text: str) -> Path:
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(HEAD + text)
        return path

    return act


def test_the_built_in_pipelines_are_found_by_name() -> None:
    assert "news" in discovery.names()
    assert discovery.find("news").name == "news"


def test_listing_pipelines_imports_no_phase() -> None:
    code = (
        "import sys; from ace import discovery\n"
        "for name in discovery.names(): discovery.find(name)\n"
        "print([name for name in sys.modules if name.startswith('phases.') and '.p0' in name])"
    )
    found = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert found.stdout == "[]\n"


def test_an_unknown_pipeline_is_refused_with_the_nearest() -> None:
    with pytest.raises(UsageError, match="no pipeline 'nwes'") as caught:
        discovery.find("nwes")
    assert "news" in caught.value.hint


@pytest.mark.parametrize("name", ["", "../news", "news/..", "phases.news", "n" * 300, "ne\x00ws", "\n"])
def test_strange_names_are_unknown_pipelines(name: str) -> None:
    with pytest.raises(UsageError, match="no pipeline"):
        discovery.find(name)


def test_a_file_is_a_pipeline(write: Write) -> None:
    path = write("mine.py", "PIPELINE = Pipeline('mine', (Phase('one'),))\ndef one(inputs, ctx): return Output({})\n")
    pipeline = discovery.find(str(path))
    assert pipeline.name == "mine"
    assert pipeline.file == str(path)
    assert discovery.module_file(pipeline, pipeline.phases[0]) == path
    assert discovery.load(pipeline, pipeline.phases[0]).__name__ == "one"


def test_a_missing_file_is_a_usage_error(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"no pipeline file .*none\.py"):
        discovery.find(str(tmp_path / "none.py"))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("def broken(:\n", r"mine\.py: SyntaxError: .*line 2"),
        ("import nowhere_at_all\n", r"mine\.py: ModuleNotFoundError: .*nowhere_at_all"),
        ("1 / 0\n", r"mine\.py: ZeroDivisionError"),
        ("", r"mine\.py does not bind PIPELINE"),
        ("PIPELINE = 'demo'\n", r"mine\.py does not bind PIPELINE"),
        ("PIPELINE = Pipeline('../x', (Phase('one'),))\n", "'../x' cannot be a name"),
        ("PIPELINE = Pipeline('x', (Phase('a/b'),))\n", "'a/b' cannot be a name"),
        ("PIPELINE = Pipeline('x', (Phase('One'),))\n", "'One' cannot be a name"),
        ("PIPELINE = Pipeline('', (Phase('one'),))\n", "'' cannot be a name"),
        ("PIPELINE = Pipeline('x', (Phase('a\\n'),))\n", "cannot be a name"),
    ],
)
def test_a_file_that_is_no_pipeline_says_why(write: Write, text: str, said: str) -> None:
    with pytest.raises(ConfigError, match=said):
        discovery.find(str(write("mine.py", text)))


@pytest.mark.parametrize("name", ["json.py", "ace.py", "phases.py"])
def test_a_file_cannot_take_the_name_of_a_module_that_is_needed(write: Write, name: str) -> None:
    with pytest.raises(ConfigError, match="rename|exists already"):
        discovery.find(str(write(name, "PIPELINE = Pipeline('x', (Phase('one'),))\n")))


PIPELINE = Pipeline(
    "demo", (Phase("scraping"), Phase("ranking"), Phase("report"), Phase("reported")), file="/x/demo.py"
)


@pytest.mark.parametrize(
    ("wanted", "name"),
    [
        ("scraping", "scraping"),
        ("scr", "scraping"),
        ("1", "scraping"),
        ("04", "reported"),
        ("report", "report"),
        ("ra", "ranking"),
    ],
)
def test_a_phase_is_found_by_name_prefix_and_number(wanted: str, name: str) -> None:
    assert discovery.phase(PIPELINE, wanted).name == name


@pytest.mark.parametrize("wanted", ["", "0", "5", "-1", "1.0", "２", "9" * 5000, "re", "rankng", "x" * 300])
def test_an_unknown_phase_is_refused_with_the_names(wanted: str) -> None:
    with pytest.raises(UsageError, match="has no phase") as caught:
        discovery.phase(PIPELINE, wanted)
    assert "did you mean" in caught.value.hint
    assert len(caught.value.message) < 200


def test_the_nearest_phase_is_named() -> None:
    with pytest.raises(UsageError) as caught:
        discovery.phase(PIPELINE, "rankng")
    assert "did you mean ranking, " in caught.value.hint


@pytest.mark.parametrize("module", ["phases.news.p99_nothing", "no_such_package.p01_one", "no_such_module"])
def test_a_module_that_does_not_exist_is_named(module: str) -> None:
    with pytest.raises(ConfigError, match=f"phase 'one' needs the module {module}"):
        discovery.module_file(Pipeline("demo", (), package="x"), Phase("one", run=module))


def test_a_package_names_its_modules_by_number(write: Write, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write("mypack/__init__.py", "")
    path = write("mypack/p02_two.py", "def run(inputs, ctx): return Output({})\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    pipeline = Pipeline("demo", (Phase("one"), Phase("two")), package="mypack")
    assert discovery.module_file(pipeline, pipeline.phases[1]) == path
    assert callable(discovery.load(pipeline, pipeline.phases[1]))


def test_a_function_may_be_named_and_must_exist(write: Write) -> None:
    write("things.py", "def work(inputs, ctx): return Output({})\nTHING = 3\n")
    pipeline = discovery.find(
        str(write("mine.py", "PIPELINE = Pipeline('mine', (Phase('one', run='things:work'),))\n"))
    )
    assert discovery.load(pipeline, pipeline.phases[0]).__name__ == "work"
    for name in ("nothing", "THING"):
        with pytest.raises(ConfigError, match=f"has no function '{name}'"):
            discovery.load(pipeline, Phase("one", run=f"things:{name}"))


def test_a_library_that_is_missing_is_named(write: Write) -> None:
    write("needy.py", "import nowhere_at_all\ndef run(inputs, ctx): ...\n")
    pipeline = discovery.find(str(write("mine.py", "PIPELINE = Pipeline('mine', (Phase('one', run='needy'),))\n")))
    with pytest.raises(ConfigError, match="phase 'one' cannot be imported: .*nowhere_at_all"):
        discovery.load(pipeline, pipeline.phases[0])


def test_schemas_lie_beside_a_users_pipeline(write: Write, tmp_path: Path) -> None:
    path = write("mine.py", "PIPELINE = Pipeline('mine', (Phase('one'), Phase('two')), schemas='shapes')\n")
    (tmp_path / "shapes").mkdir()
    (tmp_path / "shapes" / "one.schema.json").write_text('{"$id": "mine:one"}')
    pipeline = discovery.find(str(path))
    found = discovery.phase_schema(pipeline, pipeline.phases[0])
    assert found
    assert found.id == "mine:one"
    with pytest.raises(ConfigError, match=r"two\.schema\.json"):
        discovery.phase_schema(pipeline, pipeline.phases[1])
    assert discovery.phase_schema(pipeline._replace(schemas=""), pipeline.phases[1]) is None
