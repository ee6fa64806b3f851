"""Front matter as people write it, and as nobody should."""

from __future__ import annotations

import datetime as dt
import time
from typing import Any

import pytest

from searchapp.messages import LANGUAGES
from searchapp.sources.formats.front_matter import split_front_matter
from searchapp.sources.formats.stating import read


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("---\ntitle: T\ntags: [a, 合同]\n---\n", {"title": "T", "tags": ("a", "合同")}),
        ("---\ntags:\n- a\n- b c\n...\n", {"tags": ("a", "b c")}),
        ('---\ntags: "a, b，#c、d"\n---\n', {"tags": ("a", "b", "c", "d")}),
        ("---\n标题: 年报\n标签: [财务]\n语言: zh-CN\n日期: 2024-01-02\n作者: 李\n---\n",
         {"title": "年报", "tags": ("财务",), "language": "zh", "fields": {"作者": ("李",)},
          "modified": dt.datetime(2024, 1, 2, tzinfo=dt.UTC)}),
        ("---\nno: 00042\nversion: 1.10\nopen: yes\ncountry: no\nempty:\nnone: ~\n---\n",
         {"fields": {"no": ("00042",), "version": ("1.10",), "open": ("yes",), "country": ("no",)}}),
        ("---\nlang: no\n---\n", {"language": "no"}),
        ("---\ndate: 2024-01-02 10:00:00 +0800\n---\n", {"modified": dt.datetime(2024, 1, 2, 2, tzinfo=dt.UTC)}),
        ("---\ndate: 2020-01-01\nlastmod: 2024-01-02\n---\n", {"modified": dt.datetime(2024, 1, 2, tzinfo=dt.UTC)}),
        ("---\ntitle: |\n  Two\n  lines\n---\n", {"title": "Two lines"}),
        ("+++\ntitle = 'T'\ndraft = true\nweight = 3\ndate = 2024-01-02\n[taxonomies]\ntags = ['x']\n[params]\nwho = 'Li'\n+++\n",
         {"title": "T", "tags": ("x",), "modified": dt.datetime(2024, 1, 2, tzinfo=dt.UTC),
          "fields": {"draft": ("true",), "weight": ("3",), "who": ("Li",)}}),
        ("---\n---\n", {}),
    ],
)  # fmt: skip
def test_what_is_written_is_stated(text: str, expected: dict[str, Any]) -> None:
    front = split_front_matter(f"{text}Body")
    assert front.body == "Body" and front.notes == ()
    given = {name: getattr(front.stated, name) for name in ("title", "language", "modified", "tags", "fields")}
    assert {name: value for name, value in given.items() if value} == expected


@pytest.mark.parametrize(
    "text",
    ["---\n\nprose between rules\n\n---\nafter", "---\nhttps://example.org\n---\n", "--- \nno end: of it", "a\n---\nb: c\n---\n"],
)  # fmt: skip
def test_what_is_no_front_matter_is_text(text: str) -> None:
    front = split_front_matter(text)
    assert front.body == text and front.notes == ()


BOMB = "a: &a [x, x]\n" + "".join(f"b{n}: &b{n} [*a, *a]\n" for n in range(9))
LADDER = "a: &a {x: 1}\n" + "".join(f"b{n}: &b{n}\n  <<: [*a, *a]\n" for n in range(9))


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (f"title: Kept\n{BOMB}", "line 3 refers"),
        (f"title: Kept\n{LADDER}", "line 4 refers"),
        ("title: Kept: here", "line 1 is no YAML"),
        ("title: Kept\nx: !!python/object/apply:os.system ['id']", "line 2 has a tag"),
        ("title: Kept\nx: !include /etc/passwd", "line 2 has a tag"),
        ("title: Kept\nx: " + "{a: " * 9000, "line 2 is nested too deep"),
        ("title: Kept\n\tx: 1", "is no YAML"),
        ("title: Kept\n? [a, b]\n: c", "line 2 is no YAML"),
        ("title: Kept\nx:\n  y: 1", "Left out of its front matter: x"),
        ("title: Kept\n" + "n" * 50 + ": v", "Left out"),
        ("title: Kept\na=b: v", "Left out of its front matter: a=b"),
    ],
)
def test_what_cannot_be_used_is_said_and_the_title_kept(body: str, said: str) -> None:
    front = split_front_matter(f"---\n{body}\n---\nBody")
    assert front.body == "Body" and front.stated.title.startswith("Kept") and not front.stated.fields
    assert said in " ".join(note.text() for note in front.notes)
    assert all(note.text(language) for note in front.notes for language in LANGUAGES)


def test_toml_that_is_none_and_too_much_of_it() -> None:
    front = split_front_matter("+++\ntitle = 'Kept'\nx = [\n+++\nBody")
    assert front.stated.title == "Kept" and "no TOML" in front.notes[0].text()
    assert "no TOML" in split_front_matter("+++\nx = " + "[" * 5000 + "\n+++\nBody").notes[0].text()
    long = "---\n" + "key: value\n" * 10_000 + "---\nBody"
    front = split_front_matter(long)
    assert front.body == long and "longer than 64 KiB" in front.notes[0].text()  # nothing of it is lost


@pytest.mark.parametrize("piece", ["---  \n ", "k: v\n", "--- x\n", "k = [[[\n", "- ", "'\"", "a.", "# \t"])
def test_any_length_takes_its_time_only_once(piece: str) -> None:
    for opening in ("---\nk: v\n", "+++\nk = 1\n"):
        for end in ("", f"\n{opening[:3]}\n"):
            text = opening + piece * (60_000 // len(piece)) + end
            started = time.perf_counter()
            split_front_matter(text)
            assert time.perf_counter() - started < 3


def test_values_of_a_rule_have_types() -> None:
    values = {"year": 2024, "open": True, "ratio": 0.5, "day": dt.date(2024, 1, 2), "none": None, "many": [1, "b"]}
    stated, notes = read(values, "rule")
    assert stated.fields == {
        "year": ("2024",), "open": ("true",), "ratio": ("0.5",), "day": ("2024-01-02",), "many": ("1", "b"),
    } and notes == ()  # fmt: skip
    assert read({"huge": 10**5000}, "rule")[1] != ()
