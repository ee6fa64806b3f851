"""Pages for tests, in English and Chinese: sentences that fill a page, and the text that is read of it."""

from __future__ import annotations

from searchapp.sources.formats.html import parse_html
from searchapp.sources.parsed import Parsed, ParserInput

ENGLISH = (
    "The harbour office publishes this page for crews that berth at the northern quay during the winter season.",
    "Crews should read the whole page before they arrive, because the tide table differs from that of the summer.",
    "Questions go to the duty officer, who keeps a log of every call and answers in the order in which they came.",
    "After a storm the quay is inspected by divers, and ships may be asked to move to another berth for half a day.",
)
CHINESE = (
    "港务局为冬季停泊在北码头的船员发布本页，破冰船每天开行两次，引航员中午换班，请各船提前联系值班室。",
    "船员到港之前应当读完全文，因为冬季的潮汐表和许可证与夏季不同，而且各泊位的水深也会随着清淤而变化。",
    "有问题请联系值班员，他会记录每一次来电，并按照来电的先后顺序答复，紧急情况则昼夜都会立即转接处理。",
    "暴风雨之后由潜水员检查码头，检查期间可能要求船舶移到别的泊位，通常需要半天时间，请船长留意广播通知。",
)
LANGUAGES = {"en": ENGLISH, "zh": CHINESE}


def read(body: str, head: str = "", name: str = "/in/page.html") -> Parsed:
    return parse_html(ParserInput(name, f"<!doctype html><html><head>{head}</head>{body}</html>".encode()))


def prose(language: str, *numbers: int) -> str:
    return "".join(f"<p>{LANGUAGES[language][number]}</p>" for number in numbers or (0, 1, 2, 3))


def is_in_order(text: str, *parts: str) -> bool:
    position = 0
    for part in parts:
        position = text.find(part, position) + 1
        if not position:
            return False
    return True
