from __future__ import annotations

import json
from itertools import pairwise

import pytest

from searchapp.model import SourceType
from tests.sources.formats.reading import note, read, refused, sections


def test_json_says_the_path_of_each_value() -> None:
    data = {"server": {"port": 8080, "hosts": ["a.example", "b.example"], "tls": None, "limits": {}}, "名称": "网关"}
    parsed = read("conf.json", json.dumps(data))
    assert (parsed.type, parsed.title) == (SourceType.JSON, "conf")
    assert sections(parsed) == [
        ("server", "server.port: 8080\nserver.hosts: a.example, b.example\nserver.tls: null\nserver.limits: {}"),
        ("", "名称: 网关"),
    ]


def test_numbers_stay_as_they_are_written() -> None:
    assert read("a.json", '{"price": 1.50, "big": 123456789012345678901234567890, "e": 1e400}').text == (
        "price: 1.50\nbig: 123456789012345678901234567890\ne: 1e400"
    )


def test_each_record_is_a_paragraph() -> None:
    parsed = read("people.json", '[{"name": "Ann", "age": 3}, {"name": "Bob"}]')
    assert parsed.text == "name: Ann\nage: 3\n\nname: Bob"


def test_lines_of_json_are_records_and_a_bad_one_is_named() -> None:
    parsed = read("log.jsonl", '{"q": "one"}\n{"q": "two"}\n{"q": \n{"q": "three"}\n')
    assert parsed.text == 'q: one\n\nq: two\n\n{"q":\n\nq: three'
    assert note(parsed) == "1 line does not read as JSON, and is kept as plain text."


@pytest.mark.parametrize(
    ("name", "data", "kind"),
    [
        ("tsconfig.json", '{\n  // where it goes\n  "out": "dist"\n}', "JSON"),
        ("half.json", '{"a": [1, 2', "JSON"),
        ("chart.yaml", "a: {{ .Values.x }}\nb: [", "YAML"),
        ("tab.yml", "a:\n\t- b: c\n", "YAML"),
    ],
)
def test_what_is_none_by_its_syntax_is_kept_as_text(name: str, data: str, kind: str) -> None:
    parsed = read(name, data)
    assert parsed.text.split() == data.split()
    assert note(parsed) == f"It does not read as {kind}, and is kept as plain text."


def test_yaml_keeps_paths_and_comments() -> None:
    parsed = read(
        "values.yaml",
        "# 网关的设置\nserver:\n  # never above 9000\n  port: 8080  # was 80\n  hosts: [a, b]\n  text: |\n    # no comment\n    line\n"
        "users:\n  - name: Ann\n    age: 3\n  - name: Bob\n---\nsecond: 1.10\n# the end\n",
    )
    assert sections(parsed) == [
        (
            "server",
            "网关的设置\nnever above 9000\nserver.port: 8080  # was 80\nserver.hosts: a, b\nserver.text: # no comment\nline",
        ),
        ("users", "users.name: Ann\nusers.age: 3\n\nusers.name: Bob"),
        ("", "second: 1.10\nthe end"),
    ]


def test_yaml_is_never_made_into_anything() -> None:
    parsed = read(
        "a.yaml", 'a: !!python/object/apply:os.system ["echo x"]\nb: &b [x, y]\nc: *b\n<<: *b\nd: !mine {e: 1}\n'
    )
    assert sections(parsed) == [("a", "a: echo x"), ("b", "b: x, y"), ("", "c: *b\n<<: *b"), ("d", "d.e: 1")]


def test_aliases_are_not_followed() -> None:
    names = "abcdefghijklm"
    rows = [f"{name}: &{name} [{', '.join(['*' + before] * 9)}]" for before, name in pairwise(names)]
    assert len(read("bomb.yaml", "a: &a [x, x]\n" + "\n".join(rows)).text) < 1000


def test_xml_has_paths_attributes_and_titles_as_headings() -> None:
    parsed = read(
        "shop.xml",
        '<?xml version="1.0" encoding="gb2312"?><shop><item id="7"><title>手套</title><price cur="EUR">21</price></item>'
        '<item id="8"><title>Boots</title><price cur="EUR">40</price></item></shop>'.encode("gb2312"),
    )
    assert sections(parsed) == [
        ("", "shop.item: id=7"),
        ("手套", "手套\n\nshop.item.price (cur=EUR): 21"),
        ("", "shop.item: id=8"),
        ("Boots", "Boots\n\nshop.item.price (cur=EUR): 40"),
    ]


def test_docbook_reads_as_prose() -> None:
    parsed = read(
        "a.xml",
        "<book><chapter><title>Gate</title><para>It opens <emphasis>at nine</emphasis> sharp.</para>"
        "<programlisting>if x:\n    y</programlisting></chapter></book>",
    )
    assert parsed.text == "Gate\n\nIt opens at nine sharp.\n\nif x:\n    y"


def test_no_entity_is_expanded_or_fetched() -> None:
    entities = "".join(f'<!ENTITY {name} "' + f"&{before};" * 10 + '">' for before, name in pairwise("abcdefghijk"))
    bomb = f'<!DOCTYPE l [<!ENTITY a "aaaaaaaaaa">{entities}<!ENTITY f SYSTEM "file:///etc/passwd">]>'
    assert refused("bomb.xml", f"{bomb}<l><v>&k;</v><ok>said</ok></l>") == "format_damaged"
    few = '<!DOCTYPE l [<!ENTITY a "aa"><!ENTITY b "&a;&a;"><!ENTITY f SYSTEM "file:///etc/passwd">]>'
    parsed = read("a.xml", f"{few}<l><f>&f;</f><v>&b;</v><ok>said</ok></l>")
    assert parsed.text == "l.ok: said"


def test_damaged_xml_is_read_as_far_as_it_goes() -> None:
    parsed = read("a.xml", "<a><b>text</b><c>more")
    assert parsed.text == "a.b: text\na.c: more"
    assert note(parsed) == "It is damaged as XML, and read as far as it goes."


def test_an_element_of_many_attributes_is_cut_and_says_so() -> None:
    attributes = " ".join(f'x{n}="v"' for n in range(20_000))
    parsed = read("a.xml", f"<a {attributes}/>")
    assert "x99=v" in parsed.text and "x100=v" not in parsed.text
    assert note(parsed) == "Of an element's attributes only the first 100 are read."


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("a.json", "[" * 100_000),
        ("b.json", '{"a":' * 100_000),
        ("a.yaml", "[" * 5000),
        ("b.yaml", "".join(" " * n + "a:\n" for n in range(1000))),
    ],
)
def test_depth_without_end_is_text_at_last(name: str, data: str) -> None:
    assert refused(name, data) in ("", "file_without_text")


def test_elements_inside_each_other_without_end_are_damage() -> None:
    assert refused("a.xml", "<a>" * 100_000) == "format_damaged"
