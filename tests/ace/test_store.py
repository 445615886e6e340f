"""Artifacts are whole, theirs and unharmed, or they are not used."""

from __future__ import annotations

import errno
import gzip
import io
import json
import os
import socket
from pathlib import Path
from typing import Any

import pytest

from ace import atomic, envelope, jsonio, regular_file, schema, store
from ace.errors import ConfigError, DamagedArtifact, OutputError, StorageError

DATA = {"items": [{"id": str(number), "text": "é" * 10} for number in range(5)], "note": 'a,\n"data":{} in text'}
SCHEMA = schema.Schema("ace:demo/one/1", "hash-of-the-schema", b'{"type":"object","required":["items"]}')


@pytest.fixture(autouse=True)
def _quick(no_flush: None) -> None:
    pass


@pytest.fixture
def place(tmp_path: Path) -> store.Place:
    return store.Place(tmp_path, "20261122_031500", "demo", 3, "filter", SCHEMA)


def metadata(place: store.Place, **more: Any) -> dict[str, Any]:
    return {
        "run_id": place.run_id,
        "pipeline": place.pipeline,
        "phase_name": place.name,
        "phase_number": place.number,
        "fingerprint": {"inputs": {}, "code": "c", "config": "d", "schema": "hash-of-the-schema"},
    } | more


def commit(place: store.Place, data: Any = DATA, files: Any = None, **more: Any) -> store.Artifact:
    return store.commit(place, jsonio.dumps(data), metadata(place, **more), files or {})


def at_commit(place: store.Place) -> store.Place:
    """The place with the modification time that the commit left."""
    return place._replace(written_ns=place.path.stat().st_mtime_ns)


def written_later(path: Path, content: bytes) -> None:
    before = path.stat().st_mtime_ns
    path.write_bytes(content)
    os.utime(path, ns=(before, before + 1_000_000))


def test_what_is_committed_is_found_as_it_was(place: store.Place) -> None:
    committed = commit(place)
    found = store.read(place)
    assert found.data() == DATA
    assert bytes(found.data_bytes) == bytes(committed.data_bytes)
    assert found.sha256 == committed.sha256 == found.metadata["data_sha256"]
    assert found.metadata["output_bytes"] == len(found.data_bytes)
    assert not found.edited


def test_the_file_is_two_lines_and_the_second_is_what_was_hashed(place: store.Place) -> None:
    commit(place)
    first, second, rest = place.path.read_bytes().split(b"\n")
    assert rest == b""
    assert json.loads(first + second) == {"metadata": store.read(place).metadata, "data": DATA}
    hashed = second.removeprefix(b'"data":').removesuffix(b"}")  # as the documentation tells a reader to do by hand
    assert jsonio.sha256(hashed) == store.read(place).metadata["data_sha256"]


def test_equal_data_are_equal_bytes(place: store.Place, tmp_path: Path) -> None:
    other = place._replace(folder=tmp_path / "other")
    other.folder.mkdir()
    one, two = commit(place), commit(other, dict(reversed(DATA.items())))
    assert one.data_bytes == two.data_bytes


def test_every_reader_gets_data_of_its_own(place: store.Place) -> None:
    commit(place)
    artifact = store.read(place)
    artifact.data()["items"].clear()
    assert artifact.data() == DATA


def test_what_is_absent_is_none_and_an_error_for_those_who_need_it(place: store.Place) -> None:
    assert store.find(place) is None
    with pytest.raises(DamagedArtifact) as caught:
        store.read(place)
    assert caught.value.message == f"{place.path} is missing"
    assert caught.value.path == str(place.path)
    assert caught.value.hint == "ace run demo --run-id 20261122_031500   (rebuilds it)"


def damage(place: store.Place) -> str:
    """Why the artifact cannot be used; the error names its file."""
    with pytest.raises(DamagedArtifact) as caught:
        store.find(place)
    assert caught.value.path == str(place.path)
    return caught.value.message.removeprefix(f"{place.path}: ")


