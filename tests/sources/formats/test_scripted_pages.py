"""Pages whose text JavaScript makes say so; the others do not."""

from __future__ import annotations

import pytest

from searchapp.errors import SourceError
from searchapp.messages import shown
from tests.sources.formats.web_pages import LANGUAGES, prose, read

SCRIPT = "<script src='/app.js'></script>"
ENGLISH, CHINESE = "You need to enable JavaScript to run this app.", "请启用 JavaScript 后继续访问。"


@pytest.mark.parametrize("said", [ENGLISH, CHINESE, ""])
@pytest.mark.parametrize("frame", ["<div id='root'></div>", "<app-root></app-root>", "<div id='q'></div>"])
def test_a_page_without_any_text_of_its_own_fails_and_says_why(frame: str, said: str) -> None:
    with pytest.raises(SourceError, match="JavaScript makes it"):
        read(f"<body><noscript>{said}</noscript>{frame}{SCRIPT}</body>")


@pytest.mark.parametrize(
    "body",
    [
        f"<div>Harbour 港务局</div><noscript>{ENGLISH}</noscript>{SCRIPT}",
        f"<h1>Harbour</h1><noscript><p>{CHINESE}</p></noscript>{SCRIPT}",
        f"<h1>港务局</h1><div id='app'></div>{SCRIPT}",
        f"<p>Please turn on JavaScript.</p>{SCRIPT}",
        f"<p>JavaScript 必须打开。</p>{SCRIPT}",
    ],
)
def test_a_page_of_which_most_is_missing_has_a_note(body: str) -> None:
    assert "JavaScript makes the rest" in shown(read(f"<body>{body}</body>").note)


@pytest.mark.parametrize(
    "body",
    [
        "<p>One short line.</p>",
        f"<p>One short line.</p>{SCRIPT}",
        f"<p>短短一句话。</p>{SCRIPT}",
        f"<p>Line.</p><noscript>Please enable JavaScript to view the comments.</noscript>{SCRIPT}",
        f"<p>{ENGLISH}</p>",
        f"{prose('en') * 3}<noscript>{ENGLISH}</noscript><div id='root'></div>{SCRIPT}",
        f"{prose('zh') * 3}<noscript>{CHINESE}</noscript>{SCRIPT}",
        "<p>Data.</p><script type='application/ld+json'>{}</script><div id='app'></div>",
    ],
)
def test_other_pages_have_none(body: str) -> None:
    assert read(f"<body>{body}</body>").note == ""


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_page_for_readers_without_scripts_is_read(language: str) -> None:
    parsed = read(f"<body><div id='root'></div><noscript>{prose(language)}</noscript>{SCRIPT}</body>")
    assert LANGUAGES[language][3] in parsed.text and not parsed.note
