"""Copies of one page, which name it as their own (rel=canonical), become one document; sites that misuse it lose nothing."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from searchapp.model import document_id
from searchapp.settings import Settings, load_settings
from searchapp.sources import BadTarget, Loader, PageVersion, SourceRef, discover
from searchapp.sources.copies import are_alike, sketch
from searchapp.sources.site import Crawler
from tests.sources.site import Site, serving

ENGLISH = (
    "The harbour office publishes this page for crews that berth at quay {} during winter, when ice breakers run. "
)
CHINESE = "港务局为冬季停泊在{}号码头的船员发布本页，破冰船每天开行两次，引航员中午换班。"


@pytest.fixture
def site() -> Iterator[Site]:
    with serving() as site:
        yield site


def settings(**values: object) -> Settings:
    return load_settings(**{"allowed_networks": "127.0.0.0/8", "crawl_delay_seconds": 0.0, **values})


def put(site: Site, path: str, text: str, *links: str, canonical: str = "", **headers: str) -> None:
    head = f'<link rel="canonical" href="{canonical}">' if canonical else ""
    anchors = "".join(f'<a href="{link}">go</a>' for link in links)
    site.put(path, f"<html><head>{head}</head><body><p>{text}</p><nav>{anchors}</nav></body></html>", **headers)


def walk(site: Site, start: str = "/", depth: int = 2) -> list[str]:
    found = discover([site.base + start], Crawler(settings(), depth).pages)
    return [str(one.error) if isinstance(one, BadTarget) else one.source.removeprefix(site.base) for one in found]


def text(number: int, kind: str = ENGLISH) -> str:
    return " ".join(kind.format(f"{number}{part}") for part in "abcdef")


@pytest.mark.parametrize("kind", [ENGLISH, CHINESE])
def test_twelve_addresses_of_one_page_are_one_document(site: Site, kind: str) -> None:
    copies = [f"/quay?session={n}" for n in range(12)]
    put(site, "/", text(0, kind), *copies)
    for copy in copies:
        put(site, copy, text(1, kind), "/next", canonical="/quay")
    put(site, "/quay", text(1, kind), canonical="/quay")
    put(site, "/next", text(2, kind))
    assert sorted(walk(site)) == ["/", "/next", "/quay"]


def test_a_print_version_has_less_around_it_and_is_a_copy(site: Site) -> None:
    put(site, "/", text(0), "/print/quay", "/quay")
    put(site, "/quay", text(1), "/a", "/b", "/c")
    put(site, "/print/quay", f"{text(1)} Printed on 3 May.", canonical="/quay")
    assert walk(site, depth=1) == ["/", "/quay"]


def test_the_page_itself_may_come_after_its_copies_or_be_named_by_none(site: Site) -> None:
    put(site, "/", text(0), "/copy")
    put(site, "/copy", text(1), canonical="/real")
    put(site, "/real", text(1))
    assert walk(site, depth=1) == ["/", "/real"]


@pytest.mark.parametrize("kind", [ENGLISH, CHINESE])
def test_a_site_that_names_its_first_page_for_all_keeps_them(site: Site, kind: str) -> None:
    put(site, "/", text(0, kind), "/a", "/b", canonical="/")
    put(site, "/a", text(1, kind), canonical="/")
    put(site, "/b", text(2, kind), canonical="/")
    assert walk(site) == ["/", "/a", "/b"]


def test_parts_of_a_list_that_name_the_first_part_are_kept(site: Site) -> None:
    put(site, "/", text(0), "/list?page=1", "/list?page=2")
    put(site, "/list?page=1", text(1), canonical="/list")
    put(site, "/list?page=2", text(2), canonical="/list")
    put(site, "/list", text(1))
    assert walk(site, depth=1) == ["/", "/list", "/list?page=2"]


@pytest.mark.parametrize(
    "canonical", ["/gone", "https://other.example/quay", "/closed", "/loop", "mailto:a@b.c", "/pic.png"]
)
def test_a_copy_of_what_cannot_be_read_is_kept(site: Site, canonical: str) -> None:
    site.put("/robots.txt", "User-agent: *\nDisallow: /closed\n")
    put(site, "/", text(0), "/a", "/b")
    put(site, "/a", text(1), canonical=canonical)
    put(site, "/b", text(2), canonical=canonical)
    put(site, "/closed", text(1))
    site.put("/loop", status=301, Location="/a")
    assert sorted(walk(site)) == ["/", "/a", "/b"]


def test_of_copies_without_their_page_the_first_stays(site: Site) -> None:
    put(site, "/", text(0), "/a", "/b")
    put(site, "/a", text(1), canonical="/gone")
    put(site, "/b", text(1), canonical="/gone")
    assert walk(site) == ["/", "/a"]


def test_two_that_name_each_other_are_one_and_a_chain_ends_at_its_end(site: Site) -> None:
    put(site, "/", text(0), "/a", "/b", "/c", "/d", "/e")
    put(site, "/a", text(1), canonical="/b")
    put(site, "/b", text(1), canonical="/a")
    put(site, "/c", text(2), canonical="/d")
    put(site, "/d", text(2), canonical="/e")
    put(site, "/e", text(2))
    assert walk(site, depth=1) == ["/", "/b", "/e"]


def test_an_unchanged_page_is_known_for_its_copies(site: Site) -> None:
    put(site, "/", text(0), "/quay", "/quay?x=1", ETag='"1"')
    put(site, "/quay", text(1), ETag='"2"')
    put(site, "/quay?x=1", text(1), canonical="/quay", ETag='"3"')
    held: dict[str, PageVersion] = {}
    for _ in range(2):
        crawler = Crawler(settings(), 1, lambda one: held.get(one))
        with Loader(settings()) as loader:
            for found in discover([site.base + "/"], crawler.pages):
                assert isinstance(found, SourceRef)
                raw = loader.read(found, held.get(found.id))
                assert raw.version is not None
                held[found.id] = raw.version
        assert held.keys() == {document_id(site.base + path) for path in ("/", "/quay")}
        assert crawler.copies == {site.base + "/quay?x=1"}
    assert site.unchanged == ["/", "/quay"]


def test_texts_are_alike_by_their_words() -> None:
    long = text(1)
    assert are_alike(sketch(long), sketch(f"{long} And a line more."))
    assert not are_alike(sketch(long), sketch(text(2)))
    assert not are_alike(sketch("港务局" * 3), sketch("船员休息室" * 3))
    assert are_alike(sketch(""), sketch("")) and not are_alike(sketch(""), sketch(long))
