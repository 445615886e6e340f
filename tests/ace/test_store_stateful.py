"""Whatever happens to an artifact, reading gives what was committed or what a person wrote, or says that it is damaged.

A hypothesis state machine does to one artifact everything that may happen to it, in any order, and after each step
reads it. The model knows what may be read: the data last committed or edited, nothing, or DamagedArtifact.
"""

from __future__ import annotations

import contextlib
import gzip
import os
import shutil
import tempfile
from pathlib import Path
from typing import Any

import orjson
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from ace import atomic, clock, jsonio, runs, store
from ace.errors import DamagedArtifact, OutputError, UsageError

TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=8)
VALUE = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.floats(allow_nan=False, allow_infinity=False) | TEXT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3),
    max_leaves=6,
)
DATA = st.dictionaries(TEXT, VALUE, max_size=4)
ABSENT, DAMAGED = "absent", "damaged"
SEAL = "metadata_sha256"


class Killed(BaseException):
    pass


class StoreMachine(RuleBasedStateMachine):
    """`expected` is what a reader must get: canonical bytes, ABSENT, or DAMAGED (then never any data), `metadata` what
    it must get beside them; `committed`, `sealed` and `raw` are data, metadata and file as they were committed."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp())
        self.place = store.Place(self.folder, "r", "p", 1, "one")
        self.gz = self.place.path.with_suffix(".json.gz")
        self.moment = 1_700_000_000_000_000_000
        self.expected: Any = ABSENT
        self.committed = self.raw = b""
        self.metadata: dict[str, Any] = {}
        self.sealed: dict[str, Any] = {}

    def teardown(self) -> None:
        shutil.rmtree(self.folder)

    @initialize(data=DATA)
    def begin(self, data: dict[str, Any]) -> None:
        self.commit(data)

    @rule(data=DATA)
    def commit(self, data: dict[str, Any]) -> None:
        store.discard(self.place)  # what is replaced moves away first, as a run does it
        self._write(data)
        self.expected = self.committed = jsonio.dumps(data)
        self.raw = self.place.path.read_bytes()
        self.metadata = self.sealed = orjson.loads(self.raw)["metadata"]
        self._stamp()

    @rule(data=DATA, name=st.sampled_from(["write", "fsync", "replace"]))
    def commit_and_be_killed(self, data: dict[str, Any], name: str) -> None:
        with pytest.MonkeyPatch.context() as patch, contextlib.suppress(Killed):
            patch.setattr(os, name, _killed)
            patch.setattr(atomic, "_forget", lambda path: None)  # who is killed tidies nothing up
            self._write(data)

    @precondition(lambda self: self.place.path.exists() and self.expected not in (ABSENT, DAMAGED))
    @rule(data=DATA, indent=st.booleans())
    def edit(self, data: dict[str, Any], indent: bool) -> None:
        document = orjson.loads(self.place.path.read_bytes()) | {"data": data}
        self.place.path.write_bytes(orjson.dumps(document, option=orjson.OPT_INDENT_2 if indent else 0))
        self.expected = jsonio.dumps(data)
        self._later()

    @precondition(lambda self: self.place.path.exists() and self.expected not in (ABSENT, DAMAGED))
    @rule()
    def reformat(self) -> None:
        document = orjson.loads(self.place.path.read_bytes())
        self.place.path.write_bytes(orjson.dumps(document, option=orjson.OPT_INDENT_2))
        self._later()

    @precondition(lambda self: self._there() and self.expected not in (ABSENT, DAMAGED))
    @rule(share=st.floats(0, 0.999))
    def truncate(self, share: float) -> None:
        path = self._there()[0]
        os.truncate(path, int(path.stat().st_size * share))
        self._keep_time(path)
        if path == self.gz or not self._says(path.read_bytes()):  # the last newline says nothing
            self.expected = DAMAGED

    @precondition(lambda self: self._as_committed())
    @rule(place=st.floats(0, 0.999), bit=st.integers(0, 7))
    def rot_in_the_data(self, place: float, bit: int) -> None:
        """One bit of the second line changes without a write."""
        raw = bytearray(self.place.path.read_bytes())
        raw[self._first_of_data() + int(len(self.committed) * place)] ^= 1 << bit
        self.place.path.write_bytes(raw)
        self._keep_time(self.place.path)
        self.expected = self.committed if self._says(bytes(raw)) else DAMAGED

    @precondition(lambda self: self._as_committed())
    @rule(place=st.floats(0, 0.999), bit=st.integers(0, 7))
    def rot_in_the_metadata(self, place: float, bit: int) -> None:
        """One bit of the first line changes without a write, but for the name of the checksum itself: without it, the
        rest is read as what was made before there was one."""
        raw = bytearray(self.place.path.read_bytes())
        where, name = int(self._first_of_data() * place), raw.index(SEAL.encode())
        if where in range(name, name + len(SEAL)):
            return
        raw[where] ^= 1 << bit
        self.place.path.write_bytes(raw)
        self._keep_time(self.place.path)
        self.expected = self.committed if self._says(bytes(raw)) else DAMAGED

    @precondition(lambda self: self.place.path.exists() and self.expected not in (ABSENT, DAMAGED))
    @rule(limit=st.integers(0, 9))
    def edit_the_metadata(self, limit: int) -> None:
        """A person's change: a reader says so, and the data are what they were."""
        document = orjson.loads(self.place.path.read_bytes())
        document["metadata"]["config"] = {"limit": limit}
        self.metadata = document["metadata"]
        self.place.path.write_bytes(orjson.dumps(document))
        self._later()

    @precondition(lambda self: self._there())
    @rule()
    def delete(self) -> None:
        for path in self._there():
            path.unlink()
        self.expected = ABSENT

    @precondition(lambda self: self.place.path.exists() and self.expected not in (ABSENT, DAMAGED))
    @rule()
    def compress(self) -> None:
        atomic.write(self.gz, gzip.compress(self.place.path.read_bytes(), 6, mtime=0))
        os.utime(self.gz, ns=(self._mtime(), self._mtime()))
        self.place.path.unlink()

    @rule()
    def sweep(self) -> None:
        atomic.sweep(self.folder)
        assert not list(self.folder.glob(f"{atomic.TEMPORARY}*"))

    @invariant()
    def reading_gives_what_was_written_or_says_that_it_is_damaged(self) -> None:
        try:
            found = store.find(self.place._replace(written_ns=self.moment))
        except DamagedArtifact:
            assert self.expected == DAMAGED
            return
        assert self.expected != DAMAGED
        if found is None:
            assert self.expected == ABSENT
            return
        assert bytes(found.data_bytes) == self.expected
        assert jsonio.dumps(found.data()) == self.expected
        assert found.sha256 == jsonio.sha256(self.expected)
        assert found.metadata == self.metadata
        assert found.edited == ((self.expected, self.metadata) != (self.committed, self.sealed))

    def _write(self, data: dict[str, Any]) -> None:
        names = {"run_id": "r", "pipeline": "p", "phase_name": "one", "phase_number": 1, "status": "completed"}
        store.commit(self.place, jsonio.dumps(data), names, {})

    def _there(self) -> list[Path]:
        return [path for path in (self.place.path, self.gz) if path.exists()]

    def _as_committed(self) -> bool:
        return self.place.path.exists() and self.place.path.read_bytes() == self.raw

    def _first_of_data(self) -> int:
        return self.place.path.stat().st_size - len(self.committed) - len(b"}\n")

    def _says(self, raw: bytes) -> bool:
        """Whether a file says what was committed for all that (1e16 became 1E16)."""
        try:
            document = orjson.loads(raw)
            return (jsonio.dumps(document["data"]), document["metadata"]) == (self.expected, self.sealed)
        except (ValueError, KeyError):
            return False

    def _mtime(self) -> int:
        return self.place.path.stat().st_mtime_ns

    def _stamp(self) -> None:
        self.moment += 1_000_000_000
        self._keep_time(self.place.path)

    def _keep_time(self, path: Path) -> None:
        os.utime(path, ns=(self.moment, self.moment))

    def _later(self) -> None:
        os.utime(self.place.path, ns=(self.moment + 500_000_000, self.moment + 500_000_000))


