"""docs/architecture.md is true: its map is the imports', and its walks are what one document and one question enter."""

from __future__ import annotations

import re
import runpy
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from types import FrameType
from typing import Any

import pytest

import searchapp
from searchapp.model import SearchRequest
from searchapp.settings import load_settings
from searchapp.wiring import Application

ROOT = Path(__file__).parent.parent.parent
PACKAGE = Path(searchapp.__file__).parent
PAGE = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
HOP = re.compile(r"^\d+\. `(\S+\.py)` `([\w.]+)`", re.MULTILINE)
PLACES = (PACKAGE, PACKAGE / "embedding" / "runtime", PACKAGE / "web" / "static", ROOT)


def walk(title: str) -> list[tuple[str, str]]:
    """File and function of each hop below a heading of the page."""
    section = PAGE.partition(f"## {title}\n")[2].partition("\n## ")[0]
    return [(file, name.rpartition(".")[2]) for file, name in HOP.findall(section)]


def entered(work: Callable[[], object]) -> list[tuple[str, str]]:
    """The functions of the package in the order in which ``work`` first enters them, in any thread of this process."""
    found: dict[tuple[str, str], None] = {}

    def note(frame: FrameType, event: str, _: Any) -> None:
        if event == "call" and frame.f_code.co_filename.startswith(str(PACKAGE)):
            path = Path(frame.f_code.co_filename).relative_to(PACKAGE).as_posix()
            found.setdefault((path, frame.f_code.co_name))

    threading.setprofile(note)
    sys.setprofile(note)
    try:
        work()
    finally:
        sys.setprofile(None)
        threading.setprofile(None)
    return list(found)


@pytest.fixture(scope="module")
def application(tmp_path_factory: pytest.TempPathFactory) -> Application:
    nobody = "http://127.0.0.1:9"
    folder = tmp_path_factory.mktemp("data")
    return Application(load_settings(data_dir=folder, embedding_model="hashed:256", ollama_url=nobody))


def test_the_map_is_current() -> None:
    made = runpy.run_path(str(ROOT / "scripts" / "architecture_map.py"))["architecture_map"]()
    assert made in PAGE, "run scripts/architecture_map.py"


def test_a_document_a_search_and_a_question_go_the_way_that_is_described(application: Application) -> None:
    document = PACKAGE / "samples" / "wardens" / "handbook.pdf"
    ways = {
        "One document": lambda: list(application.ingester.ingest([str(document)])),
        "One search": lambda: application.searcher.search(SearchRequest("rescue station channel")),
        "One question": lambda: list(application.answerer.ask("Where does the electricity come from?")),
    }
    for title, work in ways.items():
        described, found = walk(title), entered(work)
        assert len(described) >= 4
        assert [hop for hop in described if hop not in found] == [], title
        assert sorted(described, key=found.index) == described, title


def test_every_file_that_the_page_names_is_there() -> None:
    named = set(re.findall(r"`([\w/]+(?:\.py|\.js|/))`", PAGE))
    assert len(named) > 30
    assert {name for name in named if not any((place / name).exists() for place in PLACES)} == set()
