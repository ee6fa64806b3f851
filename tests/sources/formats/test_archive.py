from __future__ import annotations

import contextlib
import io
import tarfile
import zipfile

import pytest

from searchapp.errors import SourceError
from searchapp.messages import decoded
from searchapp.model import SourceType
from searchapp.sources.formats.archive import unpack
from searchapp.sources.parsed import Members, ParserInput, ParserOptions, member_name
from tests.sources.formats.reading import note, read, refused


def zipped(files: dict[str, str | bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as container:
        for name, content in files.items():
            container.writestr(name, content)
    return out.getvalue()


def tarred(files: dict[str, bytes], mode: str = "w", links: dict[str, str] | None = None) -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode=mode) as container:  # type: ignore[call-overload]
        for name, content in files.items():
            member = tarfile.TarInfo(name)
            member.size = len(content)
            container.addfile(member, io.BytesIO(content))
        for name, to in (links or {}).items():
            member = tarfile.TarInfo(name)
            member.type, member.linkname = tarfile.SYMTYPE, to
            container.addfile(member)
    return out.getvalue()


def members(name: str, data: bytes, max_bytes: int = 1 << 20, start: int = 0) -> Members:
    return unpack(ParserInput(f"/in/{name}", data, options=ParserOptions(max_bytes=max_bytes)), start)


def names(name: str, data: bytes) -> list[str]:
    return [one.name for one in members(name, data).members]


def test_an_archive_is_a_list_of_its_members_and_says_what_it_passed_over() -> None:
    data = zipped({"guide/a.md": "# A", "b.TXT": "b", "x.exe": "x", "y.exe": "y", "song.mp3": "z", ".git/c.md": "c"})
    parsed = read("pack.zip", data)
    assert (parsed.type, parsed.title) == (SourceType.ARCHIVE, "pack.zip")
    assert parsed.text.startswith("guide/a.md\nb.TXT")
    assert note(parsed) == (
        "3 files were passed over, since nothing in them is read: 2 × .exe (x.exe, y.exe), 1 × .mp3 (song.mp3)."
    )
    assert [(one.name, one.data) for one in members("pack.zip", data).members] == [
        ("guide/a.md", b"# A"),
        ("b.TXT", b"b"),
    ]


@pytest.mark.parametrize(("name", "mode"), [("a.tar", "w"), ("a.tar.gz", "w:gz"), ("a.tgz", "w:gz")])
def test_tar(name: str, mode: str) -> None:
    data = tarred({"t/one.md": b"# One", "t/说明.txt": b"two"}, mode, {"t/link.md": "/etc/passwd"})
    assert read(name, data).type is SourceType.ARCHIVE
    assert names(name, data) == ["t/one.md", "t/说明.txt"]


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ("../../etc/passwd.txt", "etc/passwd.txt"),
        ("/etc/cron.txt", "etc/cron.txt"),
        ("C:\\Windows\\x.txt", "Windows/x.txt"),
        ("a/./b//c.txt", "a/b/c.txt"),
        ("..\\..\\x.txt", "x.txt"),
        ("a\x1b[31m.txt", "a[31m.txt"),
    ],
)
def test_no_name_leads_out_of_the_archive(written: str, kept: str) -> None:
    assert member_name(written) == kept
    assert names("a.tar", tarred({written: b"x"})) == [kept]


def test_chinese_names_of_older_packers() -> None:
    data = zipped({"aaaaaaaa.txt": "x", "bbbb.md": "y"})
    data = data.replace(b"aaaaaaaa", "安全手册".encode("gbk")).replace(b"bbbb", "目录".encode("gbk"))
    assert names("a.zip", data) == ["安全手册.txt", "目录.md"]


def test_the_last_of_two_members_of_a_name_counts() -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as container:
        container.writestr("a.md", "old")
        with pytest.warns(UserWarning, match="Duplicate"):
            container.writestr("a.md", "new")
    assert [(one.name, one.data) for one in members("a.zip", out.getvalue()).members] == [("a.md", b"new")]


def test_a_member_that_cannot_be_unpacked_is_named_and_the_others_come() -> None:
    data = bytearray(zipped({"bad.md": "words " * 200, "good.md": "y"}))
    at = data.index(b"bad.md") + 10
    data[at : at + 4] = b"\xff\xff\xff\xff"
    bad, good = members("a.zip", bytes(data)).members
    why = decoded(bad.error)
    assert why is not None and why.code == "archive_damaged" and "bad.md" in why.text("en")
    assert (good.data, good.error) == (b"y", "")


