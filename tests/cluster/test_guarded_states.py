"""Missing privileges and a full disk, on a real server of our own with security on and its disk watched."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path

import pytest

from searchapp.cluster import apply, reindex, roles
from searchapp.cluster.roles import Role
from searchapp.doctor import diagnose
from searchapp.errors import ServiceRefusedError, StorageError
from searchapp.findings import Finding, Severity
from searchapp.settings import load_settings
from searchapp.wiring import Application
from tests.cluster.conftest import Configured, document, ingest, store_of
from tests.cluster.test_bad_states import COMMANDS, everything, finds, refused_by_all
from tests.services import elasticsearch
from tests.services.process import Server
from tests.waiting import eventually

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]

PASSWORD = "only-for-tests"
WATERMARK = "cluster.routing.allocation.disk.watermark"
PATIENCE_SECONDS = 180.0


@pytest.fixture(scope="module")
def server(service_or_skipped: Callable[[], AbstractContextManager[None]]) -> Iterator[Server]:
    watched = {
        "cluster.routing.allocation.disk.threshold_enabled": True,
        "cluster.info.update.interval": "10s",
        # Sizes, so that how full the disk of the machine is does not matter.
        **{f"{WATERMARK}.{stage}": "1mb" for stage in ("low", "high", "flood_stage")},
    }
    with service_or_skipped():
        running = elasticsearch.start(settings=watched, password=PASSWORD, heap="400m")
    yield running
    running.stop()


@pytest.fixture
def admin(server: Server, tmp_path: Path) -> Iterator[Configured]:
    url = server.url.replace("://", f"://elastic:{PASSWORD}@")

    def make(**settings: object) -> Application:
        chosen = {"embedding_model": "hashed:64", "data_dir": tmp_path, "patience_seconds": 0, "ocr": "off", **settings}
        return Application(load_settings(**{"elasticsearch_url": url, "index_prefix": "guarded", **chosen}))

    yield make
    make().store.drop()


def found(application: Application, check: str) -> list[Finding]:
    return [finding for finding in diagnose(application) if finding.check == check]


def keyed(admin: Configured, server: Server, secret: str) -> Configured:
    return lambda **settings: admin(elasticsearch_url=server.url, elasticsearch_api_key=secret, **settings)


def test_missing_privileges_are_named_and_nothing_is_half_done(admin: Configured, server: Server) -> None:
    ingest(admin(), document("one"), document("two"))
    reindex(admin(chunk_tokens=100))
    (all_rights,) = found(admin(chunk_tokens=100), "privileges")
    assert "web, worker, operator" in all_rights.message

    before = everything(admin())
    secrets = {role: roles.create_key(admin(), role).secret for role in Role}
    for role, lacking in ((Role.WEB, "worker"), (Role.WORKER, "operator")):
        make = keyed(admin, server, secrets[role])
        finding = found(make(chunk_tokens=100), "privileges")[-1]
        assert f"do not suffice for {lacking}" in finding.message and f"roles create {lacking}" in finding.remedy
        for command in ("apply", "reindex", "rollback", "prune"):
            with pytest.raises(ServiceRefusedError) as caught:
                COMMANDS[command](make(chunk_tokens=100))
            assert "operator" in caught.value.remedy
            assert everything(admin()) == before, (role, command)
    with pytest.raises(ServiceRefusedError):
        COMMANDS["ingest"](keyed(admin, server, secrets[Role.WEB])(chunk_tokens=100))
    assert everything(admin()) == before
    for application in (keyed(admin, server, secrets[role])(chunk_tokens=100) for role in Role):
        assert {finding.severity for finding in diagnose(application)} >= {Severity.OK}
        assert not [one.message for one in diagnose(application) if one.severity is Severity.ERROR]
    apply(keyed(admin, server, secrets[Role.OPERATOR])(chunk_tokens=100))


def test_a_key_without_any_right_may_not_search(admin: Configured, server: Server) -> None:
    client = store_of(admin()).client
    body = {"nothing": {"cluster": ["monitor"], "indices": [{"names": ["other-*"], "privileges": ["read"]}]}}
    made = client.security.create_api_key(name="nothing", role_descriptors=body)
    (finding,) = found(keyed(admin, server, made["encoded"])(), "privileges")
    assert finding.severity is Severity.ERROR and "may not search" in finding.message
    assert "roles create web" in finding.remedy


@pytest.mark.parametrize("block", ["read_only", "read_only_allow_delete"])
def test_a_block_on_all_of_the_cluster_is_no_full_disk(admin: Configured, block: str) -> None:
    ingest(admin(), document("one"))
    client = store_of(admin()).client
    client.cluster.put_settings(persistent={f"cluster.blocks.{block}": True})
    try:
        (blocked,) = found(admin(), "read-only")
        assert f"cluster.blocks.{block} is set" in blocked.message and "_cluster/settings" in blocked.remedy
        with pytest.raises(StorageError, match=rf"cluster\.blocks\.{block} is set") as caught:
            admin().store.delete_document("one")
        assert "disk" not in str(caught.value)
        refused_by_all(admin, "apply", "reindex", "rollback")
        assert finds(admin) == {"one"}
    finally:
        client.cluster.put_settings(persistent={f"cluster.blocks.{block}": None})
    ingest(admin(), document("two"))


def test_a_full_disk_makes_the_index_read_only_and_room_lifts_it(admin: Configured) -> None:
    ingest(admin(), document("one"))
    client = store_of(admin()).client
    assert not [one.message for one in found(admin(), "disk") if one.severity is not Severity.OK]
    stages = ("low", "high", "flood_stage")
    client.cluster.put_settings(persistent={f"{WATERMARK}.{stage}": "100tb" for stage in stages})
    try:
        blocked = eventually(lambda: found(admin(), "read-only"), seconds=PATIENCE_SECONDS, every=1)
        assert all(one.severity is Severity.ERROR and "flood-stage" in one.remedy for one in blocked)
        (disk,) = found(admin(), "disk")
        assert disk.severity is Severity.ERROR and "flood stage watermark" in disk.message
        refused_by_all(admin, "apply", "reindex", "rollback", "ingest")
        assert finds(admin) == {"one"}
    finally:
        client.cluster.put_settings(persistent={f"{WATERMARK}.{stage}": None for stage in stages})
    eventually(lambda: not found(admin(), "read-only"), seconds=PATIENCE_SECONDS, every=1)
    ingest(admin(), document("two"))
    assert finds(admin) == {"one", "two"}