def test_what_makes_an_artifact_unusable_is_said_in_one_sentence(place: store.Place, tmp_path: Path) -> None:
    commit(place)
    whole = place.path.read_bytes()
    place.path.write_bytes(whole.replace(b'{"metadata":{', b'{"metadata":{{', 1))
    assert damage(place).startswith("metadata: line 1, column 2: ")
    place.path.write_bytes(b'{"metadata":')
    assert damage(place).startswith("JSON: line 1, column ")
    place.path.write_bytes(b'{"metadata":{}}')
    assert damage(place) == "not an artifact: an object with metadata and data is expected"
    place.path.write_bytes(whole.replace(b'"text"', b'"texT"', 1))
    assert damage(place) == "its data do not match their checksum"
    place.path.unlink()
    place.path.symlink_to("elsewhere")
    assert damage(place) == "Too many levels of symbolic links"
    place.path.unlink()
    place.path.mkdir()
    assert damage(place) == "not a regular file"
    place.path.rmdir()
    place.path.touch()
    os.truncate(place.path, jsonio.MAX_BYTES * 2)  # sparse
    assert damage(place) == f"{jsonio.MAX_BYTES * 2} bytes, more than an artifact may have"


def test_an_artifact_of_another_phase_says_what_differs(place: store.Place) -> None:
    commit(place, pipeline="x" * 200)
    assert damage(place) == f"foreign: its pipeline is '{'x' * 80}', not 'demo'"
    commit(place, phase_number="3")
    assert damage(place) == "foreign: its phase_number is '3', not 3"
    commit(place, phase_name=None)
    assert damage(place) == "foreign: its phase_name is 'None', not 'filter'"


def test_metadata_that_a_plan_can_do_without_may_be_missing(place: store.Place) -> None:
    bare = {key: value for key, value in metadata(place).items() if key != "fingerprint"}
    store.commit(place, jsonio.dumps(DATA), bare, {})
    assert store.read(place).data() == DATA
    store.commit(place, jsonio.dumps({}), bare, {})  # and nothing says which schema it was checked against
    assert damage(place) == "the data: 'items' is a required property (schema ace:demo/one/1)"


def test_metadata_as_a_run_writes_them_are_accepted(place: store.Place) -> None:
    digests = {"demo.py": ["said", "raw"], "lib.py": ["said", "raw", "what it defines"]}
    committed = commit(place, code=digests, config={"keep": 3}, status="partial")
    assert committed.path == place.path
    assert store.read(place).metadata == committed.metadata


def test_an_artifact_from_before_metadata_had_a_checksum_is_read(place: store.Place) -> None:
    commit(place)
    whole = json.loads(place.path.read_bytes())
    del whole["metadata"][envelope.SEAL], whole["metadata"]["files"]
    place.path.write_bytes(json.dumps(whole).encode())
    assert store.read(place).data() == DATA
    assert not store.read(at_commit(place)).edited


def test_metadata_that_changed_without_a_write_are_damage(place: store.Place) -> None:
    commit(place, config={"keep": 3})
    whole = place.path.read_bytes()
    place.path.write_bytes(whole.replace(b'"keep":3', b'"keep":7'))
    assert damage(place) == "its metadata do not match their checksum"
    assert damage(at_commit(place)) == "its metadata do not match their checksum"


def test_metadata_that_a_person_changed_are_an_edit(place: store.Place) -> None:
    commit(place, config={"keep": 3})
    place = at_commit(place)
    written_later(place.path, place.path.read_bytes().replace(b'"keep":3', b'"keep":7'))
    found = store.read(place)
    assert found.edited
    assert found.metadata["config"] == {"keep": 7}
    assert found.data() == DATA


def test_a_reformatted_artifact_is_neither_edited_nor_damaged(place: store.Place) -> None:
    commit(place, config={"share": 1e-05, "much": 1e16})
    place = at_commit(place)
    written_later(place.path, json.dumps(json.loads(place.path.read_bytes()), indent=4).encode())
    assert not store.read(place).edited


def test_what_was_committed_is_read_byte_by_byte(place: store.Place) -> None:
    odd = b'{"items":[],\n"data":{}, "b": 1, "a": 2}\n'  # neither canonical nor on one line
    committed = store.commit(place, odd, metadata(place), {})
    assert bytes(store.read(place).data_bytes) == odd
    assert store.read(place).sha256 == committed.sha256


