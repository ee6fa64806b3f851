"""A page that sends its readers on (meta refresh) is read where it leads to, under the limits of a redirect."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from searchapp.errors import SourceError
from searchapp.settings import load_settings
from searchapp.sources import Loader, RawSource
from searchapp.sources.source import reference
from tests.sources.site import Site, serving


@pytest.fixture
def site() -> Iterator[Site]:
    with serving() as site:
        yield site


def load(site: Site, path: str, **values: object) -> RawSource:
    with Loader(load_settings(**{"allowed_networks": "127.0.0.0/8", **values})) as loader:
        return loader.read(reference(site.base + path))


def refresh(content: str, body: str = "<p>This page has moved.</p>", around: str = "{}") -> str:
    meta = around.format(f'<META HTTP-EQUIV="Refresh" CONTENT="{content}">')
    return f"<html><head>{meta}</head><body>{body}</body></html>"


@pytest.mark.parametrize(
    "content", ["0; url=/new", "0;URL='/new'", "5; url=new", "1, url = /new", "0; /new", "0.5;url=&quot;/new&quot;"]
)
@pytest.mark.parametrize("body", ["<p>This page has moved.</p>", "<p>本页已经搬家，请稍候。</p>"])
def test_a_page_that_has_moved_is_read_at_its_new_place(site: Site, content: str, body: str) -> None:
    site.put("/old", refresh(content, body))
    site.page("/new")
    raw = load(site, "/old")
    assert (raw.address, raw.ref.source) == (site.base + "/new", site.base + "/old")
    assert b"The page /new" in raw.data


@pytest.mark.parametrize(
    ("content", "body", "around"),
    [
        ("300", "<p>News</p>", "{}"),  # loads itself again
        ("0; url=/old", "<p>News</p>", "{}"),
        ("20; url=/new", f"<p>{'A long page, which is read. ' * 40}</p>", "{}"),
        ("600; url=/new", "<p>short</p>", "{}"),
        ("0; url=/new", "<p>short</p>", "<noscript>{}</noscript>"),
        ("0; url=/new", "<p>short</p>", "<!-- {} -->"),
        ("0; url=javascript:go()", "<p>short</p>", "{}"),
        ("0; url=file:///etc/passwd", "<p>short</p>", "{}"),
    ],
)
def test_what_is_no_move_is_read_as_it_is(site: Site, content: str, body: str, around: str) -> None:
    site.put("/old", refresh(content, body, around))
    site.page("/new")
    assert load(site, "/old").address == site.base + "/old" and site.asked == ["/old"]


def test_moves_are_bounded_and_vetted_like_redirects(site: Site) -> None:
    site.put("/a", refresh("0; url=/b"))
    site.put("/b", refresh("0; url=/a"))
    with pytest.raises(SourceError, match="more than 5"):
        load(site, "/a")
    assert len(site.asked) == 6
    site.put("/c", refresh("0; url=http://10.0.0.1/secret"))
    with pytest.raises(SourceError, match="private network"):
        load(site, "/c")


def test_an_unchanged_page_behind_a_move_costs_no_second_copy(site: Site) -> None:
    site.put("/old", refresh("0; url=/new"), ETag='"1"')
    site.page("/new", ETag='"2"')
    with Loader(load_settings(allowed_networks="127.0.0.0/8")) as loader:
        first = loader.read(reference(site.base + "/old"))
        again = loader.read(reference(site.base + "/old"), first.version)
    assert again.not_modified and site.unchanged == ["/new"]
    assert site.asked == ["/old", "/new", "/old", "/new"]
