"""Files that are not what they say, or whose names are meant to reach beyond their folder."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from searchapp.settings import Settings
from searchapp.web.app import create_app
from searchapp.web.jobs import Jobs
from searchapp.web.static_files import version
from searchapp.wiring import Application
from tests.web.stand_in import StandIn, entry

PROGRAMS = [
    ("report.pdf", b"MZ\x90\x00\x03\x00\x00\x00\x04" + b"\x00" * 200),
    ("report.pdf", b"\x7fELF\x02\x01\x01" + b"\x00" * 200),
    ("notes.txt", b"\xca\xfe\xba\xbe\x00\x00\x00\x34" + b"\x00\x01\x02" * 50),
    ("page.html", b"OggS\x00\x02" + b"\x00" * 100),
    ("letter.docx", b"Rar!\x1a\x07\x00" + b"\x00" * 100),
    ("data.csv", b"SQLite format 3\x00" + b"\x00" * 100),
    ("text.md", bytes(range(256)) * 8),
]


@pytest.mark.parametrize(("name", "data"), PROGRAMS)
def test_what_is_no_document_is_refused_before_it_is_kept(
    client: FlaskClient, app: StandIn, name: str, data: bytes
) -> None:
    files = [(io.BytesIO(b"# Fine"), "fine.md"), (io.BytesIO(data), name)]
    refused = client.post("/api/documents", data={"file": files})
    assert (refused.status_code, refused.json["code"]) == (422, "source")
    assert refused.json["detail"].startswith(f"{name} is ") and refused.json["remedy"]
    assert app.store.known == {} and not app.originals.uploads.exists()


@pytest.mark.parametrize(
    ("name", "data", "kind", "served"),
    [
        ("report.pdf", b"<!doctype html><script>document.title='owned'</script><p>A page.", "html", "text/html; charset=utf-8"),
        ("logo.html", b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'><text>A drawing of words</text></svg>", "html", "text/html; charset=utf-8"),
        ("logo.svg", b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'><text>A drawing of words</text></svg>", "text", "text/plain; charset=utf-8"),
        ("run.txt", b"#!/bin/sh\nrm -rf /\n", "text", "text/plain; charset=utf-8"),
    ],
)  # fmt: skip
def test_markup_under_any_name_is_taken_by_its_true_type_and_opens_harmless(
    tmp_path: Path, name: str, data: bytes, kind: str, served: str
) -> None:
    application = Application(Settings(data_dir=tmp_path, embedding_model="hashed:64"))
    jobs = Jobs(application)
    client = create_app(application, jobs=jobs).test_client()
    added = client.post("/api/documents", data={"file": (io.BytesIO(data), name)})
    assert added.status_code == 202
    id_ = added.json["documents"][0]["id"]
    before = client.get(f"/documents/{id_}/file")  # not read yet, perhaps
    jobs.wait()
    jobs.stop()
    assert client.get(f"/api/documents/{id_}").json["type"] == kind
    opened = client.get(f"/documents/{id_}/file")
    assert opened.content_type == served
    for response in (before, opened):
        assert response.headers["X-Content-Type-Options"] == "nosniff"
        policy = response.headers["Content-Security-Policy"]
        assert policy.startswith(("sandbox;", "default-src 'none'")) and "unsafe-eval" not in policy
        assert "allow-scripts" not in policy and "allow-same-origin" not in policy


@pytest.mark.parametrize(
    "name", ["../../../etc/cron.d/owned.md", "..\\..\\owned.md", "/etc/owned.md", "....//owned.md", "%2e%2e%2fowned.md", "a\x00/../owned.md"]
)  # fmt: skip
def test_an_uploads_name_reaches_no_other_folder(tmp_path: Path, name: str) -> None:
    data = tmp_path / "deep" / "data"
    application = Application(Settings(data_dir=data, embedding_model="hashed:64"))
    jobs = Jobs(application)
    client = create_app(application, jobs=jobs).test_client()
    assert client.post("/api/documents", data={"file": (io.BytesIO(b"# Owned"), name)}).status_code == 202
    jobs.stop()
    written = [file for file in tmp_path.rglob("*owned*") if file.is_file()]
    assert len(written) == 1 and written[0].is_relative_to(data / "uploads")


@pytest.mark.parametrize(
    "path",
    [
        f"/static/{version()}/../app.py",
        f"/static/{version()}/%2e%2e/app.py",
        f"/static/{version()}/..%2fapp.py",
        f"/static/{version()}/....//app.py",
        f"/static/{version()}//etc/passwd",
        "/documents/..%2f..%2f..%2fetc%2fpasswd/file",
        "/api/documents/..%2f..%2faccess.sqlite",
        "/api/documents/%00",
        "/api/documents/x%0d%0aSet-Cookie:%20a=b",
    ],
)
def test_no_path_leaves_its_place(client: FlaskClient, path: str) -> None:
    response = client.get(path, follow_redirects=True)  # doubled slashes are joined
    assert response.status_code == 404
    assert "root:" not in response.text and "create_app" not in response.text
    assert "Set-Cookie" not in response.headers


@pytest.mark.parametrize("name", ['a"; filename="owned.exe', "a\r\nSet-Cookie: a=b.bin", "文档\r\nX: y.bin", "a;b.bin"])
def test_a_name_injects_no_header(client: FlaskClient, app: StandIn, tmp_path: Path, name: str) -> None:
    app.store.put(entry("d", f"/srv/{name}", type="docx"))
    app.originals.paths["d"] = tmp_path / "original"
    app.originals.paths["d"].write_bytes(b"PK")
    response = client.get("/documents/d/file")
    assert response.status_code == 200
    assert "Set-Cookie" not in response.headers and "X" not in response.headers
    disposition = response.headers["Content-Disposition"]
    assert disposition.startswith("attachment;") and "\r" not in disposition and "\n" not in disposition
    assert 'filename="owned.exe"' not in disposition