def test_data_that_were_checked_at_their_commit_are_not_checked_again(place: store.Place) -> None:
    commit(place, {"checked": "by whoever recorded this schema"})
    assert store.read(place).data() == {"checked": "by whoever recorded this schema"}
    without = store.Place(*place[:5])  # a pipeline without schemas
    assert store.read(without).data() == {"checked": "by whoever recorded this schema"}


def test_the_version_of_the_format_is_the_documented_one() -> None:
    assert envelope.VERSION == 1


def test_an_artifact_of_a_forked_run_may_say_the_id_of_the_run_that_made_it(place: store.Place) -> None:
    made = commit(place, run_id="source")
    origin = ("source", made.sha256)
    assert store.read(place._replace(origin=origin)).data() == DATA
    for other in (("another", made.sha256), ("source", "0" * 64), None):
        with pytest.raises(DamagedArtifact, match="foreign: its run_id is 'source', not '20261122_031500'"):
            store.find(place._replace(origin=other))
    commit(place)  # made anew in the fork
    assert store.read(place._replace(origin=origin)).data() == DATA


def test_an_artifact_of_a_forked_run_can_be_edited(place: store.Place) -> None:
    made = commit(place, run_id="source")
    place = at_commit(place)._replace(origin=("source", made.sha256))
    written_later(place.path, changed_data(place))
    assert store.read(place).edited


def test_an_artifact_without_its_last_line_end_is_only_reformatted(place: store.Place) -> None:
    committed = commit(place)
    place.path.write_bytes(place.path.read_bytes().rstrip(b"\n"))
    assert store.read(place).sha256 == committed.sha256
    assert not store.read(place).edited


def test_every_truncation_is_damage(place: store.Place) -> None:
    commit(place)
    whole = place.path.read_bytes()
    place = at_commit(place)
    for length in range(0, len(whole) - 1, 7):
        written_later(place.path, whole[:length])  # not even a torn file that was "edited" counts
        with pytest.raises(DamagedArtifact, match=r"phase3_filter\.json"):
            store.find(place)


def test_every_flipped_bit_of_the_data_is_damage(place: store.Place) -> None:
    commit(place)
    whole = place.path.read_bytes()
    place = at_commit(place)
    status = place.path.stat()
    start = whole.index(b'"data":{')
    for position in range(start, len(whole) - 2, 3):
        flipped = bytearray(whole)
        flipped[position] ^= 1 << (position % 7)
        place.path.write_bytes(flipped)
        os.utime(place.path, ns=(status.st_atime_ns, status.st_mtime_ns))
        with pytest.raises(DamagedArtifact):
            store.find(place)


def test_a_flipped_bit_of_the_metadata_never_changes_the_data_or_ends_in_a_bug(place: store.Place) -> None:
    commit(place, code={"demo.py": ["a", "b"]}, config={"keep": 3})
    whole = place.path.read_bytes()
    for position in range(0, whole.index(b'"data":{'), 2):
        flipped = bytearray(whole)
        flipped[position] ^= 1 << (position % 7)
        place.path.write_bytes(flipped)
        try:
            found = store.find(place)
        except DamagedArtifact:
            continue
        assert found is not None
        assert found.data() == DATA


@pytest.mark.parametrize(
    "other",
    [{"run_id": "20261121_031500"}, {"pipeline": "news"}, {"name": "other"}, {"number": 4}],
    ids=lambda other: next(iter(other)),
)
def test_an_artifact_that_belongs_elsewhere_is_damage(place: store.Place, other: dict[str, Any]) -> None:
    commit(place)
    elsewhere = place._replace(**other)
    if elsewhere.path != place.path:
        place.path.rename(elsewhere.path)
    with pytest.raises(DamagedArtifact, match="foreign"):
        store.find(elsewhere)


def test_a_link_is_not_followed(place: store.Place, tmp_path: Path) -> None:
    commit(place)
    place.path.rename(tmp_path / "elsewhere.json")
    place.path.symlink_to(tmp_path / "elsewhere.json")
    with pytest.raises(DamagedArtifact):
        store.find(place)


def test_a_folder_in_the_place_is_damage(place: store.Place) -> None:
    place.path.mkdir()
    with pytest.raises(DamagedArtifact, match="not a regular file"):
        store.find(place)


def test_a_pipe_in_the_place_is_damage_and_does_not_hang(place: store.Place) -> None:
    os.mkfifo(place.path)
    with pytest.raises(DamagedArtifact, match="not a regular file"):
        store.find(place)


