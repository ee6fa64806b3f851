"""``es plan``, ``es apply``, ``es aliases`` and ``doctor`` as an operator runs them."""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest

from searchapp.settings import load_settings
from searchapp.stores.elasticsearch import ElasticsearchStore
from tests.cli.shell import Shell


@pytest.fixture
def shell(elasticsearch_url: str, tmp_path: Path) -> Iterator[Shell]:
    prefix = f"test-{uuid.uuid4().hex[:8]}"
    shell = Shell(tmp_path)
    shell.environment |= {"SEARCHAPP_ELASTICSEARCH_URL": elasticsearch_url, "SEARCHAPP_INDEX_PREFIX": prefix}
    yield shell
    ElasticsearchStore(load_settings(elasticsearch_url=elasticsearch_url, index_prefix=prefix)).drop()


@pytest.mark.slow
def test_plan_tells_by_its_exit_code_and_apply_brings_it_about(shell: Shell) -> None:
    first = shell("es", "plan")
    assert first.returncode == 4
    assert "component template" in first.stdout and '+    dynamic: "strict"' in first.stdout
    assert "changes: " in first.stdout and "\x1b" not in first.stdout
    applied = shell("es", "apply")
    assert applied.returncode == 0 and "created" in applied.stdout
    after = shell("es", "plan", "--json")
    assert after.returncode == 0 and json.loads(after.stdout) == {"pending": 0, "changes": []}

    left = shell("es", "apply", SEARCHAPP_CHUNK_TOKENS="100")
    assert left.returncode == 4 and "# left: needs a new index" in left.stdout and "es reindex" in left.stdout
    shown = shell("es", "plan", SEARCHAPP_CHUNK_TOKENS="100")
    assert shown.returncode == 4 and "needs a new index" in shown.stdout
    assert "A new index holds about 0 passages of 0 documents." in shown.stdout


@pytest.mark.slow
def test_a_plan_is_kept_in_a_file_and_applied_once(shell: Shell) -> None:
    assert shell("es", "plan", "--out", "plan.json").returncode == 4
    file = shell.folder / "plan.json"
    assert file.stat().st_mode & 0o777 == 0o600
    text = file.read_text()
    file.write_text(text.replace('"in_place"', '"new_index"', 1))
    edited = shell("es", "apply", "plan.json", "--json")
    assert edited.returncode == 2 and json.loads(edited.stderr)["error"]["reason"] == "plan_edited"
    file.write_text(text)
    applied = shell("es", "apply", "plan.json", "--json")
    assert applied.returncode == 0 and json.loads(applied.stdout)["left"] == []
    moved = shell("es", "apply", "plan.json", "--json")
    assert moved.returncode == 1 and json.loads(moved.stderr)["error"]["reason"] == "cluster_moved_since_plan"
    assert shell("es", "plan", "--out", "missing/plan.json").returncode == 1


@pytest.mark.slow
def test_doctor_names_an_accident_and_its_command_mends_it(shell: Shell, elasticsearch_url: str) -> None:
    assert shell("es", "apply").returncode == 0
    prefix = shell.environment["SEARCHAPP_INDEX_PREFIX"]
    client = ElasticsearchStore(load_settings(elasticsearch_url=elasticsearch_url, index_prefix=prefix)).client
    client.indices.delete_alias(index=f"{prefix}-chunks-000001", name=f"{prefix}-chunks")

    wrong = shell("doctor", "--json")
    found = json.loads(wrong.stdout)
    assert wrong.returncode == 1 and found["error"] == len([f for f in found["findings"] if f["severity"] == "error"])
    (alias,) = [finding for finding in found["findings"] if finding["check"] == "aliases"]
    assert alias["severity"] == "error" and "searchapp es aliases --live 1" in alias["remedy"]
    assert shell("es", "aliases").returncode == 1
    assert shell("es", "aliases", "--live", "1").returncode == 0

    right = shell("doctor", "--quick")
    assert right.returncode == 0 and "errors: 0," in right.stdout and "Traceback" not in right.stderr
