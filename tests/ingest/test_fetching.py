from __future__ import annotations

import threading
from itertools import islice

import pytest

from searchapp.errors import StorageError
from searchapp.ingest.fetching import HOSTS_AT_ONCE, HostFetches


def pages(*hosts: str, each: int = 3) -> list[str]:
    return [f"https://{host}/{number}" for host in hosts for number in range(each)]


def test_a_slow_host_holds_up_only_its_own_pages() -> None:
    gate = threading.Event()

    def fetch(page: str) -> str:
        if "//slow" in page:
            gate.wait(60)
        return page

    results = HostFetches(fetch, lambda page: page).results([*pages("slow"), *pages("a", "b")])
    assert sorted(islice(results, 6)) == sorted(pages("a", "b"))
    gate.set()
    assert list(results) == pages("slow")


def test_a_host_is_asked_for_one_page_at_a_time() -> None:
    now: set[str] = set()
    most: list[int] = []

    def fetch(page: str) -> str:
        host = page.rpartition("/")[0]
        assert host not in now
        now.add(host)
        most.append(len(now))
        threading.Event().wait(0.002)
        now.remove(host)
        return page

    wanted = pages(*(f"h{number}" for number in range(40)))
    assert sorted(HostFetches(fetch, lambda page: page).results(wanted)) == sorted(wanted)
    assert 1 < max(most) <= HOSTS_AT_ONCE


def test_what_fails_is_raised_to_who_takes_the_results() -> None:
    def fetch(page: str) -> str:
        raise StorageError("plain", text="The disk is full.")

    for wanted in (pages("a"), pages("a", "b")):
        with pytest.raises(StorageError):
            list(HostFetches(fetch, lambda page: page).results(wanted))


def test_a_run_that_ends_early_leaves_no_thread_behind() -> None:
    results = HostFetches(lambda page: page, lambda page: page).results(pages("a", "b", "c", each=50))
    next(results)
    results.close()  # type: ignore[attr-defined]
    for thread in threading.enumerate():
        if thread.name.startswith("searchapp-fetch"):
            thread.join(10)
            assert not thread.is_alive()


def test_no_pages_are_no_results() -> None:
    assert list(HostFetches(lambda page: page, lambda page: page).results([])) == []
