"""What ``/metrics`` tells a monitor, and what it does not."""

import pytest
from flask.testing import FlaskClient
from prometheus_client.parser import text_string_to_metric_families

from searchapp.errors import ServiceUnavailableError
from tests.web.stand_in import StandIn


def sample(client: FlaskClient, name: str, **labels: str) -> float:
    """The value of one sample; 0 where it was never counted."""
    response = client.get("/metrics")
    assert response.mimetype == "text/plain"
    for family in text_string_to_metric_families(response.text):
        for found in family.samples:
            if found.name == name and labels.items() <= found.labels.items():
                return found.value
    return 0


def test_requests_are_counted_by_route_and_status(client: FlaskClient, library: StandIn) -> None:
    name = "searchapp_http_request_seconds_count"
    found, wrong = ({"route": "api.search", "status": status} for status in ("200", "400"))
    before = sample(client, name, **found), sample(client, name, **wrong)
    client.get("/api/search?q=gloves")
    client.get("/api/search?q=gloves&size=3")
    client.get("/api/search?q=")
    assert sample(client, name, **found) - before[0] == 2
    assert sample(client, name, **wrong) - before[1] == 1


def test_documents_are_counted_by_state(client: FlaskClient, library: StandIn) -> None:
    assert sample(client, "searchapp_documents", state="indexed") == 4
    library.store.known.clear()
    assert sample(client, "searchapp_documents", state="indexed") == 0


def test_what_people_look_for_is_not_told(client: FlaskClient, library: StandIn) -> None:
    client.get("/api/search?q=confidential-word")
    client.get("/confidential-path")
    assert "confidential" not in client.get("/metrics").text


def test_a_refused_request_is_counted(client: FlaskClient, app: StandIn) -> None:
    labels = {"route": "none", "status": "403"}
    before = sample(client, "searchapp_http_request_seconds_count", **labels)
    client.get("/nowhere", headers={"Host": "evil.example"})
    assert sample(client, "searchapp_http_request_seconds_count", **labels) == before + 1


@pytest.mark.parametrize("down", [{"store"}, {"embedding_model"}, {"language_model"}, set()])
def test_a_dependency_that_is_down_is_told(client: FlaskClient, app: StandIn, down: set[str]) -> None:
    error = ServiceUnavailableError("passed_on", text="No answer.", remedy="Start it.")
    app.store.error = error if "store" in down else None
    app.model_error = error if "embedding_model" in down else None
    app.language_model_error = error if "language_model" in down else None
    names = {"store", "language_model"} | ({"embedding_model"} - ({"embedding_model"} if "store" in down else set()))
    up = {name for name in names if sample(client, "searchapp_dependency_up", dependency=name) == 1}
    assert up == names - down
    ready = client.get("/readyz")
    assert ready.status_code == (503 if down & {"store", "embedding_model"} else 200)
    assert ready.json["status"] == (503 if ready.status_code == 503 else "degraded" if down else "ok")
    assert client.get("/healthz").json == {"status": "ok"}


def test_problems_are_counted_by_their_code(client: FlaskClient, library: StandIn) -> None:
    before = sample(client, "searchapp_http_problems_total", code="usage")
    client.get("/api/search?q=")
    assert sample(client, "searchapp_http_problems_total", code="usage") == before + 1
