"""The process in which documents are parsed; ``sandbox`` starts it and speaks to it over its pipes.

It answers one request after the other. It ends with its parent (the end of its input), and by itself some seconds
after a request's time is up, should nobody be left to stop it.

Both sides speak in length-prefixed frames of JSON and bytes. The parent takes the child's word for nothing: a parser
that was taken over by a document speaks through it. So the answer is JSON, never a pickle, and is checked field by
field against the type of what was asked for. It comes in two frames: how it went, and what was found.
"""

from __future__ import annotations

import dataclasses
import faulthandler
import io
import json
import os
import queue
import signal
import struct
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import IO, Any

from searchapp.errors import SourceError
from searchapp.model.json import to_plain_json
from searchapp.sources.builder import REMEMBERED_MB
from searchapp.sources.confinement import confine
from searchapp.sources.formats import parse
from searchapp.sources.parsed import ParserInput, ParserOptions

_LENGTH = struct.Struct(">Q")
PROGRESS = b"{}"
"""The frame that announces another step of the work on the same request."""

STEP_SECONDS = 0.5
"""Steps come no faster: a document of thousands of quick pages announces few."""

GRACE_SECONDS = 10.0
OUT_OF_MEMORY = 77
"""Exit status that tells the parent why."""

LARGEST_REQUEST = 1 << 40
PARSERS_MB = 320 + REMEMBERED_MB
"""What Python, the parsers and the language model take by themselves (measured: 260), and what is remembered, on top of
a file's share."""

RETIRE_SHARE = 0.5
"""A process that keeps more than this share of its limit hands over to a fresh one: the next document needs room."""


class WireError(Exception):
    """The other side is gone, or what it says is not what was agreed."""


@dataclass(frozen=True, slots=True)
class _Request:
    task: str
    source: ParserInput
    arguments: list[str]


def main() -> None:
    """Serve requests from standard input until it ends.

    ``sys.argv`` holds the limits: memory in MiB, seconds a step.
    """
    memory_mb, seconds = int(sys.argv[1]), float(sys.argv[2])
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the parent's to handle
    requests, answers = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    with open(os.devnull, "r+b") as nowhere:  # noqa: PTH123
        os.dup2(nowhere.fileno(), 0)
        os.dup2(nowhere.fileno(), 1)  # a library that prints must not write into an answer
    os.environ["OPENBLAS_NUM_THREADS"] = "1"  # numpy would reserve memory for a thread a core
    tempfile.TemporaryFile = lambda *_, **__: io.BytesIO()  # type: ignore[assignment]  # no file may be written
    limit_memory(PARSERS_MB + memory_mb)
    memory_in_use = _memory_gauge()
    in_force = confine()
    waiting: queue.SimpleQueue[_Request] = queue.SimpleQueue()
    threading.Thread(target=_listen, args=(requests, waiting), daemon=True).start()
    write_frame(answers, to_plain_json({"in_force": sorted(in_force)}))

    began = 0.0

    def begin_step() -> None:
        nonlocal began
        began = time.monotonic()
        # The C-level timer fires even while a parser holds the interpreter.
        faulthandler.dump_traceback_later(seconds + GRACE_SECONDS, exit=True)

    def progress() -> None:
        if time.monotonic() - began >= STEP_SECONDS:
            write_frame(answers, PROGRESS)
            begin_step()

    while True:
        request = waiting.get()
        begin_step()
        answer, found = _answer(request, progress)
        answer["retire"] = "memory" in answer or _grown_beyond(memory_mb, memory_in_use)
        write_frame(answers, to_plain_json(answer))
        write_frame(answers, found)
        faulthandler.cancel_dump_traceback_later()


def limit_memory(megabytes: int) -> None:
    """Cap what this process may allocate, where the platform can (not on Windows; macOS takes it as a hint)."""
    try:
        import resource
    except ImportError:
        return
    # Linux counts written-to memory under RLIMIT_DATA; address space also counts mapped files and reserved arenas.
    limit = resource.RLIMIT_DATA if sys.platform == "linux" else resource.RLIMIT_AS
    try:
        resource.setrlimit(limit, (megabytes << 20, megabytes << 20))
    except (ValueError, OSError):
        return  # a lower limit is in force already, or the platform has none; the time limit still holds


