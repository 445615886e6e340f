"""The nouns of ACE as frozen records: pipelines and phases as declared, outputs as returned.

Nothing here does I/O and nothing here imports a phase: phases are named by string. Records are NamedTuples, not
frozen dataclasses: making one of these classes costs 0.2 ms instead of 1.3 at every start, and a rerun with nothing
to do is measured in tens of milliseconds.
"""

from collections.abc import Callable, Iterator, Mapping
from types import MappingProxyType
from typing import Any, NamedTuple

NOTHING: Mapping[str, Any] = MappingProxyType({})  # the immutable empty default
LOCAL = "local"  # the provider that is none: rules and extracts, no key, no network
MODEL_KEYS: Mapping[str, Any] = MappingProxyType(  # declared by a phase that may ask a model: {**MODEL_KEYS, ...}
    {
        "provider": "",  # "" = that of [models]
        "model": "",
        "max_cost": 0.0,  # US dollars that this phase may spend in a run; 0 = no limit of its own
        "batch": False,  # ask by the provider's batches: half the price, within 24 hours
    }
)
EMBEDDING_KEYS: Mapping[str, Any] = MappingProxyType(  # declared by a phase that may embed texts
    {
        "embedding_provider": "",  # "" = that of [models]
        "embedding_model": "",
    }
)
Json = Any  # a value that JSON can hold; schemas, not types, say which
Data = dict[str, Any]  # the `data` object of an artifact


class Phase(NamedTuple):
    """One phase as a pipeline declares it.

    name         as in file names and on the command line, `[a-z][a-z0-9_]*`
    reads        phases whose data it gets; None means the previous one, () means none
    optional     those of `reads` that may be missing; then `at_least` of them must be there
    run          "package.module" or "package.module:function" (default: derived from the pipeline's package)
    config       every key it reads with its default; other keys are refused in ace.toml and --set
    items        key in its data that lists the items; counted, compared and traced (each has an `id`)
    dropped      key in its data that lists what it left out: {id, reason}
    item         what one item is called, singular
    attempts     tries in all when it fails for a transient reason
    stall_after  seconds without an event after which readers call it stalled
    files        data files beside its module that it depends on, relative to the module
    tables       key in its data that lists tables made for readers: {title, columns, rows of text}, which views draw
    """

    name: str
    reads: tuple[str, ...] | None = None
    optional: tuple[str, ...] = ()
    at_least: int = 0
    run: str = ""
    config: Mapping[str, Json] = NOTHING
    items: str = ""
    dropped: str = ""
    item: str = "item"
    attempts: int = 3
    stall_after: float = 300.0
    files: tuple[str, ...] = ()
    tables: str = ""


class Pipeline(NamedTuple):
    """An ordered set of phases. `options` maps a command-line option to the config key that it sets.

    A value of `options` is "phase.key"; INPUT arguments of the command go to the option named "input".
    `across` names the function "package.module:function" that `ace batch` calls at its end with a list of Finished,
    to compare what the inputs came to; it returns {problems: texts, tables: as `Phase.tables` …}.
    """

    name: str
    phases: tuple[Phase, ...]
    title: str = ""
    package: str = ""  # where pNN_<phase> modules live; "" for a pipeline in a single file
    schemas: str = ""  # folder of <phase>.schema.json; "" means only the envelope is checked
    options: Mapping[str, str] = NOTHING
    file: str = ""  # the .py file of a user's own pipeline
    across: str = ""


class Output(NamedTuple):
    """What a phase returns. `files` are side files by extension: {"md": text} is written as phase10_x.md.

    `method` says how the data came about where that matters ("extractive", "rules", a model's name).
    """

    data: Data
    files: Mapping[str, str | bytes] = NOTHING
    method: str = ""


class FailedItem(NamedTuple):
    """An item that failed for good: its key, the error's class and message, how often it was tried."""

    key: str
    error: str
    message: str
    attempts: int


class Mapped:
    """The result of `ctx.map`: values in the order of the items, failures apart.

    Iterating gives the values of the items that succeeded; `pairs` gives (item, value).
    """

    def __init__(self, pairs: list[tuple[Any, Json]], failed: list[FailedItem]) -> None:
        self.pairs = pairs
        self.failed = failed

    def __iter__(self) -> Iterator[Json]:
        return (value for _, value in self.pairs)

    def __len__(self) -> int:
        return len(self.pairs)


class EarlierRun(NamedTuple):
    """The data of one phase in an earlier completed run of the same pipeline."""

    run_id: str
    started: str
    data: Data


class Finished(NamedTuple):
    """One input of a batch that came to an end, with the data of the last phase of its run."""

    input: str
    run_id: str
    data: Data


BLOBS = "blobs"  # their folder in a run


class Blob(NamedTuple):
    """A binary side file, named by its content: blobs/<sha256>.<ext>."""

    sha256: str
    ext: str
    bytes: int

    def as_json(self) -> Data:
        return {"sha256": self.sha256, "ext": self.ext, "bytes": self.bytes}


PhaseFunction = Callable[["Inputs", Any], Output]  # the signature of a phase


class Inputs(Mapping[str, Data]):
    """The data of the artifacts that a phase declared, by phase name. `missing` names absent optional ones."""

    def __init__(self, data: Mapping[str, Data], missing: tuple[str, ...] = ()) -> None:
        self._data = dict(data)
        self.missing = missing

    def __getitem__(self, name: str) -> Data:
        try:
            return self._data[name]
        except KeyError:
            known = ", ".join(sorted(self._data)) or "nothing"
            message = f"input {name!r} was not declared or is missing; this phase was given {known}"
            raise KeyError(message) from None

    def __iter__(self) -> Iterator[str]:
        return iter(self._data)

    def __len__(self) -> int:
        return len(self._data)
