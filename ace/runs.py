"""Run folders: making, naming and finding them. Ordering comes from run.json, never from file times."""

import os
from pathlib import Path
from typing import NamedTuple

from ace import atomic, clock, runfile
from ace.errors import CannotCreate, DamagedArtifact, UsageError
from ace.records import Data

PREFIX = "run_"
LATEST = "latest"


class Run(NamedTuple):
    """A run folder with the content of its run.json."""

    folder: Path
    content: Data

    @property
    def id(self) -> str:
        return self.folder.name.removeprefix(PREFIX)

    @property
    def pipeline(self) -> str:
        name: str = self.content["pipeline"]
        return name

    @property
    def state(self) -> str:
        return runfile.state(self.folder, self.content)


def create(root: Path, run_id: str = "") -> Path:
    """Make a new run folder, exclusively. Raises CannotCreate, or UsageError for an id that is not one."""
    atomic.make_folder(root)
    if run_id:
        folder = root / f"{PREFIX}{checked(run_id)}"
        if not atomic.make_new_folder(folder):
            message = f"{folder} exists already"
            raise CannotCreate(message)
        return folder
    base = clock.new_run_id()
    for number in range(1, 1000):
        folder = root / f"{PREFIX}{base}{f'_{number}' if number > 1 else ''}"
        if atomic.make_new_folder(folder):
            return folder
    message = f"cannot create a run folder in {root}: a thousand runs began in this second"
    raise CannotCreate(message)


def checked(run_id: str) -> str:
    """`run_id` without its prefix. Raises UsageError when it is not safe as a folder name."""
    bare = run_id.removeprefix(PREFIX)
    if not clock.is_run_id(bare):
        message = f"not a run id: {run_id[:100]!r}"
        raise UsageError(message, hint="use ASCII letters, digits, `_`, `.` and `-`, at most 80")
    return bare


def exists(root: Path, run_id: str) -> bool:
    return (root / f"{PREFIX}{checked(run_id)}").is_dir()


def ids(root: Path) -> list[str]:
    """All run ids, by name."""
    try:
        names = os.listdir(root)
    except OSError:
        return []
    found = (name.removeprefix(PREFIX) for name in names if name.startswith(PREFIX))
    return sorted(name for name in found if clock.is_run_id(name))


def everything(root: Path, pipeline: str = "") -> list[Run]:
    """Every run (of a pipeline), the newest first."""
    found = (Run(root / f"{PREFIX}{run_id}", content) for run_id in ids(root) if (content := _load(root, run_id)))
    wanted = [run for run in found if not pipeline or run.pipeline == pipeline]
    return sorted(wanted, key=lambda run: (run.content.get("created", ""), run.id), reverse=True)


def resolve(root: Path, text: str) -> Run:
    """The run that `text` names: an id, a unique prefix of one, `latest` or `latest-<pipeline>`.

    Raises UsageError with the nearest ids, or DamagedArtifact when the folder holds nothing readable.
    """
    if text == LATEST or text.startswith(f"{LATEST}-"):
        return _latest(root, text)
    bare = checked(text)
    known = ids(root)
    matches = [bare] if bare in known else [run_id for run_id in known if run_id.startswith(bare)]
    if len(matches) != 1:
        raise _not_one(root, text, matches, known)
    return _open(root, matches[0])


def _latest(root: Path, name: str) -> Run:
    """Where the link points; the newest run when it points nowhere (pruned, or killed before it began)."""
    try:
        run_id = checked(os.readlink(root / name))
    except OSError:
        run_id = ""
    if run_id and (content := _load(root, run_id)) is not None:
        return Run(root / f"{PREFIX}{run_id}", content)
    pipeline = name.removeprefix(LATEST).removeprefix("-")
    found = everything(root, pipeline)
    if not found:
        message = f"no run{f' of {pipeline}' if pipeline else ''} in {root} yet"
        raise UsageError(message, hint=f"ace run {pipeline or 'PIPELINE'}")
    return found[0]


def _open(root: Path, run_id: str) -> Run:
    folder = root / f"{PREFIX}{run_id}"
    content = _load(root, run_id)
    if content is None:
        message = f"{folder} holds no readable run: run.json, events.jsonl and all artifacts are missing or damaged"
        raise DamagedArtifact(message, path=str(folder))
    return Run(folder, content)


def _load(root: Path, run_id: str) -> Data | None:
    folder = root / f"{PREFIX}{run_id}"
    return None if folder.is_symlink() else runfile.load(folder)


def _not_one(root: Path, text: str, matches: list[str], known: list[str]) -> UsageError:
    if matches:
        return UsageError(f"{text!r} fits {len(matches)} runs", hint="one of: " + ", ".join(matches[:8]))
    near = nearest(text.removeprefix(PREFIX), known) or known[-3:]
    hint = f"did you mean {', '.join(near)}?" if near else "there are no runs yet: ace run PIPELINE"
    return UsageError(f"no run {text!r} in {root}", hint=hint)


def nearest(text: str, known: list[str]) -> list[str]:
    """Up to three known names that look like `text`."""
    import difflib  # noqa: PLC0415  (only to word an error)

    return difflib.get_close_matches(text, known, n=3, cutoff=0.5)