def _listen(requests: IO[bytes], waiting: queue.SimpleQueue[_Request]) -> None:
    try:
        while True:
            head = read_json(read_frame(requests, LARGEST_REQUEST))
            data = read_frame(requests, LARGEST_REQUEST)
            source = ParserInput(head["name"], data, head["content_type"], ParserOptions(**head["options"]))
            waiting.put(_Request(head["task"], source, head["arguments"]))
            del data
    except MemoryError:
        os._exit(OUT_OF_MEMORY)  # the file alone is larger than the limit
    except (WireError, OSError):
        os._exit(0)  # the parent is gone: whatever is being parsed is wanted by nobody


def _answer(request: _Request, progress: Callable[[], None]) -> tuple[dict[str, Any], bytes]:
    """How it went, and what was found, as JSON; nothing where it failed."""
    try:
        return {}, to_plain_json(_done(request, progress))
    except SourceError as error:
        return {"error": [error.sentence.encoded(), error.lacking]}, b""
    except MemoryError:
        return {"memory": True}, b""
    except Exception as error:  # noqa: BLE001 - parsing libraries raise anything at all on broken input
        return {"fault": type(error).__name__}, b""


def _done(request: _Request, progress: Callable[[], None]) -> Any:
    match request.task, request.arguments:
        case "parse", []:
            return parse(dataclasses.replace(request.source, progress=progress))
        case "draw", [number, width]:
            from searchapp.sources.pdf.pages import draw_page

            return draw_page(request.source, int(number), int(width))
        case "place", [number, passage]:
            from searchapp.sources.pdf.pages import place_passage

            return place_passage(request.source, int(number), passage)
        case "sheets", []:
            from searchapp.sources.pdf.text_layer import read_sheets

            return read_sheets(request.source)
        case "layers", [first, most]:
            from searchapp.sources.pdf.text_layer import read_layers

            return read_layers(dataclasses.replace(request.source, progress=progress), int(first), int(most))
        case "unpack", [start]:
            from searchapp.sources.formats.archive import unpack

            return unpack(request.source, int(start))
        case "html", []:
            from searchapp.sources.formats.markdown import markdown_html

            return markdown_html(request.source)
        case "sidecar", []:
            from searchapp.sources.formats.sidecars import read_sidecar

            return read_sidecar(request.source)
        case task, candidates:
            from searchapp.sources.site_files import read_site

            return read_site(task, request.source, candidates)


def _memory_gauge() -> IO[bytes] | None:
    """Where the system tells what this process holds, opened while it may be. It is there on Linux alone."""
    try:
        return open("/proc/self/statm", "rb", buffering=0)  # noqa: PTH123
    except OSError:
        return None


def _grown_beyond(memory_mb: int, memory_in_use: IO[bytes] | None) -> bool:
    # Not getrusage: its peak is inherited from the parent, which may hold a whole embedding model.
    if memory_in_use is None:
        return False
    memory_in_use.seek(0)
    data_pages = int(memory_in_use.read(200).split()[5])
    return data_pages * os.sysconf("SC_PAGE_SIZE") > int(PARSERS_MB + RETIRE_SHARE * memory_mb) << 20


def write_frame(stream: IO[bytes], payload: bytes) -> None:
    """Send one frame; raises OSError when the other side is gone."""
    stream.write(_LENGTH.pack(len(payload)))
    stream.write(payload)
    stream.flush()


def read_frame(stream: IO[bytes], limit: int) -> bytes:
    """Receive one frame of at most ``limit`` bytes; raises WireError for a longer one and at the stream's end."""
    (length,) = _LENGTH.unpack(_read(stream, _LENGTH.size))
    if length > limit:
        raise WireError(f"a frame of {length} bytes")
    return _read(stream, length)


def _read(stream: IO[bytes], count: int) -> bytes:
    data = stream.read(count)
    if len(data) != count:
        raise WireError("the stream ended")
    return data


def read_json(payload: bytes) -> dict[str, Any]:
    """The JSON object in ``payload``; raises WireError when it is none."""
    try:
        values = json.loads(payload)
    except ValueError as error:
        raise WireError("no JSON") from error
    if not isinstance(values, dict):
        raise WireError("no object")
    return values
