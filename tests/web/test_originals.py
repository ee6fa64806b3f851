"""The documents themselves: right bytes, right type, and nothing of them runs in our origin."""

import gzip
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from tests.web.stand_in import StandIn, entry


def put(app: StandIn, tmp_path: Path, kind: str, data: bytes, source: str = "/srv/report.bin") -> None:
    app.store.put(entry("d", source, type=kind))
    app.originals.paths["d"] = tmp_path / "original"
    app.originals.paths["d"].write_bytes(data)


def test_a_pdf_opens_in_the_browser_and_by_ranges(client: FlaskClient, app: StandIn, tmp_path: Path) -> None:
    put(app, tmp_path, "pdf", b"%PDF-1.7 ...", "/srv/a/Bericht ä.pdf")
    response = client.get("/documents/d/file")
    assert response.mimetype == "application/pdf"
    assert response.headers["Content-Disposition"].startswith("inline")
    assert "script-src" not in response.headers["Content-Security-Policy"]
    part = client.get("/documents/d/file", headers={"Range": "bytes=0-3"})
    assert (part.status_code, part.data) == (206, b"%PDF")


@pytest.mark.parametrize("kind", ["markdown", "text"])
def test_text_is_plain_text_whatever_it_holds(client: FlaskClient, app: StandIn, tmp_path: Path, kind: str) -> None:
    put(app, tmp_path, kind, b"<script>alert(1)</script>")
    response = client.get("/documents/d/file")
    assert response.content_type == "text/plain; charset=utf-8"
    assert response.headers["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize("encoding", ["utf-8", "gb18030", "utf-16"])
def test_text_of_any_encoding_is_readable(client: FlaskClient, app: StandIn, tmp_path: Path, encoding: str) -> None:
    words = "操作人员在设备开启时必须佩戴防割手套。手套如有破损应立即更换。"
    put(app, tmp_path, "text", words.encode(encoding))
    assert client.get("/documents/d/file").data.decode() == words


def test_html_comes_sandboxed(client: FlaskClient, app: StandIn, tmp_path: Path) -> None:
    put(app, tmp_path, "html", '<meta charset="gbk"><p>手套</p><script>1</script>'.encode("gbk"))
    response = client.get("/documents/d/file")
    assert response.content_type == "text/html; charset=utf-8"
    policy = response.headers["Content-Security-Policy"]
    assert policy == "sandbox; default-src 'none'; img-src data:; style-src 'unsafe-inline'; frame-ancestors 'none'"
    assert "手套" in response.text


@pytest.mark.parametrize(("kind", "data"), [("text", b"words"), ("pdf", b"%PDF-1.7"), ("html", b"<p>words")])
def test_what_is_packed_comes_unpacked(
    client: FlaskClient, app: StandIn, tmp_path: Path, kind: str, data: bytes
) -> None:
    put(app, tmp_path, kind, gzip.compress(data), "/srv/words.txt.gz")
    response = client.get("/documents/d/file")
    assert response.data == data
    assert "filename=words.txt" in response.headers["Content-Disposition"]


def test_a_file_of_unknown_kind_is_only_saved(client: FlaskClient, app: StandIn, tmp_path: Path) -> None:
    put(app, tmp_path, "", b"<html><script>1</script>", "/srv/queued.html")
    response = client.get("/documents/d/file")
    assert response.mimetype == "application/octet-stream"
    assert response.headers["Content-Disposition"].startswith("attachment")


def test_a_pdf_that_failed_can_still_be_looked_at(client: FlaskClient, app: StandIn, tmp_path: Path) -> None:
    put(app, tmp_path, "", b"%PDF-1.7 locked")
    assert client.get("/documents/d/file").mimetype == "application/pdf"


def test_unknown_documents_and_lost_originals_are_not_found(client: FlaskClient, app: StandIn) -> None:
    assert client.get("/documents/nope/file").status_code == 404
    app.store.put(entry("d", "/srv/gone.md"))
    app.originals.paths["d"] = Path("/nowhere/gone.md")
    response = client.get("/documents/d/file")
    assert response.status_code == 404
    assert response.mimetype == "application/problem+json"
    assert "/nowhere" not in response.text


@pytest.mark.parametrize("path", ["/documents/../etc/passwd/file", "/documents/%2e%2e%2fetc%2fpasswd/file"])
def test_a_path_is_no_id(client: FlaskClient, path: str) -> None:
    assert client.get(path).status_code == 404


def test_a_page_that_was_not_kept_is_where_it_came_from(client: FlaskClient, app: StandIn) -> None:
    app.store.put(entry("d", "https://example.org/page"))
    response = client.get("/documents/d/file")
    assert (response.status_code, response.location) == (302, "https://example.org/page")


@pytest.mark.parametrize("source", ["javascript:alert(1)", "data:text/html,x", "//example.org/x", "file:///etc/passwd"])
def test_nothing_else_is_redirected_to(client: FlaskClient, app: StandIn, source: str) -> None:
    app.store.put(entry("d", source))
    assert client.get("/documents/d/file").status_code == 404
