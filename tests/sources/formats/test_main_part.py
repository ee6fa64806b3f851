"""The main part of a page is kept block by block, whether the page marks it or not; furniture stays out."""

from __future__ import annotations

import pytest

from tests.sources.formats.web_pages import LANGUAGES, is_in_order, prose, read

MENU = "<ul><li><a href='/'>Menuword home</a></li><li><a href='/n'>Menuword news</a></li><li><a href='/s'>Menuword shop</a></li></ul>"
MARKED = (
    f"<body><header><nav>{MENU}</nav></header><main>{{}}</main><footer><p>Menuword imprint</p>{MENU}</footer></body>"
)
LAYOUTS = {
    "pandoc": "<body><header id='title-block-header'></header>{}</body>",
    "docs": f"<body><div class='navbar'>{MENU}</div><div id='doc-content'><div class='contents'>{{}}</div></div></body>",
    "share point": f"<body><div id='s4-workspace'><div class='ms-nav'>{MENU}</div><div class='ms-rtestate-field'>{{}}</div></div></body>",
    "sections": f"<body><header><nav>{MENU}</nav></header><section>{{}}</section><footer>{MENU}</footer></body>",
    "marked": MARKED,
    "article": f"<body><nav>{MENU}</nav><article>{{}}</article><aside>{MENU}</aside></body>",
}


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("layout", LAYOUTS)
def test_every_block_is_kept_in_every_layout(layout: str, language: str) -> None:
    one, two, three, four = LANGUAGES[language]
    body = (
        f"<h1>Cabinet</h1><p>{one}</p><h2>Fuses</h2><ul><li>Feeder K1</li><li>Feeder K2</li></ul><h2>Off</h2><p>{two}</p>"
        "<ol><li>Pull H4</li><li>Wait 12</li></ol><h3>Lamps</h3><table><tr><td>Mast</td><td>LX-20</td></tr><tr><td>West"
        f"</td><td>LX-31</td></tr></table><p>{three}</p><dl><dt>Release</dt><dd>The paper.</dd></dl><pre>relayctl open\n"
        "  -k K1</pre><blockquote><p>Never in rain.</p></blockquote><figure><img src='a.png'><figcaption>图 2: Wiring R-58."
        f"</figcaption></figure><details><summary>More</summary><p>Hidden 63 A.</p></details><h2>End</h2><p>{four}</p>"
        "<ul><li><a href='/a'>Ice table</a></li><li><a href='/b'>Pilots</a></li></ul>"
    )
    parsed = read(LAYOUTS[layout].format(body))
    assert is_in_order(
        parsed.text, one, "Fuses", "- Feeder K1\n- Feeder K2", two, "1. Pull H4\n2. Wait 12", "Lamps", "Mast | LX-20\nWest | LX-31",
        three, "Release", "The paper.", "relayctl open\n  -k K1", "Never in rain.", "图 2: Wiring R-58.", "More", "Hidden 63 A.",
        four, "- Ice table\n- Pilots",
    )  # fmt: skip
    assert "Menuword" not in parsed.text
    assert [section.headings[-1] for section in parsed.sections if section.headings][-1] == "End"


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("layout", ["pandoc", "docs", "marked"])
def test_what_stands_three_times_is_kept_three_times(layout: str, language: str) -> None:
    one, two, three, four = LANGUAGES[language]
    gates = "".join(f"<h3>Gate {name}</h3><p>{two}</p>" for name in "ABC")
    text = read(LAYOUTS[layout].format(f"<h1>Rules</h1><p>{one}</p>{gates}<p>{three}</p><p>{four}</p>")).text
    assert is_in_order(text, "Gate A", two, "Gate B", two, "Gate C", two, three)


@pytest.mark.parametrize("language", LANGUAGES)
def test_comments_within_sentences_end_nothing(language: str) -> None:
    one, two, *_ = LANGUAGES[language]
    body = prose(language).replace(two, f"{two[:20]}<!-- -->{two[20:30]}<!-- /react-text --><?php x ?>{two[30:]}")
    for page in (
        MARKED.format(body),
        f"<body><div id='root'>{body}</div></body>",
        f"<body><article>{body}</article></body>",
    ):
        assert is_in_order(read(page).text, one, two)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(
    "page",
    [
        f"<body><nav>{MENU}<h1>Rules</h1>{{}}</body>",  # never closed
        f"<body><div role='navigation'>{MENU}<div><h1>Rules</h1>{{}}</div></body>",
        "<body><noscript><h1>Rules</h1>{}</noscript><script>app()</script></body>",
        "<body><aside><h1>Rules</h1>{}</aside></body>",
        f"<body><div aria-hidden='true'>{MENU}<h1>Rules</h1>{{}}</div></body>",
    ],
)
def test_main_text_inside_furniture_is_kept(page: str, language: str) -> None:
    text = read(page.format(prose(language) + "<ul><li>Lamp LX-31</li></ul>")).text
    assert is_in_order(text, "Rules", *LANGUAGES[language], "- Lamp LX-31") and "Menuword" not in text


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("page", ["<body>{}</body>", "<body><main>{}</main></body>"])
@pytest.mark.parametrize(
    ("code", "lines"),
    [
        ("<pre><span>kubectl</span> apply -f <b>a.yaml</b></pre>", "kubectl apply -f a.yaml"),
        ("<pre><code>one = 1<br>two = <i>2</i><br/>three</code></pre>", "one = 1\ntwo = 2\nthree"),
        (
            "<div class='highlight'><pre><span></span><span class='k'>for</span> f <span>in</span> x:\n    go(f)\n</pre></div>",
            "for f in x:\n    go(f)",
        ),
        ("<p>Run <code>gate --<em>open</em></code> now</p>", "Run gate --open now"),
        ("<p>Run <code>gate\n  --open</code> now</p>", "Run gate --open now"),
    ],
)
def test_code_with_markup_inside_is_whole(code: str, lines: str, page: str, language: str) -> None:
    assert lines in read(page.format(prose(language, 0, 1) + code + prose(language, 2, 3))).text


@pytest.mark.parametrize("language", LANGUAGES)
def test_furniture_by_its_name_stays_out(language: str) -> None:
    one, two, three, four = LANGUAGES[language]
    link = "<a href='/x'>Menuword something else to read today</a>"
    page = (
        f"<body><div class='content'><h1>Rules</h1><div class='share-buttons'>Menuword send</div><p>{one}</p><p>{two * 3}</p>"
        f"<div class='newsletter-signup'><p>Menuword write to us every week.</p></div><p>{three}</p><p>{four}</p>"
        f"<div class='related-posts'><h3>Menuword more</h3><ul><li>{link}</li></ul></div>"
        f"<div id='comments'><ol><li>Menuword said: {one[:30]}</li></ol></div></div></body>"
    )
    text = read(page).text
    assert is_in_order(text, one, two, three, four) and "Menuword" not in text


def test_a_page_of_links_is_read_and_a_menu_before_it_is_not() -> None:
    links = "".join(f"<li><a href='/{n}'>Chapter {n} of the rules</a></li>" for n in range(9))
    assert "Chapter 8" in read(f"<body><h1>Contents</h1><ul>{links}</ul></body>").text
    page = f"<body><div class='sidebar'>{MENU}</div><h1>Contents</h1><ul>{links}</ul></body>"
    assert "Menuword" not in read(page).text
