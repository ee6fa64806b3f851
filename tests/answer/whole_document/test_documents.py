"""A document is summarised and two are compared from all of their chunks, with a model and without one."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from searchapp.model import Answer, AnswerEvent, Done, Filters, PassagesRead, SourcesFound, Turn
from searchapp.settings import load_settings
from searchapp.wiring import Application
from tests.services.ollama import Ollama
from tests.services.scripted_ollama import Script, ScriptedOllama, running

NOBODY = "http://127.0.0.1:9"
INSPECTED = "Machine {0}-{1} in hall {0} is inspected by team {1} every {2} weeks and its report goes to office {0}."
TEXTS = {
    "compressor.md": (
        "# Compressor manual\n\nThe oil of the compressor must be changed every 500 operating hours. "
        "Use only oil of grade ISO VG 46."
    ),
    "lathe.md": "# Lathe manual\n\nThe lathe weighs 900 kg. Its oil is changed once a year.",
    "压缩机.md": "# 压缩机手册\n\n压缩机的机油每五百小时更换一次。只使用 VG 46 级机油。",
    "handbook.md": "# Plant handbook\n\n"
    + "\n\n".join(
        f"## Section {hall}\n\n" + " ".join(INSPECTED.format(hall, team, team + 2) for team in range(12))
        for hall in range(40)
    ),
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("whole")
    for name, text in TEXTS.items():
        (folder / name).write_text(text, encoding="utf-8")
    for outcome in built(folder, NOBODY).ingester.ingest([str(folder)]):
        assert outcome.error == ""
    return folder


@pytest.fixture
def scripted() -> Iterator[ScriptedOllama]:
    with running() as fake:
        fake.answer = Script(["It is inspected by team 0 every 2 weeks. [1] ", "All is well on Mars. [2]"])
        yield fake


def built(folder: Path, url: str, **settings: object) -> Application:
    values = {"data_dir": folder / "data", "ollama_url": url, "embedding_model": "hashed:256", "llm_model": "scripted"}
    return Application(load_settings(**{**values, **settings}))


def only(application: Application, title: str) -> Filters:
    (entry,) = [entry for entry in application.store.entries().entries if entry.title == title]
    return Filters(document_ids=(entry.id,))


def asked(application: Application, question: str, **options: Any) -> tuple[Answer, list[AnswerEvent]]:
    events = list(application.answerer.ask(question, **options))
    assert isinstance(events[-1], Done)
    return events[-1].answer, events


@pytest.mark.parametrize(
    "question",
    [
        "Summarise this document",
        "What is this document about?",
        "Give me the key points",
        "总结一下这篇文档",
        "这份文件讲什么",
    ],
)
def test_the_document_of_the_filter_goes_to_the_model(folder: Path, scripted: ScriptedOllama, question: str) -> None:
    application = built(folder, scripted.url)
    answer, events = asked(application, question, filters=only(application, "Compressor manual"))
    assert "ISO VG 46" in scripted.prompts[-1] and "lathe" not in scripted.prompts[-1]
    assert not answer.refused and answer.passages_used == answer.passages_found == 1
    foreign = [] if question.isascii() else ["other_language"]  # the scripted model speaks English
    assert [notice.code for notice in answer.notices] == ["unsupported", "read_whole", *foreign]
    assert isinstance(events[0], SourcesFound) and not any(isinstance(event, PassagesRead) for event in events)


@pytest.mark.parametrize(
    ("question", "held"),
    [
        ("Summarise the lathe manual", "The lathe weighs 900 kg. [1]"),
        ("What is the compressor manual about?", "Use only oil of grade ISO VG 46. [1]"),
        ("总结《压缩机手册》", "压缩机的机油每五百小时更换一次。 [1]"),
        ("压缩机手册讲了什么？", "只使用 VG 46 级机油。 [1]"),
        ("summarise lathe.md", "Its oil is changed once a year. [1]"),
    ],
)
def test_without_a_model_a_named_document_is_quoted(folder: Path, question: str, held: str) -> None:
    answer, _ = asked(built(folder, NOBODY), question)
    assert answer.extractive and held in answer.answer.split("\n")
    assert answer.citations and answer.notices[-1].code == "read_whole"


def test_two_documents_are_compared(folder: Path, scripted: ScriptedOllama) -> None:
    question = "Compare the lathe manual and the compressor manual"
    answer, _ = asked(built(folder, scripted.url), question)
    assert "900 kg" in scripted.prompts[-1] and "VG 46" in scripted.prompts[-1] and answer.passages_used == 2
    assert "compare two" in scripted.asked[-1]["messages"][0]["content"]
    quoted, _ = asked(built(folder, NOBODY), question)
    assert "The lathe weighs 900 kg. [1]" in quoted.answer and "Use only oil of grade ISO VG 46. [2]" in quoted.answer
    assert {citation.title for citation in quoted.citations} == {"Lathe manual", "Compressor manual"}


def test_a_long_document_is_read_in_parts(folder: Path, scripted: ScriptedOllama) -> None:
    answer, events = asked(built(folder, scripted.url), "Summarise the plant handbook")
    read = [event for event in events if isinstance(event, PassagesRead)]
    assert len(read) > 3 and [event.read for event in read] == sorted(event.read for event in read)
    assert read[0] == PassagesRead("Plant handbook", 0, answer.passages_found) and read[-1].read == read[-1].total
    assert answer.passages_used == answer.passages_found == read[-1].total
    assert f"all {answer.passages_found} of “Plant handbook”" in answer.notice
    told = " ".join(scripted.prompts[:-1])
    assert all(f"in hall {hall} " in told for hall in range(40)), "each passage was read"
    assert "take notes" in scripted.asked[0]["messages"][0]["content"]
    assert "It is inspected by team 0" in scripted.prompts[-1] and "Mars" not in scripted.prompts[-1]
    assert len(scripted.prompts) == len(read)


def test_a_small_window_takes_more_calls_and_tells_what_was_not_read(folder: Path, scripted: ScriptedOllama) -> None:
    application = built(folder, scripted.url, llm_context_tokens=1024, llm_answer_tokens=128)
    answer, _ = asked(application, "Summarise the plant handbook")
    assert 0 < answer.passages_used < answer.passages_found and len(scripted.prompts) <= 40
    assert answer.notices[-1].code == "read_part" and str(answer.passages_used) in answer.notice


def test_citations_name_the_chunks_of_the_document(folder: Path, scripted: ScriptedOllama) -> None:
    said = iter(range(99))

    def script(messages: list[dict[str, str]]) -> Script:
        if "take notes" in messages[0]["content"]:
            return Script([f"Note {next(said)} says nothing that holds. [1]"])  # so that sentences are quoted instead
        return Script(["Machine 39-0 in hall 39 is inspected by team 0 every 2 weeks."])

    scripted.answer = script
    answer, events = asked(built(folder, scripted.url), "Summarise the plant handbook")
    assert isinstance(events[0], SourcesFound)
    (citation,) = answer.citations
    assert events[0].hits[citation.n - 1].chunk_id == citation.chunk_id
    assert "Machine 39-0 in hall 39" in events[0].hits[citation.n - 1].text


@pytest.mark.slow
def test_a_real_model_reads_in_parts(folder: Path, ollama: Ollama) -> None:
    application = built(folder, ollama.url, llm_model=ollama.chat_model, llm_context_tokens=2048, llm_answer_tokens=32)
    filters = Filters(
        document_ids=only(application, "Plant handbook").document_ids, headings=("Section 1", "Section 2")
    )
    answer, _ = asked(application, "Summarise this document", filters=filters)
    assert not answer.refused and answer.passages_used == answer.passages_found > 2
    assert [notice.code for notice in answer.notices][-1] == "read_whole"


def test_who_leaves_ends_the_reading(folder: Path, scripted: ScriptedOllama) -> None:
    def gone() -> bool:
        return len(scripted.prompts) >= 2

    events = list(built(folder, scripted.url).answerer.ask("Summarise the plant handbook", given_up=gone))
    assert not isinstance(events[-1], Done) and len(scripted.prompts) == 2


def test_a_model_that_is_missing_is_substituted_while_reading(folder: Path, scripted: ScriptedOllama) -> None:
    answer, events = asked(built(folder, scripted.url, llm_model="absent"), "Summarise the plant handbook")
    assert sum(isinstance(event, SourcesFound) for event in events) == 1
    assert answer.model == "scripted:latest" and answer.notices[0].code == "substituted"


def test_which_document_is_asked_where_it_is_not_clear(folder: Path) -> None:
    answer, events = asked(built(folder, NOBODY), "Summarise this document")
    assert answer.refused and "Lathe manual" in answer.answer and len(events) == 2
    chinese, _ = asked(built(folder, NOBODY), "总结一下这篇文档")
    assert "可能指多篇文档" in chinese.answer


def test_the_only_document_is_meant(tmp_path: Path) -> None:
    (tmp_path / "a.md").write_text("# Press\n\nThe press weighs 12.5 tonnes.", encoding="utf-8")
    application = built(tmp_path, NOBODY)
    list(application.ingester.ingest([str(tmp_path / "a.md")]))
    answer, _ = asked(application, "What is this about?")
    assert answer.answer == "The press weighs 12.5 tonnes. [1]"


def test_what_names_no_document_is_searched_for(folder: Path) -> None:
    answer, _ = asked(built(folder, NOBODY), "Summarise the oil of the compressor")
    assert "changed every 500 operating hours" in answer.answer and "read_whole" not in [n.code for n in answer.notices]


def test_another_groups_document_is_not_read(tmp_path: Path) -> None:
    (tmp_path / "a.md").write_text("# Secret plan\n\nThe factory moves to Lisbon.", encoding="utf-8")
    application = built(tmp_path, NOBODY)
    list(application.ingester.ingest([str(tmp_path / "a.md")], groups=("board",)))
    ids = only(application, "Secret plan").document_ids
    for filters in (Filters(groups=("staff",)), Filters(document_ids=ids, groups=("staff",))):
        for question in ("Summarise this document", "Summarise the secret plan", "总结一下这篇文档"):
            answer, _ = asked(application, question, filters=filters)
            assert answer.refused and "Lisbon" not in answer.answer
            assert answer.nearest is None and answer.citations == ()
    answer, _ = asked(application, "Summarise this document", filters=Filters(groups=("board",)))
    assert "Lisbon" in answer.answer


def test_within_a_conversation_a_pronoun_is_what_was_spoken_of(tmp_path: Path) -> None:
    for name in ("gloves", "goggles"):
        (tmp_path / f"{name}.md").write_text(f"# {name.title()}\n\nThe {name} are of class D.", encoding="utf-8")
    application = built(tmp_path, NOBODY)
    list(application.ingester.ingest([str(tmp_path)]))
    history = [Turn("Which class have gloves and goggles?", "Class D [1].")]
    answer, _ = asked(application, "What is the difference between them?", history=history)
    assert "read_whole" not in [notice.code for notice in answer.notices]
    answer, _ = asked(application, "Compare these two documents", history=history)
    assert "read_whole" in [notice.code for notice in answer.notices]


def test_within_a_conversation_a_named_document_needs_no_rewriting(folder: Path, scripted: ScriptedOllama) -> None:
    history = [Turn("What does the lathe weigh?", "900 kg [1].")]
    asked(built(folder, scripted.url), "Summarise the lathe manual", history=history)
    assert len(scripted.prompts) == 1 and "<conversation>" not in scripted.prompts[0]
