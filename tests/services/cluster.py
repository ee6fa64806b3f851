"""A cluster of real nodes on this machine, with TLS on both layers and security on, whose nodes can be killed."""

import os
import shutil
import signal
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import httpx

from tests.services import ServiceUnavailableError, certificates, elasticsearch, process

PASSWORD = "only-for-tests"
HEAP = "400m"
RECOVERY_SECONDS = 240.0


@dataclass
class Cluster:
    """Nodes of one cluster; the user ``elastic`` has ``password``, and ``node-<n>`` listens at ``nodes[n].url``."""

    certificates: certificates.Certificates
    snapshots: Path
    transport_ports: list[int]
    heap: str = HEAP
    measured: bool = False
    password: str = PASSWORD
    nodes: list[process.Server] = field(default_factory=list)

    @property
    def urls(self) -> str:
        """Every node's address, as SEARCHAPP_ELASTICSEARCH_URL takes them."""
        return ",".join(node.url for node in self.nodes)

    def urls_as(self, user: str, password: str) -> str:
        """The addresses with a user and password in them."""
        return self.urls.replace("://", f"://{user}:{password}@")

    def kill(self, number: int) -> None:
        """kill -9: the node and the launcher above it."""
        os.killpg(self.nodes[number].process.pid, signal.SIGKILL)
        self.nodes[number].process.wait()

    def replace_dead(self) -> None:
        """Start an empty node at the address of each one that died, and wait until it has its share."""
        for number, node in enumerate(self.nodes):
            if node.process.poll() is not None:
                node.stop()
                self.nodes[number] = self._start(number, int(node.url.rpartition(":")[2]))
        self.wait(lambda health: health.get("number_of_nodes") == len(self.nodes) and health["status"] == "green")

    def health(self) -> dict[str, object]:
        """The cluster's health, by the first node that answers; empty when none does."""
        for node in self.nodes:
            if node.process.poll() is not None:
                continue
            try:
                auth, trusted = ("elastic", self.password), self.certificates.context()
                found = httpx.get(f"{node.url}/_cluster/health", auth=auth, verify=trusted, timeout=10)
                return dict(found.json())
            except (httpx.HTTPError, ValueError):
                continue
        return {}

    def wait(self, wanted: Callable[[dict[str, object]], bool]) -> None:
        """Until the health is as wanted; raises ServiceUnavailableError after RECOVERY_SECONDS."""
        deadline = time.monotonic() + RECOVERY_SECONDS
        while not wanted(self.health()):
            if time.monotonic() > deadline:
                raise ServiceUnavailableError(f"the cluster did not recover: {self.health()}")
            time.sleep(0.2)

    def stop(self) -> None:
        """Stop every node that is left."""
        for node in self.nodes:
            node.stop()
        shutil.rmtree(self.snapshots, ignore_errors=True)

    def _start(self, number: int, port: int | None = None) -> process.Server:
        settings: dict[str, object] = {
            "cluster.name": f"searchapp-{self.transport_ports[0]}",
            "node.name": f"node-{number}",
            "transport.port": self.transport_ports[number],
            "discovery.type": "multi-node",
            "discovery.seed_hosts": [f"127.0.0.1:{other}" for other in self.transport_ports],
            "path.repo": str(self.snapshots),
        }
        if not self.nodes:  # only the very first start elects a master out of nothing
            settings["cluster.initial_master_nodes"] = [f"node-{number}"]
        return elasticsearch.start(
            port, settings, self.password, tls=self.certificates, heap=self.heap, measured=self.measured
        )


def start(folder: Path, nodes: int = 3, heap: str = HEAP, *, measured: bool = False) -> Cluster:
    """Start the nodes one after the other, certificates in ``folder``; raises ServiceUnavailableError.

    ``measured``: see ``elasticsearch.start``.
    """
    user = elasticsearch.UNPRIVILEGED_USER if os.geteuid() == 0 else None
    cluster = Cluster(
        certificates.make(folder),
        process.scratch_folder("snapshots", user),
        [process.free_port() for _ in range(nodes)],
        heap,
        measured,
    )
    try:
        for number in range(nodes):
            cluster.nodes.append(cluster._start(number))
        cluster.wait(lambda health: health.get("number_of_nodes") == nodes and health["status"] == "green")
    except BaseException:
        cluster.stop()
        raise
    return cluster
