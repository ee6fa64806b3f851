"""Commands that change something leave a record; ``searchapp audit`` shows and exports them."""

from __future__ import annotations

import csv
import io
import json
import os
import stat
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import typer.main

from searchapp.audit import Outcome, Record, Wanted, What, local_user
from searchapp.cli.audited import COMMANDS, QUERIES, READS
from searchapp.cli.run import app
from searchapp.settings import Settings, load_settings
from searchapp.stores.elasticsearch import ElasticsearchStore
from searchapp.wiring import Application
from tests.cli.shell import Shell


@pytest.fixture
def shell(tmp_path: Path) -> Shell:
    return Shell(tmp_path)


def records(shell: Shell) -> list[Record]:
    settings = Settings(data_dir=shell.folder / "data", embedding_model="hashed:256")
    return list(Application(settings).audit.page(Wanted(), 200).records)


def commands(command: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[str, Any]]:
    """Each command that can be typed, by its name."""
    children = getattr(command, "commands", {})
    if path and (not children or command.invoke_without_command):
        yield " ".join(path), command
    for name, child in children.items():
        yield from commands(child, (*path, name))


EVERY = dict(commands(typer.main.get_command(app)))


def typed(name: str, folder: Path) -> list[str]:
    """A command with something in the place of each argument that it must have."""
    arguments = [
        str(folder / "nowhere") for one in EVERY[name].params if one.param_type_name == "argument" and one.required
    ]
    flags = {
        "demo": ["--no-serve"],
        "conversations list": ["--json"],
        "conversations search": ["--json"],
        "conversations show": ["--json"],
        "documents list": ["--json"],
        "documents delete": ["--yes"],
        "documents restore": ["--all"],
        "documents retry": ["--all"],
        "es aliases": ["--live", "1"],
        "models move": ["--back"],
        "users add": ["--password-stdin"],
    }
    return [*name.split(), *arguments, *flags.get(name, [])]


def test_every_command_is_known_to_change_something_or_to_read() -> None:
    assert EVERY.keys() == COMMANDS.keys() | READS, "name the command in searchapp/cli/audited.py"
    assert not COMMANDS.keys() & READS and QUERIES.keys() <= READS


@pytest.mark.parametrize("name", sorted(COMMANDS))
def test_every_changing_command_leaves_a_record_whether_it_does_it_or_not(name: str, shell: Shell) -> None:
    ended = shell(*typed(name, shell.folder), stdin="a good password\n")
    assert ended.returncode in (0, 1, 2), ended.stderr
    (record,) = records(shell)
    assert record.details["command"] == name and record.what is not What.OTHER
    assert (record.who, record.where) == (local_user(), "cli")
    assert (record.outcome is Outcome.DONE) is (ended.returncode == 0), (record, ended.stderr)
    assert bool(record.error) is (ended.returncode != 0)


def test_what_is_only_looked_at_leaves_none(shell: Shell) -> None:
    for arguments in (
        ["documents", "list"],
        ["keys", "list"],
        ["es", "prune", "--dry-run"],
        ["audit"],
        ["queue", "status"],
    ):
        shell(*arguments)
    assert not (shell.folder / "data" / "audit.sqlite").exists()


def test_keys_and_users_are_named_and_no_secret_is_kept(shell: Shell) -> None:
    made = json.loads(shell("keys", "make", "report", "--group", "law", "--json").stdout)
    assert shell("keys", "revoke", made["id"]).returncode == 0
    for scope in ("read", "write"):
        assert (
            shell("users", "add", "ada", "--scope", scope, "--password-stdin", stdin="correct horse\n").returncode == 0
        )
    assert shell("users", "remove", "ada").returncode == 0
    assert shell("users", "remove", "ada").returncode == 1
    absent, removed, changed, created, revoked, new = records(shell)
    assert new.on == revoked.on == f"key:report ({made['id']})" and new.groups == ("law",)
    assert [one.what for one in (created, changed, removed)] == [
        What.USER_CREATED, What.USER_CHANGED, What.USER_DELETED,
    ]  # fmt: skip
    assert (changed.details["scopes"], changed.details["before"]["scopes"]) == (["write"], ["read"])
    assert (absent.outcome, absent.error, absent.on) == (Outcome.REFUSED, "user_missing", "ada")
    kept = (shell.folder / "data" / "audit.sqlite").read_bytes()
    assert made["key"].split("_", 2)[2].encode() not in kept and b"correct horse" not in kept


