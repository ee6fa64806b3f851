"""The Chinese interface knows what the doctor says, and the notes on documents."""

import ast
import dataclasses
import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

import searchapp
from searchapp.cluster.checks.disk import disk
from searchapp.settings import Settings
from searchapp.sources.pdf_salvage import NOTE
from searchapp.sources.pdf_scans import Scans
from searchapp.wiring import Application
from tests.web.browsing import NewPage, Serve
from tests.web.stand_in import StandIn, entry

ROOT = Path(searchapp.__file__).parent
CHECKS = sorted([*(ROOT / "doctor" / "checks").glob("*.py"), *(ROOT / "cluster" / "checks").glob("*.py")])
MAKERS = ("ok", "info", "warning", "error")
ENGLISH = re.compile(r"\b(the|is|are|was|were|of|and|it|them|for)\b")


def sentences() -> list[str]:
    """What the checks say and advise, a 7 for each name and number; commands alone are left out."""
    found: set[str] = set()
    for path in CHECKS:
        tree = ast.parse(path.read_text(encoding="utf-8"))
        known = {
            target.id: node.value
            for node in ast.walk(tree)
            if isinstance(node, ast.Assign)
            for target in node.targets
            if isinstance(target, ast.Name) and isinstance(node.value, ast.JoinedStr | ast.Constant | ast.IfExp)
        }
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in MAKERS:
                found.update(text for part in node.args[1:] for text in written(part, known))
    return sorted(text.strip() for text in found if re.search(r"[a-z]{2}.*\.$", text.strip()))


def written(node: ast.expr, known: dict[str, ast.expr]) -> list[str]:
    """Every text that ``node`` may stand for."""
    if isinstance(node, ast.Constant):
        return [str(node.value)]
    if isinstance(node, ast.IfExp):
        return [*written(node.body, known), *written(node.orelse, known)]
    if isinstance(node, ast.Name) and node.id in known:
        return written(known[node.id], known)
    if isinstance(node, ast.Attribute) and node.attr in ("message", "remedy"):
        return [""]  # a sentence of its own
    if isinstance(node, ast.BinOp):
        return [a + b for a in written(node.left, known) for b in written(node.right, known) or [""]]
    if isinstance(node, ast.JoinedStr):
        texts = [""]
        for part in node.values:
            value = part.value if isinstance(part, ast.FormattedValue) else part
            texts = [text + more for text in texts for more in written(value, known) or ["7"]]
        return texts
    return []


@pytest.fixture
def chinese(new_page: NewPage, address: str) -> Page:
    page = new_page(locale="zh-CN")
    page.goto(address)
    return page


def translated(page: Page, kind: str, texts: list[str]) -> list[str]:
    told: list[str] = page.evaluate(
        "async ([kind, texts]) => { const all = await import('/static/findings.js'); return texts.map(all[kind]); }",
        [kind, texts],
    )
    return told


def test_every_finding_has_a_translation(chinese: Page) -> None:
    said = sentences()
    assert len(said) > 60
    untold = [
        text for text, told in zip(said, translated(chinese, "finding", said), strict=True) if ENGLISH.search(told)
    ]
    assert untold == []


def test_names_and_numbers_are_kept(chinese: Page) -> None:
    gib = 2**30
    full = disk("node-1", 100 * gib, 2 * gib, {"cluster.routing.allocation.disk.watermark.flood_stage": "95%"})
    said = [
        full.message,
        "Ollama does not answer at http://127.0.0.1:9. Answers are quotations without it.",
        "Fetch it: ollama pull qwen3:4b. Or set SEARCHAPP_LLM_MODEL to one of: a:1, b.2.",
        "Something that nobody foresaw.",
    ]
    assert translated(chinese, "finding", said) == [
        "node-1 的 2.0 / 100.0 GiB 可用，低于 flood stage 水位（可用 5.0 GiB）：释放空间之前其索引只读。",
        "Ollama（http://127.0.0.1:9）没有响应。没有它，回答只能摘录原文。",
        "获取它：ollama pull qwen3:4b。或将 SEARCHAPP_LLM_MODEL 设为其中之一：a:1, b.2。",
        "Something that nobody foresaw.",
    ]


def test_every_note_has_a_translation(chinese: Page) -> None:
    remedies = [
        "Run OCR on it (ocrmypdf, for example) and add the result.",
        "Tesseract found none there; if there is some, set SEARCHAPP_OCR_LANGUAGES to the languages that it is to read.",
    ]
    many = dict.fromkeys(range(1, 15), "x")
    notes = [f"{NOTE} {Scans(many, remedy).note([3])}" for remedy in remedies] + [Scans({2: "x"}, "").note([4, 5])]
    told = translated(chinese, "note", [*notes, "Renamed from /srv/a.b.md."])
    assert [text for text in told if ENGLISH.search(text)] == []
    assert told[2] == "第 2 页由图片识别（OCR）而来，可能有误读的字。第 4, 5 页没有文本。"
    assert told[3] == "由 /srv/a.b.md 改名而来。"


def test_a_note_on_the_page(new_page: NewPage, app: StandIn, served: Serve) -> None:
    app.store.put(dataclasses.replace(entry("d", "/srv/new.md"), note="Renamed from /srv/old.md."))
    page = new_page(locale="zh-CN")
    page.goto(f"{served(app)}/documents")
    expect(page.locator(".entries .notice")).to_have_text("由 /srv/old.md 改名而来。")


def test_the_doctor_on_the_page(new_page: NewPage, served: Serve, tmp_path: Path) -> None:
    application = Application(
        Settings(data_dir=tmp_path, embedding_model="hashed:64", ollama_url="http://127.0.0.1:9")  # no Ollama is there
    )
    page = new_page(locale="zh-CN")
    page.goto(f"{served(application)}/operations")
    findings = page.locator("#findings")
    expect(findings).to_contain_text("Ollama（http://127.0.0.1:9）没有响应。没有它，回答只能摘录原文。", timeout=60_000)
    expect(findings).to_contain_text("嵌入模型：hashed:64")
    assert ENGLISH.search(findings.inner_text().replace(str(tmp_path), "")) is None
    page.get_by_role("button", name="English").click()
    expect(findings).to_contain_text("Answers are quotations without it.", timeout=60_000)
