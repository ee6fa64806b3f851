from __future__ import annotations

import datetime as dt
import gzip
import hashlib
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from http.server import HTTPServer
from pathlib import Path

import pytest

from searchapp.errors import SourceError
from searchapp.model import Document, SourceType
from searchapp.settings import Settings, load_settings
from searchapp.sources import BadTarget, Loader, SourceRef, discover
from searchapp.sources.parsed import Parsed, ParserInput
from searchapp.sources.sandbox import Sandbox
from tests.sources.pdf_files import pdf
from tests.sources.test_web import Handler

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def loader() -> Iterator[Loader]:
    with Loader(load_settings(max_file_mb=1, allowed_networks="127.0.0.0/8")) as loader:
        yield loader


def ref(target: str | Path) -> SourceRef:
    (found,) = discover([str(target)])
    assert isinstance(found, SourceRef)
    return found


def load(loader: Loader, path: Path, data: bytes) -> Document:
    path.write_bytes(data)
    return loader.load(ref(path))


@pytest.mark.parametrize(
    ("name", "data", "kind", "text"),
    [
        ("a.txt", b"words", SourceType.TEXT, "words"),
        ("a.md.gz", gzip.compress(b"# Head\n\nwords", mtime=0), SourceType.MARKDOWN, "Head\n\nwords"),
        ("a.html", b"<html><body><p>words</p></body></html>", SourceType.HTML, "words"),
        ("a.txt", pdf("words"), SourceType.PDF, "words"),
        ("gbk.txt", "今天天气很好".encode("gbk"), SourceType.TEXT, "今天天气很好"),
        ("big5.txt", "今天天氣很好".encode("big5"), SourceType.TEXT, "今天天氣很好"),
        ("sjis.txt", "これはテストです".encode("cp932"), SourceType.TEXT, "これはテストです"),
    ],
)
def test_load(loader: Loader, tmp_path: Path, name: str, data: bytes, kind: SourceType, text: str) -> None:
    path = tmp_path / name
    document = load(loader, path, data)
    assert (document.type, document.text) == (kind, text)
    assert document.source == str(path)
    assert document.id == ref(path).id
    assert document.content_hash == hashlib.sha256(data).hexdigest()
    assert document.sections[0].start == 0


def test_modified_is_the_files_date_unless_the_document_has_its_own(loader: Loader, tmp_path: Path) -> None:
    path = tmp_path / "a.md"
    path.write_text("text")
    os.utime(path, (1_000_000_000, 1_000_000_000))
    assert loader.load(ref(path)).modified == dt.datetime(2001, 9, 9, 1, 46, 40, tzinfo=dt.UTC)
    assert load(loader, path, b"---\ndate: 2020-01-02\n---\ntext").modified == dt.datetime(2020, 1, 2, tzinfo=dt.UTC)


def test_a_web_page(loader: Loader) -> None:
    server = HTTPServer(("127.0.0.1", 0), Handler)
    server.seen = []  # type: ignore[attr-defined]
    threading.Thread(target=server.handle_request, daemon=True).start()
    raw = loader.read(ref(f"http://127.0.0.1:{server.server_address[1]}/page"))
    server.server_close()
    assert raw.data == b"<p>hello"
    document = loader.parse(raw)
    assert (document.type, document.text, document.title) == (SourceType.HTML, "hello", "page")
    assert document.modified == raw.modified == dt.datetime(2015, 10, 21, 7, 28, tzinfo=dt.UTC)


