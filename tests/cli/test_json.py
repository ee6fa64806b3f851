"""The contract of ``--json`` (docs/for-programs.md), walked over every command: a new one has to be added here."""

from __future__ import annotations

import ast
import json
import string
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import pytest
import typer.main

import searchapp
from searchapp import errors
from searchapp.cli.exit_codes import DONE, FAILED, MEANINGS, SOME_FAILED, USAGE
from searchapp.cli.run import app
from searchapp.errors import SearchAppError
from tests.cli.shell import Done, Shell

TALKERS = {"demo", "serve", "worker", "mcp", "completion"}
"""They talk to people, to a protocol's client or to a shell."""


def commands(command: Any = None, path: tuple[str, ...] = ()) -> Iterator[tuple[str, Any]]:
    """Every command that can be typed, by its path."""
    command = command or typer.main.get_command(app)
    children = getattr(command, "commands", {})
    if not children or (path and command.invoke_without_command):
        yield " ".join(path), command
    for name, child in children.items():
        yield from commands(child, (*path, name))


def takes(command: Any, option: str) -> bool:
    return any(option in parameter.opts for parameter in command.params)


WITH_JSON = {path: command for path, command in commands() if takes(command, "--json")}


class Typed(NamedTuple):
    """A command line; ``$names`` in it are values of the JSON that one before it printed."""

    command: str
    arguments: str = ""
    code: int = DONE
    stdin: str = ""
    named: Mapping[str, str] = {}
    """What to remember of its last line: the keys that lead there, by name."""


PLAN = [
    Typed("ingest", "handbook.md notes.md", named={"document": "0.document_id"}),
    Typed("ingest", "handbook.md broken.pdf", SOME_FAILED),
    Typed("ingest", "broken.pdf", FAILED),
    Typed("ingest", "--queue notes.md"),
    Typed("search", "gloves", named={"chunk": "0.hits.0.chunk_id"}),
    Typed("search", "gloves --facets --group --explain"),
    Typed("search", "gloves --mode magic", USAGE),
    Typed("similar", "$chunk"),
    Typed("similar", "nowhere", FAILED),
    Typed("ask", "gloves"),
    Typed("ask", "", USAGE),
    Typed("ask", "--chat", stdin="gloves\n \nhinges\n"),
    Typed("verify", "handbook.md", USAGE),
    Typed("grep", "gloves --size 1"),
    Typed("grep", "", USAGE),
    Typed("check", "Gloves."),
    Typed("check", "Parrots-are-green.", SOME_FAILED),
    Typed("documents list", "--size 1"),
    Typed("documents show", "$document"),
    Typed("documents show", "nowhere", FAILED),
    Typed("documents delete", "$document nowhere", SOME_FAILED),
    Typed("documents delete", "nowhere nothing", FAILED),
    Typed("documents delete", "nowhere", FAILED),
    Typed("documents deleted"),
    Typed("documents restore", "--all"),
    Typed("documents restore", "", USAGE),
    Typed("documents retry", "$document"),
    Typed("documents retry", "", USAGE),
    Typed("collections create", "Minutes --description All", named={"collection": "0.id"}),
    Typed("collections create", "Minutes", FAILED),
    Typed("collections list"),
    Typed("collections add", "Minutes $document"),
    Typed("collections add", "Minutes nowhere", FAILED),
    Typed("collections show", "Minutes --size 1"),
    Typed("collections remove", "Minutes $document"),
    Typed("collections rename", "Minutes Papers"),
    Typed("collections change", "Papers --description Some"),
    Typed("collections delete", "Papers"),
    Typed("collections restore", "$collection"),
    Typed("tags add", "urgent $document"),
    Typed("tags list"),
    Typed("tags remove", "urgent $document"),
    Typed("queue pause"),
    Typed("queue status"),
    Typed("queue resume"),
    Typed("schedules add", "papers --every week", named={"schedule": "0.id"}),
    Typed("schedules list"),
    Typed("schedules change", "$schedule --at 04:30 --on sun"),
    Typed("schedules pause", "$schedule"),
    Typed("schedules resume", "$schedule"),
    Typed("schedules run", "$schedule"),
    Typed("schedules history", "$schedule"),
    Typed("schedules remove", "$schedule"),
    Typed("judgements history"),
    Typed("missed list"),
    Typed("missed clear"),
    Typed("judgements list"),
    Typed("judgements answers"),
    Typed("judgements export", "judged", FAILED),
    Typed("judgements remove", "gloves", FAILED),
    Typed("conversations list", "--size 1"),
    Typed("conversations search", "gloves"),
    Typed("conversations show", "nowhere", FAILED),
    Typed("conversations export", "nowhere out.json", FAILED),
    Typed("conversations delete", "nowhere", FAILED),
    Typed("keys make", "reporting --scope read", named={"key": "0.id"}),
    Typed("keys list"),
    Typed("keys revoke", "$key"),
    Typed("users add", "ada --password-stdin", stdin="correct horse battery\n"),
    Typed("users add", "bob", FAILED),  # nobody is there to type a password
    Typed("users list"),
    Typed("users remove", "ada"),
    Typed("audit", "--size 1"),
    Typed("audit export", "records.jsonl"),
    Typed("audit export", "-"),
    Typed("models", "", FAILED),  # no Ollama
    Typed("models list"),
    Typed("models compare", "", USAGE),
    Typed("models move", "", USAGE),
    Typed("models prepare", "", USAGE),
    Typed("eval", "nowhere.tsv", FAILED),
    Typed("doctor", "--quick"),
    Typed("doctor", "--history"),
    Typed("alerts list"),
    Typed("alerts test", "", USAGE),
    Typed("backup create", "kept.tar"),
    Typed("backup restore", "kept.tar", USAGE),  # the data folder is not empty
    Typed("es sizing", "--chunks 1000"),
    Typed("es roles"),
    *(
        Typed(f"es {command}", arguments, USAGE)
        for command, arguments in {
            "aliases": "", "apply": "", "export": "cluster", "forcemerge": "", "plan": "", "prune": "", "reindex": "", "rollback": "", "status": "",
            "roles create": "web", "roles list": "", "roles revoke": "x", "snapshot create": "",
            "snapshot list": "", "snapshot restore": "latest", "snapshot delete": "x", "snapshot prune": "", "snapshot drill": "", "pipeline put": "",
            "pipeline simulate": "x", "pipeline status": "",
        }.items()
    ),  # without Elasticsearch; tests/cli/test_es.py has it
]  # fmt: skip


