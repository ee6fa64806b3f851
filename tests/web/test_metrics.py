"""What ``/metrics`` tells a monitor, and what it does not."""

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


def test_a_store_that_is_down_is_a_problem(client: FlaskClient, app: StandIn) -> None:
    app.store.error = ServiceUnavailableError("No answer.", "Start it.")
    response = client.get("/metrics")
    assert (response.status_code, response.json["code"]) == (503, "service_unavailable")
