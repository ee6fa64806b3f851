"""Three real nodes with TLS and security on: keys that can do their job and nothing else, and nodes that die."""

from __future__ import annotations

import dataclasses
import datetime as dt
import threading
import time
from pathlib import Path

import pytest

from searchapp.cluster import apply, restoring, roles, snapshots, status
from searchapp.cluster.merging import forcemerge
from searchapp.cluster.roles import Role
from searchapp.errors import NotFoundError, SearchAppError, ServiceRefusedError, ServiceUnavailableError, UsageError
from searchapp.model import IngestState, Pause, SearchMode, SearchRequest
from searchapp.settings import Settings, load_settings
from searchapp.wiring import Application
from tests.services.cluster import Cluster

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]

PREFIX = "guarded"
DOCUMENTS = 300


@pytest.fixture(scope="module")
def settings(cluster: Cluster, tmp_path_factory: pytest.TempPathFactory) -> Settings:
    return load_settings(
        elasticsearch_url=cluster.urls,
        elasticsearch_ca_certs=cluster.certificates.authority,
        index_prefix=PREFIX,
        embedding_model="hashed:64",
        data_dir=tmp_path_factory.mktemp("data"),
        snapshot_repository="fs:guarded",
    )


@pytest.fixture(scope="module")
def admin(cluster: Cluster, settings: Settings) -> Application:
    """The superuser, by user and password in the address."""
    url = cluster.urls_as("elastic", cluster.password)
    return Application(settings.model_copy(update={"elasticsearch_url": url}))


@pytest.fixture(scope="module")
def applications(admin: Application, settings: Settings) -> dict[Role, Application]:
    """One application a role, with a key made for it; the operator has applied the templates."""
    built: dict[Role, Application] = {}
    for role in Role:
        made = roles.create_key(admin, role, expires="1d")
        keyed = load_settings(**{**settings.model_dump(), "elasticsearch_api_key": made.secret})
        assert made.secret not in f"{made!r}{keyed!r}"
        built[role] = Application(keyed)
    assert {step.outcome for step in apply(built[Role.OPERATOR]).steps} == {"created"}
    return built


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("files")
    for number in range(DOCUMENTS):
        text = "\n\n".join(f"## Part {part}\n\nBasalt number {number} lies in layer {part}." for part in range(3))
        (folder / f"{number:03}.md").write_text(f"# Stone {number}\n\n{text}", encoding="utf-8")
    return folder


# --- ways to connect


def test_an_authority_file_a_fingerprint_and_a_password_connect(cluster: Cluster, settings: Settings) -> None:
    with_password = cluster.urls_as("elastic", cluster.password)
    by_file = settings.model_copy(update={"elasticsearch_url": with_password})
    Application(by_file).store.check()
    shown = {"elasticsearch_ca_certs": None, "elasticsearch_fingerprint": cluster.certificates.fingerprint}
    Application(by_file.model_copy(update=shown)).store.check()
    application = Application(by_file)
    for text in (repr(by_file), application.store.name, str(status(application))):
        assert cluster.password not in text


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"elasticsearch_ca_certs": None}, "certificate that is not trusted"),
        ({"elasticsearch_ca_certs": None, "elasticsearch_fingerprint": "ab" * 32}, "certificate that is not trusted"),
        ({}, "does not accept the credentials"),
        ({"elasticsearch_api_key": "d3Jvbmc6a2V5"}, "does not accept the credentials"),
    ],
)
def test_what_is_wrong_with_a_connection_is_said(settings: Settings, changed: dict[str, object], message: str) -> None:
    chosen = load_settings(**{**settings.model_dump(), **changed})
    with pytest.raises(ServiceRefusedError, match=message) as caught:
        Application(chosen).store.check()
    assert caught.value.remedy and "d3Jvbmc6a2V5" not in str(caught.value)


def test_a_wrong_password_is_not_repeated(cluster: Cluster, settings: Settings) -> None:
    url = cluster.urls_as("elastic", "hidden-word")
    with pytest.raises(ServiceRefusedError, match="does not accept the credentials") as caught:
        Application(settings.model_copy(update={"elasticsearch_url": url})).store.check()
    assert "hidden-word" not in str(caught.value)


# --- roles


