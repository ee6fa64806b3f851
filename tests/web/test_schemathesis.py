"""Schemathesis sends what the API's description allows, and what it does not: no 5xx, and no undocumented answer.

The whole application answers in this process: a real embedded store with the sample library, a hashed embedder, and
no Ollama. What is queued stays queued, so that invented addresses are not fetched.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import hypothesis
import pytest
import schemathesis
from flask import Flask
from schemathesis import CheckContext, GenerationMode, Response
from schemathesis.checks import not_a_server_error
from schemathesis.schemas import BaseSchema
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    negative_data_rejection,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
    unsupported_method,
)

from searchapp.access import Scope
from searchapp.samples import samples_folder
from searchapp.settings import Settings
from searchapp.web.app import create_app
from searchapp.web.jobs import Jobs
from searchapp.wiring import Application

pytestmark = pytest.mark.slow


def wrong_data_is_refused(context: CheckContext, response: Response, case: schemathesis.Case) -> bool | None:
    """As schemathesis has it, and wrong data may also be too much of it."""
    return None if response.status_code == 413 else negative_data_rejection(context, response, case)


CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    wrong_data_is_refused,
    unsupported_method,
]


class IdleJobs(Jobs):
    """Takes in nothing."""

    def submit(self, source: str) -> None:
        pass


def application(folder: Path, **changes: object) -> Application:
    values = {"data_dir": folder, "embedding_model": "hashed:64", "ollama_url": "http://127.0.0.1:9", **changes}
    return Application(Settings(**values))  # type: ignore[arg-type]


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Flask:
    running = application(tmp_path_factory.mktemp("schemathesis"))
    samples = [str(path) for path in sorted(samples_folder().rglob("*.md"))[:3]]
    assert [outcome.error for outcome in running.ingester.ingest(samples)] == [""] * len(samples)
    return create_app(running, jobs=IdleJobs(running))


@pytest.fixture(scope="session")
def described(site: Flask) -> BaseSchema:
    return schemathesis.openapi.from_wsgi("/openapi.json", site)


def all_operations(described: BaseSchema, examples: int, check: Callable[[schemathesis.Case], None]) -> None:
    """Have ``check`` see ``examples`` allowed and as many not allowed requests of every operation."""
    for found in described.get_all_operations():
        operation = found.ok()
        modes = [GenerationMode.POSITIVE]
        if operation.query or operation.body:  # what takes no input can be sent nothing wrong
            modes.append(GenerationMode.NEGATIVE)
        for mode in modes:
            strategy = operation.as_strategy(generation_mode=mode)
            run = hypothesis.given(case=strategy)(check)
            hypothesis.settings(
                max_examples=examples,
                deadline=None,
                derandomize=True,
                database=None,
                suppress_health_check=list(hypothesis.HealthCheck),
            )(run)()


def test_no_request_breaks_the_contract(described: BaseSchema) -> None:
    def check(case: schemathesis.Case) -> None:
        case.call_and_validate(checks=CHECKS)

    all_operations(described, 12, check)


@pytest.fixture(scope="session")
def guarded(tmp_path_factory: pytest.TempPathFactory) -> BaseSchema:
    running = application(tmp_path_factory.mktemp("guarded"), auth="required", requests_per_minute=100_000)
    _, key = running.access.keys.make("reader", frozenset({Scope.READ}))
    site = create_app(running, host="0.0.0.0", jobs=IdleJobs(running))
    described = schemathesis.openapi.from_wsgi("/openapi.json", site)
    described.config.update(headers={"Authorization": f"Bearer {key}"})
    return described


def test_a_key_that_may_only_read_meets_documented_answers(guarded: BaseSchema) -> None:
    def check(case: schemathesis.Case) -> None:
        response = case.call_and_validate(checks=CHECKS[:5])
        if case.method in ("POST", "DELETE") and case.path.startswith("/api/documents"):
            assert response.status_code in (403, 404, 405)

    all_operations(guarded, 6, check)