def test_a_socket_in_the_place_is_damage(place: store.Place, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(place.folder)
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(place.path.name)
        with pytest.raises(DamagedArtifact):
            store.find(place)


def test_a_huge_file_is_damage_and_is_not_read(place: store.Place) -> None:
    with place.path.open("wb") as file:
        file.truncate(jsonio.MAX_BYTES * 2)  # sparse
    with pytest.raises(DamagedArtifact, match="more than an artifact may have"):
        store.find(place)


@pytest.mark.parametrize("number", [errno.EACCES, errno.EMFILE, errno.EIO])
def test_a_file_that_cannot_be_opened_just_now_is_not_called_damaged(
    place: store.Place, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    # A run moves what is damaged out of the way and makes it again: too many open files must not cost an artifact.
    commit(place)

    def refuse(path: Any, flags: int, mode: int = 0) -> int:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(os, "open", refuse)
    with pytest.raises(StorageError) as caught:
        store.find(place)
    assert caught.value.message == f"cannot read {place.path}: {os.strerror(number)}"


@pytest.mark.parametrize("end", [b"", b"\n"])
@pytest.mark.parametrize("indent", [None, 1, 4])
def test_an_artifact_that_was_only_reformatted_is_valid(place: store.Place, indent: int | None, end: bytes) -> None:
    committed = commit(place)
    place = at_commit(place)
    written_later(place.path, json.dumps(json.loads(place.path.read_bytes()), indent=indent).encode() + end)
    found = store.read(place)
    assert not found.edited
    assert found.sha256 == committed.sha256
    assert found.data() == DATA


def changed_data(place: store.Place) -> bytes:
    document = json.loads(place.path.read_bytes())
    document["data"]["items"].pop()
    return json.dumps(document, indent=2).encode()


def test_data_that_a_person_changed_are_taken_as_they_are(place: store.Place) -> None:
    committed = commit(place)
    place = at_commit(place)
    written_later(place.path, changed_data(place))
    found = store.read(place)
    assert found.edited
    assert len(found.data()["items"]) == 4
    assert found.sha256 != committed.sha256
    assert found.sha256 == jsonio.sha256(jsonio.dumps(found.data()))


def test_data_that_changed_without_being_written_are_damaged(place: store.Place) -> None:
    commit(place)
    place = at_commit(place)
    status = place.path.stat()
    place.path.write_bytes(changed_data(place))
    os.utime(place.path, ns=(status.st_atime_ns, status.st_mtime_ns))
    with pytest.raises(DamagedArtifact, match="do not match their checksum"):
        store.find(place)


def test_changed_data_are_damaged_when_nobody_knows_when_they_were_written(place: store.Place) -> None:
    commit(place)
    written_later(place.path, changed_data(place))
    with pytest.raises(DamagedArtifact, match="checksum"):
        store.find(place)


def test_an_edit_that_breaks_the_schema_is_damage(place: store.Place) -> None:
    commit(place)
    place = at_commit(place)
    document = json.loads(place.path.read_bytes())
    del document["data"]["items"]
    written_later(place.path, json.dumps(document).encode())
    with pytest.raises(DamagedArtifact, match="'items' is a required property"):
        store.find(place)


def test_data_are_checked_against_a_schema_that_is_not_the_recorded_one(place: store.Place) -> None:
    commit(place)
    stricter = schema.Schema("ace:demo/one/2", "another", b'{"required":["score"]}')
    with pytest.raises(DamagedArtifact, match="'score' is a required property"):
        store.find(place._replace(schema=stricter))
    looser = schema.Schema("ace:demo/one/3", "yet another", b'{"type":"object"}')
    assert store.read(place._replace(schema=looser)).data() == DATA


def test_a_broken_schema_is_not_the_fault_of_the_artifact(place: store.Place) -> None:
    commit(place)
    with pytest.raises(ConfigError):
        store.find(place._replace(schema=schema.Schema("x", "another", b'{"type":"strin"}')))


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\n",
        b"null\n",
        b"[]",
        b'{"metadata":[1],\n"data":{}}\n',
        b'{"metadata":null,\n"data":{}}\n',
        b'{"metadata":{},\n"data":[]}\n',
        b'{"metadata":{},"data":{}}',
        b'{"metadata":{}}',
        b'{"metadata":{},\n"data":' + b'{"a":' * 300 + b"1" + b"}" * 302,
        b"\xff\xfe",
        b"PK\x03\x04",
    ],
)
def test_a_file_that_is_no_artifact_is_damage(place: store.Place, content: bytes) -> None:
    place.path.write_bytes(content)
    with pytest.raises(DamagedArtifact, match=r"phase3_filter\.json"):
        store.find(place)


