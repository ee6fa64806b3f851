from __future__ import annotations

import datetime as dt
import io
import os
from pathlib import Path

import pytest

from searchapp.errors import StorageError
from searchapp.ingest import Originals
from searchapp.model import DocumentEntry, DocumentState, SourceType
from searchapp.sources import PageVersion, RawSource, SourceRef
from tests.interleaving import before


def entry(source: str, type_: str = "text") -> DocumentEntry:
    return DocumentEntry("i" * 20, source, "T", type_, DocumentState.INDEXED)


@pytest.mark.parametrize(
    ("name", "kept"),
    [("报告.pdf", "报告.pdf"), ("../../etc/passwd", "passwd"), ("C:\\x\\y.txt", "y.txt"), ("a\x00b|c.md", "a_b_c.md"), ("...", "upload"), ("", "upload"), ("n" * 400 + ".pdf", "n" * 146 + ".pdf")],
)  # fmt: skip
def test_an_upload_stays_below_the_data_folder_under_a_harmless_name(tmp_path: Path, name: str, kept: str) -> None:
    source = Path(Originals(tmp_path).save_upload(name, io.BytesIO(b"bytes")))
    assert source.name == kept and source.read_bytes() == b"bytes"
    assert source.parent.parent == tmp_path / "uploads"
    assert list((tmp_path / "uploads").glob(".arriving*")) == []


def test_forgetting_removes_our_copy_and_never_the_users_file(tmp_path: Path) -> None:
    originals = Originals(tmp_path / "data")
    mine = tmp_path / "mine.txt"
    mine.write_text("mine", encoding="utf-8")
    originals.forget(entry(str(mine)))
    assert mine.exists() and originals.path(entry(str(mine))) == mine
    upload = originals.save_upload("a.txt", io.BytesIO(b"x"))
    originals.forget(entry(upload))
    assert not Path(upload).exists() and originals.path(entry(upload)) is None


def test_two_uploads_of_the_same_bytes_are_two_files(tmp_path: Path) -> None:
    originals = Originals(tmp_path)
    first = originals.save_upload("a.txt", io.BytesIO(b"x"))
    second = originals.save_upload("b.txt", io.BytesIO(b"x"))
    originals.forget(entry(first))
    assert not Path(first).exists() and Path(second).read_bytes() == b"x"
    originals.forget(entry(second))
    assert list((tmp_path / "uploads").iterdir()) == []


def test_an_upload_that_came_again_since_it_was_deleted_stays(tmp_path: Path) -> None:
    originals = Originals(tmp_path)
    upload = Path(originals.save_upload("a.txt", io.BytesIO(b"x")))
    deleted = dt.datetime.now(dt.UTC)
    for moment, stays in ((deleted + dt.timedelta(seconds=1), True), (deleted - dt.timedelta(seconds=1), False)):
        os.utime(upload, (moment.timestamp(), moment.timestamp()))
        originals.forget(entry(str(upload)), deleted)
        assert upload.exists() is stays


def test_an_upload_that_breaks_off_leaves_nothing_behind(tmp_path: Path) -> None:
    class Broken(io.BytesIO):
        def read(self, size: int | None = -1) -> bytes:
            if block := super().read(size):
                return block
            raise ConnectionError

    with pytest.raises(StorageError):
        Originals(tmp_path).save_upload("a.txt", Broken(b"x"))
    assert list((tmp_path / "uploads").iterdir()) == []


def test_two_runs_may_keep_one_page_at_a_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    mine, others = Originals(tmp_path), Originals(tmp_path)
    page = entry("https://example.org/a", "html")
    version = PageVersion("hash", '"v1"', "", ())
    raw = RawSource(SourceRef(page.source, page.id), b"<p>x", "hash", version=version)
    before(monkeypatch, Path, "replace", lambda: others.keep_version(raw))
    mine.keep_page(raw, SourceType.HTML)
    kept = mine.path(page)
    assert kept is not None and kept.read_bytes() == b"<p>x"
    assert mine.version(page.id) == version


def test_a_web_page_is_kept_as_it_was_read(tmp_path: Path) -> None:
    originals = Originals(tmp_path)
    page = entry("https://example.org/a", "html")
    assert originals.path(page) is None
    originals.keep_page(RawSource(SourceRef(page.source, page.id), b"<p>x", "hash"), SourceType.HTML)
    kept = originals.path(page)
    assert kept is not None and kept.read_bytes() == b"<p>x"
    originals.forget(page)
    assert originals.path(page) is None


def test_the_version_of_a_kept_page_is_remembered_and_forgotten_with_it(tmp_path: Path) -> None:
    originals = Originals(tmp_path)
    page = entry("https://example.org/a", "html")
    assert originals.version(page.id) is None
    held = PageVersion("hash", '"v1"', "Wed, 21 Oct 2015 07:28:00 GMT", ("https://example.org/b",))
    originals.keep_page(RawSource(SourceRef(page.source, page.id), b"<p>x", "hash", version=held), SourceType.HTML)
    assert originals.version(page.id) == held
    (tmp_path / "pages" / f"{page.id}.version.json").write_text("[]", encoding="utf-8")
    assert originals.version(page.id) is None
    originals.forget(page)
    assert list((tmp_path / "pages").iterdir()) == []
