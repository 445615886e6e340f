"""Finding pipelines: the built-in ones, those of installed packages, and a user's own .py file. Imports no phase."""

from __future__ import annotations

import importlib
import importlib.util
import re
import sys
from pathlib import Path
from types import ModuleType

from ace import runs, schema
from ace.errors import AceError, ConfigError, UsageError
from ace.records import Phase, PhaseFunction, Pipeline

BUILT_IN = "phases"
ENTRY_POINTS = "ace.pipelines"
NAME = re.compile(r"[a-z][a-z0-9_]{0,59}")  # pipelines and phases


def names() -> list[str]:
    """Names of all pipelines that can be run by name."""
    return sorted({*_built_in(), *_entry_points()})


def find(name: str) -> Pipeline:
    """The pipeline called `name`, or the one in the .py file of that path. Raises UsageError, ConfigError."""
    if name.endswith(".py"):
        return from_file(Path(name))
    if name in _built_in():
        return _declared(_imported(f"{BUILT_IN}.{name}.pipeline", name), name)
    module = _entry_points().get(name)
    if module is None:
        known = names()
        near = runs.nearest(name, known) or known
        message = f"no pipeline {name!r}"
        raise UsageError(message, hint=f"did you mean {', '.join(near)}? (ace pipelines)")
    return _declared(_imported(module, name), name)


def _imported(module: str, name: str) -> ModuleType:
    """The module that declares an installed pipeline. Raises ConfigError when it cannot be imported."""
    try:
        return importlib.import_module(module)
    except AceError:
        raise
    except Exception as error:
        message = f"pipeline {name}: {module} cannot be imported: {type(error).__name__}: {error}"
        raise ConfigError(message) from error


def from_file(path: Path) -> Pipeline:
    """A user's own pipeline: a file that binds PIPELINE and, usually, defines the phases as functions."""
    path = path.resolve()
    if not path.is_file():
        message = f"no pipeline file {path}"
        raise UsageError(message)
    if path.stem in sys.stdlib_module_names or path.stem in ("ace", BUILT_IN):
        message = f"{path}: a pipeline file cannot be called {path.name}: that module exists already"
        raise ConfigError(message, hint="rename the file")
    if str(path.parent) not in sys.path:
        sys.path.insert(0, str(path.parent))
    specification = importlib.util.spec_from_file_location(path.stem, path)
    if specification is None or specification.loader is None:
        message = f"{path} is not a Python file"
        raise UsageError(message)
    module = importlib.util.module_from_spec(specification)
    sys.modules[path.stem] = module  # so that worker processes and pickles find its functions by name
    try:
        specification.loader.exec_module(module)
    except AceError:
        raise
    except Exception as error:
        message = f"{path}: {type(error).__name__}: {error}"
        raise ConfigError(message) from error
    return _declared(module, str(path))


def phase(pipeline: Pipeline, wanted: str) -> Phase:
    """A phase by name, unique prefix or number. Raises UsageError with the nearest names."""
    by_name = {one.name: one for one in pipeline.phases}
    if wanted in by_name:
        return by_name[wanted]
    by_number = {str(place): one for place, one in enumerate(pipeline.phases, 1)}
    if (bare := wanted.lstrip("0")) in by_number:
        return by_number[bare]
    fitting = [one for one in pipeline.phases if one.name.startswith(wanted)]
    if len(fitting) == 1 and wanted:
        return fitting[0]
    near = runs.nearest(wanted, list(by_name)) or list(by_name)
    message = f"pipeline {pipeline.name} has no phase {wanted[:80]!r}"
    raise UsageError(message, hint=f"did you mean {', '.join(near)}? Numbers 1 to {len(by_name)} work, too")


def number(pipeline: Pipeline, name: str) -> int:
    return next(place for place, one in enumerate(pipeline.phases, 1) if one.name == name)


def module_file(pipeline: Pipeline, one: Phase) -> Path:
    """The source file of a phase's module, found without importing it. Raises ConfigError when there is none."""
    module = _module_name(pipeline, one)
    if module == "":
        return Path(pipeline.file)
    try:
        found = importlib.util.find_spec(module)
    except ImportError:  # a package on the way does not exist
        found = None
    if found is None or found.origin is None:
        message = f"pipeline {pipeline.name}: phase {one.name!r} needs the module {module}, which does not exist"
        raise ConfigError(message)
    return Path(found.origin)


def load(pipeline: Pipeline, one: Phase) -> PhaseFunction:
    """The phase's function; this imports its module. Raises ConfigError naming what is missing."""
    module_name = _module_name(pipeline, one) or Path(pipeline.file).stem
    function = one.run.partition(":")[2] or (one.name if module_name == Path(pipeline.file).stem else "run")
    try:
        module = importlib.import_module(module_name)
    except ModuleNotFoundError as error:
        message = f"phase {one.name!r} cannot be imported: {error}"
        hint = f"pip install 'ace-pipelines[{pipeline.name}]'" if pipeline.package.startswith(BUILT_IN) else ""
        raise ConfigError(message, hint=hint) from error
    found = getattr(module, function, None)
    if not callable(found):
        message = f"phase {one.name!r}: {module_name} has no function {function!r}"
        raise ConfigError(message)
    run: PhaseFunction = found
    return run


def phase_schema(pipeline: Pipeline, one: Phase) -> schema.Schema | None:
    """The schema of a phase's data; None when the pipeline declares no schemas."""
    if not pipeline.schemas:
        return None
    folder = Path(pipeline.file).parent / pipeline.schemas if pipeline.file else schema.ROOT / pipeline.schemas
    return schema.load(folder / f"{one.name}.schema.json")


def _module_name(pipeline: Pipeline, one: Phase) -> str:
    """Dotted name of the module that holds a phase; "" for the pipeline's own file."""
    if one.run:
        module = one.run.partition(":")[0]
        return "" if pipeline.file and module == Path(pipeline.file).stem else module
    if not pipeline.package:
        return ""
    return f"{pipeline.package}.p{number(pipeline, one.name):02d}_{one.name}"


def _declared(module: ModuleType, where: str) -> Pipeline:
    pipeline = getattr(module, "PIPELINE", None)
    if not isinstance(pipeline, Pipeline):
        message = f"{where} does not bind PIPELINE to an ace.Pipeline"
        raise ConfigError(message, hint="docs/own-pipeline.md shows one in 30 lines")
    for name in (pipeline.name, *(one.name for one in pipeline.phases)):
        if not NAME.fullmatch(name):
            message = f"{where}: {name!r} cannot be a name: it becomes part of file names"
            raise ConfigError(message, hint="use a-z, 0-9 and _, starting with a letter, at most 60")
    if pipeline.package or pipeline.file:
        return pipeline
    return pipeline._replace(file=str(module.__file__))


def _built_in() -> list[str]:
    found = importlib.util.find_spec(BUILT_IN)
    if found is None or not found.submodule_search_locations:
        return []
    folder = Path(next(iter(found.submodule_search_locations)))
    return sorted(path.parent.name for path in folder.glob("*/pipeline.py"))


def _entry_points() -> dict[str, str]:
    from importlib.metadata import entry_points  # noqa: PLC0415  (slow, and built-in names do not need it)

    return {point.name: point.value for point in entry_points(group=ENTRY_POINTS)}
