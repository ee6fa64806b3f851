"""Answers that were kept, checked again after their sources were edited, moved and deleted."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from searchapp.answer.replay import LARGEST, Replay, read_answers
from searchapp.cli.run import app
from searchapp.errors import UsageError
from searchapp.model import Answer, Conversation, ConversationEntry, Done, KeptTurn, SourceChanges, Standing, TurnState
from searchapp.model.json import to_json
from searchapp.settings import load_settings
from searchapp.wiring import Application
from tests.services.scripted_chat import MODEL, running, said

SHOES = "## Shoes\n\n" + "Everybody wears shoes with steel caps in the halls. " * 6
PRESS = (
    f"# Handbook\n\n{SHOES}\n\n## Press\n\nThe press weighs 12.5 tonnes.\n\n{SHOES}\n\n"
    "## Gloves\n\nGloves are of class D.\n"
)
BACKUP = "# 备份\n\n数据库每天凌晨两点备份到第二个机房，保留三十天。\n"
WEIGHT, NIGHTLY = "What does the press weigh?", "数据库什么时候备份？"


@pytest.fixture
def papers(tmp_path: Path) -> Path:
    folder = tmp_path / "papers"
    folder.mkdir()
    write(folder / "press.md", PRESS)
    write(folder / "备份.md", BACKUP)
    return folder


def write(path: Path, text: str) -> None:
    path.write_text(text, encoding="utf-8")


def built(papers: Path, **settings: object) -> Application:
    values = {
        "data_dir": papers.parent / "data",
        "embedding_model": "hashed:256",
        "ollama_url": "http://127.0.0.1:9",
        "chunk_tokens": 64,
        "chunk_overlap_tokens": 0,
    }
    application = Application(load_settings(**{**values, **settings}))
    assert all(not outcome.error for outcome in application.ingester.ingest([str(papers)]))
    return application


def asked(application: Application, question: str) -> Answer:
    *_, last = application.answerer.ask(question)
    assert isinstance(last, Done)
    return read_answers(json.dumps(to_json(last.answer)).encode(), "answer.json")[0]


def standings(papers: Path, answer: Answer, holding: str = "") -> set[Standing]:
    application = built(papers)
    replayed = Replay(application.searcher, application.embedder, application.settings).check(answer)
    assert len(replayed.sentences) == len(answer.sentences)
    return {one.standing for one in replayed.sentences if holding in one.text}


@pytest.mark.parametrize("question", [WEIGHT, NIGHTLY])
def test_an_answer_tells_what_identifies_its_sources(papers: Path, question: str) -> None:
    answer = asked(built(papers), question)
    assert answer.sentences
    assert answer.model_digest == ""
    for citation in answer.citations:
        assert (len(citation.hash), len(citation.document_hash)) == (32, 64)
        assert citation.hash.startswith(citation.chunk_id.rpartition("-")[2])


@pytest.mark.parametrize(
    ("question", "file", "text", "standing"),
    [
        (WEIGHT, "press.md", PRESS, Standing.HOLDS),
        (WEIGHT, "press.md", PRESS.replace("# Handbook", f"# Handbook\n\n{SHOES}"), Standing.HOLDS),  # moved
        (WEIGHT, "press.md", PRESS.replace("class D", "class E"), Standing.HOLDS),  # another passage
        (WEIGHT, "press.md", PRESS.replace("tonnes.", "tonnes. It is green."), Standing.CHANGED),
        (WEIGHT, "press.md", PRESS.replace("12.5", "14"), Standing.UNDONE),
        (WEIGHT, "press.md", "# Lathe\n\nThe lathe has a chuck.\n", Standing.UNDONE),
        (NIGHTLY, "备份.md", BACKUP, Standing.HOLDS),
        (NIGHTLY, "备份.md", BACKUP.replace("保留三十天", "保留三十天，每周演练一次"), Standing.CHANGED),
        (NIGHTLY, "备份.md", BACKUP.replace("两点", "四点"), Standing.UNDONE),
    ],
)
def test_an_edit_is_seen_in_what_it_undoes(
    papers: Path, question: str, file: str, text: str, standing: Standing
) -> None:
    answer = asked(built(papers), question)
    write(papers / file, text)
    assert standings(papers, answer, "12.5" if question == WEIGHT else "两点") == {standing}


def test_a_source_that_is_gone_is_lost(papers: Path) -> None:
    application = built(papers)
    answer = asked(application, WEIGHT)
    for citation in answer.citations:
        application.trash.delete(citation.document_id)
    (papers / "press.md").unlink()
    assert standings(papers, answer) == {Standing.LOST}


def test_what_was_never_supported_stays_so(papers: Path) -> None:
    with running() as fake:
        fake.replies = [said("The press weighs 12.5 tonnes. [1] It was built in Ulm in 1974. [1]")]
        answer = asked(built(papers, llm=f"openai:{MODEL}", llm_base_url=fake.url), WEIGHT)
    assert standings(papers, answer) == {Standing.HOLDS, Standing.UNSUPPORTED}


def test_a_hash_that_was_tampered_with_is_not_found(papers: Path) -> None:
    answer = asked(built(papers), WEIGHT)
    kept = to_json(answer)
    for citation in kept["citations"]:
        citation["hash"] = "0" * 32
    assert standings(papers, read_answers(json.dumps(kept).encode(), "x")[0]) == {Standing.CHANGED}


@pytest.mark.parametrize(
    "text", [b"", b"[]", b"{", b'{"question": 1}', b'{"turns": []}', b"\xff", b"[" * 100_000, b" " * (LARGEST + 1)]
)
def test_what_is_no_answer_is_refused(text: bytes) -> None:
    with pytest.raises(UsageError):
        read_answers(text, "x")


def test_the_command_says_which_sentences_hold(papers: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    answer = asked(built(papers), WEIGHT)
    for name, value in {"DATA_DIR": papers.parent / "data", "EMBEDDING_MODEL": "hashed:256"}.items():
        monkeypatch.setenv(f"SEARCHAPP_{name}", str(value))
    file = papers.parent / "answer.json"
    file.write_text(json.dumps(to_json(answer)), encoding="utf-8")
    held = CliRunner().invoke(app, ["verify", str(file)])
    assert (held.exit_code, held.stdout.split()[0]) == (0, "holds")
    write(papers / "press.md", PRESS.replace("12.5", "14"))
    built(papers)
    undone = CliRunner().invoke(app, ["verify", "-", "--json"], input=file.read_bytes())
    assert undone.exit_code == 3
    found = json.loads(undone.stdout)
    assert (found["holds"], {one["standing"] for one in found["sentences"]}) == (False, {"undone"})


def conversation(*answers: Answer) -> bytes:
    """As the page and ``conversations export`` write it."""
    moment = dt.datetime(2026, 11, 30, tzinfo=dt.UTC)
    entry = ConversationEntry("c", "Press", answers[0].question, moment, moment, len(answers), "")
    turns = tuple(
        KeptTurn(n=n, asked=moment, state=TurnState.DONE, answer=answer) for n, answer in enumerate(answers, 2)
    )
    return json.dumps(to_json(Conversation(entry, turns, SourceChanges(1, (), ())))).encode()


def test_all_answers_of_a_conversation_are_checked(papers: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    application = built(papers)
    exported = conversation(asked(application, WEIGHT), asked(application, NIGHTLY))
    assert list(read_answers(exported, "x")) == [2, 3]
    for name, value in {"DATA_DIR": papers.parent / "data", "EMBEDDING_MODEL": "hashed:256"}.items():
        monkeypatch.setenv(f"SEARCHAPP_{name}", str(value))
    held = CliRunner().invoke(app, ["verify", "-"], input=exported)
    assert held.exit_code == 0 and f"2. {WEIGHT}" in held.stdout and f"3. {NIGHTLY}" in held.stdout
    write(papers / "备份.md", BACKUP.replace("两点", "四点"))
    built(papers)
    undone = CliRunner().invoke(app, ["verify", "-", "--json"], input=exported)
    found = json.loads(undone.stdout)
    assert (undone.exit_code, found["holds"]) == (3, False)
    assert [(one["n"], one["question"], one["holds"]) for one in found["answers"]] == [
        (2, WEIGHT, True),
        (3, NIGHTLY, False),
    ]


def test_a_turn_that_hides_behind_another_is_no_conversation(papers: Path) -> None:
    told = json.loads(conversation(asked(built(papers), WEIGHT)))
    told["turns"] *= 2
    with pytest.raises(UsageError):
        read_answers(json.dumps(told).encode(), "x")