@pytest.mark.parametrize(
    "more",
    [
        {"fingerprint": []},
        {"fingerprint": {"inputs": []}},
        {"config": "x"},
        {"code": {"demo.py": "digest"}},
        {"code": {"demo.py": [1, 2]}},
        {"code": []},
        {"status": {}},
        {"files": []},
        {"code": {"demo.py": ["a", "b"], "other.py": ["a"] * 4}},
        {"code": {"demo.py": ["a"]}},
        {"code": {"demo.py": ["a", 2]}},
        {"code": {"demo.py": "ab"}},
    ],
    ids=repr,
)
def test_metadata_of_another_shape_are_damage(place: store.Place, more: dict[str, Any]) -> None:
    commit(place)
    whole = json.loads(place.path.read_bytes())
    whole["metadata"].update(more)
    place.path.write_bytes(json.dumps(whole).encode())
    assert damage(place) == "its metadata are not those of an artifact"


def test_a_compressed_twin_is_read_when_the_file_is_gone(place: store.Place) -> None:
    committed = commit(place)
    twin = place.path.with_suffix(".json.gz")
    twin.write_bytes(gzip.compress(place.path.read_bytes()))
    place.path.unlink()
    found = store.read(place)
    assert found.path == twin
    assert found.sha256 == committed.sha256
    assert found.data() == DATA


def test_a_damaged_twin_is_damage_wherever_a_bit_flips(place: store.Place) -> None:
    commit(place)
    raw = place.path.read_bytes()
    whole = gzip.compress(raw, mtime=0)
    place.path.unlink()
    twin = place.path.with_suffix(".json.gz")
    for position in range(0, len(whole), 3):
        flipped = bytearray(whole)
        flipped[position] ^= 0x10
        twin.write_bytes(flipped)
        try:
            found = store.find(place)
        except DamagedArtifact:
            continue
        assert gzip.decompress(flipped) == raw  # the header's time and system, another copy of the same words
        assert found
        assert found.data() == DATA


