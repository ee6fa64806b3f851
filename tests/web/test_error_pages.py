"""The server's own error pages in a browser: in English, and in Chinese by the page's choice or the browser's."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from searchapp.errors import ServiceUnavailableError
from tests.web.browsing import NewPage, Serve
from tests.web.stand_in import StandIn


def opened(page: Page, address: str) -> tuple[int, str, str]:
    """Status, heading and the rest of the page at ``address``."""
    response = page.goto(address)
    assert response is not None
    expect(page.get_by_role("link", name=re.compile("search page|搜索页"))).to_be_visible()
    return response.status, page.locator("#failure-title").inner_text(), page.locator("#failure").inner_text()


def submitted(page: Page, address: str, fields: dict[str, str]) -> None:
    """Send a form as a browser does."""
    page.evaluate(
        """([action, fields]) => {
            const form = Object.assign(document.createElement("form"), { method: "post", action });
            for (const [name, value] of Object.entries(fields)) {
                form.append(Object.assign(document.createElement("textarea"), { name, value }));
            }
            document.body.append(form);
            form.submit();
        }""",
        [address, fields],
    )
    expect(page.locator("#failure")).to_be_visible()


def test_a_page_that_is_not_there(new_page: NewPage, address: str) -> None:
    page = new_page(locale="zh-CN", tolerated="404")
    assert opened(page, f"{address}/nowhere/手套")[:2] == (404, "未找到")
    expect(page.locator("#failure-message")).to_have_text("/nowhere/手套 处没有内容。")
    expect(page.locator("#failure-remedy")).to_have_text("请从搜索页面 / 开始。")
    expect(page).to_have_title("未找到 – searchapp")
    page.get_by_role("button", name="English").click()
    expect(page.locator("#failure-title")).to_have_text("Not Found")  # the choice goes before the browser's language
    expect(page.locator("#failure-message")).to_have_text("There is nothing at /nowhere/手套.")
    expect(page.locator("#failure-remedy")).to_have_text("Start from the search page at /.")
    assert opened(new_page(tolerated="404"), f"{address}/nowhere?lang=zh")[:2] == (404, "未找到")


@pytest.mark.parametrize(
    ("auth", "path", "fields", "status", "heading", "words"),
    [
        ("off", "/", {"a": "b"}, 405, "不允许的请求方法", "/ 不接受 POST 方法。"),
        ("required", "/", {"a": "b"}, 401, "需要登录", "这里需要 API 密钥或登录。"),
        ("required", "/login", {"csrf_token": "old"}, 403, "没有权限", "登录表单已过期。"),
        ("required", "/login", {"name": "x" * 1_130_000}, 413, "上传内容过大", "请求正文超过 1 MiB。"),
    ],
)
def test_a_form_that_is_refused(
    new_page: NewPage,
    served: Serve,
    tmp_path: Path,
    auth: str,
    path: str,
    fields: dict[str, str],
    status: int,
    heading: str,
    words: str,
) -> None:
    address = served(StandIn(tmp_path, auth=auth, max_file_mb=1))
    page = new_page(locale="zh-CN", tolerated=str(status))
    page.goto(address)
    submitted(page, f"{address}{path}", fields)
    expect(page.locator("#failure-title")).to_have_text(heading)
    expect(page.locator("#failure-message")).to_contain_text(words)


def test_a_foreign_name_is_refused_on_a_page_like_the_others(new_page: NewPage, address: str) -> None:
    foreign = address.replace("127.0.0.1", "bent.localhost")  # which a browser takes to this machine by itself
    page = new_page(locale="zh-CN", tolerated="403")
    status, heading, text = opened(page, f"{foreign}/documents")
    assert (status, heading) == (403, "没有权限")
    assert "本服务器只在本机上响应，不以 bent.localhost 的名义响应。" in text
    assert page.evaluate("[...document.styleSheets].map((sheet) => sheet.cssRules.length > 0)") == [True]
    page.get_by_role("button", name="English").click()
    expect(page.locator("#failure-message")).to_have_text(
        "This server answers only on this machine, not as bent.localhost."
    )
    assert page.evaluate("fetch('/api/documents').then((told) => told.status)") == 403


def test_a_service_that_is_away_and_an_error_of_ours(new_page: NewPage, address: str, library: StandIn) -> None:
    page = new_page(locale="zh-CN", tolerated="50")
    library.store.error = ServiceUnavailableError("elasticsearch_away", where="http://es:9200")
    status, heading, text = opened(page, f"{address}/readyz")
    assert (status, heading) == (503, "服务暂不可用")
    assert "目前无法提供搜索（elasticsearch_away）" in text and "es:9200" not in text
    library.store.error = RuntimeError("password=hunter2")  # type: ignore[assignment]
    status, heading, text = opened(page, f"{address}/readyz")
    assert (status, heading) == (500, "服务器内部错误") and "hunter2" not in text
    assert "服务器日志有详细信息" in text
