"""Login by OpenID Connect, end to end over real HTTP, against a fake provider that speaks the real wire format."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from searchapp.web.app import create_app
from tests.security.oidc_provider import CLIENT, SECRET, Provider, provided
from tests.web.samples import fill
from tests.web.stand_in import StandIn, entry


@pytest.fixture
def provider() -> Iterator[Provider]:
    with provided() as provider:
        yield provider


def site(tmp_path: Path, provider: Provider, **settings: object) -> tuple[StandIn, FlaskClient]:
    app = StandIn(
        tmp_path,
        **{
            "auth": "required",
            "oidc_issuer": provider.issuer,
            "oidc_client_id": CLIENT,
            "oidc_client_secret": SECRET,
            "oidc_groups_claim": "groups",
            **settings,
        },
    )
    fill(app)
    return app, create_app(app, host="0.0.0.0").test_client()  # type: ignore[arg-type]


def to_provider(client: FlaskClient, next_: str = "/documents") -> str:
    """Start a login; returns the address that the provider sends the browser back to."""
    begun = client.get(f"/login/provider?next={next_}")
    assert begun.status_code == 302
    returned: str = httpx.get(begun.location).headers["Location"]
    parts = urlsplit(returned)
    return f"{parts.path}?{parts.query}"


def refused(response: TestResponse) -> None:
    assert response.status_code == 403
    assert response.json["detail"].endswith(".") and "/login" in response.json["remedy"]
    assert not any(value.startswith("searchapp=") for value in response.headers.getlist("Set-Cookie"))


def test_a_person_logs_in_with_code_and_pkce(tmp_path: Path, provider: Provider) -> None:
    app, client = site(tmp_path, provider)
    app.store.put(entry("lockout", "/srv/x.md", groups=("hr",)))
    back = to_provider(client)
    (asked,) = provider.asked
    assert asked["response_type"] == "code" and asked["code_challenge_method"] == "S256"
    assert asked["client_id"] == CLIENT and "openid" in asked["scope"] and asked["state"] and asked["nonce"]
    arrived = client.get(back)
    assert (arrived.status_code, arrived.location) == (302, "/documents")
    assert client.get("/api/documents").status_code == 200
    assert client.get("/api/documents/lockout").status_code == 404  # the token says law, not hr
    assert client.get("/metrics").status_code == 403  # the scopes are those of the settings
    cookie = client.get_cookie("searchapp")
    assert cookie is not None
    session = app.access.sessions.find(cookie.value)
    assert session is not None and (session.identity.name, session.identity.groups) == ("oidc:ada", ("law",))


@pytest.mark.parametrize("fault", ["nonce", "expired", "audience", "issuer", "signature", "unsigned", "secret-as-key"])
def test_a_token_with_a_fault_is_refused(tmp_path: Path, provider: Provider, fault: str) -> None:
    _, client = site(tmp_path, provider)
    back = to_provider(client)
    provider.fault = fault
    refused(client.get(back))
    assert client.get("/api/documents").status_code == 401


def test_a_state_that_is_not_ours_is_refused(tmp_path: Path, provider: Provider) -> None:
    _, client = site(tmp_path, provider)
    code = parse_qs(urlsplit(to_provider(client)).query)["code"][0]
    for query in (f"code={code}&state=forged", f"code={code}", "", "error=access_denied&state=x"):
        refused(client.get(f"/login/returned?{query}"))
    # The address of one browser's return is worth nothing in another: that would log a victim in as the attacker.
    attackers = to_provider(client)
    other = tmp_path / "other"
    other.mkdir()
    _, victim = site(other, provider)
    refused(victim.get(attackers))


def test_a_return_is_good_once(tmp_path: Path, provider: Provider) -> None:
    _, client = site(tmp_path, provider)
    back = to_provider(client)
    assert client.get(back).status_code == 302
    refused(client.get(back))


def test_nobody_is_led_elsewhere(tmp_path: Path, provider: Provider) -> None:
    _, client = site(tmp_path, provider)
    assert client.get(to_provider(client, "https://evil.example/")).location == "/"


def test_a_wrong_secret_is_told_without_it(tmp_path: Path, provider: Provider) -> None:
    _, client = site(tmp_path, provider, oidc_client_secret="another-secret")
    response = client.get(to_provider(client))
    refused(response)
    assert "another-secret" not in response.text


def test_a_provider_that_is_away_is_told(tmp_path: Path, provider: Provider) -> None:
    _, client = site(tmp_path, provider, oidc_issuer="http://127.0.0.1:9")
    response = client.get("/login/provider")
    assert response.status_code == 503 and "SEARCHAPP_OIDC_ISSUER" in response.json["remedy"]


@pytest.mark.parametrize(
    "claims", [{"sub": "42"}, {"sub": "42", "groups": "law"}, {"sub": "42", "email": "ada@example.org", "groups": []}]
)
def test_what_a_token_leaves_out_opens_nothing(tmp_path: Path, provider: Provider, claims: dict[str, object]) -> None:
    app, client = site(tmp_path, provider)
    app.store.put(entry("lockout", "/srv/x.md", groups=("law",)))
    provider.claims = claims
    assert client.get(to_provider(client)).status_code == 302
    status = client.get("/api/documents/lockout").status_code
    assert status == (200 if claims.get("groups") == "law" else 404)