def test_documents_are_told_one_by_one(shell: Shell) -> None:
    (shell.folder / "note.md").write_text("# Press\n\nNine bar.", "utf-8")
    (shell.folder / "torn.pdf").write_bytes(b"%PDF-1.7 torn")
    assert shell("ingest", "note.md", "torn.pdf", "--group", "hr").returncode == 3
    assert shell("documents", "delete", "note.md", "nowhere.md", "--yes").returncode == 3
    assert shell("documents", "restore", "--all").returncode == 0
    restored, deleted, ingested = records(shell)
    assert (ingested.what, ingested.on, ingested.error) == (What.INGEST, "note.md, torn.pdf", "exit_3")
    assert ingested.details["counts"]["indexed"] == 1 and ingested.details["options"] == {"group": "hr"}
    known, unknown = deleted.details["documents"]
    assert (known["title"], known["groups"], unknown["error"]) == ("Press", ["hr"], "document_unlisted")
    assert restored.details["documents"] == [known]


def test_an_ingestion_that_gives_documents_to_other_groups_says_which(shell: Shell) -> None:
    (shell.folder / "note.md").write_text("# Press\n\nNine bar.", "utf-8")
    for groups in (["--group", "hr"], ["--group", "hr"], ["--group", "law"], []):
        assert shell("ingest", "note.md", *groups).returncode == 0
    last, law, again, first = records(shell)
    assert [one.what for one in (first, again, last)] == [What.INGEST] * 3 and first.groups == ("hr",)
    assert (law.what, law.groups) == (What.GROUPS_CHANGED, ("law",))
    assert [(one["title"], one["before"]) for one in law.details["documents"]] == [("Press", ["hr"])]


def test_what_nobody_takes_back_is_purged_on_record(shell: Shell) -> None:
    (shell.folder / "note.md").write_text("# Press\n\nNine bar.", "utf-8")
    shell("ingest", "note.md")
    shell("documents", "delete", "note.md", "--yes")
    shell("documents", "deleted", SEARCHAPP_UNDO_MINUTES="0.0000001")
    purged = records(shell)[0]
    assert (purged.what, purged.who, purged.on.partition(" ")[2]) == (What.PURGE, "timer", "Press")


def test_queries_are_recorded_where_a_setting_says_so(shell: Shell) -> None:
    shell("search", "which gloves")
    assert records(shell) == []
    shell("search", "which gloves", SEARCHAPP_AUDIT_QUERIES="true")
    (record,) = records(shell)
    assert record.what is What.SEARCH and record.details["options"]["query"] == "which gloves"


def test_a_command_that_cannot_be_recorded_does_nothing(shell: Shell) -> None:
    (shell.folder / "data" / "audit.sqlite").mkdir(parents=True)
    ended = shell("keys", "make", "report")
    assert ended.returncode == 1 and "cannot be written, so this was not done" in ended.stderr
    assert shell("keys", "list").stdout.startswith("No keys yet")


