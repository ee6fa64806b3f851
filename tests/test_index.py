"""The Python API: the code of docs/python.md is run as it stands, over both stores."""

from __future__ import annotations

import re
import subprocess
import sys
import uuid
from pathlib import Path

import pytest

import searchapp
from searchapp import Filters, Index, SearchAppError, Turn
from searchapp.model import Done, SourcesFound

PAGE = Path(__file__).parents[1] / "docs" / "python.md"
CODE = re.findall(r"(<!-- not run: [^\n]*-->\n)?```python\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
HANDBOOK = "# Handbook\n\nSnapshots are kept for thirty days.\n\n# Gloves\n\nThe press needs gloves of class D.\n"
NOTES = {"backup.md": "# 备份\n\n数据库每天凌晨两点备份，保留三十天。", "pump.txt": "The pump is in room 4."}
OFFLINE = {"embedding_model": "hashed:256", "ollama_url": "http://127.0.0.1:9"}


@pytest.fixture
def papers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "handbook.md").write_text(HANDBOOK, encoding="utf-8")
    (tmp_path / "notes").mkdir()
    for name, text in NOTES.items():
        (tmp_path / "notes" / name).write_text(text, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    for name, value in OFFLINE.items():
        monkeypatch.setenv(f"SEARCHAPP_{name.upper()}", value)
    return tmp_path


@pytest.fixture(params=["embedded", "elasticsearch"])
def store(request: pytest.FixtureRequest) -> dict[str, str]:
    if request.param == "embedded":
        return {}
    url = request.getfixturevalue("elasticsearch_url")
    return {"elasticsearch": url, "index_prefix": f"api-{uuid.uuid4().hex[:8]}"}


def test_the_page_shows_what_happens(
    papers: Path, store: dict[str, str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    if store:
        monkeypatch.setenv("SEARCHAPP_ELASTICSEARCH_URL", store["elasticsearch"])
        monkeypatch.setenv("SEARCHAPP_INDEX_PREFIX", store["index_prefix"])
    shown = []
    names: dict[str, object] = {}
    for skipped, code in CODE:
        if not skipped:
            exec(compile(code, str(PAGE), "exec"), names)
            shown.append(capsys.readouterr().out)
    added, hits, found, answer, events, documents = (out for out in shown if out)
    assert added.count("indexed") == 3
    assert hits.startswith("1 Handbook")
    assert "备份" in found or found.startswith("2")
    assert "Snapshots are kept for thirty days." in answer
    assert "handbook.md" in answer
    assert events.split()[-1] == "Done"
    assert documents.count("indexed") == 3
    assert "document_unlisted" in documents


def test_what_is_there_unchanged_is_not_read_again(papers: Path, store: dict[str, str]) -> None:
    index = Index("library", **store)
    assert [one.state for one in index.add(papers / "handbook.md")] == ["indexed"]
    assert [one.state for one in index.adding("handbook.md", "notes/pump.txt")] == ["unchanged", "indexed"]
    index.delete(Path("handbook.md"))
    assert [Path(entry.source).name for entry in index.documents()] == ["pump.txt"]
    assert index.search("snapshots", mode="keyword").hits == ()


def test_what_cannot_be_read_is_an_outcome_and_not_an_exception(papers: Path) -> None:
    (papers / "broken.pdf").write_bytes(b"%PDF-1.4 broken")
    (outcome,) = Index("library").add("broken.pdf")
    assert outcome.state == "failed"
    assert "broken.pdf" in outcome.error and not outcome.error.startswith("{")  # a sentence
    assert [entry.error for entry in Index("library").documents()] == [outcome.error]


def test_chinese_is_asked_as_english_is(papers: Path) -> None:
    index = Index("library")
    index.add("notes", "handbook.md")
    assert (
        index.search("数据库备份", filters=Filters(paths=(str(papers / "notes"),)))
        .hits[0]
        .text.endswith("保留三十天。")
    )
    answer = index.ask("数据库什么时候备份？")
    assert "凌晨两点" in answer.answer
    events = list(index.asking("保留多少天？", history=[Turn("数据库什么时候备份？", answer.answer)]))
    assert any(isinstance(event, SourcesFound) for event in events)
    assert isinstance(events[-1], Done)


@pytest.mark.parametrize(
    "wrong", [{"no_such_setting": 1}, {"chunk_tokens": "many"}, {"elasticsearch": "ftp://x"}, {"llm": "openai:x"}]
)
def test_a_setting_that_cannot_be_is_refused_at_once(papers: Path, wrong: dict[str, object]) -> None:
    with pytest.raises(SearchAppError) as raised:
        Index("library", **wrong)  # type: ignore[arg-type]
    assert raised.value.exit_code == 2


def test_a_mode_that_does_not_exist_is_told_as_every_error_is(papers: Path) -> None:
    with pytest.raises(SearchAppError, match="sideways"):
        Index("library").search("x", mode="sideways")  # type: ignore[arg-type]


def test_ten_names_at_most_and_each_is_there() -> None:
    assert len(searchapp.__all__) <= 10
    for name in searchapp.__all__:
        assert getattr(searchapp, name)
        assert f"`{name}`" in PAGE.read_text(encoding="utf-8")
    with pytest.raises(AttributeError):
        searchapp.Indexes  # type: ignore[attr-defined]  # noqa: B018


def test_importing_the_package_loads_next_to_nothing() -> None:
    code = "import sys, searchapp; print(len([m for m in sys.modules if m.startswith('searchapp')]))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "1"
