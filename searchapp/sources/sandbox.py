"""Parses documents in a process of its own, so that a hanging, exploding or crashing file costs only itself."""

from __future__ import annotations

import contextlib
import dataclasses
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import IO, Any, Self, TypeVar, cast

import searchapp
from searchapp.children import plain_environment
from searchapp.errors import SourceError
from searchapp.model.json import to_plain_json
from searchapp.sources.confinement import Protection
from searchapp.sources.deadline import Deadline
from searchapp.sources.idle_worker import IdleWorker
from searchapp.sources.parsed import (
    LARGEST_HTML,
    Members,
    PagePlace,
    Parsed,
    ParserInput,
    ParserOptions,
    Png,
    Sheets,
    SidecarAnswer,
    SiteAnswer,
    TextLayer,
)
from searchapp.sources.replies import noun, refusal
from searchapp.sources.worker import (
    OUT_OF_MEMORY,
    PROGRESS,
    STEP_SECONDS,
    WireError,
    read_frame,
    read_json,
    write_frame,
)

WORKER = "searchapp.sources.worker"
Result = TypeVar("Result")

START_SECONDS = 60.0
FAREWELL_SECONDS = 2.0
LONGEST = 10
"""A document whose parser tells how it gets on may take so many times as long as one step, and as much again for each
page that may be recognised."""
LONGEST_GREETING = 1 << 12

# With -P the current folder is not searched for modules: it may be the very folder of untrusted documents.
_BOOT = (
    "import sys; root, module = sys.argv[1:3]; del sys.argv[1:3]\n"
    "if root not in sys.path: sys.path.insert(0, root)\n"
    "import importlib; importlib.import_module(module).main()"
)


class Sandbox:
    """One parser process, started with the first document, reused, and replaced when it dies or must be killed.

    With ``idle`` it begins with the process that was left there, if any, and leaves its own there in the end.
    Requests from several threads take turns. After a fork the child starts a process of its own.
    """

    def __init__(
        self, *, timeout_seconds: float, memory_mb: int, options: ParserOptions, idle: IdleWorker[_Worker] | None = None
    ) -> None:
        self._timeout = timeout_seconds
        self._memory_mb = memory_mb
        self._options = options
        self._idle = idle
        self._worker: _Worker | None = None
        self._owner = os.getpid()
        self._lock = threading.Lock()

    def start(self) -> None:
        """Have the process run, so that the next request need not wait. Raises SourceError where it does not start."""
        with self._lock:
            self._running()

    def in_force(self) -> frozenset[Protection]:
        """What the process says protects us from it; it is asked before it sees a document. Raises as ``start``."""
        with self._lock:
            return self._running().in_force

    def parse(self, source: ParserInput) -> Parsed:
        """Parse ``source`` within the limits.

        Raises SourceError for a source that cannot be parsed, that takes too long or too much memory, or that crashes
        the parser.
        """
        return self._ask("parse", source, (), Parsed)

    def site(self, task: str, source: ParserInput, candidates: Sequence[str] = ()) -> SiteAnswer:
        """Read one of a site's own files (``site_files.read_site``); raises SourceError as ``parse`` does."""
        return self._ask(task, source, candidates, SiteAnswer)

    def sidecar(self, source: ParserInput) -> SidecarAnswer:
        """Read a sidecar (``formats.sidecars``); raises SourceError as ``parse`` does."""
        return self._ask("sidecar", source, (), SidecarAnswer)

    def draw(self, source: ParserInput, number: int, width: int) -> bytes:
        """Page ``number`` of a PDF as a PNG (``pdf.pages.draw_page``); raises SourceError as ``parse`` does."""
        picture: bytes = self._ask("draw", source, (str(number), str(width)), Png)
        return picture

    def place(self, source: ParserInput, number: int, passage: str) -> PagePlace:
        """Where on a page a chunk stands (``pdf.pages.place_passage``); raises SourceError as ``parse`` does."""
        return self._ask("place", source, (str(number), passage), PagePlace)

    def sheets(self, source: ParserInput) -> Sheets:
        """How large a PDF's pages are (``pdf.text_layer.read_sheets``); raises SourceError as ``parse`` does."""
        return self._ask("sheets", source, (), Sheets)

    def layers(self, source: ParserInput, first: int, most: int) -> tuple[TextLayer, ...]:
        """The text over pages (``pdf.text_layer.read_layers``); raises SourceError as ``parse`` does."""
        return self._ask("layers", source, (str(first), str(most)), tuple[TextLayer, ...])

    def unpack(self, source: ParserInput, start: int) -> Members:
        """Members of an archive (``formats.archive.unpack``); raises SourceError as ``parse`` does."""
        return self._ask("unpack", source, (str(start),), Members)

    def html(self, source: ParserInput) -> str:
        """Markdown as HTML, cleaned (``sanitise``); raises SourceError as ``parse`` does.

        To be asked of a process that reads nothing else: another kind's parser, taken over, could say what it likes.
        """
        return self._ask("html", source, (), str, answer_limit=2 * LARGEST_HTML)  # JSON marks some characters

    def _ask(
        self,
        task: str,
        source: ParserInput,
        arguments: Sequence[str],
        type_: type[Result],
        answer_limit: int | None = None,
    ) -> Result:
        limit = answer_limit or self._memory_mb << 20
        source = dataclasses.replace(source, options=self._options)
        with self._lock:
            try:
                worker = self._running()
                answer, found = worker.ask(task, source, arguments, self._timeout, limit)
                result = noun(type_, found) if found else None
            except (WireError, OSError) as error:
                raise self._broken(source.name) from error
            except BaseException:  # Ctrl-C between request and answer: the next answer would be to this request
                self._stop()
                raise
            if answer.get("retire"):
                self._stop()
        if result is None:
            raise refusal(source.name, answer, self._memory_mb)
        return result

    def close(self) -> None:
        """End the process, or leave it to the next one who needs it; a later ``parse`` starts a new one."""
        with self._lock:
            worker, idle = self._worker, self._idle
            if idle is None or worker is None or self._owner != os.getpid() or not worker.is_alive:
                self._stop()
            else:
                self._worker = None
                idle.leave(self._kind, worker)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _running(self) -> _Worker:
        if self._owner != os.getpid():
            self._worker, self._owner = None, os.getpid()  # the pipes are the parent's
        if self._worker is not None and not self._worker.is_alive:
            self._stop()
        if self._worker is None:
            left = self._idle.take(self._kind) if self._idle else None
            self._worker = left or _Worker(self._limits)
        return self._worker

    @property
    def _limits(self) -> list[str]:
        return [str(self._memory_mb), str(self._timeout)]

    @property
    def _kind(self) -> tuple[str, ...]:
        return (WORKER, *self._limits)

    def _stop(self) -> None:
        worker, self._worker = self._worker, None
        if worker is not None:
            worker.kill()

    def _broken(self, name: str) -> SourceError:
        worker = self._worker
        starved = worker is not None and worker.is_starved
        self._stop()
        if worker is not None and worker.timed_out:
            return SourceError("parse_too_slow", name=name, seconds=worker.allowed)
        if starved:
            return refusal(name, {"memory": True}, self._memory_mb)
        return SourceError("parser_crashed", name=name)


