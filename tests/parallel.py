"""How the tests are shared out between two processes; which of them runs a test must not matter to it."""

from __future__ import annotations

import pytest
from xdist.scheduler import LoadScopeScheduling

# Each of these runs several servers besides the shared ones; at the same time they would need 10 GB.
MANY_SERVERS = (
    "tests/cluster/test_guarded_states.py",
    "tests/cluster/test_nodes.py",
    "tests/cluster/test_secure_cluster.py",
    "tests/ingest/test_kills.py",
    "tests/stack/test_rehearsal.py",
)


class Scheduling(LoadScopeScheduling):
    """Gives whole files to a process, so that what a file shares is made once; those of many servers all to the same."""

    def _split_scope(self, nodeid: str) -> str:
        file = nodeid.partition("::")[0]
        return "many servers" if file in MANY_SERVERS else file


def put_slow_first(items: list[pytest.Item]) -> None:
    """Sort in place: files with a slow test before the others, those of many servers first of all."""
    slow = {item.path for item in items if item.get_closest_marker("slow")}

    def turn(item: pytest.Item) -> tuple[bool, bool]:
        return item.nodeid.partition("::")[0] not in MANY_SERVERS, item.path not in slow

    items.sort(key=turn)
