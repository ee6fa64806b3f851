"""Each sample document is read as a reader would expect it, and its questions have an answer without a model."""

from __future__ import annotations

from pathlib import Path

import pytest

from searchapp.model import Done
from searchapp.samples import QUESTIONS, sample_folders
from searchapp.settings import load_settings
from searchapp.sources import BadTarget, Loader, discover
from searchapp.wiring import Application
from tests.services import prepared_models

pytest.importorskip("rapidocr")  # one of them is a scan

SAID = {
    "When is the hut open?": "from 1 May to 31 October",
    "What should guests bring?": "a head torch, indoor shoes and cash",
    "What happens when somebody is hurt?": "how many people are hurt",
    "Why does the stove smoke?": "whenever the wind comes from the north",
    "山屋什么时候开放？": "5 月 1 日到 10 月 31 日",
    "从松坪村怎么走？": "上山约四个半小时",
    "床位涨价吗？": "每晚加 20 元",
    "山屋的水可以直接喝吗？": "厨房的水龙头可以直接饮用",
}
"""What the first sentence of each answer says."""


def test_every_sample_is_a_document_in_its_language() -> None:
    seen: dict[str, list[str]] = {}
    languages: dict[str, str] = {}
    with Loader(load_settings()) as loader:
        for found in discover(sample_folders()):
            assert not isinstance(found, BadTarget)
            document = loader.load(found)
            assert document.title and len(document.text) > 100
            seen.setdefault(str(document.type), []).append(document.title)
            languages[Path(found.source).name] = document.language
    assert {kind: len(titles) for kind, titles in seen.items()} == {"markdown": 4, "html": 1, "pdf": 3, "email": 1}
    assert languages == {
        "2026年4月会议纪要.md": "zh",
        "stove.eml": "en",
        "staying-at-the-hut.html": "en",
        "上山路线.md": "zh",
        "住宿须知.md": "zh",
        "价目表.pdf": "zh",
        "handbook.pdf": "en",
        "opening-in-spring.md": "en",
        "用水告示.pdf": "zh",
    }
    assert seen["pdf"] == ["云鞍山屋价目表", "Handbook for wardens", "用水告示"]


@pytest.fixture(scope="module")
def hut(tmp_path_factory: pytest.TempPathFactory) -> Application:
    """The samples over the model that a visitor has, without Ollama."""
    folder = tmp_path_factory.mktemp("hut")
    models = Path(prepared_models.obtain())
    running = Application(load_settings(data_dir=folder, models_dir=models, ollama_url="http://127.0.0.1:9"))
    assert [one.error for one in running.ingester.ingest(sample_folders()) if one.error] == []
    return running


@pytest.mark.usefixtures("multilingual")
@pytest.mark.parametrize("question", [one for asked in QUESTIONS.values() for one in asked])
def test_each_question_is_answered_by_what_is_quoted(hut: Application, question: str) -> None:
    *_, done = hut.answerer.ask(question)
    assert isinstance(done, Done)
    answer = done.answer
    assert answer.extractive and not answer.refused
    assert SAID[question] in answer.sentences[0].text
    assert answer.citations
