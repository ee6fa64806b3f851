"""The small cases of the shared data that answering once failed on, as they were found."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from searchapp.model import Answer, Done, Filters, SourcesFound, Support
from searchapp.settings import load_settings
from searchapp.wiring import Application
from tests.services.scripted_ollama import Script, ScriptedOllama, running

NOBODY = "http://127.0.0.1:9"


@pytest.fixture
def scripted() -> Iterator[ScriptedOllama]:
    with running() as fake:
        yield fake


@pytest.fixture
def documents(shared_data: Path) -> Path:
    return shared_data / "cases" / "search"


def library(case: Path, folder: Path, url: str = NOBODY) -> Application:
    application = Application(
        load_settings(
            data_dir=folder, ollama_url=url, llm_model="scripted", embedding_model="hashed:256", least_similarity=-1.0
        )
    )
    assert {one.state for one in application.ingester.ingest([str(case / "docs")])} == {"indexed"}
    return application


def answered(application: Application, question: str, **options: object) -> tuple[Answer, list[str]]:
    """The answer, and the file names of its sources in order of number."""
    events = list(application.answerer.ask(question, **options))  # type: ignore[arg-type]
    assert isinstance(events[-1], Done)
    (sources,) = [event for event in events if isinstance(event, SourcesFound)]
    return events[-1].answer, [Path(hit.source).name for hit in sources.hits]


def test_stream_marker_after_stop(documents: Path, tmp_path: Path, scripted: ScriptedOllama) -> None:
    application = library(documents / "stream-marker-after-stop", tmp_path, scripted.url)
    question = "Which valve of which boiler is opened by hand in which week?"
    scripted.answer = Script(["NO", " EVIDENCE"])
    _, names = answered(application, question)
    number = {valve: names.index(f"v{valve}.txt") + 1 for valve in (3, 1, 5)}
    pieces = []
    for valve, marker in number.items():
        pieces += [f"The valve number {valve} of boiler {valve} is opened by hand in week {valve}", "."]
        pieces += [" [", str(marker), "]", " "]
    scripted.answer = Script(pieces)
    answer, _ = answered(application, question)
    assert [one.citations for one in answer.sentences] == [(marker,) for marker in number.values()]
    assert {one.support for one in answer.sentences} == {Support.SUPPORTED}


@pytest.mark.parametrize(("part", "price"), [("7001", 15), ("7003", 23)])
def test_wrong_entity_supported(
    documents: Path, tmp_path: Path, scripted: ScriptedOllama, part: str, price: int
) -> None:
    application = library(documents / "wrong-entity-supported", tmp_path, scripted.url)
    scripted.answer = Script(["NO EVIDENCE"])
    _, names = answered(application, "How much does PPR-7002 cost?")
    other, own = names.index(f"p{part}.txt") + 1, names.index("p7002.txt") + 1
    scripted.answer = Script([f"PPR-7002 costs {price} euros. [{other}]"])
    (sentence,) = answered(application, "How much does PPR-7002 cost?")[0].sentences
    assert sentence.support is not Support.SUPPORTED and "PPR-7002" in sentence.missing
    scripted.answer = Script([f"PPR-7002 costs 18 euros. [{own}]"])
    (sentence,) = answered(application, "How much does PPR-7002 cost?")[0].sentences
    assert sentence.support is Support.SUPPORTED


@pytest.mark.parametrize(
    "question",
    [
        "What is the phone number of the nurse?",
        "Nurse phone?",
        "phone Carla",
        "Whose phone is 4404?",
        "Which part costs 21 EUR?",
    ],
)
def test_table_question_refused(documents: Path, tmp_path: Path, question: str) -> None:
    assert not answered(library(documents / "table-question-refused", tmp_path), question)[0].refused


@pytest.mark.parametrize(
    "question",
    ["Summarise this document", "What is this document about?", "Give me the key points", "总结一下这篇文档"],
)
def test_document_summary_refused(documents: Path, tmp_path: Path, scripted: ScriptedOllama, question: str) -> None:
    application = library(documents / "document-summary-refused", tmp_path, scripted.url)
    scripted.answer = Script(["The oil is changed every 500 operating hours. [1]"])
    (entry,) = application.store.entries().entries
    answer, _ = answered(application, question, filters=Filters(document_ids=(entry.id,)))
    assert not answer.refused and answer.model and "ISO VG 46" in scripted.prompts[-1]


def test_reasoning_model_no_answer(documents: Path, tmp_path: Path, scripted: ScriptedOllama) -> None:
    application = library(documents / "reasoning-model-no-answer", tmp_path, scripted.url)
    question = "When is valve number 3 of boiler 3 opened by hand?"
    said = "The valve number 3 of boiler 3 is opened by hand in week 3. [1]"
    scripted.answer = Script([said], thoughts=["Hm. "] * 2000)
    assert answered(application, question)[0].answer.startswith("The valve number 3")
    scripted.answer = Script(["Let me look. It says week 3.", "\n</think>\n\n", said])
    answer, _ = answered(application, question)
    assert answer.answer.startswith("The valve number 3") and "think" not in answer.answer


@pytest.mark.parametrize("key", [False, True])
def test_ollama_auth(
    documents: Path, tmp_path: Path, scripted: ScriptedOllama, monkeypatch: pytest.MonkeyPatch, key: bool
) -> None:
    url = f"{scripted.url}/ollama"
    scripted.prefix = "/ollama"
    if key:
        monkeypatch.setenv("OLLAMA_API_KEY", "k")
        scripted.authorization = "Bearer k"
    else:
        url = url.replace("http://", "http://u:p@")
        scripted.authorization = "Basic dTpw"
    scripted.answer = Script(["The valve number 3 of boiler 3 is opened by hand in week 3. [1]"])
    application = library(documents / "ollama-auth", tmp_path, url)
    answer, _ = answered(application, "When is valve number 3 of boiler 3 opened by hand?")
    assert answer.model and not answer.extractive and scripted.denied == []
