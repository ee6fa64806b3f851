"""Lines of the log: their ids, their two forms, and what never stands in them."""

from __future__ import annotations

import io
import json
import logging
import subprocess
import sys
from collections.abc import Callable, Iterator

import pytest
from flask.testing import FlaskClient

from searchapp.settings import load_settings
from searchapp.telemetry import logs
from tests.web.stand_in import StandIn

SECRET = "correct-horse-battery"


@pytest.fixture
def written() -> Iterator[Callable[..., io.StringIO]]:
    """Has the log written to memory; afterwards it is as it was."""
    root = logging.getLogger()
    before, level = list(root.handlers), root.level

    def start(**settings: object) -> io.StringIO:
        out = io.StringIO()
        logs.configure(load_settings(**settings), stream=out)
        logs.bind()  # nothing is left of what ran before in this thread
        return out

    yield start
    root.handlers[:] = before
    root.setLevel(level)
    logs.bind()


def lines(out: io.StringIO) -> list[dict[str, object]]:
    return [json.loads(line) for line in out.getvalue().splitlines()]


def test_json_lines_carry_ids_and_hide_secrets(written: Callable[..., io.StringIO]) -> None:
    out = written(log_format="json", elasticsearch_api_key=SECRET)
    log = logging.getLogger("tests.telemetry")
    with logs.bound(request_id="r-1"):
        log.info("Read %s.", "手套.pdf", extra={"document_id": "d-1"})
    try:
        raise RuntimeError(f"in the depths: {SECRET}")
    except RuntimeError:
        log.exception("refused: %s", SECRET, extra={"source": f"https://user:{SECRET}@host/"})
    first, second = lines(out)
    assert first | {"timestamp": ""} == {
        "event": "Read 手套.pdf.",
        "document_id": "d-1",
        "request_id": "r-1",
        "level": "info",
        "logger": "tests.telemetry",
        "timestamp": "",
    }
    assert "request_id" not in second and "RuntimeError: in the depths: [hidden]" in str(second["exception"])
    assert SECRET not in out.getvalue()


def test_text_lines_say_the_same_in_one_line(written: Callable[..., io.StringIO]) -> None:
    out = written()
    with logs.bound(request_id="r-1", nothing=""):
        logging.getLogger("tests.telemetry").warning("Read.", extra={"document_id": "d-1"})
    (line,) = out.getvalue().splitlines()
    assert "Read." in line and "request_id=r-1" in line and "document_id=d-1" in line and "nothing" not in line
    assert "\x1b" not in line


def test_configured_twice_a_line_is_written_once(written: Callable[..., io.StringIO]) -> None:
    first, second = written(log_format="json"), written(log_format="json")
    logging.getLogger("tests.telemetry").info("Once.")
    assert (first.getvalue(), len(lines(second))) == ("", 1)


def test_a_request_is_logged_by_route_with_the_id_that_goes_back(
    written: Callable[..., io.StringIO], client: FlaskClient, library: StandIn
) -> None:
    out = written(log_format="json")
    brought = client.get("/api/search?q=confidential-word", headers={"X-Request-ID": "edge-7"})
    assert brought.headers["X-Request-ID"] == "edge-7"
    forged = client.get("/api/documents/audit-2023", headers={"X-Request-ID": "one two"})
    assert len(forged.headers["X-Request-ID"]) == 32
    client.get("/healthz")
    search, document = lines(out)
    assert (search["request_id"], search["route"], search["status"]) == ("edge-7", "api.search", 200)
    assert document["document_id"] == "audit-2023"
    assert document["request_id"] == forged.headers["X-Request-ID"]
    assert "confidential" not in out.getvalue()


def test_a_failure_is_logged_with_the_id_of_its_request(
    written: Callable[..., io.StringIO], client: FlaskClient, app: StandIn
) -> None:
    out = written(log_format="json")
    app.searcher.error = RuntimeError("a bug")
    answer = client.get("/api/search?q=x")
    failure, request = lines(out)
    assert answer.status_code == request["status"] == 500
    assert failure["request_id"] == request["request_id"] == answer.headers["X-Request-ID"]
    assert "RuntimeError: a bug" in str(failure["exception"])


def test_the_command_line_starts_without_it() -> None:
    code = "import sys, searchapp.cli.run; print({'structlog', 'opentelemetry'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"
