"""A tiny pipeline in a folder of its own, run in this process or as the command `ace`."""

from __future__ import annotations

import itertools
import os
import select
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import orjson
import pytest

from ace import config, discovery, orchestrator

ROOT = Path(__file__).resolve().parents[1]
for _name in [name for name in os.environ if name.startswith(("ANTHROPIC_", "OPENAI_", "CO_API", "ACE_"))]:
    del os.environ[_name]  # nobody's key is spent, nobody's settings decide a test
os.environ.setdefault("HYPOTHESIS_STORAGE_DIRECTORY", str(Path(tempfile.gettempdir()) / "ace-hypothesis"))

# Every phase notes that it ran, then does what the file <phase>.do beside the pipeline says, so that a test makes a
# phase fail, wait or return something odd without changing its code.
DEMO = """
import os
from pathlib import Path
from ace import Output, Phase, Pipeline
from ace.errors import PhaseError, StorageError, TransientError

HERE = Path(__file__).parent


def act(name, data, inputs, ctx):
    log = os.open(HERE / "executed.log", os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    os.write(log, f"{name}\\n".encode())
    os.close(log)
    script = HERE / f"{name}.do"
    scope = globals() | {"data": data, "inputs": inputs, "ctx": ctx}
    if script.exists():
        exec(script.read_text(), scope)
    return scope["data"]


def one(inputs, ctx):
    return Output(act("one", {"items": [{"id": str(n)} for n in range(ctx.config["count"])]}, inputs, ctx))


def two(inputs, ctx):
    return Output(act("two", {"items": [item | {"two": 2} for item in inputs["one"]["items"]]}, inputs, ctx))


def three(inputs, ctx):
    kept = inputs["two"]["items"][: ctx.config["keep"]]
    return Output(act("three", {"items": kept}, inputs, ctx))


def four(inputs, ctx):
    data = act("four", {"total": len(inputs["three"]["items"])}, inputs, ctx)
    return Output(data, files={"md": f"total {data.get('total')}\\n"})


PIPELINE = Pipeline(
    "demo",
    (
        Phase("one", reads=(), items="items", config={"count": 3}),
        Phase("two", items="items"),
        Phase("three", items="items", config={"keep": 2, "note": ""}),
        Phase("four"),
    ),
    options={"count": "one.count"},
)
"""
PHASES = ("one", "two", "three", "four")