def values(run: Done) -> list[Any]:
    return [json.loads(line) for line in run.stdout.splitlines()]


def check(run: Done, code: int) -> None:
    """stdout is JSON, a value a line; what could not be done ends with the error as the last line of stderr."""
    said = (run.args, run.stdout, run.stderr)
    assert run.returncode == code, said
    told = values(run)
    assert all(isinstance(value, dict) for value in told), said
    assert "Traceback" not in run.stderr
    if code == USAGE or (code == FAILED and not told):
        assert told == []
        error = json.loads(run.stderr.splitlines()[-1])["error"]
        assert set(error) == {"code", "reason", "message", "remedy"}, said
        assert error["code"] and error["reason"] and error["message"]


def reached(told: Any, way: str) -> Any:
    for step in way.split("."):
        told = told[int(step)] if step.isdigit() else told[step]
    return told


def test_every_command_for_programs_is_in_the_plan() -> None:
    assert {path for path, _ in commands()} - set(WITH_JSON) == TALKERS
    assert {typed.command for typed in PLAN} == set(WITH_JSON)


@pytest.mark.slow
def test_every_command_keeps_the_contract(tmp_path: Path) -> None:
    shell, known = Shell(tmp_path), dict[str, str]()
    (tmp_path / "papers").mkdir()
    for name in ("handbook.md", "papers/more.md"):
        (tmp_path / name).write_text("# Gloves\n\nOperators wear gloves of class D.\n", encoding="utf-8")
    (tmp_path / "notes.md").write_text("# Hinges\n\nOil the hinges every Monday. Gloves are not needed.\n", "utf-8")
    (tmp_path / "broken.pdf").write_bytes(b"%PDF-1.7 nothing behind it")
    for typed in PLAN:
        arguments = string.Template(typed.arguments).substitute(known).split()
        run = shell(*typed.command.split(), *arguments, "--json", stdin=typed.stdin)
        check(run, typed.code)
        told = values(run)
        known |= {name: str(reached(told, way)) for name, way in typed.named.items()}
        if typed.code == DONE and takes(WITH_JSON[typed.command], "--from"):
            assert next(iter(told[0])) == "total", (typed.command, told)
        if typed.command in ("ingest", "documents retry") and told:
            assert "summary" in told[-1] and all("state" in one for one in told[:-1])


@pytest.mark.parametrize("command", sorted(WITH_JSON))
def test_what_is_typed_wrong_is_told_as_json(command: str, tmp_path: Path) -> None:
    run = Shell(tmp_path)(*command.split(), "--json", "--no-such-option")
    check(run, USAGE)
    assert json.loads(run.stderr)["error"]["reason"] == "command_line_wrong"


def test_people_are_told_in_prose(tmp_path: Path) -> None:
    run = Shell(tmp_path)("search", "--no-such-option")
    assert run.returncode == USAGE and run.stderr.startswith("Usage:")


def test_no_exit_code_is_without_a_meaning() -> None:
    raised = {
        kind.exit_code for kind in vars(errors).values() if isinstance(kind, type) and issubclass(kind, SearchAppError)
    }
    written = set[int]()
    for file in (Path(searchapp.__file__).parent / "cli").rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and ast.unparse(node.func) in ("typer.Exit", "sys.exit"):
                written |= {one.value for one in ast.walk(node) if isinstance(one, ast.Constant)}
    assert (raised | written) <= set(MEANINGS)
    assert {0, 1, 2, 3, 4} <= set(MEANINGS)
