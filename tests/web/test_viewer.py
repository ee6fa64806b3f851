"""What the viewer asks for: pages and marks, safe HTML, and a document's passages."""

import json

import pytest
from bs4 import BeautifulSoup
from flask.testing import FlaskClient

from searchapp.sources.sanitise import TAGS
from tests.web.stand_in import StandIn, hit


def test_a_page_comes_with_its_marks_and_its_picture(client: FlaskClient, library: StandIn) -> None:
    view = client.get("/api/documents/press-safety/pages/12?passage=press-safety-0").json
    assert (view["page"], view["pages"]) == (12, 13)
    assert len(view["marks"]) == 4
    picture = client.get(f"{view['picture']}?width=800")
    assert picture.mimetype == "image/png"
    assert picture.data.startswith(b"\x89PNG")
    known = client.get(view["picture"] + "?width=800", headers={"If-None-Match": picture.headers["ETag"]})
    assert known.status_code == 304
    assert client.get("/api/documents/press-safety/pages/12").json["marks"] == []


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/api/documents/press-safety/pages/99", 422),
        ("/api/documents/press-safety/pages/0", 422),
        ("/api/documents/press-safety/pages/12?passage=gone", 404),
        ("/api/documents/nobody/pages/1", 404),
        ("/api/documents/audit-2023/pages/1", 400),
        ("/documents/press-safety/pages/1.png?width=999999", 400),
        ("/documents/press-safety/pages/-1.png", 404),
        ("/api/documents/press-safety/html", 400),
        ("/api/documents/nobody/html", 404),
        ("/api/documents/nobody/passages", 404),
        ("/api/documents/audit-2023/passages?around=gone", 404),
        ("/api/documents/audit-2023/passages?size=0", 400),
    ],
)
def test_what_is_not_there_is_told(client: FlaskClient, library: StandIn, path: str, status: int) -> None:
    response = client.get(path)
    assert response.status_code == status
    assert json.loads(response.data)["remedy"]


def test_an_original_that_is_gone_is_told(client: FlaskClient, library: StandIn) -> None:
    library.originals.paths["press-safety"].unlink()
    assert client.get("/api/documents/press-safety/pages/1").status_code == 404
    del library.originals.paths["audit-2023"]
    assert client.get("/api/documents/audit-2023/html").status_code == 404


@pytest.mark.parametrize(
    "attack",
    [
        "<script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        "![a](javascript:alert(1))",
        "[a](javascript:alert(1))",
        "[a](/api/documents)",
        "<a href='data:text/html,x' onclick='x()'>a</a>",
        "<svg><script>alert(1)</script></svg>",
        "<iframe src='https://example.org'></iframe>",
        "<style>body{display:none}</style>",
        "<p style='position:fixed' class='button' id='q'>x</p>",
        "<form action='https://example.org'><input name=x></form>",
        "<math><mtext><style><img src=x onerror=alert(1)></style></mtext></math>",
    ],
)
def test_markdown_is_rendered_and_harmless(client: FlaskClient, library: StandIn, attack: str) -> None:
    text = f"---\ntitle: T\n---\n# Heading\n\n- **bold** [link](https://example.org/)\n\n{attack}\n"
    library.originals.paths["audit-2023"].write_text(text, encoding="utf-8")
    html = client.get("/api/documents/audit-2023/html").json["html"]
    assert "<h1>Heading</h1>" in html
    assert "<strong>bold</strong>" in html
    assert 'rel="noopener noreferrer nofollow"' in html
    assert "title: T" not in html
    for tag in BeautifulSoup(html, "html.parser").find_all(True):
        assert tag.name in TAGS
        assert set(tag.attrs) <= {"href", "rel", "start", "id"}
        assert tag.get("href", "https://").startswith("https://")
        assert tag.get("id", "doc-").startswith("doc-")


def test_passages_come_around_the_one_that_is_asked_for(client: FlaskClient, app: StandIn) -> None:
    for n in range(30):
        app.add(hit("long", f"passage {n}", chunk_id=f"long-{n}"))
    found = client.get("/api/documents/long/passages?around=long-20&size=5").json
    assert found["total"] == 30
    assert [one["id"] for one in found["passages"]] == [f"long-{n}" for n in range(18, 23)]
    assert client.get("/api/documents/long/passages?from=28").json["passages"][-1]["position"] == 29
    assert client.get("/api/documents/long/passages?around=long-0&size=5").json["passages"][0]["position"] == 0
