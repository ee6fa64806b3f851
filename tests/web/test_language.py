"""The page and the API in the language of whom they answer: findings, notes, failures, problems."""

import dataclasses
import re
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from playwright.sync_api import expect

from searchapp.errors import SourceError
from searchapp.messages import Message
from searchapp.model import DocumentState
from searchapp.settings import Settings
from searchapp.wiring import Application
from tests.web.browsing import NewPage, Serve
from tests.web.stand_in import StandIn, entry

ENGLISH = re.compile(r"\b(the|is|are|was|were|of|and|it|them|for)\b")


@pytest.mark.parametrize(
    ("address", "headers", "cookie", "chinese"),
    [
        ("/api/search?q=", {}, "", False),
        ("/api/search?q=", {"Accept-Language": "zh-CN,zh;q=0.9,en;q=0.5"}, "", True),
        ("/api/search?q=", {"Accept-Language": "zh"}, "", True),
        ("/api/search?q=", {"Accept-Language": "en-GB,zh;q=0.4"}, "", False),
        ("/api/search?q=", {"Accept-Language": "fr, de"}, "", False),
        ("/api/search?q=", {"Accept-Language": "en"}, "zh", True),  # the page's choice goes before the browser's
        ("/api/search?q=", {"Accept-Language": "zh"}, "en", False),
        ("/api/search?q=&lang=zh", {"Accept-Language": "en"}, "en", True),
        ("/api/search?q=", {"Accept-Language": "\x00;;q=x"}, "%00", False),
    ],
)
def test_a_problem_comes_in_the_language_of_the_client(
    client: FlaskClient, address: str, headers: dict[str, str], cookie: str, chinese: bool
) -> None:
    if cookie:
        client.set_cookie("lang", cookie)
    response = client.get(address, headers=headers)
    assert response.status_code == 400
    assert bool(re.search("[\u4e00-\u9fff]", response.json["detail"])) is chinese
    assert response.json["reason"] == "query_empty"
    assert {"Accept-Language", "Cookie"} <= set(response.vary)


def test_one_reader_does_not_change_the_language_of_the_next(client: FlaskClient) -> None:
    first = client.get("/api/nowhere", headers={"Accept-Language": "zh"}).json
    second = client.get("/api/nowhere").json
    assert (first["detail"], second["detail"]) == ("/api/nowhere 处没有内容。", "There is nothing at /api/nowhere.")
    assert (first["title"], second["title"]) == ("未找到", "Not Found")


def test_a_note_and_an_error_of_a_document(new_page: NewPage, app: StandIn, served: Serve) -> None:
    locked = SourceError("password_needed", name="old.pdf").sentence.whole.encoded()
    failed = dataclasses.replace(entry("e", "/srv/old.pdf"), state=DocumentState.FAILED, error=locked)
    app.store.put(
        dataclasses.replace(entry("d", "/srv/new.md"), note=Message("renamed", source="/srv/old.md").encoded())
    )
    app.store.put(failed)
    app.store.put(dataclasses.replace(entry("f", "/srv/f.md"), note="Kept by an older version."))
    page = new_page(locale="zh-CN")
    page.goto(f"{served(app)}/documents")
    row = page.locator("#entries tr[data-id=d]")
    expect(row.locator(".notice")).to_have_text("由 old.md 改名而来。")
    expect(page.locator("#entries tr[data-id=f]").locator(".notice")).to_have_text("Kept by an older version.")
    row = page.locator("#entries tr", has_text="old.pdf").filter(has=page.locator(".error"))
    expect(row.locator(".state")).to_have_text("失败")
    expect(row.locator(".error")).to_contain_text("有密码保护")
    page.get_by_role("button", name="English").click()
    expect(row.locator(".error")).to_contain_text("is protected by a password")


def test_the_doctor_on_the_page(new_page: NewPage, served: Serve, tmp_path: Path) -> None:
    application = Application(
        Settings(data_dir=tmp_path, embedding_model="hashed:64", ollama_url="http://127.0.0.1:9")  # no Ollama is there
    )
    page = new_page(locale="zh-CN")
    page.goto(f"{served(application)}/operations")
    findings = page.locator("#findings")
    expect(findings).to_contain_text("Ollama（http://127.0.0.1:9）没有响应。没有它，回答只能摘录原文。", timeout=60_000)
    expect(findings).to_contain_text("嵌入模型hashed:64")
    assert ENGLISH.search(findings.inner_text().replace(str(tmp_path), "")) is None
    page.get_by_role("button", name="English").click()
    expect(findings).to_contain_text("Answers are quotations without it.", timeout=60_000)


def test_the_switch_holds_on_every_page_and_for_the_api(new_page: NewPage, address: str) -> None:
    page = new_page(locale="en-GB", tolerated="404")
    page.goto(address)
    page.get_by_role("button", name="中文").click()
    expect(page.locator("html")).to_have_attribute("lang", "zh-CN")
    page.goto(f"{address}/documents")
    expect(page.locator("html")).to_have_attribute("lang", "zh-CN")
    assert page.evaluate("fetch('/api/nowhere').then((r) => r.json()).then((p) => p.title)") == "未找到"
