"""The process in which documents are parsed; ``sandbox`` starts it and speaks to it over its pipes.

It answers one request after the other. It ends with its parent (the end of its input), and by itself some seconds
after a request's time is up, should nobody be left to stop it.
"""

from __future__ import annotations

import dataclasses
import faulthandler
import json
import os
import queue
import signal
import sys
import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from searchapp.errors import SourceError
from searchapp.sources.parse import parse
from searchapp.sources.parsed import ParserInput, ParserOptions
from searchapp.sources.text_memory import REMEMBERED_MB
from searchapp.sources.wire import PROGRESS, WireError, pack, read_frame, read_json, write_frame

GRACE_SECONDS = 10.0
OUT_OF_MEMORY = 77
"""Exit status that tells the parent why."""

LARGEST_REQUEST = 1 << 40
PARSERS_MB = 320 + REMEMBERED_MB
"""What Python, the parsers and the language model take by themselves (measured: 260), and what is remembered, on top of
a file's share."""

RETIRE_SHARE = 0.5
"""A process that keeps more than this share of its limit hands over to a fresh one: the next document needs room."""


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
    limit_memory(PARSERS_MB + memory_mb)
    waiting: queue.SimpleQueue[_Request] = queue.SimpleQueue()
    threading.Thread(target=_listen, args=(requests, waiting), daemon=True).start()
    write_frame(answers, PROGRESS)

    def begin_step() -> None:
        # The C-level timer fires even while a parser holds the interpreter.
        faulthandler.dump_traceback_later(seconds + GRACE_SECONDS, exit=True)

    def progress() -> None:
        write_frame(answers, PROGRESS)
        begin_step()

    while True:
        request = waiting.get()
        begin_step()
        answer = _answer(request, progress)
        answer["retire"] = "memory" in answer or _grown_beyond(memory_mb)
        write_frame(answers, json.dumps(answer).encode())
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
            options = ParserOptions(**{**head["options"], "passwords": tuple(head["options"]["passwords"])})
            source = ParserInput(head["name"], data, head["content_type"], options)
            waiting.put(_Request(head["task"], source, head["arguments"]))
            del data
    except MemoryError:
        os._exit(OUT_OF_MEMORY)  # the file alone is larger than the limit
    except (WireError, OSError):
        os._exit(0)  # the parent is gone: whatever is being parsed is wanted by nobody


def _answer(request: _Request, progress: Callable[[], None]) -> dict[str, Any]:
    try:
        return {"result": _done(request, progress)}
    except SourceError as error:
        return {"error": [error.message, error.remedy, error.lacking]}
    except MemoryError:
        return {"memory": True}
    except Exception as error:  # noqa: BLE001 - parsing libraries raise anything at all on broken input
        return {"fault": type(error).__name__}


def _done(request: _Request, progress: Callable[[], None]) -> dict[str, Any]:
    match request.task, request.arguments:
        case "parse", []:
            return pack(parse(dataclasses.replace(request.source, progress=progress)))
        case "draw", [number, width]:
            from searchapp.sources.pdf_page import draw_page

            return draw_page(request.source, int(number), int(width))
        case "place", [number, passage]:
            from searchapp.sources.pdf_page import place_passage

            return place_passage(request.source, int(number), passage)
        case "html", []:
            from searchapp.sources.markdown import markdown_html

            return {"html": markdown_html(request.source)}
        case task, candidates:
            from searchapp.sources.site import read_site

            return read_site(task, request.source, candidates)


def _grown_beyond(memory_mb: int) -> bool:
    # Not getrusage: its peak is inherited from the parent, which may hold a whole embedding model.
    try:
        data_pages = int(Path("/proc/self/statm").read_text().split()[5])
    except (OSError, ValueError, IndexError):
        return False
    return data_pages * os.sysconf("SC_PAGE_SIZE") > int(PARSERS_MB + RETIRE_SHARE * memory_mb) << 20
