"""A page's date is one that it gives as its own: no year of a copyright, no day of an event."""

from __future__ import annotations

import pytest

from tests.sources.formats.web_pages import prose, read

FOOTERS = [
    "Copyright 2011 Harbour office",
    "© 2009–2011 Harbour office",
    "(c) 12 March 2011 by the office",
    "版权所有 2011 港务局",
    "Copyright © 2011-03-04. All rights reserved.",
    "京ICP备2011012345号",
]


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("footer", FOOTERS)
@pytest.mark.parametrize(
    "around",
    ["<footer><p>{}</p></footer>", "<div class='foot'>{}</div>", "<footer><div><span>{}</span></div></footer>"],
)
def test_a_copyright_is_no_date(around: str, footer: str, language: str) -> None:
    assert read(f"<body><main><h1>Q</h1>{prose(language)}</main>{around.format(footer)}</body>").modified is None


@pytest.mark.parametrize(
    "body",
    [
        "<p>The storm of 2011-05-06 broke the quay; on 3 March 2012 it was mended, and ships come again as they did before.</p>",
        "<p>2011年5月6日的暴风雨毁坏了码头，2012年3月3日修复完毕，船舶恢复停靠。"
        + "各泊位的水深随清淤而变化，请留意广播通知。" * 4
        + "</p>",
    ],
)
def test_the_day_of_an_event_is_no_date(body: str) -> None:
    assert read(f"<body><main><h1>Q</h1>{body}</main></body>").modified is None


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize(
    ("head", "body"),
    [
        ("<meta property='article:published_time' content='2015-06-07'>", ""),
        ("<meta name='date' content='2015-06-07T10:00:00Z'>", ""),
        ("", "<time datetime='2015-06-07'>7 June</time>"),
        ("", "<p>Last updated: 2015-06-07</p>"),
        ("", "<p class='date'>June 7, 2015</p>"),
        ("", "<p class='date'>发布时间：2015年6月7日</p>"),
        ("", "<span class='date'>2015 年 06 月 07 日</span>"),
        ('<script type=\'application/ld+json\'>{"@type":"Article","datePublished":"2015-06-07"}</script>', ""),
    ],
)
def test_a_date_of_its_own_is_found(head: str, body: str, language: str) -> None:
    footer = "<footer><p>Copyright 2011 版权所有 2011</p></footer>"
    modified = read(f"<body><main><h1>Q</h1>{body}{prose(language)}</main>{footer}</body>", head).modified
    assert modified is not None and modified.date().isoformat() == "2015-06-07"
