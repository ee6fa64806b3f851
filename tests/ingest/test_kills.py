"""A few rounds of the proof in ``kills``; ``python -m tests.ingest.kills`` makes the whole of it."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

import pytest

from tests.ingest.kills import Proof, RestartedElasticsearch
from tests.services import redis

pytestmark = pytest.mark.slow


def test_an_ingest_that_is_killed_and_begun_again_leaves_the_store_of_an_undisturbed_one(
    tmp_path: Path, elasticsearch_url: str
) -> None:
    proof = Proof(tmp_path, elasticsearch_url)
    for _ in range(4):
        print(proof.kill_process())


def test_a_worker_that_is_killed_is_replaced_by_another(tmp_path: Path, elasticsearch_url: str, redis_url: str) -> None:
    proof = Proof(tmp_path, elasticsearch_url, redis_url)
    for _ in range(2):
        print(proof.kill_worker())


def test_workers_go_on_after_redis_has_been_restarted(tmp_path: Path, elasticsearch_url: str, redis_url: str) -> None:
    server = redis.start()
    server = Proof(tmp_path, elasticsearch_url, server.url).restart_redis(server)
    server.stop()


def test_an_ingest_goes_on_after_elasticsearch_has_been_killed_and_started_again(
    tmp_path: Path, service_or_skipped: Callable[[], AbstractContextManager[None]]
) -> None:
    with service_or_skipped():
        server = RestartedElasticsearch()
    try:
        print(Proof(tmp_path, server.url).restart_elasticsearch(server, hard=True))
    finally:
        server.close()
