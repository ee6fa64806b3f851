"""A backup from somebody else: nothing of it leaves the data folder, and nothing of it makes the reader swell."""

from __future__ import annotations

import hashlib
import io
import json
import tarfile
from pathlib import Path

import pytest

from searchapp.backup import restore
from searchapp.backup.archive import FORMAT, HEAD, TAIL
from searchapp.errors import UsageError

Member = tuple[tarfile.TarInfo, bytes]


def member(name: str, content: bytes = b"x", type_: bytes = tarfile.REGTYPE, link: str = "") -> Member:
    info = tarfile.TarInfo(name)
    info.type, info.linkname = type_, link
    info.size = len(content) if type_ == tarfile.REGTYPE else 0
    return info, content


def archive(path: Path, *members: Member, head: object = None) -> Path:
    """An archive whose digest fits, whatever is in it."""
    digest, size = hashlib.sha256(), 0
    for info, content in members:
        digest.update(f"{info.name}\0{len(content)}\0{hashlib.sha256(content).hexdigest()}\n".encode(errors="replace"))
        size += len(content)
    first = json.dumps({"format": FORMAT, "searchapp": "1"} if head is None else head).encode()
    last = json.dumps({"files": len(members), "bytes": size, "digest": digest.hexdigest()}).encode()
    with tarfile.open(path, "w") as tar:
        for info, content in [member(HEAD, first), *members, member(TAIL, last)]:
            tar.addfile(info, io.BytesIO(content))
    return path


def refusal(path: Path, tmp_path: Path) -> str:
    before = sorted(tmp_path.parent.rglob("*"))
    with pytest.raises(UsageError) as caught:
        restore(path, tmp_path / "there")
    assert sorted(tmp_path.parent.rglob("*")) == before
    return caught.value.reason


def test_the_archives_of_this_file_are_right_but_for_what_they_show(tmp_path: Path) -> None:
    restore(archive(tmp_path / "good.tar", member("uploads/1/a.md")), tmp_path / "there")
    assert (tmp_path / "there" / "uploads" / "1" / "a.md").read_bytes() == b"x"


@pytest.mark.parametrize(
    "bad",
    [
        member("../outside"), member("/tmp/outside"), member("uploads/../../outside"), member("uploads/a/../../../b"),
        member(".ssh/authorized_keys"), member("models/weights"), member("uploads\\..\\..\\outside"),
        member("uploads/link", type_=tarfile.SYMTYPE, link="/etc/passwd"),
        member("uploads/link", type_=tarfile.LNKTYPE, link="../outside"),
        member("uploads/pipe", type_=tarfile.FIFOTYPE), member("uploads/device", type_=tarfile.CHRTYPE),
        member("uploads/folder", type_=tarfile.DIRTYPE), member("uploads/sparse", type_=tarfile.GNUTYPE_SPARSE),
    ],
)  # fmt: skip
def test_what_leads_elsewhere_is_refused_with_the_whole_archive(tmp_path: Path, bad: Member) -> None:
    path = archive(tmp_path / "bad.tar", member("uploads/1/good.md"), bad)
    assert refusal(path, tmp_path) in ("backup_hostile", "backup_cut")


def test_a_name_that_comes_twice(tmp_path: Path) -> None:
    assert refusal(archive(tmp_path / "a.tar", member("access.sqlite"), member("access.sqlite")), tmp_path) == (
        "backup_hostile"
    )


@pytest.mark.parametrize(
    "head", [[], {}, {"format": 99}, {"format": None}, "x", 7, {"format": FORMAT, "pad": "x" * 20000}]
)
def test_a_head_that_is_none(tmp_path: Path, head: object) -> None:
    reason = refusal(archive(tmp_path / "a.tar", member("access.sqlite"), head=head), tmp_path)
    assert reason in ("backup_not_a_backup", "backup_of_another_version")


def test_a_header_of_many_megabytes_is_not_read(tmp_path: Path) -> None:
    """The extended header of a tar may be as long as it says; its reader would hold all of it."""
    info, _ = member("uploads/a")
    info.pax_headers = {"comment": "x" * (6 << 20)}
    path = tmp_path / "a.tar"
    with tarfile.open(path, "w", format=tarfile.PAX_FORMAT) as tar:
        head, content = member(HEAD, b'{"format": 1}')
        tar.addfile(head, io.BytesIO(content))
        tar.addfile(info, io.BytesIO(b"x"))
    assert refusal(path, tmp_path) == "backup_cut"


@pytest.mark.parametrize(
    "content", [b"", b"PK\x03\x04" + b"\0" * 600, b"\x1f\x8b" + b"\0" * 600, b"\xff" * 2000, b"\0" * 20480]
)
def test_what_is_no_archive(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "a.tar"
    path.write_bytes(content)
    assert refusal(path, tmp_path) == "backup_not_a_backup"


def test_a_file_that_claims_to_be_larger_than_the_archive(tmp_path: Path) -> None:
    path = archive(tmp_path / "a.tar", member("uploads/a", b"x" * 100))
    content = bytearray(path.read_bytes())
    at = content.index(b"uploads/a") + 124
    with tarfile.open(path) as tar:
        info = tar.getmember("uploads/a")
    info.size = 8 << 30
    content[at - 124 : at - 124 + 512] = info.tobuf(tarfile.GNU_FORMAT)
    path.write_bytes(content)
    assert refusal(path, tmp_path) == "backup_cut"
