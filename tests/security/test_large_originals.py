"""Large originals are read from the disk, however they are asked for, and whoever reads slowly."""

from __future__ import annotations

import gzip
import socket
import sys
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest

from searchapp.access import Scope
from searchapp.model import DocumentState
from tests.security.server_process import Running, running
from tests.security.test_wire import exchange
from tests.web.stand_in import entry

MIB = 2**20
LARGE = 100
"""MiB of a text; a request for it took two and a half times as much memory."""
MOST_MIB = 40
LINE = "Wear gloves. 请戴手套。\n"

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="a process's peak of memory is read from /proc")


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """A real server with large originals of several kinds."""
    folder = tmp_path_factory.mktemp("large")
    with running(folder / "data") as server:
        for name, encoding in [("utf8", "utf-8"), ("gbk", "gb18030"), ("late", "utf-8"), ("packed", "utf-8")]:
            line = LINE.encode(encoding)
            data = line * (LARGE * MIB // len(line))
            data = data + b"\xff" if name == "late" else data  # damaged at the very end
            path = folder / f"{name}.txt"
            path.write_bytes(gzip.compress(data, 1) if name == "packed" else data)
            put(server, name, path)
        small = folder / "small.txt"
        small.write_text(LINE)
        put(server, "small", small)
        assert peak(server, "GET", "small")[1] == 200  # the first request of a server loads what reads the store
        yield server


def put(server: Running, name: str, path: Path, kind: str = "text") -> None:
    store = server.application.store
    if store.fingerprint() is None:
        store.prepare(server.application.model.fingerprint)
    store.put_entries([entry(name, str(path), type=kind, state=DocumentState.INDEXED)])


def peak(server: Running, method: str, name: str, **headers: str) -> tuple[float, int, int]:
    """How much memory a request took, its status, and how many bytes came."""
    server.forget_peak()
    before, size = server.peak_mib(), 0
    address = f"{server.address}/documents/{name}/file"
    with httpx.stream(method, address, headers={**headers, **server.key()}, timeout=120) as response:
        for piece in response.iter_raw():
            size += len(piece)
    return server.peak_mib() - before, response.status_code, size


@pytest.mark.parametrize("name", ["utf8", "gbk", "late", "packed"])
@pytest.mark.parametrize(
    ("method", "headers", "status", "size"),
    [
        ("HEAD", {}, 200, 0),
        ("GET", {"Range": "bytes=0-0"}, 206, 1),
        ("GET", {"Range": "bytes=-10"}, 206, 10),
        ("GET", {"Range": "bytes=1000-"}, 206, -1),
        ("GET", {"Range": "bytes=0-0,5-9"}, 200, -1),
        ("GET", {"Range": "bytes=999999999999-"}, 416, -1),
        ("GET", {"Range": "bytes=0-9", "If-Range": '"other"'}, 200, -1),
        ("GET", {}, 200, -1),
    ],
)
def test_no_request_reads_it_into_memory(
    server: Running, name: str, method: str, headers: dict[str, str], status: int, size: int
) -> None:
    taken, told, came = peak(server, method, name, **headers)
    assert told == status and (came == size or size < 0)
    assert taken < MOST_MIB


def test_the_parts_are_parts_of_the_whole_and_known_ones_are_not_sent(server: Running) -> None:
    headers = server.key()
    address = f"{server.address}/documents/gbk/file"
    whole = httpx.get(address, headers=headers, timeout=120)
    text = whole.content
    assert text.decode() == LINE * (len(text) // len(LINE.encode()))
    part = httpx.get(address, headers={**headers, "Range": "bytes=1000000-1000099"})
    assert (part.status_code, part.content) == (206, text[1_000_000:1_000_100])
    assert part.headers["Content-Range"] == f"bytes 1000000-1000099/{len(text)}"
    etag = whole.headers["ETag"]
    assert httpx.get(address, headers={**headers, "If-None-Match": etag}).status_code == 304
    assert httpx.get(address, headers={**headers, "If-Range": etag, "Range": "bytes=0-3"}).status_code == 206
    head = httpx.head(address, headers=headers)
    assert (head.headers["Content-Length"], head.headers["ETag"]) == (str(len(text)), etag)


def test_who_reads_slowly_holds_no_thread(server: Running) -> None:
    """More readers than there are threads, who ask for all of it and read nothing."""
    place = urlsplit(server.address)
    readers = []
    key = server.key("reader", Scope.READ)["Authorization"]
    try:
        for number in range(120):
            source = (f"127.0.0.{2 + number % 2}", 0)
            connection = socket.create_connection((place.hostname or "", place.port or 0), 60, source)
            wanted = "Range: bytes=0-\r\n" if number % 2 else ""
            request = f"GET /documents/utf8/file HTTP/1.1\r\nHost: x\r\nAuthorization: {key}\r\n{wanted}\r\n"
            connection.sendall(request.encode())
            readers.append(connection)
        told = exchange(server.address, b"GET /healthz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
        assert told.startswith("HTTP/1.1 200")
        assert server.spooled_mib() < 10
    finally:
        for connection in readers:
            connection.close()


def test_a_packed_original_that_grows_beyond_the_limit_is_refused_once_and_for_all(
    server: Running, tmp_path: Path
) -> None:
    path = tmp_path / "bomb.txt.gz"
    with gzip.open(path, "wb", 9) as out:
        for _ in range(300):
            out.write(b"0" * MIB)
    put(server, "bomb", path)
    for _ in range(2):
        taken, status, _ = peak(server, "GET", "bomb")
        assert status == 422 and taken < MOST_MIB
    copies = server.application.settings.data_dir / "spool" / "copies"
    assert sum(one.stat().st_size for one in copies.iterdir()) < 4 * 256 * MIB
