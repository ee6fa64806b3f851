"""A backup of the data folder, taken while it is written to, and put back whole or not at all."""

from __future__ import annotations

import errno
import shutil
import sqlite3
import stat
import threading
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from filelock import FileLock

from searchapp.backup import create, restore
from searchapp.backup.contents import KEPT, MADE_ANEW, is_kept
from searchapp.errors import ConflictError, SearchAppError, StorageError, UsageError
from searchapp.model import SearchMode, SearchRequest
from searchapp.private_database import transaction
from searchapp.private_folder import OURS
from searchapp.settings import load_settings
from searchapp.wiring import Application
from tests.cluster.conftest import document, ingest

SCHEMA = "CREATE TABLE IF NOT EXISTS pairs (number INTEGER, twin INTEGER);"


def application(folder: Path) -> Application:
    return Application(load_settings(data_dir=folder, embedding_model="hashed:64"))


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """A data folder with an index, an upload, keys and leavings of processes."""
    folder = tmp_path / "data"
    running = application(folder)
    ingest(running, document("one"), document("two"))
    with (tmp_path / "letter.md").open("w+b") as stream:
        stream.write("# 信\n\nA letter.".encode())
        stream.seek(0)
        running.originals.save_upload("letter 信.md", stream)
    with transaction(folder / "access.sqlite", SCHEMA, "keys") as connection:
        connection.execute("INSERT INTO pairs VALUES (1, 1)")
    (folder / "models").mkdir(exist_ok=True)
    (folder / "models" / "weights.bin").write_bytes(b"weights")
    (folder / "somebody-elses.txt").write_text("not ours")
    return folder


def content(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()
    }


def test_what_was_kept_is_found_again(data: Path, tmp_path: Path) -> None:
    file = tmp_path / "backup.tar"
    made = create(data, file)
    assert made.has_index and made.files > 3 and stat.S_IMODE(file.stat().st_mode) == 0o600
    assert not (data / ".backup").exists() and sorted(path.name for path in tmp_path.glob(".backup*")) == []
    there = tmp_path / "there"
    done = restore(file, there)
    assert (done.files, done.bytes, done.before) == (made.files, made.bytes, "")
    hits = application(there).searcher.search(SearchRequest("valve", mode=SearchMode.KEYWORD)).hits
    assert {hit.document_id for hit in hits} == {"one", "two"}
    assert any("letter 信.md" in name for name in content(there / "uploads"))
    with closing(sqlite3.connect(there / "access.sqlite")) as connection:
        assert connection.execute("SELECT * FROM pairs").fetchall() == [(1, 1)]
    assert {path.name for path in there.iterdir()} <= KEPT
    assert "somebody-elses.txt" not in content(there) and "models/weights.bin" not in content(there)
    for path in (there, *there.rglob("*")):
        assert not stat.S_IMODE(path.stat().st_mode) & 0o077, path


@pytest.mark.slow
def test_it_is_consistent_while_everything_is_written(data: Path, tmp_path: Path) -> None:
    """Writers of a database and of the index are at work: each backup holds whole transactions, its index opens."""
    stop = threading.Event()
    failures: list[Exception] = []

    def forever(work: Callable[[int], None]) -> threading.Thread:
        def run() -> None:
            number = 0
            while not stop.is_set():
                number += 1
                try:
                    work(number)
                except (SearchAppError, OSError, sqlite3.Error, AssertionError) as error:
                    failures.append(error)
                    return

        thread = threading.Thread(target=run)
        thread.start()
        return thread

    def pair(number: int) -> None:
        with transaction(data / "access.sqlite", SCHEMA, "keys") as connection:
            connection.execute("INSERT INTO pairs VALUES (?, 0)", (number,))
            connection.execute("UPDATE pairs SET twin = number")

    running = application(data)
    threads = [forever(pair), forever(lambda number: ingest(running, document(f"more-{number}", paragraphs=2)))]
    try:
        for number in range(3):
            create(data, tmp_path / f"{number}.tar")
    finally:
        stop.set()
        for thread in threads:
            thread.join()
    assert failures == []
    for number in range(3):
        there = tmp_path / f"there-{number}"
        restore(tmp_path / f"{number}.tar", there)
        with closing(sqlite3.connect(there / "access.sqlite")) as connection:
            assert connection.execute("SELECT count(*) FROM pairs WHERE number != twin").fetchone() == (0,)
            assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        store = application(there).store
        assert store.count() == sum(entry.chunks for entry in store.sources(""))


def test_a_folder_that_is_not_empty_is_left_unless_one_says_so(data: Path, tmp_path: Path) -> None:
    file = tmp_path / "backup.tar"
    create(data, file)
    there = tmp_path / "there"
    there.mkdir()
    (there / "mine.txt").write_text("mine")
    with pytest.raises(UsageError) as caught:
        restore(file, there)
    assert caught.value.reason == "restore_into_full_folder" and content(there) == {"mine.txt": b"mine"}
    done = restore(file, there, replace=True)
    assert (Path(done.before) / "mine.txt").read_text() == "mine" and (there / "access.sqlite").is_file()