def test_each_key_can_do_its_job_and_nothing_else(
    applications: dict[Role, Application], admin: Application, files: Path, tmp_path: Path
) -> None:
    web, worker, operator = (applications[role] for role in Role)
    admin.store.client.index(index="somebody-elses", document={"secret": "yes"}, refresh=True)

    one = tmp_path / "one.md"
    one.write_text("# Granite\n\nGranite is a coarse-grained rock.", encoding="utf-8")
    (outcome,) = worker.ingester.ingest([str(one)])
    assert outcome.state is IngestState.INDEXED
    for application in (web, worker):
        application.store.check()
        assert application.searcher.search(SearchRequest("coarse rock")).hits[0].document_id == outcome.document_id
        assert application.store.entries().total == 1

    other = tmp_path / "two.md"
    other.write_text("# Marble\n\nMarble was limestone.", encoding="utf-8")
    before = web.store.entries().entries
    with pytest.raises(SearchAppError, match="403"):
        list(web.ingester.ingest([str(other)]))
    with pytest.raises(SearchAppError, match="403"):
        web.trash.delete(outcome.document_id)
    worker.store.put_pause(pause := Pause(dt.datetime(2026, 5, 1, tzinfo=dt.UTC), "ada"))
    assert web.store.pause() == pause
    with pytest.raises(SearchAppError, match="403"):
        web.store.put_pause(None)
    worker.store.put_pause(None)
    assert web.store.entries().entries == before and web.store.count() == outcome.chunks

    client_errors = {
        "web reads what is not ours": lambda: web.store.client.search(index="somebody-elses"),
        "worker reads what is not ours": lambda: worker.store.client.search(index="somebody-elses"),
        "operator reads what is not ours": lambda: operator.store.client.search(index="somebody-elses"),
        "worker deletes the index": lambda: worker.store.client.indices.delete(index=f"{PREFIX}-chunks-000001"),
        "worker moves the alias": lambda: worker.store.client.indices.put_alias(index=f"{PREFIX}-chunks-000001", name="x"),
        "web makes a key": lambda: web.store.client.security.create_api_key(name="mine"),
        "operator makes a user": lambda: operator.store.client.security.put_user(username="x", password="long-enough", roles=[]),
        "operator changes the cluster": lambda: operator.store.client.cluster.put_settings(transient={"action.auto_create_index": "false"}),
    }  # fmt: skip
    for what, action in client_errors.items():
        with pytest.raises(Exception, match=r"unauthorized|403") as caught:
            action()
        assert "security_exception" in str(caught.value), what
    for application in (web, worker):
        with pytest.raises(ServiceRefusedError, match="403"):
            application.store.apply(application.embedder.fingerprint)
        with pytest.raises(ServiceRefusedError, match="403"):
            snapshots.create(application)

    assert {step.outcome for step in apply(operator).steps} == {"unchanged"}
    assert forcemerge(operator).after.segments == 1
    taken = snapshots.create(operator)
    restored = restoring.restore(operator, taken.name)
    assert restored.previous == f"{PREFIX}-chunks-000001"
    assert web.searcher.search(SearchRequest("coarse rock")).hits[0].document_id == outcome.document_id


def test_a_revoked_key_is_refused_at_once(admin: Application, settings: Settings) -> None:
    made = roles.create_key(admin, Role.WEB, name=f"{PREFIX}-short", expires="1h")
    assert made.expires is not None
    listed = {key.id: key for key in roles.keys(admin)}
    assert listed[made.id].role == "web" and listed[made.id].secret == ""
    keyed = Application(load_settings(**{**settings.model_dump(), "elasticsearch_api_key": made.secret}))
    keyed.store.check()
    roles.revoke(admin, made.id)
    with pytest.raises(ServiceRefusedError, match="does not accept the credentials"):
        keyed.store.check()
    assert made.id not in {key.id for key in roles.keys(admin)}
    with pytest.raises(NotFoundError):
        roles.revoke(admin, "no-such-key")
    with pytest.raises(UsageError, match="refuses that key"):
        roles.create_key(admin, Role.WEB, expires="soon")


# --- nodes that die


