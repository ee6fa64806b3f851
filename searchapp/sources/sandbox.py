"""Parses documents in a process of its own, so that a hanging, exploding or crashing file costs only itself."""

from __future__ import annotations

import contextlib
import dataclasses
import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from types import TracebackType
from typing import IO, Any, Self, TypeVar, cast

import searchapp
from searchapp.errors import SourceError
from searchapp.sources.parsed import Parsed, ParserInput, ParserOptions
from searchapp.sources.spare import Spare
from searchapp.sources.wire import (
    PROGRESS,
    PagePlace,
    SiteAnswer,
    WireError,
    read_frame,
    read_json,
    unpack,
    unpack_html,
    unpack_picture,
    unpack_place,
    unpack_site,
    write_frame,
)
from searchapp.sources.worker import OUT_OF_MEMORY

WORKER = "searchapp.sources.worker"
Result = TypeVar("Result")

START_SECONDS = 60.0
FAREWELL_SECONDS = 2.0

# With -P the current folder is not searched for modules: it may be the very folder of untrusted documents.
_BOOT = (
    "import sys; root, module = sys.argv[1:3]; del sys.argv[1:3]\n"
    "if root not in sys.path: sys.path.insert(0, root)\n"
    "import importlib; importlib.import_module(module).main()"
)


class Sandbox:
    """One parser process, started with the first document, reused, and replaced when it dies or must be killed.

    With a ``spare`` it begins with the process that is left there, if any, and leaves its own there in the end.
    Requests from several threads take turns. After a fork the child starts a process of its own.
    """

    def __init__(
        self, *, timeout_seconds: float, memory_mb: int, options: ParserOptions, spare: Spare[_Worker] | None = None
    ) -> None:
        self._timeout = timeout_seconds
        self._memory_mb = memory_mb
        self._options = options
        self._spare = spare
        self._worker: _Worker | None = None
        self._owner = os.getpid()
        self._lock = threading.Lock()

    def start(self) -> None:
        """Have the process run, so that the next request need not wait. Raises SourceError where it does not start."""
        with self._lock:
            self._running()

    def parse(self, source: ParserInput) -> Parsed:
        """Parse ``source`` within the limits.

        Raises SourceError for a source that cannot be parsed, that takes too long or too much memory, or that crashes
        the parser.
        """
        return self._ask("parse", source, (), unpack)

    def site(self, task: str, source: ParserInput, candidates: Sequence[str] = ()) -> SiteAnswer:
        """Read one of a site's own files (``site.read_site``); raises SourceError as ``parse`` does."""
        return self._ask(task, source, candidates, unpack_site)

    def draw(self, source: ParserInput, number: int, width: int) -> bytes:
        """Page ``number`` of a PDF as a PNG (``pdf_page.draw_page``); raises SourceError as ``parse`` does."""
        return self._ask("draw", source, (str(number), str(width)), unpack_picture)

    def place(self, source: ParserInput, number: int, passage: str) -> PagePlace:
        """Where on a page a passage stands (``pdf_page.place_passage``); raises SourceError as ``parse`` does."""
        return self._ask("place", source, (str(number), passage), unpack_place)

    def html(self, source: ParserInput) -> str:
        """Markdown as HTML, which may hold anything; raises SourceError as ``parse`` does."""
        return self._ask("html", source, (), unpack_html)

    def _ask(
        self, task: str, source: ParserInput, arguments: Sequence[str], read: Callable[[dict[str, Any]], Result]
    ) -> Result:
        source = dataclasses.replace(source, options=self._options)
        with self._lock:
            try:
                worker = self._running()
                answer = worker.ask(task, source, arguments, self._timeout, answer_limit=self._memory_mb << 20)
                result = read(answer["result"]) if "result" in answer else None
            except (WireError, OSError) as error:
                raise self._broken(source.name) from error
            except BaseException:  # Ctrl-C between request and answer: the next answer would be to this request
                self._stop()
                raise
            if answer.get("retire"):
                self._stop()
        if result is None:
            raise _refusal(source.name, answer, self._memory_mb)
        return result

    def close(self) -> None:
        """End the process, or leave it to the next one who needs it; a later ``parse`` starts a new one."""
        with self._lock:
            worker, spare = self._worker, self._spare
            if spare is None or worker is None or self._owner != os.getpid() or not worker.is_alive:
                self._stop()
            else:
                self._worker = None
                spare.leave(self._kind, worker)

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
            left = self._spare.take(self._kind) if self._spare else None
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
            return SourceError(
                f"{name} took longer than {self._timeout:g} s to parse.",
                "Raise SEARCHAPP_PARSE_TIMEOUT_SECONDS if it is meant to be that large.",
            )
        if starved:
            return _refusal(name, {"memory": True}, self._memory_mb)
        return SourceError(
            f"{name} made the parser crash.", "The file may be damaged: open it in its own program and save it again."
        )