def test_a_mounted_folder_is_filled_and_emptied_inside(
    data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A volume cannot be renamed: ``os.path.ismount`` says of this folder that it is one."""
    file, there = tmp_path / "backup.tar", tmp_path / "there"
    create(data, file)
    there.mkdir()
    (there / "mine.txt").write_text("mine")
    monkeypatch.setattr("os.path.ismount", lambda path: path == there)
    done = restore(file, there, replace=True)
    assert Path(done.before).parent == there and (Path(done.before) / "mine.txt").is_file()
    assert (there / "access.sqlite").is_file() and not list(there.glob(".restore-arriving*"))


def refused(file: Path, there: Path) -> SearchAppError:
    with pytest.raises(SearchAppError) as caught:
        restore(file, there)
    assert not there.exists() and [path.name for path in there.parent.glob(".there*")] == []
    return caught.value


@pytest.mark.parametrize("share", [0.0, 0.01, 0.3, 0.5, 0.9, 0.999])
def test_half_an_archive_restores_nothing(data: Path, tmp_path: Path, share: float) -> None:
    file = tmp_path / "backup.tar"
    create(data, file)
    whole = file.read_bytes()
    file.write_bytes(whole[: int(len(whole.rstrip(b"\0")) * share)])
    assert refused(file, tmp_path / "there").reason in ("backup_cut", "backup_not_a_backup")


def test_a_bit_that_turns_is_noticed(data: Path, tmp_path: Path) -> None:
    file = tmp_path / "backup.tar"
    create(data, file)
    whole = bytearray(file.read_bytes())
    whole[whole.index(b"A letter.")] ^= 1
    file.write_bytes(whole)
    assert refused(file, tmp_path / "there").reason == "backup_damaged"


def test_a_full_disk_leaves_nothing_behind(data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A disk that fills up cannot be had here: the writes are made to fail as they would on one."""
    file = tmp_path / "backup.tar"
    create(data, file)
    before = file.read_bytes()

    def full(*_: object) -> int:
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr("searchapp.backup.archive.Writer.add", full)
        with pytest.raises(StorageError) as caught:
            create(data, file)
        assert caught.value.reason == "backup_disk_full_meanwhile"
    assert file.read_bytes() == before and not list(tmp_path.glob(".backup*")) and not (data / ".backup").exists()
    with monkeypatch.context() as patched:
        patched.setattr("searchapp.backup.archive.Hashed.read", full)
        assert refused(file, tmp_path / "there").reason == "backup_disk_full_meanwhile"
    usage = shutil.disk_usage(tmp_path)
    with monkeypatch.context() as patched:
        patched.setattr("shutil.disk_usage", lambda path: usage._replace(free=1000))
        with pytest.raises(StorageError) as caught:
            create(data, file)
        assert caught.value.reason == "backup_disk_full"


def test_one_at_a_time_and_not_under_a_running_process(data: Path, tmp_path: Path) -> None:
    file = tmp_path / "backup.tar"
    create(data, file)
    with FileLock(data / ".backup.lock"), pytest.raises(ConflictError) as caught:
        create(data, tmp_path / "other.tar")
    assert caught.value.reason == "backup_running"
    (data / "running").mkdir(exist_ok=True)
    with FileLock(data / "running" / "a.lock"), pytest.raises(ConflictError) as caught:
        restore(file, data, replace=True)
    assert caught.value.reason == "restore_into_used_folder"
    restore(file, data, replace=True)


def test_what_a_killed_backup_left_goes_with_the_next(data: Path, tmp_path: Path) -> None:
    (data / ".backup" / "index").mkdir(parents=True)
    (data / ".backup" / "index" / "old").write_text("old")
    create(data, tmp_path / "backup.tar")
    restore(tmp_path / "backup.tar", tmp_path / "there")
    assert not any(name.endswith("old") for name in content(tmp_path / "there"))


def test_a_damaged_database_is_told(data: Path, tmp_path: Path) -> None:
    (data / "access.sqlite").write_bytes(b"no database at all, and long enough to be read as one" * 100)
    with pytest.raises(StorageError) as caught:
        create(data, tmp_path / "backup.tar")
    assert caught.value.reason == "backup_of_damaged" and "access.sqlite" in caught.value.message
    assert not (tmp_path / "backup.tar").exists()


def test_nothing_to_keep(tmp_path: Path) -> None:
    with pytest.raises(UsageError) as caught:
        create(tmp_path / "missing", tmp_path / "backup.tar")
    assert caught.value.reason == "backup_of_nothing" and not (tmp_path / "missing").exists()


def test_links_are_followed_nowhere(data: Path, tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("secret")
    (data / "uploads" / "link").symlink_to(secret)
    (data / "pages").symlink_to(tmp_path)
    create(data, tmp_path / "backup.tar")
    assert b"secret" not in (tmp_path / "backup.tar").read_bytes().replace(b"secrets", b"")


def test_all_that_is_ours_is_kept_or_made_anew() -> None:
    assert MADE_ANEW <= OURS and "access.sqlite" in KEPT and "models" not in KEPT


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("access.sqlite", True), ("uploads/1/信 (2).md", True), ("index/searchapp/chunks.lance/data/a.lance", True),
        ("", False), (".", False), ("/uploads/a", False), ("uploads/../../a", False), ("uploads/./a", False),
        ("uploads//a", False), ("../uploads/a", False), ("uploads\\..\\a", False), ("C:/uploads/a", False),
        ("models/weights", False), ("running/a.lock", False), (".ssh/authorized_keys", False), ("uploads/a\0b", False),
        ("uploads/a\nb", False), ("uploads/" + "a/" * 20 + "b", False), ("uploads/" + "a" * 300, False),
        ("uploads/\udcff", False), ("uploads/", False),
    ],
)  # fmt: skip
def test_names_that_an_archive_may_have(name: str, kept: bool) -> None:
    assert is_kept(name) is kept