@dataclasses.dataclass
class Load:
    """Searches without pause in a thread of its own: when each ended, and its error if it had one."""

    application: Application
    expected: int
    done: list[tuple[float, str]] = dataclasses.field(default_factory=list)
    stopping: threading.Event = dataclasses.field(default_factory=threading.Event)

    def __enter__(self) -> Load:
        self.thread = threading.Thread(target=self._run, daemon=True)
        self.thread.start()
        return self

    def __exit__(self, *raised: object) -> None:
        self.stopping.set()
        self.thread.join()

    def _run(self) -> None:
        while not self.stopping.is_set():
            error = ""
            try:
                found = self.application.searcher.search(SearchRequest("basalt layer", SearchMode.HYBRID, size=20))
                if len(found.hits) != self.expected:
                    error = f"{len(found.hits)} hits"
            except SearchAppError as raised:
                error = str(raised)
            self.done.append((time.monotonic(), error))

    def wait_for(self, more: int) -> None:
        """Until ``more`` searches have ended."""
        target = len(self.done) + more
        while len(self.done) < target:
            time.sleep(0.05)


def master(admin: Application) -> int:
    (found,) = admin.store.client.cat.master(format="json")
    return int(found["node"].removeprefix("node-"))


def test_a_killed_master_costs_searches_only_the_election(
    cluster: Cluster, applications: dict[Role, Application], admin: Application, files: Path
) -> None:
    outcomes = list(applications[Role.WORKER].ingester.ingest([str(files)]))
    assert {outcome.state for outcome in outcomes} == {IngestState.INDEXED}
    cluster.wait(lambda health: health.get("status") == "green")
    chunks = applications[Role.WEB].store.count()
    with Load(applications[Role.WEB], 20) as load:
        load.wait_for(20)
        killed = time.monotonic()
        cluster.kill(master(admin))
        cluster.wait(lambda health: health.get("number_of_nodes") == 2 and health["status"] in ("yellow", "green"))
        recovered = time.monotonic()
        load.wait_for(30)
    failed = [(when, error) for when, error in load.done if error]
    last = max((when for when, _ in failed), default=killed)
    print(f"searches {len(load.done)}, failed {len(failed)}, last {last - killed:.1f} s after the kill")
    assert all(killed <= when for when, _ in failed), failed
    # One may have been sent before and end after the cluster was whole again.
    assert len([when for when, _ in failed if when > recovered]) <= 1, failed
    assert not any(error for _, error in load.done[-20:])
    assert applications[Role.WEB].store.count() == chunks


def test_a_node_killed_during_an_ingest_costs_no_passage(
    cluster: Cluster, applications: dict[Role, Application], admin: Application, files: Path
) -> None:
    cluster.replace_dead()
    worker = applications[Role.WORKER]
    for path in files.iterdir():
        path.write_text(path.read_text(encoding="utf-8").replace("Basalt", "Obsidian"), encoding="utf-8")
    outcomes, error = [], ""
    running = worker.ingester.ingest([str(files)])
    try:
        for outcome in running:
            outcomes.append(outcome)
            if len(outcomes) == 1:
                cluster.kill(holder_of_primary(admin))
    except ServiceUnavailableError as raised:
        error = str(raised)
    failed = [outcome for outcome in outcomes if outcome.state is IngestState.FAILED]
    print(f"first run: {len(outcomes)} outcomes, {len(failed)} failed, ended by: {error or 'nothing'}")
    # What failed is done again by the same application, without a restart.
    again = list(worker.ingester.ingest([str(files)]))
    assert {outcome.state for outcome in again} <= {IngestState.INDEXED, IngestState.UNCHANGED}
    worker.store.refresh()
    entries = worker.store.entries(size=1000).entries
    stones = [entry for entry in entries if entry.source.startswith(str(files))]
    assert len(stones) == DOCUMENTS
    for entry in stones:
        passages = worker.store.chunks(entry.id)
        assert len(passages) == entry.chunks > 0
        assert all("Basalt" not in passage.text for passage in passages)
    assert worker.store.count() == sum(entry.chunks for entry in entries)


def holder_of_primary(admin: Application) -> int:
    shards = admin.store.client.cat.shards(index=f"{PREFIX}-chunks", format="json")
    (primary,) = [shard for shard in shards if shard["prirep"] == "p"]
    return int(primary["node"].removeprefix("node-"))