def test_a_twin_that_unpacks_to_too_much_is_damage(place: store.Place, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[int] = []
    real = gzip.GzipFile.read

    def recorded(self: gzip.GzipFile, size: int | None = -1) -> bytes:
        asked.append(-1 if size is None else size)
        return real(self, size)

    monkeypatch.setattr(gzip.GzipFile, "read", recorded)
    monkeypatch.setattr(regular_file, "MAX_BYTES", 2000)
    twin = place.path.with_suffix(".json.gz")
    twin.write_bytes(gzip.compress(b" " * 1_000_000))
    with pytest.raises(DamagedArtifact) as caught:
        store.find(place)
    assert caught.value.message == f"{twin}: more than 2000 bytes when unpacked"
    assert caught.value.path == str(twin)
    assert asked == [2001]  # no more of it was ever in memory


def test_an_artifact_may_be_as_large_as_the_limit(place: store.Place, monkeypatch: pytest.MonkeyPatch) -> None:
    commit(place)
    whole = place.path.read_bytes()
    monkeypatch.setattr(regular_file, "MAX_BYTES", len(whole))
    assert store.read(place).data() == DATA
    place.path.with_suffix(".json.gz").write_bytes(gzip.compress(whole))
    place.path.unlink()
    assert store.read(place).data() == DATA


def test_the_artifact_counts_when_a_twin_is_there_too(place: store.Place) -> None:
    commit(place)
    place.path.with_suffix(".json.gz").write_bytes(b"half a tw")
    assert store.read(place).path == place.path


def test_side_files_are_written_before_the_artifact_that_names_them(
    place: store.Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    order: list[str] = []
    real = atomic.write

    def recorded(path: Path, content: bytes, *, durable: bool = True) -> None:
        order.append(path.name)
        real(path, content, durable=durable)

    monkeypatch.setattr(atomic, "write", recorded)
    artifact = commit(place, files={"md": "# é\n", "png": b"\x89"})
    assert order == ["phase3_filter.md", "phase3_filter.png", "phase3_filter.json"]
    assert artifact.metadata["files"] == {
        "phase3_filter.md": jsonio.sha256("# é\n".encode()),
        "phase3_filter.png": jsonio.sha256(b"\x89"),
    }
    assert (place.folder / "phase3_filter.md").read_text("utf-8") == "# é\n"


@pytest.mark.parametrize(
    ("files", "said"),
    [
        ({"md": "x", "json": "y"}, "a side file cannot be called phase3_filter.json: that is the artifact"),
        ({"md": "x", "../x": "y"}, "not a file extension: '../x'"),
        ({"md": "x", "e" * 50: "y"}, f"not a file extension: '{'e' * 40}'"),
        ({"md": "x", "MD": "y"}, "two side files are called phase3_filter.md"),
    ],
)
def test_side_files_are_all_looked_at_before_one_is_written(
    place: store.Place, files: dict[str, str], said: str
) -> None:
    with pytest.raises(OutputError) as caught:
        commit(place, files=files)
    assert caught.value.message == said
    assert os.listdir(place.folder) == []


def test_metadata_that_are_not_json_leave_nothing_behind(place: store.Place) -> None:
    with pytest.raises(OutputError, match="set"):
        commit(place, files={"md": "x"}, config={"keep": {1, 2}})
    assert os.listdir(place.folder) == []


@pytest.mark.parametrize("ext", ["json", "JSON", "../x", "a/b", "", "a.b", "é", "x" * 17, "md\n"])
def test_a_side_file_cannot_take_the_place_of_another_file(place: store.Place, ext: str) -> None:
    with pytest.raises(OutputError):
        commit(place, files={ext: "text"})
    assert os.listdir(place.folder) == []


def test_nothing_is_committed_when_the_disk_is_full(place: store.Place, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(path: Path, content: bytes, *, durable: bool = True) -> None:
        raise StorageError("full")

    monkeypatch.setattr(atomic, "write", full)
    with pytest.raises(StorageError):
        commit(place)
    assert store.find(place) is None


def test_what_is_discarded_moves_to_the_trash_with_its_side_files(place: store.Place) -> None:
    commit(place, files={"md": "report"})
    commit(place._replace(number=33))
    place.path.with_suffix(".json.gz").write_bytes(b"old")
    store.discard(place)
    assert sorted(path.name for path in place.folder.glob("phase*")) == ["phase33_filter.json"]
    trash = sorted(path.name.partition(".")[2].partition(".")[2] for path in (place.folder / atomic.TRASH).iterdir())
    assert trash == ["phase3_filter.json", "phase3_filter.json.gz", "phase3_filter.md"]


def test_what_cannot_be_listed_is_named(place: store.Place) -> None:
    gone = place._replace(folder=place.folder / "gone")
    with pytest.raises(StorageError) as caught:
        store.discard(gone)
    assert caught.value.message == f"cannot read {gone.folder}: No such file or directory"


def test_reading_leaves_nothing_open(place: store.Place) -> None:
    before = len(os.listdir("/proc/self/fd"))
    commit(place)
    store.read(place)
    place.path.unlink()
    place.path.mkdir()
    with pytest.raises(DamagedArtifact):
        store.find(place)
    assert len(os.listdir("/proc/self/fd")) <= before


def test_a_file_that_can_be_opened_but_not_read_is_not_called_damaged(
    place: store.Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    commit(place)

    class Broken(io.BytesIO):
        def read(self, size: int | None = -1) -> bytes:
            raise OSError(errno.EIO, os.strerror(errno.EIO))

    monkeypatch.setattr("builtins.open", lambda *_, **__: Broken())
    with pytest.raises(StorageError) as caught:
        store.find(place)
    assert caught.value.message == f"cannot read {place.path}: Input/output error"
    assert caught.value.path == str(place.path)


def test_a_dangling_link_is_discarded_too(place: store.Place) -> None:
    place.path.symlink_to("nowhere")
    store.discard(place)
    assert not os.path.lexists(place.path)