class _Worker:
    """A running parser process and the two pipes to it."""

    def __init__(self, limits: list[str]) -> None:
        self.timed_out = False
        self.allowed = 0.0
        """The seconds that it had when it timed out."""
        root = str(Path(searchapp.__file__).resolve().parent.parent)
        self._process = subprocess.Popen(  # noqa: S603 - our own interpreter, our own module
            [sys.executable, "-P", "-c", _BOOT, root, WORKER, *limits],
            env=plain_environment(),  # the files are hostile, so nothing here is worth stealing
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            start_new_session=True,  # Ctrl-C goes to the parent alone, which decides
        )
        self._requests = cast(IO[bytes], self._process.stdin)
        self._answers = cast(IO[bytes], self._process.stdout)
        try:
            with self._deadline(START_SECONDS):
                ready = read_json(read_frame(self._answers, LONGEST_GREETING))
        except WireError as error:
            self.kill()
            raise SourceError("parser_start_failed") from error
        self.in_force = frozenset(map(Protection, ready["in_force"]))

    @property
    def is_alive(self) -> bool:
        return self._process.poll() is None

    @property
    def is_starved(self) -> bool:
        """Whether a process that has ended of itself wanted memory: it said so, or the system's guard killed it."""
        with contextlib.suppress(subprocess.TimeoutExpired):
            return not self.timed_out and self._process.wait(FAREWELL_SECONDS) in (OUT_OF_MEMORY, -9)
        return False

    def ask(
        self, task: str, source: ParserInput, arguments: Sequence[str], seconds: float, answer_limit: int
    ) -> tuple[dict[str, Any], bytes]:
        """How one request went, and what was found; raises WireError or OSError when the process ends before it.

        Each step that the process announces has ``seconds`` of its own, and all of them together so many times that.
        """
        head = {"task": task, "name": source.name, "content_type": source.content_type, "arguments": arguments}
        whole = seconds * (LONGEST + source.options.ocr_max_pages)
        until = time.monotonic() + whole
        self.allowed = seconds
        with self._deadline(seconds):
            write_frame(self._requests, to_plain_json({**head, "options": source.options}))
            write_frame(self._requests, source.data)
            answer = read_frame(self._answers, answer_limit)
        for _ in range(int(whole / STEP_SECONDS)):
            if answer != PROGRESS:
                break
            left = until - time.monotonic()
            self.allowed = seconds if seconds < left else whole
            with self._deadline(min(seconds, left)):
                answer = read_frame(self._answers, answer_limit)
        if answer == PROGRESS:
            raise WireError("more steps than it has time for")
        with self._deadline(seconds):
            return read_json(answer), read_frame(self._answers, answer_limit)

    def kill(self) -> None:
        self._kill_process()
        self._process.wait()
        for pipe in (self._requests, self._answers):
            with contextlib.suppress(OSError):  # unsent bytes of a request that nobody reads any more
                pipe.close()

    def _deadline(self, seconds: float) -> Deadline:
        return Deadline(seconds, self.expire)

    def expire(self) -> None:
        self.timed_out = True
        self._kill_process()  # the read that waits for an answer sees the end of the pipe

    def _kill_process(self) -> None:
        self._process.kill()
        if hasattr(os, "killpg"):
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(self._process.pid, signal.SIGKILL)  # what it started (tesseract) is of its group


IDLE_WORKER: IdleWorker[_Worker] = IdleWorker()
"""What this process's runs of ingestion leave to one another."""
