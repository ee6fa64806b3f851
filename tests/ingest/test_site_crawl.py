"""Sites instead of pages: crawled, crawled again, queued, synchronised."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from searchapp.errors import UsageError
from searchapp.ingest import Sync, parsing, reading
from searchapp.ingest.retry import Retry
from searchapp.model import DocumentState, IngestOutcome, document_id
from tests.ingest.worlds import World
from tests.sources.site import Site, serving


@pytest.fixture(autouse=True)
def in_order(monkeypatch: pytest.MonkeyPatch) -> None:
    """Pages come in their order, however slow the machine is."""
    monkeypatch.setattr(parsing, "OVERTAKEN_SECONDS", 600.0)


@pytest.fixture
def site() -> Iterator[Site]:
    with serving() as site:
        yield site


@pytest.fixture
def world(tmp_path: Path) -> World:
    return World(tmp_path, allowed_networks="127.0.0.0/8", crawl_delay_seconds=0.0)


def crawl(world: World, site: Site, start: str = "/", depth: int = 2, sync: Sync = Sync.NO) -> dict[str, IngestOutcome]:
    outcomes = world.ingester.ingest([site.base + start], depth=depth, sync=sync)
    return {outcome.source.removeprefix(site.base): outcome for outcome in outcomes}


def states(outcomes: dict[str, IngestOutcome]) -> dict[str, str]:
    return {path: str(outcome.state) for path, outcome in outcomes.items()}


def test_a_site_is_indexed_page_by_page(world: World, site: Site) -> None:
    site.page("/", "/a", "/b")
    site.page("/a", "/deep")
    site.page("/b")
    site.page("/deep", "/deeper")
    site.page("/deeper")
    assert states(crawl(world, site)) == dict.fromkeys(("/", "/a", "/b", "/deep"), "indexed")
    assert world.found("deep") and len(site.asked) == len(set(site.asked))


def test_an_unchanged_page_costs_one_304(world: World, site: Site) -> None:
    site.page("/", "/a", ETag='"1"')
    site.page("/a", "/b", ETag='"2"')
    site.page("/b", ETag='"3"')
    crawl(world, site)
    site.asked.clear()
    assert states(crawl(world, site)) == dict.fromkeys(("/", "/a", "/b"), "unchanged")
    assert sorted(site.unchanged) == ["/", "/a", "/b"]
    assert sorted(site.asked) == ["/", "/a", "/b", "/robots.txt", "/sitemap.xml"]


def test_a_page_that_was_added_alone_before_is_asked_for_in_full_once(world: World, site: Site) -> None:
    site.page("/", "/a", ETag='"1"')
    site.page("/a", ETag='"2"')
    list(world.ingester.ingest([site.base + "/"]))
    assert states(crawl(world, site)) == {"/": "unchanged", "/a": "indexed"}  # for its links
    site.unchanged.clear()
    crawl(world, site)
    assert sorted(site.unchanged) == ["/", "/a"]


def test_the_same_bytes_with_another_mark_are_remembered_by_it(world: World, site: Site) -> None:
    site.page("/", ETag='"1"')
    list(world.ingester.ingest([site.base + "/"]))
    site.page("/", ETag='"2"')
    (outcome,) = world.ingester.ingest([site.base + "/"])
    assert outcome.state == "unchanged" and site.unchanged == []
    list(world.ingester.ingest([site.base + "/"]))
    assert site.unchanged == ["/"]


def test_a_queued_site_is_crawled_when_its_turn_comes_and_only_once(world: World, site: Site) -> None:
    site.page("/", "/a")
    site.page("/a")
    entry = world.ingester.queue(site.base + "/", depth=1)
    assert (entry.state, entry.depth) == ("queued", 1)
    outcomes = [outcome.source.removeprefix(site.base) for outcome in world.ingester.ingest([site.base + "/"])]
    assert outcomes == ["/a", "/"]
    (outcome,) = world.ingester.ingest([site.base + "/"])
    assert outcome.state == "unchanged"
    again = world.ingester.queue(site.base + "/", depth=1)
    assert again.depth == 1
    assert [outcome.state for outcome in world.ingester.ingest([site.base + "/"])] == ["unchanged", "unchanged"]
    stored = world.store.entry(again.id)
    assert stored is not None and (stored.state, stored.depth) == ("unchanged", 0)


def test_new_pages_of_a_queued_site_are_for_whom_it_was_queued(world: World, site: Site) -> None:
    site.page("/", "/new", "/open", "/theirs")
    for path in ("/new", "/open", "/theirs"):
        site.page(path)
    list(world.ingester.ingest([site.base + "/open"]))
    list(world.ingester.ingest([site.base + "/theirs"], groups=["theirs"]))
    world.ingester.queue(site.base + "/", depth=1, groups=["ours"])
    list(world.ingester.ingest([site.base + "/"]))
    groups = {entry.source.removeprefix(site.base): entry.groups for entry in world.store.entries().entries}
    assert groups == {"/": ("ours",), "/new": ("ours",), "/open": (), "/theirs": ("theirs",)}


def test_a_crawl_that_ends_early_is_still_queued_and_goes_on_where_it_was(
    world: World, site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    site.page("/", *(f"/{number}" for number in range(6)), ETag='"start"')
    for number in range(6):
        site.page(f"/{number}", ETag=f'"{number}"')
    gate = site.gates["/5"] = threading.Event()
    stop = Retry.stop
    monkeypatch.setattr(Retry, "stop", lambda retry: (stop(retry), gate.set()))
    monkeypatch.setattr(reading, "GROUP_DOCUMENTS", 1)
    world.ingester.queue(site.base + "/", depth=1)
    run = world.ingester.ingest([site.base + "/"])
    first = next(run)
    run.close()
    stored = world.store.entry(document_id(site.base + "/"))
    assert stored is not None and (stored.state, stored.depth) == ("queued", 1)
    assert first.state == "indexed"
    found = {outcome.source: outcome.state for outcome in world.ingester.ingest([site.base + "/"])}
    assert len(found) == 7 and found[first.source] == "unchanged"
    assert world.store.entries(states=[DocumentState.QUEUED]).total == 0


def test_a_crawl_that_is_told_to_stop_stays_queued(world: World, site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    site.page("/", "/a", "/b")
    site.page("/a")
    site.page("/b")
    gate = site.gates["/b"] = threading.Event()
    monkeypatch.setattr(reading, "GROUP_DOCUMENTS", 1)
    world.ingester.queue(site.base + "/", depth=1)
    stopping = threading.Event()
    run = world.ingester.ingest([site.base + "/"], stopping=stopping)
    assert next(run).source == site.base + "/a"
    stopping.set()
    gate.set()
    assert [outcome.source for outcome in run] == [site.base + "/b"]  # what is at hand is finished
    stored = world.store.entry(document_id(site.base + "/"))
    assert stored is not None and (stored.state, stored.depth) == ("queued", 1)
    assert len(list(world.ingester.ingest([site.base + "/"]))) == 3


def test_a_site_is_crawled_by_one_process_at_a_time(
    world: World, site: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    site.page("/", "/a", "/b")
    site.page("/a")
    site.page("/b")
    gate = site.gates["/b"] = threading.Event()
    monkeypatch.setattr(reading, "GROUP_DOCUMENTS", 1)
    other = World(tmp_path, world.store, "other", allowed_networks="127.0.0.0/8", crawl_delay_seconds=0.0)
    world.ingester.queue(site.base + "/", depth=1)
    run = world.ingester.ingest([site.base + "/"])
    assert next(run).source == site.base + "/a"
    stored = world.store.entry(document_id(site.base + "/"))
    assert stored is not None and (stored.state, stored.depth, stored.attempts) == ("running", 1, 0)
    asked = site.asked.count("/a")
    assert list(other.ingester.ingest([document_id(site.base + "/")], queued=True)) == []
    assert site.asked.count("/a") == asked
    gate.set()
    assert {outcome.source.removeprefix(site.base) for outcome in run} == {"/", "/b"}


@pytest.fixture
def crawled(world: World, site: Site, monkeypatch: pytest.MonkeyPatch) -> tuple[str, Iterator[IngestOutcome]]:
    """The id of a queued site's first page, and the run that crawls it, one page before the end."""
    site.page("/", "/a", "/b")
    site.page("/a")
    site.page("/b")
    site.gates["/b"] = threading.Event()
    monkeypatch.setattr(reading, "GROUP_DOCUMENTS", 1)
    entry = world.ingester.queue(site.base + "/", depth=1)
    run = world.ingester.ingest([document_id(site.base + "/")], queued=True)
    assert next(run).source == site.base + "/a"
    return entry.id, run