def test_records_are_shown_filtered_and_counted(shell: Shell) -> None:
    assert shell("audit").stdout == "Nothing is recorded yet.\n"
    for name in ("one", "two"):
        shell("keys", "make", name)
    shell("users", "remove", "ada")
    lines = shell("audit").stdout.splitlines()
    assert len(lines) == 3 and "user_deleted" in lines[0] and "(user_missing)" in lines[0] and "key:one" in lines[2]
    assert len(shell("audit", "--what", "key_created", "--on", "TWO").stdout.splitlines()) == 1
    assert (
        len(shell("audit", "--outcome", "refused", "--who", "local", "--since", "2000-01-01").stdout.splitlines()) == 1
    )
    assert shell("audit", "--until", "2000-01-01").stdout == "No such records.\n"
    limited = shell("audit", "--limit", "1")
    assert len(limited.stdout.splitlines()) == 1 and "There are more" in limited.stderr
    page = json.loads(shell("audit", "--json", "--limit", "2").stdout)
    assert [one["what"] for one in page["records"]] == ["user_deleted", "key_created"] and page["next"]
    assert shell("audit", "--since", "yesterday").returncode == shell("audit", "--what", "x").returncode == 2
    assert "SEARCHAPP_AUDIT=stdout" in shell("audit", SEARCHAPP_AUDIT="stdout").stderr


def test_records_are_exported_and_that_is_recorded(shell: Shell) -> None:
    for name in ("one", "two"):
        shell("keys", "make", name)
    done = shell.process("audit", "export", "log.jsonl", "--what", "key_created")
    assert (done.returncode, done.stdout) == (0, "log.jsonl: 2 records\n"), done.stderr
    lines = (shell.folder / "log.jsonl").read_text("utf-8").splitlines()
    assert [json.loads(line)["what"] for line in lines] == ["key_created"] * 2
    if os.name != "nt":
        assert stat.S_IMODE((shell.folder / "log.jsonl").stat().st_mode) == 0o600
    table = list(csv.DictReader(io.StringIO(shell("audit", "export", "--format", "csv").stdout)))
    assert [row["what"] for row in table] == ["export", "export", "key_created", "key_created"]
    first = records(shell)[1]
    assert (first.what, first.on, first.details["records"]) == (What.EXPORT, "log.jsonl", 2)
    failed = shell("audit", "export", "no/such/folder/log.jsonl")
    assert failed.returncode == 1 and "cannot be written" in failed.stderr


def test_the_cluster_is_changed_with_its_plan_on_record(
    shell: Shell, elasticsearch_url: str, request: pytest.FixtureRequest
) -> None:
    there = {"SEARCHAPP_ELASTICSEARCH_URL": elasticsearch_url, "SEARCHAPP_INDEX_PREFIX": f"test-{uuid.uuid4().hex[:8]}"}
    shell.environment |= there
    store = ElasticsearchStore(
        load_settings(elasticsearch_url=elasticsearch_url, index_prefix=there["SEARCHAPP_INDEX_PREFIX"])
    )
    request.addfinalizer(store.drop)
    for arguments in (["es", "apply"], ["ingest", "note.md"], ["es", "reindex"], ["es", "rollback"], ["es", "prune"]):
        (shell.folder / "note.md").write_text("# Press\n\nNine bar.", "utf-8")
        done = shell(*arguments)
        assert done.returncode == 0, done.stderr
    pruned, back, reindexed, _, applied = records(shell)
    assert applied.what is What.ES_APPLY and applied.on
    assert {"kind", "name", "what", "diff"} <= applied.details["changes"][0].keys()
    assert (reindexed.what, reindexed.details["switched"]) == (What.ES_REINDEX, True)
    assert reindexed.details["plan"]["documents"] == reindexed.details["done"]["documents"] == 1
    assert " to " in reindexed.on and " to " in back.on and back.what is What.ES_ROLLBACK
    assert (pruned.what, pruned.details["keep"], pruned.on) == (What.ES_PRUNE, 1, "")


def test_what_mcp_answers_is_recorded_where_a_setting_says_so(tmp_path: Path) -> None:
    pytest.importorskip("mcp")
    from searchapp.mcp.context import local
    from searchapp.mcp.searching import search

    running = Application(
        Settings(data_dir=tmp_path, embedding_model="hashed:64", ollama_url="http://127.0.0.1:9", audit_queries=True)
    )
    search.call(local(running), {"query": "gloves", "filter": ["type=pdf"]})
    (record,) = running.audit.page(Wanted(), 5).records
    assert (record.what, record.who, record.where) == (What.SEARCH, local_user(), "mcp")
    assert record.details == {"query": "gloves", "filters": ["type=pdf"]}
