"""A crawl follows a site's links, its sitemap and its rules, politely, and asks for nothing that it holds already."""

from __future__ import annotations

import gzip
from collections.abc import Iterator
from types import SimpleNamespace

import pytest

from searchapp.model import document_id
from searchapp.settings import Settings, load_settings
from searchapp.sources import BadTarget, Loader, PageVersion, SourceRef, crawl, discover
from searchapp.sources.site import Crawler
from tests.sources.site import Site, serving


@pytest.fixture
def site() -> Iterator[Site]:
    with serving() as site:
        yield site


def settings(**values: object) -> Settings:
    return load_settings(**{"allowed_networks": "127.0.0.0/8", "crawl_delay_seconds": 0.0, **values})


def walk(site: Site, start: str = "/", depth: int = 1, **values: object) -> list[str]:
    """The paths that a crawl finds; a failure is shown as its sentence."""
    crawler = Crawler(settings(**values), depth)
    found = discover([site.base + start], crawler.pages)
    return [str(one.error) if isinstance(one, BadTarget) else one.source.removeprefix(site.base) for one in found]


def test_links_are_followed_as_far_as_asked_within_the_host(site: Site) -> None:
    site.page(
        "/",
        "a",
        "/b/#part",
        "b/",
        "https://example.org/x",
        "mailto:x@example.org",
        "//other.example/",
        "/pic.PNG",
        "http://[bad",
    )
    site.page("/a", "/deep")
    site.page("/b/", "c?x=1")
    site.page("/b/c?x=1", "/deeper")
    site.page("/deep")
    assert walk(site, depth=0) == ["/"]
    assert walk(site, depth=1) == ["/", "/a", "/b/"]
    assert walk(site, depth=2) == ["/", "/a", "/b/", "/deep", "/b/c?x=1"]
    assert not {"/pic.PNG", "/deeper"} & set(site.asked)


def test_a_page_is_fetched_once_for_its_links_and_its_text(site: Site) -> None:
    site.page("/", "/a")
    site.page("/a")
    with Loader(settings()) as loader:
        documents = [
            loader.load(found)
            for found in discover([site.base + "/"], Crawler(settings(), 1).pages)
            if isinstance(found, SourceRef)
        ]
    assert [document.text.partition(" says")[0] for document in documents] == ["The page /", "The page /a"]
    assert sorted(site.asked) == ["/", "/a", "/robots.txt", "/sitemap.xml"]


def test_an_unchanged_page_costs_one_304_and_its_links_are_known(site: Site) -> None:
    site.page("/", "/a", ETag='"1"')
    site.page("/a", ETag='"2"')
    held: dict[str, PageVersion] = {}
    for _ in range(2):
        site.asked.clear()
        crawler = Crawler(settings(), 1, lambda document_id: held.get(document_id))
        with Loader(settings()) as loader:
            for found in discover([site.base + "/"], crawler.pages):
                assert isinstance(found, SourceRef)
                raw = loader.read(found, held.get(found.id))
                assert raw.version is not None
                assert raw.not_modified is (found.id in held)
                held[found.id] = raw.version
        assert sorted(site.asked) == ["/", "/a", "/robots.txt", "/sitemap.xml"]
    assert site.unchanged == ["/", "/a"]


def test_a_page_that_the_registry_lost_is_fetched_again(site: Site) -> None:
    site.page("/", ETag='"1"')
    held = PageVersion("hash", '"1"', links=(), sketch=())
    (found,) = discover([site.base + "/"], Crawler(settings(), 1, lambda _: held).pages)
    assert isinstance(found, SourceRef) and found.fetched is not None and found.fetched.not_modified
    with Loader(settings()) as loader:
        assert b"says something" in loader.read(found, None).data


def test_robots_txt_is_honoured(site: Site) -> None:
    site.put(
        "/robots.txt", "User-agent: searchapp\nDisallow: /private/\nDisallow: /*.cgi$\nUser-agent: *\nDisallow: /\n"
    )
    site.page("/", "/private/x", "/open", "/run.cgi")
    site.page("/open")
    assert walk(site) == ["/", "/open"]
    assert not {"/private/x", "/run.cgi"} & set(site.asked)


def test_a_site_that_is_closed_to_programs_says_so(site: Site) -> None:
    site.put("/robots.txt", "User-agent: *\nDisallow: /\n")
    site.page("/")
    (sentence,) = walk(site)
    assert "closed to programs by the site's robots.txt" in sentence and "/" not in site.asked