def test_a_site_that_is_asked_for_again_while_it_is_crawled_stays_queued(
    world: World, site: Site, crawled: tuple[str, Iterator[IngestOutcome]]
) -> None:
    document, run = crawled
    assert world.ingester.queue(site.base + "/", depth=1).state is DocumentState.RUNNING
    site.gates["/b"].set()
    assert len(list(run)) == 2
    stored = world.store.entry(document)
    assert stored is not None and (stored.state, stored.depth) == ("queued", 1)


def test_a_site_that_is_asked_for_more_deeply_while_it_is_crawled_is_crawled_again(
    world: World, site: Site, crawled: tuple[str, Iterator[IngestOutcome]]
) -> None:
    document, run = crawled
    assert world.ingester.queue(site.base + "/", depth=2).depth == 2
    site.gates["/b"].set()
    list(run)
    stored = world.store.entry(document)
    assert stored is not None and (stored.state, stored.depth) == ("queued", 2)


def test_a_site_whose_first_page_is_deleted_while_it_is_crawled_does_not_bring_it_back(
    world: World, site: Site, crawled: tuple[str, Iterator[IngestOutcome]]
) -> None:
    document, run = crawled
    assert world.store.delete_document(document)
    site.gates["/b"].set()
    assert [outcome.source for outcome in run] == [site.base + "/b"]
    assert world.store.entry(document) is None