@pytest.mark.parametrize(
    ("name", "data", "words"),
    [
        ("a.pdf", b"", "is empty (0 bytes)."),
        ("a.txt", b" \n\n ", "holds no text."),
        ("a.txt", b"x" * (1 << 20) + b"x", "is larger than 1 MiB."),
        ("a.txt.gz", gzip.compress(b"x" * (2 << 20), mtime=0), "is larger than 1 MiB once unpacked."),
        ("a.docx", b"PK\x03\x04....", "is damaged: it does not read as ZIP."),
        ("a.pdf", b"%PDF-1.4 cut", "is damaged: "),
        ("a.html", b"<html><body><img src='x'></body></html>", "holds no text."),
    ],
)
def test_refusals_name_the_file_and_a_remedy(
    loader: Loader, tmp_path: Path, name: str, data: bytes, words: str
) -> None:
    with pytest.raises(SourceError) as caught:
        load(loader, tmp_path / name, data)
    assert caught.value.message.startswith(f"{tmp_path / name} {words}")
    assert caught.value.remedy


def test_a_file_that_went_away(loader: Loader, tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_text("text")
    found = ref(path)
    path.unlink()
    with pytest.raises(SourceError, match="does not exist"):
        loader.load(found)
    path.mkdir()
    with pytest.raises(SourceError, match="is not a file"):
        loader.load(found)


def test_a_real_bomb_is_held_to_the_limits(shared_data: Path) -> None:
    with Loader(Settings(parse_timeout_seconds=10, parse_memory_mb=512)) as loader:
        document = loader.load(ref(shared_data / "pdfs" / "pdf.js" / "bomb_giant.pdf"))
    assert document.text.startswith("GIANT JBIG2 BOMB")  # of 100,000 x 100,000 points, which are never unpacked


def outcome(loader: Loader, found: SourceRef) -> str:
    try:
        document = loader.load(found)
    except SourceError as error:
        sentence, remedy = error.message, error.remedy
    else:
        assert document.text and document.title and document.pages
        return "read"
    assert sentence.startswith(f"{found.source} ") and sentence.endswith(".") and remedy.endswith(".")
    return sentence.removeprefix(found.source).partition(":")[0].strip(" .")


@pytest.mark.slow
def test_every_shared_pdf_ends_as_a_document_or_a_sentence(shared_data: Path) -> None:
    states = {}
    with Loader(load_settings(parse_timeout_seconds=30, ocr_languages="")) as loader:
        for found in discover([str(shared_data / "pdfs")]):
            assert not isinstance(found, BadTarget)
            if not found.source.endswith(".pdf"):
                continue
            name = "/".join(Path(found.source).parts[-2:])
            states[name] = outcome(loader, found)
    assert len(states) == 66
    assert states["pdfplumber/empty.pdf"] == "is empty (0 bytes)"
    assert states["OCRmyPDF/skew.pdf"] == "has no text layer"
    assert sum(state == "is protected by a password" for state in states.values()) == 9
    assert sum(state == "read" for state in states.values()) >= 41


def test_two_threads_that_parse_get_a_process_each_and_one_is_left(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    parse, close = Sandbox.parse, Sandbox.close
    both = threading.Barrier(2, timeout=60)
    parsing: list[Sandbox] = []
    closed: list[Sandbox] = []

    def parsed(sandbox: Sandbox, source: ParserInput) -> Parsed:
        parsing.append(sandbox)
        both.wait()
        return parse(sandbox, source)

    monkeypatch.setattr(Sandbox, "parse", parsed)
    monkeypatch.setattr(Sandbox, "close", lambda sandbox: (closed.append(sandbox), close(sandbox)))
    files = [tmp_path / "a.txt", tmp_path / "b.txt"]
    for file in files:
        file.write_text(f"words of {file.name}", encoding="utf-8")
    with Loader(load_settings()) as loader, ThreadPoolExecutor(2) as pool:
        documents = list(pool.map(lambda file: loader.load(ref(file)), files))
        assert [document.text for document in documents] == ["words of a.txt", "words of b.txt"]
        assert len(set(map(id, parsing))) == 2 and len(closed) == 1
    assert len(closed) == 2


def test_importing_the_room_loads_nothing_heavy() -> None:
    code = "import sys, searchapp.sources; print(*sys.modules)"
    loaded = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout.split()
    assert not {"pypdf", "trafilatura", "httpx", "numpy", "lxml", "markdown_it", "pydantic"} & set(loaded)
