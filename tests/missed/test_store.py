"""What readers did not find, as it is counted: grouped, bounded, seen from the second day on."""

from __future__ import annotations

import datetime as dt
import multiprocessing
import sqlite3
import stat
from contextlib import closing
from pathlib import Path

import pytest

from searchapp.errors import StorageError
from searchapp.missed import MOST, Found, Missed, MissedQuery
from searchapp.settings import Settings


class Clock:
    """A day that a test turns."""

    def __init__(self) -> None:
        self.day = dt.date(2026, 1, 1)

    def __call__(self) -> dt.date:
        return self.day

    def turn(self, days: int = 1) -> None:
        self.day += dt.timedelta(days=days)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def missed(tmp_path: Path, clock: Clock) -> Missed:
    return Missed(Settings(data_dir=tmp_path / "data", missed_queries=True, missed_days=30), clock)


def rows(folder: Path) -> list[tuple[object, ...]]:
    with closing(sqlite3.connect(folder / "data" / "missed.sqlite")) as connection:
        return connection.execute("SELECT * FROM missed ORDER BY key").fetchall()


def test_queries_are_counted_and_seen_from_the_second_day_on(missed: Missed, clock: Clock) -> None:
    assert missed.count("Emergency exits", Found.NOTHING) and missed.count("exit, emergency", Found.WEAK)
    assert missed.count("canteen", Found.NOTHING)
    page = missed.page()
    assert (page.kept, page.total, page.rare, page.queries) == (True, 0, 2, ())
    clock.turn()
    assert missed.count("emergency exit", Found.NOTHING)
    page = missed.page()
    assert page.queries == (MissedQuery("Emergency exits", 2, 1, 2, "2026-01-02"),)
    assert (page.total, page.rare) == (1, 1)


def test_nothing_is_kept_unless_a_setting_says_so(tmp_path: Path) -> None:
    missed = Missed(Settings(data_dir=tmp_path / "data"))
    assert not missed.count("gloves", Found.NOTHING) and not missed.page().kept
    assert missed.clear() == 0
    assert not (tmp_path / "data" / "missed.sqlite").exists()


def test_only_words_counts_and_days_are_kept(missed: Missed, tmp_path: Path) -> None:
    missed.count("gloves collection:board -leather", Found.WEAK)
    assert rows(tmp_path) == [("glov", "gloves", 0, 1, 1, "2026-01-01")]
    assert stat.S_IMODE((tmp_path / "data" / "missed.sqlite").stat().st_mode) == 0o600


def test_a_secret_of_the_settings_is_not_kept(tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path / "data", missed_queries=True, elasticsearch_api_key="quietword")
    assert not Missed(settings).count("quietword", Found.NOTHING)
    assert Missed(settings).count("another", Found.NOTHING)


def test_what_is_old_goes(missed: Missed, clock: Clock, tmp_path: Path) -> None:
    missed.count("gloves", Found.NOTHING)
    clock.turn()
    missed.count("gloves", Found.NOTHING)
    clock.turn(30)
    assert missed.page().total == 1
    clock.turn()
    assert missed.page().total == 0 and rows(tmp_path) == []


def test_many_of_one_day_push_none_out_that_may_be_shown(missed: Missed, clock: Clock, tmp_path: Path) -> None:
    for _ in range(2):
        missed.count("gloves", Found.NOTHING)
        clock.turn()
    with closing(sqlite3.connect(tmp_path / "data" / "missed.sqlite")) as connection, connection:
        connection.executemany(
            "INSERT INTO missed VALUES (?, ?, 1, 0, 1, ?)",
            ((f"w{n}", f"w{n}", "2026-01-03" if n else "2026-01-02") for n in range(MOST - 1)),
        )
    assert missed.count("latest", Found.NOTHING)
    kept = {row[0] for row in rows(tmp_path)}
    assert len(kept) == MOST and {"glov", "latest", "w1"} < kept and "w0" not in kept


def test_pages_and_clearing(missed: Missed, clock: Clock, tmp_path: Path) -> None:
    for _ in range(2):
        for number in range(5):
            for _ in range(number + 1):
                missed.count(f"paper w{number}", Found.NOTHING)
        clock.turn()
    assert [one.query for one in missed.page(1, 2).queries] == ["paper w3", "paper w2"]
    assert missed.page(1, 2).total == 5 and missed.page(9, 2).queries == ()
    assert missed.clear() == 5 and missed.page().total == 0
    assert b"paper" not in (tmp_path / "data" / "missed.sqlite").read_bytes()


def test_a_file_that_is_no_database_is_told(missed: Missed, tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "missed.sqlite").write_text("no database, but long enough to be read as one" * 20)
    with pytest.raises(StorageError):
        missed.count("gloves", Found.NOTHING)


def _count(folder: str) -> None:
    missed = Missed(Settings(data_dir=Path(folder), missed_queries=True), lambda: dt.date(2026, 1, 1))
    for _ in range(20):
        missed.count("gloves", Found.NOTHING)


def test_processes_lose_no_count(tmp_path: Path) -> None:
    context = multiprocessing.get_context("spawn")
    processes = [context.Process(target=_count, args=(str(tmp_path / "data"),)) for _ in range(3)]
    for process in processes:
        process.start()
    for process in processes:
        process.join()
    assert [process.exitcode for process in processes] == [0, 0, 0]
    assert rows(tmp_path) == [("glov", "gloves", 60, 0, 1, "2026-01-01")]