class Project:
    """A folder with a pipeline file, its runs below `runs/`, and what its phases noted in `executed.log`."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.runs = folder / "runs"
        self.file = self.write("demo.py", DEMO)
        self._moments = itertools.count(1)

    def write(self, name: str, text: str) -> Path:
        """Write a file whose modification time differs from that of every version before."""
        path = self.folder / name
        before = path.stat().st_mtime_ns if path.exists() else 0
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        if before:
            os.utime(path, ns=(before, before + next(self._moments) * 1_000_000))
        return path

    def do(self, phase: str, script: str) -> None:
        (self.folder / f"{phase}.do").write_text(script)

    def undo(self, *phases: str) -> None:
        for phase in phases or PHASES:
            (self.folder / f"{phase}.do").unlink(missing_ok=True)

    def executed(self) -> list[str]:
        """Phases that ran since this was asked for the last time."""
        log = self.folder / "executed.log"
        names = log.read_text().split() if log.exists() else []
        log.unlink(missing_ok=True)
        return names

    def request(self, run_id: str = "r", **options: Any) -> orchestrator.Request:
        engine = config.ENGINE_DEFAULTS | {"artifacts": str(self.runs), "cache": str(self.folder / "cache")}
        pipeline = discovery.find(str(self.file))
        return orchestrator.Request(pipeline, config.Settings(engine), run_id=run_id, **options)

    def run(self, run_id: str = "r", listeners: tuple[Any, ...] = (), stop: Any = None, **options: Any) -> Any:
        """Run in this process; the outcome."""
        return orchestrator.run(self.request(run_id, **options), listeners, stop)

    def path(self, phase: str, run_id: str = "r") -> Path:
        return next((self.runs / f"run_{run_id}").glob(f"phase*_{phase}.json"))

    def artifact(self, phase: str, run_id: str = "r") -> Any:
        return orjson.loads(self.path(phase, run_id).read_bytes())

    def data_bytes(self, run_id: str = "r") -> dict[str, bytes]:
        """What every artifact's data are, byte by byte."""
        folder = self.runs / f"run_{run_id}"
        return {path.stem: path.read_bytes().split(b"\n")[1] for path in sorted(folder.glob("phase*.json"))}

    def state(self, run_id: str = "r") -> Any:
        return orjson.loads((self.runs / f"run_{run_id}" / "run.json").read_bytes())

    def events(self, kind: str = "", run_id: str = "r") -> list[Any]:
        lines = (self.runs / f"run_{run_id}" / "events.jsonl").read_bytes().splitlines()
        return [event for event in map(orjson.loads, lines) if kind in ("", event["kind"])]

    def edit(self, phase: str, change: Callable[[Any], None], run_id: str = "r") -> None:
        """Change an artifact's data as a person with an editor would: the file is written anew, later."""
        path = self.path(phase, run_id)
        before = path.stat().st_mtime_ns
        document = orjson.loads(path.read_bytes())
        change(document["data"])
        path.write_bytes(orjson.dumps(document, option=orjson.OPT_INDENT_2))
        os.utime(path, ns=(before, before + 1_000_000_000))

    def damage(self, phase: str, content: bytes, run_id: str = "r") -> None:
        """Change an artifact's bytes without writing it, as a failing disk would: its time stays."""
        path = self.path(phase, run_id)
        status = path.stat()
        path.write_bytes(content)
        os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns))

    def environment(self) -> dict[str, str]:
        """Nothing of the caller's configuration; the packages come from this checkout."""
        kept = {name: os.environ[name] for name in ("PATH", "TMPDIR", "SYSTEMROOT") if name in os.environ}
        own = {"HOME": str(self.folder / "home"), "PYTHONPATH": str(ROOT), "PYTHONHASHSEED": "random"}
        return kept | own | {"ACE_ARTIFACTS": "runs", "ACE_CACHE": "cache"}

    def gate(self, name: str) -> Callable[[], None]:
        """A pipe that a phase writes to when it is where the test wants it; calling the result waits for that."""
        os.mkfifo(self.folder / name)
        reader = os.open(self.folder / name, os.O_RDONLY | os.O_NONBLOCK)

        def wait() -> None:
            ready, _, _ = select.select([reader], [], [], 60)
            os.close(reader)
            assert ready, f"nothing ever wrote to {name}"

        return wait

    def command(self, *words: str) -> list[str]:
        return [sys.executable, "-m", "ace", *words]

    def ace(self, *words: str, **options: Any) -> subprocess.CompletedProcess[str]:
        """The command in a process of its own, in this folder."""
        fixed: dict[str, Any] = {"env": self.environment(), "timeout": 60, "text": True, "capture_output": True}
        done: subprocess.CompletedProcess[str] = subprocess.run(
            self.command(*words), cwd=self.folder, **fixed | options
        )
        return done

    def start(self, *words: str, **options: Any) -> subprocess.Popen[bytes]:
        """The command, not waited for. Its stdout is a pipe that phases may write lines to."""
        fixed: dict[str, Any] = {"env": self.environment(), "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
        process: subprocess.Popen[bytes] = subprocess.Popen(self.command(*words), cwd=self.folder, **fixed | options)
        return process


@pytest.fixture
def clean_imports() -> Iterator[None]:
    """Pipeline files put themselves into sys.modules and their folder into sys.path: taken out again."""
    path, modules = list(sys.path), set(sys.modules)
    yield
    sys.path[:] = path
    for name in set(sys.modules) - modules:
        if not name.partition(".")[0].startswith(("ace", "phases")) and _is_temporary(sys.modules[name]):
            del sys.modules[name]


@pytest.fixture
def project(tmp_path: Path, clean_imports: None) -> Project:
    return Project(tmp_path)


class Result(NamedTuple):
    code: int
    out: str
    err: str


@pytest.fixture
def cli(
    project: Project, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Iterator[Callable[..., Result]]:
    """The command in this process, in the project's folder: quicker than a process, with the same code and messages."""
    handlers = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT)}
    monkeypatch.chdir(project.folder)
    for name in [name for name in os.environ if name.startswith(("ACE_", "XDG_"))]:
        monkeypatch.delenv(name)
    for name, value in (("HOME", str(project.folder / "home")), ("ACE_ARTIFACTS", "runs"), ("ACE_CACHE", "cache")):
        monkeypatch.setenv(name, value)

    def run(*words: str) -> Result:
        from ace.cli.main import main

        capsys.readouterr()
        with pytest.raises(SystemExit) as ended:
            main(list(words))
        out, err = capsys.readouterr()
        return Result(int(ended.value.code or 0), out, err)

    yield run
    for number, handler in handlers.items():
        signal.signal(number, handler)


@pytest.fixture
def no_flush(monkeypatch: pytest.MonkeyPatch) -> None:
    """Disks are slow and these tests pull no plug."""
    monkeypatch.setattr(os, "fsync", lambda _: None)
    monkeypatch.setattr(os, "fdatasync", lambda _: None)


def _is_temporary(module: Any) -> bool:
    file = str(getattr(module, "__file__", None) or ROOT)
    return not Path(file).is_relative_to(ROOT) and "site-packages" not in file and "lib/python" not in file