class _Worker:
    """A running parser process and the two pipes to it."""

    def __init__(self, limits: list[str]) -> None:
        self.timed_out = False
        root = str(Path(searchapp.__file__).resolve().parent.parent)
        self._process = subprocess.Popen(  # noqa: S603 - our own interpreter, our own module
            [sys.executable, "-P", "-c", _BOOT, root, WORKER, *limits],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            start_new_session=True,  # Ctrl-C goes to the parent alone, which decides
        )
        self._requests = cast(IO[bytes], self._process.stdin)
        self._answers = cast(IO[bytes], self._process.stdout)
        try:
            with self._deadline(START_SECONDS):
                read_frame(self._answers, 16)
        except WireError as error:
            self.kill()
            raise SourceError(
                "The process that parses documents does not start.",
                "Check that the machine has memory left, and that searchapp is installed completely.",
            ) from error

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
    ) -> dict[str, Any]:
        """The answer to one request; raises WireError or OSError when the process ends before it.

        Each step that the process announces has ``seconds`` of its own, and there are as many as pages may be
        recognised.
        """
        head = {
            "task": task,
            "name": source.name,
            "content_type": source.content_type,
            "options": dataclasses.asdict(source.options),
            "arguments": list(arguments),
        }
        with self._deadline(seconds):
            write_frame(self._requests, json.dumps(head).encode())
            write_frame(self._requests, source.data)
            answer = read_frame(self._answers, answer_limit)
        for _ in range(source.options.ocr_max_pages):
            if answer != PROGRESS:
                break
            with self._deadline(seconds):
                answer = read_frame(self._answers, answer_limit)
        if answer == PROGRESS:
            raise WireError("more steps than there are pages")
        return read_json(answer)

    def kill(self) -> None:
        self._kill_process()
        self._process.wait()
        for pipe in (self._requests, self._answers):
            with contextlib.suppress(OSError):  # unsent bytes of a request that nobody reads any more
                pipe.close()

    def _deadline(self, seconds: float) -> _Deadline:
        return _Deadline(self, seconds)

    def expire(self) -> None:
        self.timed_out = True
        self._kill_process()  # the read that waits for an answer sees the end of the pipe

    def _kill_process(self) -> None:
        self._process.kill()
        if hasattr(os, "killpg"):
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(self._process.pid, signal.SIGKILL)  # what it started (tesseract) is of its group


SPARE: Spare[_Worker] = Spare()
"""What this process's runs of ingestion leave to one another."""


class _Deadline:
    """Kills the worker when the block takes too long: a read from a pipe cannot time out, but the pipe can end."""

    def __init__(self, worker: _Worker, seconds: float) -> None:
        self._timer = threading.Timer(seconds, worker.expire)
        self._timer.daemon = True

    def __enter__(self) -> None:
        self._timer.start()

    def __exit__(self, *_: object) -> None:
        self._timer.cancel()


def _refusal(name: str, answer: dict[str, Any], memory_mb: int) -> SourceError:
    if "memory" in answer:
        return SourceError(
            f"{name} needs more than {memory_mb} MiB of memory to parse.",
            "Raise SEARCHAPP_PARSE_MEMORY_MB, or split the file.",
        )
    match answer.get("error"):
        case [str(message), str(remedy), str(lacking)]:
            return SourceError(message, remedy, lacking)
    return SourceError(
        f"{name} cannot be parsed: its content is not as its format demands.",
        "The file may be damaged: open it in its own program and save it again.",
    )