def test_a_page_of_a_site_that_is_queued_as_a_site_itself_is_crawled_in_its_turn(world: World, site: Site) -> None:
    site.page("/", "/docs/")
    site.page("/docs/", "/docs/a")
    site.page("/docs/a")
    world.ingester.queue(site.base + "/docs/", depth=1)
    assert set(crawl(world, site, depth=1)) == {"/"}
    outcomes = list(world.ingester.ingest([document_id(site.base + "/docs/")], queued=True))
    assert [outcome.source.removeprefix(site.base) for outcome in outcomes] == ["/docs/a", "/docs/"]


def test_a_queued_address_that_leads_to_another_ends_its_wait(world: World, site: Site) -> None:
    site.put("/", status=301, Location="/en/")
    site.page("/en/", "page")
    site.page("/en/page")
    world.ingester.queue(site.base + "/", depth=1)
    found = [outcome.source.removeprefix(site.base) for outcome in world.ingester.ingest([site.base + "/"])]
    assert sorted(found) == ["/en/", "/en/page"]
    assert world.store.entries(states=[DocumentState.QUEUED]).total == 0
    assert world.store.entry(document_id(site.base + "/")) is None


def test_sync_removes_pages_that_the_site_no_longer_has_and_no_others(world: World, site: Site) -> None:
    site.page("/docs/", "gone", "unlinked", "ill", "stays")
    for name in ("gone", "unlinked", "ill", "stays"):
        site.page(f"/docs/{name}")
    site.page("/elsewhere")
    list(world.ingester.ingest([site.base + "/elsewhere"]))
    crawl(world, site, "/docs/", 1)
    del site.pages["/docs/gone"], site.pages["/elsewhere"]
    site.put("/docs/ill", status=503)
    site.page("/docs/", "stays")
    assert "/docs/gone" not in crawl(world, site, "/docs/", 1)
    outcomes = states(crawl(world, site, "/docs/", 1, Sync.CAREFUL))
    assert outcomes == {"/docs/": "unchanged", "/docs/stays": "unchanged", "/docs/gone": "deleted"}
    left = {entry.source.removeprefix(site.base) for entry in world.store.entries().entries}
    assert left == {"/docs/", "/docs/stays", "/docs/unlinked", "/docs/ill", "/elsewhere"}


def test_a_site_that_is_away_is_left_alone(world: World, site: Site) -> None:
    site.page("/docs/", "a")
    site.page("/docs/a")
    crawl(world, site, "/docs/", 1)
    site.pages.clear()
    assert states(crawl(world, site, "/docs/", 1, Sync.EVEN_ALL)) == {"/docs/": "failed"}
    assert world.found("says") and len(world.store.entries().entries) == 2


def test_sync_does_not_empty_a_site_unasked(world: World, site: Site) -> None:
    site.page("/docs/old")
    crawl(world, site, "/docs/old", 1)
    site.pages.clear()
    site.page("/beside")
    site.put("/docs/new", status=301, Location="/beside")
    with pytest.raises(UsageError, match="None of the 1 documents"):
        crawl(world, site, "/docs/new", 1, Sync.CAREFUL)
    assert "/docs/old" in crawl(world, site, "/docs/new", 1, Sync.EVEN_ALL)