def test_a_member_with_a_password_says_so() -> None:
    data = bytearray(zipped({"a.md": "x"}))
    for magic, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        data[data.index(magic) + offset] |= 1
    (member,) = members("a.zip", bytes(data)).members
    assert (why := decoded(member.error)) is not None and why.code == "password_unsupported"


def test_a_bomb_is_never_unpacked_beyond_the_limit() -> None:
    data = zipped({"bomb.txt": b"0" * (8 << 20), "small.txt": "x"})
    bomb, small = members("a.zip", data).members
    assert (why := decoded(bomb.error)) is not None and why.code == "unpacked_too_large"
    assert small.data == b"x"


def test_a_size_that_is_a_lie_is_not_believed() -> None:
    data = bytearray(zipped({"a.txt": b"0" * 100_000}))
    at = data.index(b"PK\x01\x02") + 24
    data[at : at + 4] = (5).to_bytes(4, "little")
    (member,) = members("a.zip", bytes(data), max_bytes=1000).members
    assert member.error and not member.data


def test_members_that_share_their_bytes_are_damage() -> None:
    data = bytearray(zipped({"a.txt": b"0" * 4_000_000}))
    directory = data[data.index(b"PK\x01\x02") : data.index(b"PK\x05\x06")]
    end = bytearray(data[data.index(b"PK\x05\x06") :])
    count = 20
    end[8:10] = end[10:12] = count.to_bytes(2, "little")
    end[12:16] = (len(directory) * count).to_bytes(4, "little")
    assert refused("a.zip", bytes(data[: data.index(b"PK\x01\x02")] + directory * count + end)) == "archive_damaged"


def test_members_come_in_lots(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("searchapp.sources.formats.archive.ANSWER_BYTES", 10)
    data = zipped({f"{n}.txt": "12345678" for n in range(3)})
    first = members("a.zip", data)
    assert ([one.name for one in first.members], first.following, first.is_last) == (["0.txt"], 1, False)
    last = members("a.zip", data, start=2)
    assert ([one.name for one in last.members], last.is_last) == (["2.txt"], True)


def test_more_members_than_become_documents_are_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("searchapp.sources.formats.archive.MOST_MEMBERS", 2)
    data = zipped({f"{n}.txt": "x" for n in range(5)})
    assert len(members("a.zip", data).members) == 2
    assert note(read("a.zip", data)) == "Only the first 2 of its 5 files are read."


def test_a_mailbox_has_a_member_for_each_letter() -> None:
    first = "From a@b Mon Jan 1 00:00:00 2024\nFrom: a@b\nSubject: Gate: opens/closes\n\nAt nine.\n>From here on.\n"
    second = "From c@d Tue Jan 2 00:00:00 2024\r\nSubject: =?utf-8?B?5L2g5aW9?=\r\n\r\nZweiter.\r\n"
    both = members("inbox.mbox", f"{first}\n{second}".encode()).members
    assert [one.name.rpartition(" ")[0] for one in both] == ["Gate opens closes", "你好"]
    assert b"\nFrom here on." in both[0].data and both[1].data.endswith(b"Zweiter.\r\n")
    (alone,) = members("inbox.mbox", second.encode()).members
    assert alone.name == both[1].name  # whatever stands before it


@pytest.mark.parametrize("name", ["a.zip", "a.tar", "a.tar.gz", "a.tgz"])
def test_what_is_cut_off_is_damage_or_less(name: str) -> None:
    files = {f"{n}.md": f"words {n} ".encode() * 50 for n in range(5)}
    whole = zipped(dict(files)) if name == "a.zip" else tarred(files, "w" if name == "a.tar" else "w:gz")
    for length in range(8, len(whole), 97):
        assert refused(name, whole[:length]) in (
            "",
            "archive_damaged",
            "gzip_damaged",
            "not_a_document",
            "file_without_text",
            "format_damaged",
        )
        with contextlib.suppress(SourceError):
            members(name, whole[:length])


def test_an_archive_is_known_by_its_name_too() -> None:
    assert refused("a.bin", zipped({"a.md": "x"})) == "not_a_document"
    assert refused("a.docx", zipped({"a.md": "x"})) == "not_a_document"
    assert refused("a.bin", tarred({"a.md": b"x"})) == "not_a_document"
    assert refused("a.zip", b"\x00\x01\x02" * 50) == "format_damaged"
