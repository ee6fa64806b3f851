"""Scripts and styles: kept by browsers for good, under an address that changes with them, and fetched side by side."""

import gzip
import json
import re
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from searchapp.messages import LANGUAGES
from searchapp.messages.labels import labels
from searchapp.web import static_files
from searchapp.web.static_files import FOLDER, modules, version
from tests.web.browsing import NewPage


def test_files_are_kept_for_good_and_are_the_same_for_everybody(client: FlaskClient) -> None:
    response = client.get(f"/static/{version()}/search.js", headers={"Cookie": "lang=zh"})
    assert response.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert response.headers["Vary"] == "Accept-Encoding" and "Set-Cookie" not in response.headers
    assert response.headers["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize("name", ["search.js", "base.css", "icon.svg", "labels.en.js", "labels.zh.js"])
def test_text_is_packed_for_those_who_unpack_it(client: FlaskClient, name: str) -> None:
    address = f"/static/{version()}/{name}"
    plain = client.get(address)
    packed = client.get(address, headers={"Accept-Encoding": "br, gzip"})
    assert plain.content_encoding is None and packed.headers["Content-Encoding"] == "gzip"
    assert gzip.decompress(packed.data) == plain.data and len(packed.data) < len(plain.data)
    assert plain.headers["ETag"] != packed.headers["ETag"]
    for response, encodings in ((plain, ""), (packed, "gzip")):
        assert response.headers["Cache-Control"] == "public, max-age=31536000, immutable"
        known = {"Accept-Encoding": encodings, "If-None-Match": response.headers["ETag"]}
        assert client.get(address, headers=known).status_code == 304
    assert client.get(address, headers={"Accept-Encoding": "gzip;q=0"}).content_encoding is None
    part = client.get(address, headers={"Accept-Encoding": "gzip", "Range": "bytes=0-3"})
    assert (part.content_encoding, part.data) in ((None, plain.data[:4]), (None, plain.data))


def test_labels_are_those_of_the_catalogue(client: FlaskClient) -> None:
    for language in LANGUAGES:
        script = client.get(f"/static/{version()}/labels.{language}.js").text
        assert json.loads(script.removeprefix("window.labels = ").rstrip().removesuffix(";")) == labels(language)


def test_a_version_that_is_not_served_is_not_found_and_not_kept(client: FlaskClient) -> None:
    response = client.get("/static/000000000000/search.js")
    assert response.status_code == 404
    assert "immutable" not in response.headers.get("Cache-Control", "")


def test_the_version_follows_every_byte(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(static_files, "FOLDER", tmp_path)
    seen = set()
    for name, text in (("a.js", "1"), ("a.js", "2"), ("b.js", "2"), ("c.css", "")):
        (tmp_path / name).write_text(text, encoding="utf-8")
        seen.add(version.__wrapped__())
    assert len(seen) == 4


def test_a_module_names_all_that_it_leads_to() -> None:
    for entry in ("search.js", "documents.js", "operations.js"):
        named = modules(entry)
        assert named[0] == entry and len(named) == len(set(named))
        for name in named:
            code = (FOLDER / name).read_text(encoding="utf-8")
            assert set(re.findall(r'from "\./([\w.]+)"', code)) <= set(named), name


def test_a_page_asks_for_each_file_once_and_at_once(new_page: NewPage, address: str) -> None:
    page = new_page()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(address, wait_until="networkidle")
    scripts = [url for url in asked if url.endswith(".js")]
    assert len(scripts) == len(set(scripts)) == len(modules("search.js")) + 2  # and the theme's, and the labels
    assert page.locator("link[rel=modulepreload]").count() == len(modules("search.js")) - 1


def test_labels_are_there_before_any_script(new_page: NewPage, address: str) -> None:
    for locale, name in (("en", "Documents"), ("zh-CN", "文档")):
        page = new_page(locale=locale, java_script_enabled=False)
        page.goto(address)
        assert page.get_by_role("link", name=name).is_visible()
        assert page.get_by_role("button", name="Ask" if locale == "en" else "提问").is_visible()
