from __future__ import annotations

import logging
from pathlib import Path

import pytest

from searchapp.sources import Links, discover
from searchapp.sources.passed_over import PassedOver


def passed(folder: Path) -> PassedOver:
    links = Links(passed=PassedOver())
    list(discover([str(folder)], links=links))
    assert links.passed is not None
    return links.passed


def test_a_folder_says_what_it_passes_over(tmp_path: Path) -> None:
    (tmp_path / "node_modules" / "x").mkdir(parents=True)
    (tmp_path / "sub").mkdir()
    for name in (
        "a.md",
        "README",
        "b.exe",
        "sub/c.EXE",
        "d.mp3",
        "core",
        ".hidden",
        "Thumbs.db",
        "node_modules/x/e.js",
    ):
        (tmp_path / name).write_text("x")
    found = passed(tmp_path)
    assert found.kinds() == [
        {"kind": ".exe", "count": 2, "names": ["b.exe", "sub/c.EXE"]},
        {"kind": "", "count": 1, "names": ["core"]},
        {"kind": ".mp3", "count": 1, "names": ["d.mp3"]},
        {"kind": "node_modules/", "count": 1, "names": ["node_modules/"]},
    ]
    sentence = found.message()
    assert sentence is not None
    assert sentence.text("en") == (
        "5 files were passed over, since nothing in them is read: 2 × .exe (b.exe, sub/c.EXE), 1 × (core), "
        "1 × .mp3 (d.mp3), 1 × node_modules/ (node_modules/)."
    )
    assert sentence.text("zh").startswith("跳过了 5 个没有可读内容的文件：2 × .exe")


def test_empty_marks_of_packages_are_no_failures(tmp_path: Path) -> None:
    (tmp_path / "__init__.py").write_bytes(b"")
    (tmp_path / "empty.md").write_bytes(b"")
    links = Links(passed=PassedOver())
    assert [Path(one.source).name for one in discover([str(tmp_path)], links=links)] == ["empty.md"]
    assert links.passed is not None
    assert links.passed.kinds() == [{"kind": ".py 0 B", "count": 1, "names": ["__init__.py"]}]


def test_names_and_kinds_are_bounded(tmp_path: Path) -> None:
    found = PassedOver()
    for kind in range(1000):
        for number in range(5):
            found.add(f"{number}.k{kind}")
    sentence = found.message()
    assert sentence is not None and len(sentence.text("en")) < 1000
    assert sentence.text("en").count("…") == 21


def test_a_folder_of_documents_passes_over_nothing(tmp_path: Path) -> None:
    for name in ("a.md", "b.py", "c.zip", "LICENSE", "d.tar.gz"):
        (tmp_path / name).write_text("x")
    assert passed(tmp_path).message() is None


def test_where_nobody_asks_the_log_says_it(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    (tmp_path / "a.exe").write_text("x")
    links = Links()
    list(discover([str(tmp_path)], links=links))
    with caplog.at_level(logging.WARNING):
        links.tell()
        links.tell()
    assert [record.getMessage() for record in caplog.records] == [
        "1 file was passed over, since nothing in them is read: 1 × .exe (a.exe)."
    ]
