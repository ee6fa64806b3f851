"""waitress, which asks before it reads: a request's body waits until ``Admission`` has looked at the headers.

headers ──> question (a thread asks who it is) ──> body ──> Flask
                                              └──> Flask without the body, which says why; then the line is cut

"""

from __future__ import annotations

import contextlib
import logging
import socket
import sys
import time
from typing import Any, ClassVar

from waitress.channel import HTTPChannel
from waitress.parser import HTTPRequestParser, ParsingError
from waitress.receiver import ChunkedReceiver, FixedStreamReceiver
from waitress.server import TcpWSGIServer
from waitress.task import WSGITask
from werkzeug.exceptions import RequestEntityTooLarge

from searchapp.errors import unwritable
from searchapp.web.admission import REFUSAL, Admission, Verdict
from searchapp.web.connections import end_slow_headers, make_room
from searchapp.web.problems import InternalError

log = logging.getLogger(__name__)

NO_LIMIT = sys.maxsize
"""For waitress's own limit of bodies, which would answer before ours."""

LINGER_SECONDS, LINGER_BYTES = 5.0, 16 * 1024 * 1024
"""How long and how far a refused body is taken in and dropped: closed at once, the client would not see why."""


class Parser(HTTPRequestParser):  # type: ignore[misc]
    """One request; between its headers and its body it is ``asking``."""

    def __init__(self, adj: Any) -> None:
        super().__init__(adj)
        self.asking = False
        self.held = b""
        self.refusal: Exception | None = None
        self._verdict: Verdict | None = None
        self._expects: bool = False
        self.expect_continue: bool = False
        self._admission: Admission | None = None

    def parse_header(self, header_plus: bytes) -> None:
        """As waitress does; two ways to say how long a body is are refused (request smuggling)."""
        super().parse_header(header_plus)
        both = self.chunked and "CONTENT_LENGTH" in self.headers
        if both or "TRANSFER_ENCODING" in self.headers:  # which waitress leaves there in HTTP/1.0
            raise ParsingError("Transfer-Encoding beside Content-Length, or in HTTP/1.0")

    def received(self, data: bytes) -> int:
        """As waitress does, up to the body and, once that is admitted, in it."""
        if self.asking:
            self.held += data
            return len(data)
        try:
            consumed = int(super().received(data))
        except OSError as error:
            assert self._admission is not None  # noqa: S101 - nothing else is written
            self.refuse(unwritable(self._admission.spool.folder, error, "SEARCHAPP_SPOOL_DIR"))
            return len(data)
        if self._verdict is not None and self.body_bytes_received > self._verdict.most:
            self.refuse(RequestEntityTooLarge())
        elif self._verdict is None and self.body_rcv is not None and not self.completed:
            self.asking, self._expects, self.expect_continue = True, self.expect_continue, False
        return consumed

    def decide(self, verdict: Verdict, admission: Admission) -> bytes:
        """Go on as ``verdict`` says; returns what of the body has come already, and is to be received again."""
        self.asking, self._verdict, self._admission = False, verdict, admission
        held, self.held = self.held, b""
        if verdict.refusal is not None:
            self.refuse(verdict.refusal)
            return b""
        buffer = admission.spool.buffer()
        self.body_rcv = ChunkedReceiver(buffer) if self.chunked else FixedStreamReceiver(self.content_length, buffer)
        self.expect_continue = self._expects
        return held

    def refuse(self, why: Exception) -> None:
        """Have it answered without its body, and the connection closed."""
        self.close()
        self.refusal, self.error, self.body_rcv, self.completed = why, None, None, True
        self.expect_continue = False
        self.headers.pop("CONTENT_LENGTH", None)
        self.headers["CONNECTION"] = "close"

    def close(self) -> None:
        """Give back what the body took."""
        super().close()
        if self._verdict is not None:
            self._verdict.release()


class _Task(WSGITask):  # type: ignore[misc]
    def get_environment(self) -> dict[str, Any]:
        first = self.environ is None
        environ: dict[str, Any] = super().get_environment()
        if first and self.request.refusal is not None:
            environ[REFUSAL] = self.request.refusal
            self.channel.refused = True
        return environ


class _Question:
    """Asked by one of the server's threads, since keys and sessions lie in a file."""

    def __init__(self, channel: Channel, request: Parser) -> None:
        self._channel, self._request = channel, request

    def service(self) -> None:
        channel, request = self._channel, self._request
        try:
            verdict = channel.admission.verdict(WSGITask(channel, request).get_environment())
        except Exception:  # the thread's last door
            log.exception("A request could not be judged")
            verdict = Verdict(refusal=InternalError())
        channel.judged(verdict)

    def cancel(self) -> None:
        self._channel.will_close = True


