"""Blobs are named by what they hold, and refused when they hold something else."""

from __future__ import annotations

from pathlib import Path

import pytest

from ace import atomic, jsonio
from ace.blobs import BlobFolder
from ace.errors import DamagedArtifact, OutputError

pytestmark = pytest.mark.usefixtures("no_flush")


def test_a_blob_is_named_by_its_content_and_written_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    blobs = BlobFolder(tmp_path)
    blob = blobs.put(b"image", "PNG")
    assert blob.as_json() == {"sha256": jsonio.sha256(b"image"), "ext": "png", "bytes": 5}
    assert (tmp_path / "blobs" / f"{blob.sha256}.png").read_bytes() == b"image"
    monkeypatch.setattr(atomic, "write", lambda *_: pytest.fail("written twice"))
    assert blobs.put(b"image", "png") == blob
    assert blobs.get(blob.as_json()) == b"image"


def test_a_damaged_blob_is_refused_and_written_again(tmp_path: Path) -> None:
    blobs = BlobFolder(tmp_path)
    blob = blobs.put(b"image", "png")
    path = tmp_path / "blobs" / f"{blob.sha256}.png"
    path.write_bytes(b"imagE")
    with pytest.raises(DamagedArtifact) as caught:
        blobs.get(blob.as_json())
    assert caught.value.message == f"{path}: the content does not match its name"
    blobs.put(b"image", "png")
    assert blobs.get(blob.as_json()) == b"image"
    path.unlink()
    with pytest.raises(DamagedArtifact) as caught:
        blobs.get(blob.as_json())
    assert caught.value.message == f"{path}: the blob is missing"
    assert caught.value.path == str(path)


def test_a_link_in_place_of_a_blob_is_replaced(tmp_path: Path) -> None:
    blobs = BlobFolder(tmp_path)
    path = tmp_path / "blobs" / f"{jsonio.sha256(b'image')}.png"
    path.parent.mkdir()
    (tmp_path / "elsewhere").write_bytes(b"image")
    path.symlink_to(tmp_path / "elsewhere")
    blobs.put(b"image", "png")
    assert not path.is_symlink()
    assert path.read_bytes() == b"image"


@pytest.mark.parametrize("name", ["../../etc/passwd", "a" * 63, "A" * 64, "١" * 64, ""])
def test_a_blob_is_never_looked_for_elsewhere(tmp_path: Path, name: str) -> None:
    with pytest.raises(OutputError) as caught:
        BlobFolder(tmp_path).get({"sha256": name, "ext": "png"})
    assert caught.value.message == f"not the name of a blob: {name!r}"


def test_a_name_that_is_no_blob_is_quoted_in_part(tmp_path: Path) -> None:
    with pytest.raises(OutputError) as caught:
        BlobFolder(tmp_path).get({"sha256": "x" * 1000, "ext": "png"})
    assert caught.value.message == f"not the name of a blob: '{'x' * 80}'"


@pytest.mark.parametrize("ext", ["", "é", "e" * 17, "a/b", "a.b", "png\n"])
def test_an_extension_is_letters_and_digits(tmp_path: Path, ext: str) -> None:
    with pytest.raises(OutputError, match="not a file extension"):
        BlobFolder(tmp_path).put(b"", ext)
    assert BlobFolder(tmp_path).put(b"", "E" * 16).ext == "e" * 16