def _killed(*args: Any, **options: Any) -> Any:
    raise Killed


pytestmark = pytest.mark.usefixtures("no_flush")
StoreMachine.TestCase.settings = settings(
    max_examples=40, stateful_step_count=20, deadline=None, suppress_health_check=list(HealthCheck)
)
TestStore = StoreMachine.TestCase

# --- hostile JSON

RAW = st.binary(max_size=60) | st.text(max_size=60).map(lambda text: text.encode("utf-8", "surrogatepass"))
HOSTILE = [
    b'{"metadata":{},\n"data":NaN}',
    b'{"metadata":{},\n"data":{"a":Infinity}}',
    b'{"metadata":{},\n"data":{"a":' + b"9" * 400 + b"}}",
    b'{"metadata":{},\n"data":{"a":"\\ud800"}}',
    b'{"metadata":{},\n"data":{"a":' + b"[" * 5000 + b"]" * 5000 + b"}}",
    b'{"metadata":' + b"[" * 100_000 + b',\n"data":{}}\n',
    b'{"metadata":{"run_id":"r","run_id":"q"},\n"data":{}}\n',
    b'{"metadata":null,\n"data":null}\n',
    b'{"metadata":{"data_sha256":[]},\n"data":{}}\n',
    b"\xef\xbb\xbf{}",
    b"",
    b"\x00" * 1000,
]