def test_rules_that_cannot_be_read_forbid_everything(site: Site) -> None:
    site.put("/robots.txt", status=503)
    site.page("/")
    (sentence,) = walk(site)
    assert "/robots.txt cannot be had at the moment (the server answered 503)." in sentence
    assert site.asked == ["/robots.txt"]


def test_the_robots_meta_tag_and_nofollow_links(site: Site) -> None:
    site.page("/", "/hidden", "/end")
    site.put("/", site.pages["/"][2] + b'<a rel="nofollow" href="/advert">x</a>')
    site.page("/hidden", "/found", head='<meta name="robots" content="NOINDEX">')
    site.page("/end", "/never", head='<meta name="robots" content="nofollow">')
    site.page("/found")
    assert walk(site, depth=2) == ["/", "/end", "/found"]


def test_the_sitemap_is_read_packed_nested_and_below_the_address_that_was_named(site: Site) -> None:
    site.put("/robots.txt", f"Sitemap: {site.base}/index.xml\n")
    namespace = 'xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"'
    site.put(
        "/index.xml", f"<sitemapindex {namespace}><sitemap><loc>{site.base}/s.xml.gz</loc></sitemap></sitemapindex>"
    )
    urls = "".join(f"<url><loc>{site.base}{path}</loc></url>" for path in ("/docs/lonely", "/blog/x"))
    site.put(
        "/s.xml.gz", gzip.compress(f"<urlset {namespace}>{urls}</urlset>".encode()), Content_Type="application/gzip"
    )
    for path in ("/docs/", "/docs/lonely", "/blog/x"):
        site.page(path)
    assert walk(site, "/docs/") == ["/docs/", "/docs/lonely"]


def test_redirects_within_the_site_are_one_page_and_those_out_of_it_none(site: Site) -> None:
    site.page("/", "/old", "/new", "/out")
    site.put("/old", status=301, Location="/new")
    site.put("/out", status=302, Location=f"http://localhost:{site.server_address[1]}/elsewhere")
    site.page("/new", "sibling")
    site.page("/elsewhere")
    assert walk(site, allowed_networks="127.0.0.0/8, ::1") == ["/", "/new"]


def test_a_broken_link_is_not_a_document_but_a_broken_server_is_told(site: Site) -> None:
    site.page("/", "/gone", "/ill")
    site.put("/ill", status=500)
    found = walk(site)
    assert found[0] == "/" and "the server answered 500" in found[1] and len(found) == 2
    assert "does not exist" in walk(site, "/gone")[0]


def test_documents_are_found_and_not_searched_for_links(site: Site) -> None:
    site.page("/", "/manual.pdf", "/table.xlsx")
    assert walk(site, depth=3) == ["/", "/manual.pdf", "/table.xlsx"]
    assert "/manual.pdf" not in site.asked  # it is fetched when its turn comes


def test_a_crawl_is_bounded_and_says_so(site: Site, caplog: pytest.LogCaptureFixture) -> None:
    for number in range(6):
        site.page(f"/{number}", f"/{number + 1}")
    assert walk(site, "/0", depth=9, crawl_max_pages=3) == ["/0", "/1", "/2"]
    assert "ended after 3 pages; SEARCHAPP_CRAWL_MAX_PAGES allows more" in caplog.text


def test_pauses_follow_the_setting_and_the_longer_wish_of_the_site(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    pauses: list[float] = []
    clock = SimpleNamespace(sleep=pauses.append, monotonic=lambda: 100.0)
    monkeypatch.setattr(crawl, "time", clock)
    monkeypatch.setattr("searchapp.sources.site.time", clock)
    site.page("/", "/a")
    site.page("/a")
    assert walk(site, crawl_delay_seconds=2.5) == ["/", "/a"]
    assert set(pauses) == {2.5}
    pauses.clear()
    site.put("/robots.txt", "User-agent: *\nCrawl-delay: 7\n")
    walk(site, crawl_delay_seconds=2.5)
    assert set(pauses) == {7.0}


def test_a_crawl_stays_out_of_private_networks(site: Site) -> None:
    site.page("/")
    (sentence,) = walk(site, allowed_networks="")
    assert "private network" in sentence and site.asked == []


def test_a_crawled_page_has_the_id_of_its_address(site: Site) -> None:
    site.page("/")
    (found,) = discover([site.base + "/#top"], Crawler(settings(), 1).pages)
    assert found.id == document_id(site.base + "/")
