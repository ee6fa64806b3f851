"""The attacker of ``load.py``: one machine that wants the users of a server to wait, in every way at once.

    python -m benchmarks.load_attacker ADDRESS KEY SECONDS [WAYS]

Idle connections, headers a byte at a time, large bodies and guessed keys without a login, and with ``KEY``, which may
read, the most costly searches that are taken. It comes from an address of its own, and prints how often each was tried
and answered, as JSON. Its own work takes the processor that the others leave (``nice``): only the server's counts.
"""

from __future__ import annotations

import collections
import contextlib
import json
import os
import random
import socket
import sys
import threading
import time
from collections.abc import Callable
from urllib.parse import quote, urlsplit

SOURCE = "127.0.0.2"
CONNECTIONS, SLOW, SENDERS, GUESSERS, SEARCHERS = 600, 200, 4, 4, 8
PIECE = b"x" * 65536

over = threading.Event()
seen: collections.Counter[str] = collections.Counter()


def main() -> int:
    """Attack, and print what came of it."""
    address, key, seconds, *some = sys.argv[1:]
    os.nice(19)
    ways: list[tuple[int, Callable[[str, str], None]]] = [
        (1, idle), (1, slow_headers), (SENDERS, large_body), (GUESSERS, guess), (SEARCHERS, costly_search),
    ]  # fmt: skip
    for number, way in ways:
        for _ in range(number if not some or way.__name__ in some[0] else 0):
            threading.Thread(target=_again, args=(way, address, key), daemon=True).start()
    time.sleep(float(seconds))
    over.set()
    time.sleep(0.5)
    print(json.dumps(dict(sorted(seen.items()))))
    return 0


def _again(way: Callable[[str, str], None], address: str, key: str) -> None:
    while not over.is_set():
        with contextlib.suppress(OSError):
            way(address, key)


def _opened(address: str) -> socket.socket:
    place = urlsplit(address)
    return socket.create_connection((place.hostname or "", place.port or 0), 60, (SOURCE, 0))


def _asked(address: str, request: str, way: str) -> str:
    with _opened(address) as connection:
        connection.sendall(request.encode())
        told = connection.recv(12).decode()
        seen[f"{way}: {told[9:]}"] += 1
        while connection.recv(65536):
            pass
    return told[9:]


def idle(address: str, _: str) -> None:
    """As many as there may be, opened anew as they are closed."""
    held: collections.deque[socket.socket] = collections.deque()
    while not over.is_set():
        held.append(_opened(address))
        seen["idle connections opened"] += 1
        if len(held) > CONNECTIONS:
            held.popleft().close()
        time.sleep(0.01)


def slow_headers(address: str, _: str) -> None:
    """A byte a second for each."""
    held: list[socket.socket] = []
    while not over.is_set():
        for _ in range(SLOW - len(held)):
            held.append(_opened(address))
            held[-1].sendall(b"GET /api/search?q=x HTTP/1.1\r\nHost: localhost\r\nX-Slow: ")
            seen["slow headers begun"] += 1
        for one in list(held):
            try:
                one.send(b"x")
            except OSError:
                held.remove(one)
        over.wait(1)


def large_body(address: str, _: str) -> None:
    """200 MiB without a login, as far as the server lets it be sent."""
    with _opened(address) as connection:
        seen["large bodies begun"] += 1
        connection.sendall(
            b"POST /api/documents HTTP/1.1\r\nHost: localhost\r\nContent-Length: 209715200\r\n"
            b"Content-Type: multipart/form-data; boundary=x\r\n\r\n"
        )
        for _ in range(3200):
            connection.sendall(PIECE)
            seen["MiB sent of them, in sixteenths"] += 1
            time.sleep(0.002)


def guess(address: str, _: str) -> None:
    """Keys."""
    wrong = f"GET /api/documents HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {random.random()}\r\n"
    _asked(address, f"{wrong}Connection: close\r\n\r\n", "wrong key")
    over.wait(0.05)


def costly_search(address: str, key: str) -> None:
    """Long, filtered, deep, with facets and sentences."""
    words = " ".join(random.choice(["search", "index", "document", "page"]) + str(random.random()) for _ in range(150))
    filters = "".join(f"&filter={quote(f'path=/nowhere/{n}')}" for n in range(50))
    shape = "&size=100&facets=true&group=true&sentences=true&spelling=true" + (filters if random.random() < 0.5 else "")
    head = (
        f"GET /api/search?q={quote(words[:3900])}{shape} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {key}\r\n"
    )
    if _asked(address, f"{head}Connection: close\r\n\r\n", "costly search") == "429":
        over.wait(0.5)


if __name__ == "__main__":
    sys.exit(main())