@pytest.mark.parametrize("raw", HOSTILE, ids=range(len(HOSTILE)))
@pytest.mark.parametrize("packed", [False, True], ids=["plain", "gz"])
def test_hostile_files_are_damaged_and_nothing_else(tmp_path: Path, raw: bytes, packed: bool) -> None:
    place = store.Place(tmp_path, "r", "p", 1, "one")
    path = place.path.with_suffix(".json.gz") if packed else place.path
    path.write_bytes(gzip.compress(raw) if packed else raw)
    with pytest.raises(DamagedArtifact):
        store.find(place)


@given(raw=RAW, where=st.sampled_from(["all", "metadata", "data"]))
@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
def test_any_bytes_in_place_of_an_artifact_are_damaged(tmp_path_factory: Any, raw: bytes, where: str) -> None:
    place = store.Place(tmp_path_factory.getbasetemp(), "r", "p", 1, "any")
    whole = {
        "all": raw,
        "metadata": b'{"metadata":%b,\n"data":{}}\n' % raw,
        "data": b'{"metadata":{},\n"data":%b}\n' % raw,
    }
    place.path.write_bytes(whole[where])
    with pytest.raises(DamagedArtifact):
        store.find(place)


@given(value=st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters()) | st.binary(max_size=2),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(st.characters(), max_size=3) | st.integers(), inner, max_size=3),
    max_leaves=8,
))  # fmt: skip
@settings(max_examples=200, deadline=None)
def test_what_is_stored_is_read_back_as_the_same_value_or_refused(value: Any) -> None:
    try:
        raw = jsonio.dumps(value)
    except OutputError:
        return
    again = jsonio.loads(raw)
    assert again == value
    assert jsonio.dumps(again) == raw


# --- names from outside


@given(text=st.text(st.characters(), max_size=100) | st.from_regex(r"(run_)?[./\\\w\-]{0,90}"))
@settings(max_examples=300, deadline=None)
def test_a_run_id_is_one_plain_name_or_refused(tmp_path_factory: Any, text: str) -> None:
    root = tmp_path_factory.getbasetemp() / "fuzzed"
    try:
        bare = runs.checked(text)
    except UsageError:
        return
    assert clock.is_run_id(bare)
    assert (root / f"run_{bare}").resolve().parent == root.resolve()
    assert bare.isascii()
    assert len(bare) <= 80


@given(text=st.text(st.characters(), min_size=1, max_size=60) | st.from_regex(r"(latest|run_)?[./\\\-\w]{0,60}"))
@settings(max_examples=150, deadline=None)
def test_a_run_is_never_looked_for_outside_its_folder(tmp_path_factory: Any, text: str) -> None:
    root = tmp_path_factory.getbasetemp() / "none"
    with pytest.raises(UsageError):
        runs.resolve(root, text)
