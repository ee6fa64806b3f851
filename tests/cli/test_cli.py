"""The command line as a user runs it: its output, its exit code; the main job and passwords in processes of their own."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import typer.main

from searchapp.cli.run import app, language_of, run, text_and_examples
from tests.cli.shell import Shell
from tests.sources.pdf_files import pdf
from tests.sources.site import serving

HANDBOOK = "# Press shop handbook\n\n## Gloves\n\nOperators must wear cut-resistant gloves of class D.\n"


@pytest.fixture
def shell(tmp_path: Path) -> Shell:
    return Shell(tmp_path)


@pytest.fixture
def filled(shell: Shell) -> Shell:
    (shell.folder / "handbook.md").write_text(HANDBOOK, encoding="utf-8")
    assert shell("ingest", "handbook.md").returncode == 0
    return shell


@pytest.mark.slow
def test_from_ingest_to_answer_and_delete(shell: Shell) -> None:
    (shell.folder / "handbook.md").write_text(HANDBOOK, encoding="utf-8")
    ingested = shell.process("ingest", "handbook.md", "absent.pdf", "--json")
    *documents, last = [json.loads(line) for line in ingested.stdout.splitlines()]
    assert ingested.returncode == 3
    assert {(Path(line["source"]).name, line["state"]) for line in documents} == {
        ("handbook.md", "indexed"),
        ("absent.pdf", "failed"),
    }
    assert last["summary"]["indexed"] == 1 and last["summary"]["failed"] == 1
    assert last["summary"]["chunks_per_second"] > 0

    found = json.loads(shell.process("search", "gloves", "--json").stdout)
    assert set(found) == {
        "query",
        "mode",
        "took_ms",
        "total",
        "hits",
        "facets",
        "matched",
        "did_you_mean",
        "weights",
        "notices",
    }
    hit = found["hits"][0]
    assert {
        "rank",
        "score",
        "chunk_id",
        "document_id",
        "title",
        "source",
        "page",
        "text",
        "highlights",
        "scores",
    } <= set(hit)
    assert hit["scores"]["keyword"]["rank"] == 1

    answered = json.loads(shell.process("ask", "Which gloves must operators wear?", "--json").stdout)
    assert answered["extractive"] and answered["citations"][0]["n"] == 1 and answered["sentences"][0]["supported"]

    listed = json.loads(shell.process("documents", "list", "--state", "indexed", "--json").stdout)
    assert [entry["title"] for entry in listed["documents"]] == ["Press shop handbook"]
    shown = json.loads(shell.process("documents", "show", "handbook.md", "--json").stdout)
    assert shown["passages"][0]["text"].startswith("Press shop handbook")
    assert shell.process("documents", "delete", "handbook.md", "--yes").returncode == 0
    assert json.loads(shell.process("search", "gloves", "--json").stdout)["total"] == 0


@pytest.mark.slow
def test_people_get_text(filled: Shell) -> None:
    searched = filled("search", "gloves", "--explain")
    assert "Press shop handbook" in searched.stdout and "keyword rank 1" in searched.stdout
    assert "handbook.md" in filled("documents", "list").stdout
    answered = filled("ask", "Which gloves must operators wear?")
    assert "cut-resistant gloves of class D" in answered.stdout and "[1] Press shop handbook" in answered.stdout
    assert "1 unchanged" in filled("ingest", "handbook.md").stdout
    assert "Nothing was found" in filled("search", "volcano", "--mode", "keyword").stdout


@pytest.mark.slow
def test_passages_like_one_come_from_other_documents(filled: Shell) -> None:
    (filled.folder / "second.md").write_text(
        "# Second hall\n\nCut-resistant gloves are worn here too.\n", encoding="utf-8"
    )
    assert filled("ingest", "second.md").returncode == 0
    hit = json.loads(filled("search", "handbook gloves class D", "--json").stdout)["hits"][0]
    assert hit["title"] == "Press shop handbook"
    like = json.loads(filled("similar", hit["chunk_id"], "--json").stdout)
    assert like["query"] == hit["title"] and [one["title"] for one in like["hits"]] == ["Second hall"]
    assert "Second hall" in filled("similar", hit["chunk_id"]).stdout
    absent = filled("similar", "nothing-0-0")
    assert absent.returncode == 1 and "There is no passage nothing-0-0." in absent.stderr


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (("search", " "), 2, "The query is empty."),
        (("search", "x" * 10_000), 2, "10,000 characters"),
        (("search", "a", "--mode", "fuzzy"), 2, "There is no mode 'fuzzy'."),
        (("search", "a", "--filter", "colour=red"), 2, "is not a filter"),
        (("search", "a", "--filter", "after=soon"), 2, "is not a date"),
        (("ask", "?!"), 2, "no letters or digits"),
        (("documents", "show", "absent"), 1, "There is no document absent."),
        (("documents", "delete", "absent", "--yes"), 1, "There is no document"),
        (("documents", "list", "--state", "lost"), 2, "There is no state 'lost'."),
        (("eval", "absent"), 1, "absent does not exist"),
        (("es", "status"), 2, "SEARCHAPP_ELASTICSEARCH_URL"),
        (("ingest", "absent"), 1, "does not exist"),
        (("serve", "--port", "0"), 2, "port"),
        (("unknown",), 2, "No such command"),
    ],
)
def test_bad_input_is_one_sentence_and_an_exit_code(
    shell: Shell, arguments: tuple[str, ...], code: int, words: str
) -> None:
    run = shell(*arguments)
    assert run.returncode == code
    assert words in run.stderr + run.stdout
    assert "Traceback" not in run.stderr


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("SEARCHAPP_ELASTICSEARCH_URL", "http://127.0.0.1:9", "Elasticsearch does not answer at http://127.0.0.1:9."),
        ("SEARCHAPP_EMBEDDING_MODEL", "hashed:64", "The index was built with hashed:256"),
        ("SEARCHAPP_EMBEDDING_MODEL", "ollama:m", "Ollama does not answer"),
        ("SEARCHAPP_PORT", "many", "SEARCHAPP_PORT cannot be used"),
    ],
)
def test_a_failure_with_json_is_json(filled: Shell, name: str, value: str, words: str) -> None:
    run = filled("search", "gloves", "--json", **{name: value})
    error = json.loads(run.stderr)["error"]
    assert run.returncode in (1, 2) and run.stdout == ""
    assert words in error["message"] and error["remedy"] and error["code"] and error["reason"]


@pytest.mark.parametrize(
    ("environment", "language"),
    [
        ({}, "en"),
        ({"LANG": "zh_CN.UTF-8"}, "zh"),
        ({"LANG": "de_DE.UTF-8"}, "en"),
        ({"LANG": "en_GB.UTF-8", "LC_MESSAGES": "zh_TW"}, "zh"),
        ({"LANG": "zh_CN.UTF-8", "LC_MESSAGES": "zh_CN.UTF-8", "LC_ALL": "C"}, "en"),
        ({"LANG": "zh_CN.UTF-8", "LC_MESSAGES": "", "LC_ALL": ""}, "zh"),
    ],
)
def test_the_readers_language_is_that_of_the_environment(environment: dict[str, str], language: str) -> None:
    assert language_of(environment) == language


def test_an_error_is_said_in_chinese_to_who_reads_chinese(shell: Shell) -> None:
    assert shell("search", " ", LC_ALL="zh_CN.UTF-8").stderr == "错误：查询为空。\n请输入要查找的内容。\n"
    error = json.loads(shell("search", "a", "--mode", "x", "--json", LC_ALL="zh_CN.UTF-8").stderr)["error"]
    assert error == {
        "code": "usage",
        "reason": "mode_unknown",
        "message": "没有“x”这种模式。",
        "remedy": "可用的模式：hybrid、keyword、semantic。",
    }
    assert shell("search", " ").stderr.startswith("Error: The query is empty.\nType")


def test_help_imports_nothing_heavy(shell: Shell) -> None:
    heavy = {
        "torch",
        "sentence_transformers",
        "lancedb",
        "elasticsearch",
        "flask",
        "numpy",
        "pydantic",
        "trafilatura",
        "rich",
    }
    code = f"import sys, searchapp.cli.run; print(sorted({heavy!r} & set(sys.modules)))"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "[]\n"


def test_a_search_imports_neither_parsers_nor_answers() -> None:
    parts = {"searchapp.answer", "searchapp.ingest", "searchapp.sources", "searchapp.web", "torch"}
    code = f"import sys, searchapp.wiring, searchapp.cli.search; print(sorted({parts!r} & set(sys.modules)))"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "[]\n"


@pytest.mark.parametrize(
    "command",
    [
        "demo",
        "serve",
        "ingest",
        "search",
        "ask",
        "models",
        "documents",
        "eval",
        "es",
        "es apply",
        "es status",
        "es reindex",
        "es rollback",
        "es prune",
        "documents list",
        "documents retry",
    ],
)
def test_every_command_has_help(shell: Shell, command: str) -> None:
    run = shell(*command.split(), "--help")
    assert run.returncode == 0 and "Usage:" in run.stdout


def test_every_command_shows_an_example() -> None:
    def lacking(command: Any, path: str) -> Iterator[str]:
        children = getattr(command, "commands", {})
        if path and not children and not text_and_examples(command.help or "")[1]:
            yield path
        for name, child in children.items():
            yield from lacking(child, f"{path} {name}".strip())

    assert list(lacking(typer.main.get_command(app), "")) == []


def test_the_main_job_on_elasticsearch(shell: Shell, elasticsearch_url: str) -> None:
    where = {"SEARCHAPP_ELASTICSEARCH_URL": elasticsearch_url, "SEARCHAPP_INDEX_PREFIX": "test-cli"}
    (shell.folder / "handbook.md").write_text(HANDBOOK, encoding="utf-8")
    try:
        assert shell("es", "apply", **where).returncode == 0
        assert shell("ingest", "handbook.md", **where).returncode == 0
        assert json.loads(shell("search", "gloves", "--json", **where).stdout)["hits"][0]["page"] is None
        assert "test-cli-chunks-000001" in shell("es", "status", **where).stdout
    finally:
        from searchapp.settings import load_settings
        from searchapp.stores import build_store

        build_store(load_settings(elasticsearch_url=elasticsearch_url, index_prefix="test-cli")).drop()


@pytest.mark.slow
def test_a_site_is_ingested_by_the_command_line(shell: Shell) -> None:
    allowed = {"SEARCHAPP_ALLOWED_NETWORKS": "127.0.0.0/8", "SEARCHAPP_CRAWL_DELAY_SECONDS": "0"}
    with serving() as site:
        site.page("/docs/", "part", "/private", ETag='"1"')
        site.page("/docs/part", ETag='"2"')
        site.page("/private")
        site.put("/robots.txt", "User-agent: *\nDisallow: /private\n")
        for state in ("indexed", "unchanged"):
            done = shell("ingest", f"{site.base}/docs/", "--depth", "2", "--json", **allowed)
            *documents, last = [json.loads(line) for line in done.stdout.splitlines()]
            assert done.returncode == 0
            assert {line["source"].removeprefix(site.base): line["state"] for line in documents} == {
                "/docs/": state,
                "/docs/part": state,
            }
            assert last["summary"][state] == 2
        assert "/private" not in site.asked and sorted(site.unchanged) == ["/docs/", "/docs/part"]
        del site.pages["/docs/part"]
        site.page("/docs/")
        removed = shell("ingest", f"{site.base}/docs/", "--depth", "2", "--sync", **allowed)
        assert "1 removed" in removed.stdout
    assert shell("ingest", "somewhere", "--depth", "2").returncode == 2


@pytest.mark.slow
def test_a_password_is_read_from_a_pipe_or_a_file_and_shown_nowhere(shell: Shell) -> None:
    secret = "geheim-密码"
    (shell.folder / "one.pdf").write_bytes(pdf("The first secret text.", password=secret))
    (shell.folder / "two.pdf").write_bytes(pdf("The second secret text.", password=secret))
    (shell.folder / "passwords").write_text(f"wrong\n{secret}\n", encoding="utf-8")
    for _ in range(3):  # until they are in quarantine
        locked = shell.process("ingest", "one.pdf", "two.pdf")
    assert locked.returncode == 1 and "searchapp ingest --password" in locked.stdout
    wrong = shell.process("ingest", "one.pdf", "--password", stdin="hunter2\n")
    assert wrong.returncode == 1 and "none of the given ones opens it" in wrong.stdout
    piped = shell.process("ingest", "one.pdf", "--password", stdin=f"{secret}\n")
    assert piped.returncode == 0 and "1 indexed" in piped.stdout
    filed = shell.process("ingest", "two.pdf", "--password-file", "passwords")
    assert filed.returncode == 0 and "1 indexed" in filed.stdout
    shown = shell.process("documents", "list", "--json").stdout
    assert all(secret not in run.stdout + run.stderr for run in (wrong, piped, filed)) and secret not in shown
    assert shell.process("ingest", "one.pdf", "--password", stdin="\n").returncode == 2
    assert shell.process("ingest", "one.pdf", "--password-file", "absent").returncode == 2


def test_an_error_tells_no_secret(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    monkeypatch.setenv("SEARCHAPP_ELASTICSEARCH_API_KEY", "zq9-secret-key")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("sys.argv", ["searchapp", "search", "x", "--mode", "zq9-secret-key"])
    with pytest.raises(SystemExit):
        run()
    told = capsys.readouterr().err
    assert "zq9-secret-key" not in told and "[hidden]" in told
