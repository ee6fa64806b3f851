"""Each new format, cut off anywhere and with bytes that are not its own: a text or a sentence, never a crash."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from searchapp.errors import SourceError
from searchapp.sources.formats import parse
from searchapp.sources.parsed import ParserInput
from tests.sources.formats.test_archive import tarred, zipped
from tests.sources.formats.test_code import PYTHON
from tests.sources.formats.test_latex import PAPER
from tests.sources.formats.test_mhtml import PAGE
from tests.sources.formats.test_notebook import notebook
from tests.sources.formats.test_rtf import rtf

SAMPLES: dict[str, bytes] = {
    "a.rtf": rtf(r"\pard\s1 Head\par\trowd\pard\intbl a\cell b\cell\row\pard {\f1 \'c4\'e3} \u20320?\par").encode(),
    "a.json": b'{"a": [1, {"b": "\\u4f60"}], "c": null, "d": 1e5}',
    "a.jsonl": b'{"a": 1}\n{"a": 2}\n{"a": 3}\n',
    "a.yaml": b"# said\na: &x [1, 2]\nb:\n  - c: |\n      text\n    d: *x\n? [e]\n: f\n---\n- g\n",
    "a.xml": b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY e "x">]><a b="1"><title>T</title><c>&e; d<![CDATA[x]]></c></a>',
    "a.ipynb": notebook({"cell_type": "markdown", "source": "# A"}, {"cell_type": "code", "source": "b"}).encode(),
    "a.srt": b"1\n00:00:01,000 --> 00:00:02,000\n<i>one</i>\n\n2\n00:00:03,000 --> 00:00:04,000\ntwo\n",
    "a.vtt": b"WEBVTT\n\n00:01.000 --> 00:02.000\n<v Ann>one &amp; two\n",
    "a.tex": PAPER.encode(),
    "a.mht": PAGE.format(kind="multipart/related", charset="utf-8", text="=E4=BD=A0").encode(),
    "a.rst": "标题\n====\n\ntext::\n\n  code\n".encode(),
    "a.adoc": b"= T\n\n----\n== no\n----\n",
    "a.org": b"* H :t:\n:PROPERTIES:\n:END:\n#+begin_src\n* no\n#+end_src\n",
    "a.py": PYTHON.encode(),
    "a.js": b"const a = (x) => {\n  b(x);\n};\nclass C {\n  get(x) {\n  }\n}\n",
    "a.zip": zipped({"a.md": "x", "b/c.txt": "y"}),
    "a.tar": tarred({"a.md": b"x", "b/c.txt": b"y"}),
    "a.mbox": b"From a\nSubject: b\n\nc\n\nFrom d\nSubject: =?utf-8?B?5L2g?=\n\ne\n",
}


def _damaged(data: bytes, luck: random.Random) -> bytes:
    piece = bytearray(data)
    match luck.randrange(4):
        case 0:
            return bytes(piece[: luck.randrange(1, len(piece))])
        case 1:
            for _ in range(luck.randrange(1, 8)):
                piece[luck.randrange(len(piece))] = luck.randrange(256)
        case 2:
            at, until = sorted((luck.randrange(len(piece)), luck.randrange(len(piece))))
            piece[at:at] = piece[at:until] * luck.randrange(1, 30)
        case _:
            at = luck.randrange(len(piece))
            piece[at:at] = (
                luck.choice([b"\x00", b"\xff\xfe", b"{", b"<", b"\\", b"\n\n", b"\xe4\xbd", b'"', b"&#x0;"]) * 50
            )
    return bytes(piece)


@pytest.mark.parametrize("name", SAMPLES)
def test_damage_costs_a_sentence_at_the_most(name: str) -> None:
    luck = random.Random(name)
    assert parse(ParserInput(name, SAMPLES[name])).text
    for _ in range(60):
        data = _damaged(SAMPLES[name], luck)
        try:
            parse(ParserInput(name, data))
        except SourceError:
            continue


@pytest.mark.parametrize("encoding", ["utf-16", "utf-8-sig", "gb18030"])
@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("a.json", '{"说明": "开门时间是九点"}'),
        ("a.yaml", "说明: 开门时间是九点\n"),
        ("a.srt", "1\n00:00:01,000 --> 00:00:02,000\n开门时间是九点\n"),
        ("a.tex", "\\section{说明}\n开门时间是九点\n"),
        ("a.org", "* 说明\n开门时间是九点\n"),
        ("a.py", "# 开门时间是九点\ndef f():\n    pass\n"),
        ("a.xml", "<a>开门时间是九点</a>"),
    ],
)
def test_every_encoding_of_text(name: str, text: str, encoding: str) -> None:
    assert "开门时间是九点" in parse(ParserInput(str(Path("/in", name)), text.encode(encoding))).text