class Channel(HTTPChannel):  # type: ignore[misc]
    """One connection."""

    parser_class = Parser
    task_class = _Task
    admission: ClassVar[Admission]
    per_peer: ClassVar[bool]
    refused = False
    began = 0.0
    """When the headers began that have not ended yet; 0 where none have begun."""
    _asks = False
    _verdict: Verdict | None = None
    _lingers_until = 0.0
    _dropped = 0

    def __init__(self, server: Any, sock: Any, addr: Any, adj: Any, map: Any = None) -> None:  # noqa: A002
        super().__init__(server, sock, addr, adj, map)
        self.waits_since = time.time()
        make_room(self, list(server.active_channels.values()), per_peer=self.per_peer)

    @property
    def is_sending(self) -> bool:
        """Whether it is asked who this is, or a body is read that was let in."""
        return self.request is not None and self.request.headers_finished

    def received(self, data: bytes) -> bool:
        """As waitress does; asks when headers have come that a body follows."""
        heard = bool(super().received(data))
        self._ask()
        in_headers = self.request is not None and not self.request.headers_finished
        self.began = (self.began or time.time()) if in_headers else 0.0
        return heard

    def service(self) -> None:
        """As waitress does; waiting begins anew."""
        super().service()
        self.waits_since = time.time()

    def _ask(self) -> None:
        request: Parser | None = self.request
        self._asks = request is not None and request.asking  # nothing more is read meanwhile
        if request is not None and self._asks:
            self.server.add_task(_Question(self, request))

    def judged(self, verdict: Verdict) -> None:
        """Told by the thread that asked; the loop, which alone reads and writes, acts on it at its next turn."""
        self._verdict = verdict
        if self.connected:
            self.server.pull_trigger()
        else:
            verdict.release()

    def _go_on(self, request: Parser, verdict: Verdict) -> None:
        with self.requests_lock:
            held = request.decide(verdict, self.admission)
            if request.completed:
                self.request = None
                self.requests.append(request)
                if len(self.requests) == 1:
                    self.server.add_task(self)
            elif request.expect_continue and not self.requests:
                self.send_continue()
        super().received(held)
        self._ask()  # for the next request, which may have come behind this one

    def readable(self) -> bool:
        """Not while it is asked; and to the end where a refused body still comes."""
        if self._lingers_until:
            return True
        verdict, self._verdict = self._verdict, None
        if verdict is not None and self.request is not None:
            self._go_on(self.request, verdict)
        return not self._asks and bool(super().readable())

    def writable(self) -> bool:
        """As waitress does; the end of lingering is noticed here, at each turn of the loop."""
        if self._lingers_until:
            return time.monotonic() > self._lingers_until
        return bool(super().writable())

    def handle_write(self) -> None:
        """As waitress does, until it lingers."""
        if self._lingers_until:
            self.handle_close()
        else:
            super().handle_write()

    def handle_read(self) -> None:
        """As waitress does, or drop what comes of a refused body."""
        if not self._lingers_until:
            super().handle_read()
            return
        try:
            self._dropped += len(data := self.recv(65536))
        except OSError:
            data = b""
        if self.connected and (not data or self._dropped > LINGER_BYTES):
            self.handle_close()

    def handle_close(self) -> None:
        """As waitress does; a refused body is waited for first, and what an unfinished one took is given back."""
        if self.refused and self.connected and not self._lingers_until:
            self._lingers_until = time.monotonic() + LINGER_SECONDS
            with contextlib.suppress(OSError):  # it has gone: the next read says so
                self.socket.shutdown(socket.SHUT_WR)
            return
        super().handle_close()
        if self.request is not None:
            self.request.close()
        if self._verdict is not None:
            self._verdict.release()


class _Listener(TcpWSGIServer):  # type: ignore[misc]
    def maintenance(self, now: float) -> None:
        super().maintenance(now)
        end_slow_headers(list(self.active_channels.values()))


def install(server: Any, admission: Admission, *, per_peer: bool) -> None:
    """Have every socket of a waitress server ask ``admission``; ``per_peer`` where each peer is a client of its own."""
    channel = type("Channel", (Channel,), {"admission": admission, "per_peer": per_peer})
    for listener in (getattr(server, "map", None) or {0: server}).values():
        if isinstance(listener, TcpWSGIServer):
            listener.__class__ = _Listener
            listener.channel_class = channel
