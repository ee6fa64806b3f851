"""``es pipeline`` as a user runs it: refused by the real server, done by the fake that has a licence."""

from __future__ import annotations

import json
import re
import uuid
from pathlib import Path

import pytest

from tests.cli.shell import Shell
from tests.cli.test_cli import HANDBOOK
from tests.services.fake_inference import running


def test_the_real_server_refuses_with_a_remedy(tmp_path: Path, elasticsearch_url: str) -> None:
    shell = Shell(tmp_path)
    server = {"SEARCHAPP_ELASTICSEARCH_URL": elasticsearch_url, "SEARCHAPP_INDEX_PREFIX": "test-refused"}
    mode = {**server, "SEARCHAPP_EMBEDDING_MODEL": "elasticsearch:e5"}
    refused = shell("es", "pipeline", "put", "--endpoint", "elastic", **mode)
    assert refused.returncode == 1 and re.search(
        r"the licence is (basic, active|none, not issued)\. Nothing was changed\.", refused.stderr
    )
    status = shell("es", "pipeline", "status", "--json", **mode)
    assert status.returncode == 1
    assert {check["name"]: check["fine"] for check in json.loads(status.stdout)["checks"]}["the licence"] is False
    assert shell("es", "pipeline", "put", "--endpoint", "gpu", **mode).returncode == 2


@pytest.mark.slow
def test_from_put_to_search(tmp_path: Path, elasticsearch_url: str) -> None:
    shell = Shell(tmp_path)
    (tmp_path / "handbook.md").write_text(HANDBOOK, encoding="utf-8")
    with running(elasticsearch_url) as fake:
        mode = {
            "SEARCHAPP_ELASTICSEARCH_URL": fake.url,
            "SEARCHAPP_INDEX_PREFIX": f"test-{uuid.uuid4().hex[:8]}",
            "SEARCHAPP_EMBEDDING_MODEL": "elasticsearch:e5",
        }
        try:
            put = shell("es", "pipeline", "put", "--endpoint", "ollama", "--model", "hashed-64", "--json", **mode)
            assert put.returncode == 0 and "api_key" not in put.stdout, put.stderr
            shown = shell("es", "pipeline", "simulate", "gloves", **mode)
            assert shown.returncode == 0 and shown.stdout.startswith("64 dimensions: [")
            assert shell("ingest", "handbook.md", **mode).returncode == 0
            found = shell("search", "gloves", "--mode", "semantic", "--json", **mode)
            assert "cut-resistant" in json.loads(found.stdout)["hits"][0]["text"]
            status = shell("es", "pipeline", "status", **mode)
            assert status.returncode == 0 and "MISSING" not in status.stdout
        finally:
            from searchapp.settings import load_settings
            from searchapp.stores.elasticsearch import ElasticsearchStore

            prefix = mode["SEARCHAPP_INDEX_PREFIX"]
            ElasticsearchStore(load_settings(elasticsearch_url=elasticsearch_url, index_prefix=prefix)).drop()
