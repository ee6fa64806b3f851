"""What the viewer asks for: pages and marks, safe HTML, and a document's passages."""

import dataclasses
import hashlib
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
        ("/api/documents/nobody/sheets", 404),
        ("/api/documents/audit-2023/sheets", 400),
        ("/api/documents/nobody/layers", 404),
        ("/api/documents/audit-2023/layers", 400),
        ("/api/documents/press-safety/layers?from=14", 422),
        ("/api/documents/press-safety/layers?from=0", 400),
        ("/api/documents/press-safety/layers?size=21", 400),
        ("/api/documents/nobody/outline", 404),
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


def test_the_text_over_pages_comes_with_its_places(client: FlaskClient, library: StandIn) -> None:
    (layer,) = client.get("/api/documents/press-safety/layers?from=12").json["layers"]
    assert layer["page"] == 12
    assert layer["runs"][0]["text"].startswith("Operators must wear cut-resistant gloves")
    assert [one["page"] for one in client.get("/api/documents/press-safety/layers?from=1&size=20").json["layers"]][
        :2
    ] == [1, 2]


def test_pages_are_measured_and_an_edited_file_is_told(client: FlaskClient, library: StandIn) -> None:
    sheets = client.get("/api/documents/press-safety/sheets").json
    assert (sheets["pages"], len(sheets["sizes"]), sheets["is_changed"]) == (13, 13, False)
    document = library.store.entry("press-safety")
    assert document
    data = library.originals.paths["press-safety"].read_bytes()
    library.store.put(dataclasses.replace(document, content_hash=hashlib.sha256(data).hexdigest()))
    assert client.get("/api/documents/press-safety/sheets").json["is_changed"] is False
    library.originals.paths["press-safety"].write_bytes(data + b"\n%")
    assert client.get("/api/documents/press-safety/sheets").json["is_changed"] is True


def test_headings_are_listed_once_and_headers_of_tables_are_none(client: FlaskClient, app: StandIn) -> None:
    paths = [("A",), ("A", "One"), ("A", "One", "Part | Price"), ("A", "Two"), ("B", "One")]
    for n, headings in enumerate(paths):
        app.add(hit("long", f"passage {n}", chunk_id=f"long-{n}", headings=headings, page=n + 1))
    found = client.get("/api/documents/long/outline").json["headings"]
    assert [(one["title"], one["level"], one["page"], one["passage"]) for one in found] == [
        ("A", 1, 1, "long-0"),
        ("One", 2, 2, "long-1"),
        ("Two", 2, 4, "long-3"),
        ("B", 1, 5, "long-4"),
        ("One", 2, 5, "long-4"),
    ]


def test_an_original_is_saved_as_it_is_under_its_own_name(client: FlaskClient, library: StandIn) -> None:
    written = "# Findings é\n".encode("latin-1")
    library.originals.paths["audit-2023"].write_bytes(written)
    saved = client.get("/documents/audit-2023/file?download=true")
    assert saved.headers["Content-Disposition"] == "attachment; filename=findings.md"
    assert saved.data == written
    assert client.get("/documents/audit-2023/file").headers["Content-Disposition"].startswith("inline")


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
