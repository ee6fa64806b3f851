"""``es export``: what it writes is what ``es apply`` puts, so that either tool takes over from the other."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from searchapp.cluster import plan
from searchapp.cluster.export import export
from searchapp.errors import StorageError
from tests.cluster.conftest import Configured, store_of


def test_what_another_tool_puts_of_the_files_is_no_difference(configured: Configured, tmp_path: Path) -> None:
    application = configured()
    store = store_of(application)
    export(application, tmp_path / "out")
    client = store.client
    for file in sorted((tmp_path / "out" / "component_templates").glob("*.json")):
        client.perform_request("PUT", f"/_component_template/{file.stem}", body=json.loads(file.read_text()), headers=J)
    for file in sorted((tmp_path / "out" / "index_templates").glob("*.json")):
        client.perform_request("PUT", f"/_index_template/{file.stem}", body=json.loads(file.read_text()), headers=J)
    assert {change.kind for change in plan(application).changes} == {"index"}  # only the indices are to create


J = {"accept": "application/json", "content-type": "application/json"}


def test_files_and_their_names(configured: Configured, tmp_path: Path) -> None:
    application = configured(snapshot_repository="fs:searchapp")
    prefix = application.settings.index_prefix
    written = {str(path.relative_to(tmp_path)) for path in export(application, tmp_path)}
    assert written == {
        f"component_templates/{prefix}-chunks-fields.json",
        f"index_templates/{prefix}-chunks.json",
        f"index_templates/{prefix}-documents.json",
        *(f"roles/{prefix}-{role}.json" for role in ("web", "worker", "operator")),
        f"snapshot_repositories/{prefix}-snapshots.json",
        f"snapshot_policies/{prefix}-daily.json",
        "searchapp.tf.json",
    }
    made = json.loads((tmp_path / "searchapp.tf.json").read_text())
    assert len(made["resource"]) == 5  # no pipelines: the embeddings are ours
    before = (tmp_path / "searchapp.tf.json").read_text()
    export(application, tmp_path)
    assert (tmp_path / "searchapp.tf.json").read_text() == before


def test_without_a_repository_there_is_no_policy(configured: Configured, tmp_path: Path) -> None:
    export(configured(), tmp_path)
    assert not (tmp_path / "snapshot_policies").exists()


def test_a_folder_that_cannot_be_written_is_told(configured: Configured, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(StorageError):
        export(configured(), tmp_path / "file")
