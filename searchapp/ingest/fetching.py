"""Web pages of several hosts at once: a slow host holds up its own pages and no others."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from queue import Queue
from typing import Generic, TypeVar
from urllib.parse import urlsplit

HOSTS_AT_ONCE = 16
"""Each has one page under way: that is all that is asked of it at a time."""

PAGES_AHEAD = 4
"""Fetched pages that may lie in memory until they are taken."""

P = TypeVar("P")
R = TypeVar("R")


class HostFetches(Generic[P, R]):
    """Calls ``fetch`` on pages, those of one host one after the other, in threads.

    ``address`` tells a page's. What ``fetch`` raises is raised to whoever takes the results.
    """

    def __init__(self, fetch: Callable[[P], R], address: Callable[[P], str]) -> None:
        self._fetch = fetch
        self._address = address

    def results(self, pages: Sequence[P]) -> Iterator[R]:
        """The results in the order in which they come; a single host is asked in this thread."""
        hosts: dict[str, deque[P]] = {}
        for page in pages:
            hosts.setdefault(urlsplit(self._address(page)).netloc, deque()).append(page)
        if len(hosts) < 2:
            yield from map(self._fetch, pages)
            return
        waiting, stopping = deque(hosts.values()), threading.Event()
        done: Queue[R | BaseException] = Queue()
        room = threading.Semaphore(PAGES_AHEAD)

        def work() -> None:
            while not stopping.is_set():
                try:
                    host = waiting.popleft()
                except IndexError:
                    return
                while host and not stopping.is_set():
                    try:
                        found: R | BaseException = self._fetch(host.popleft())
                    except BaseException as error:  # noqa: BLE001 - it belongs to the thread that takes the results
                        found = error
                    room.acquire()
                    done.put(found)

        for number in range(min(HOSTS_AT_ONCE, len(hosts))):
            # Daemons: what a run that ends has no use for any more must not keep the process from ending.
            threading.Thread(target=work, name=f"searchapp-fetch-{number}", daemon=True).start()
        try:
            for _ in pages:
                found = done.get()
                room.release()
                if isinstance(found, BaseException):
                    raise found
                yield found
        finally:
            stopping.set()
            for _ in range(HOSTS_AT_ONCE):  # those that wait for room find that nobody takes it
                room.release()
