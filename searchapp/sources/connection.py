"""The network as a fetch may use it: to vetted addresses alone, until one deadline, and while somebody waits for it.

A host's addresses are vetted, and the connection goes to a vetted one. Vetting a name and then connecting by that name
would leave a gap: the name's owner may answer the second question with another address. The Host header and the name in
the TLS handshake stay.

A limit on each read alone ends nothing: a server that sends a byte now and then never falls silent. So the deadline
holds for all of it, the name's resolution, connecting, TLS, headers and body of every redirect together.
"""

from __future__ import annotations

import ssl
import threading
import time
from collections.abc import Callable, Iterable
from concurrent.futures import Future
from typing import Any

import httpcore

from searchapp.errors import SourceError
from searchapp.sources.addresses import IPAddress, Networks, vet
from searchapp.sources.source import shown

CONNECT_SECONDS = 10.0
SILENCE_SECONDS = 20.0

LOOK_SECONDS = 1.0
"""How often a fetch that waits for its server looks whether somebody still wants the page."""

_Options = Iterable[tuple[int, int, int] | tuple[int, int, bytes | bytearray] | tuple[int, int, None, int]]


class Patience:
    """What is left of the ``seconds`` for one fetch, and whether it is still wanted (``given_up``)."""

    def __init__(self, seconds: float, given_up: Callable[[], bool] = lambda: False) -> None:
        self.seconds = seconds
        self.url = ""
        """The address that is asked now, for errors."""
        self._deadline = time.monotonic() + seconds
        self._given_up = given_up

    def left(self) -> float:
        """Seconds until the deadline. Raises SourceError once it has passed, or nobody wants the page any more."""
        if (left := self._deadline - time.monotonic()) <= 0:
            raise SourceError("page_too_slow", url=shown(self.url), seconds=round(self.seconds))
        if self._given_up():
            raise SourceError("page_given_up", url=shown(self.url))
        return left

    def until_quiet(self, wait: Callable[[float], Any], quiet: type[Exception]) -> Any:
        """What ``wait(seconds)`` returns, called again where it raises ``quiet``, until that is a silence."""
        silent_until = time.monotonic() + SILENCE_SECONDS
        while True:
            left = min(self.left(), silent_until - time.monotonic())
            if left <= 0:
                raise SourceError("page_timed_out", url=shown(self.url))
            try:
                return wait(min(left, LOOK_SECONDS))
            except quiet:
                continue


class GuardedNetwork(httpcore.NetworkBackend):
    """Connects to vetted addresses, trying each one in turn; what it raises is a SourceError or httpcore's."""

    def __init__(self, allowed: Networks, patience: Patience) -> None:
        self._allowed = allowed
        self._patience = patience
        self._inner = httpcore.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: _Options | None = None,
    ) -> httpcore.NetworkStream:
        """A connection to ``host``. Raises SourceError as ``vet`` and ``Patience`` do."""
        addresses = self._vetted(host, port)
        for index, address in enumerate(addresses):
            try:
                # A connection attempt cannot be taken up again, as a read can: it has its seconds whole.
                seconds = min(self._patience.left(), CONNECT_SECONDS)
                stream = self._inner.connect_tcp(str(address), port, seconds, local_address, socket_options)
            except (httpcore.ConnectError, httpcore.ConnectTimeout):
                if index == len(addresses) - 1:
                    raise
            else:
                return _PatientStream(stream, self._patience)
        raise AssertionError("vet returns at least one address")

    def _vetted(self, host: str, port: int) -> list[IPAddress]:
        """``vet`` in a thread of its own: asking for a name knows no deadline."""
        answer: Future[list[IPAddress]] = Future()
        url = self._patience.url

        def ask() -> None:
            try:
                answer.set_result(vet(host, port, url, self._allowed))
            except Exception as error:  # noqa: BLE001 - whatever it is, the fetch must not wait for it in vain
                answer.set_exception(error)

        threading.Thread(target=ask, name="searchapp-resolve", daemon=True).start()
        found: list[IPAddress] = self._patience.until_quiet(answer.result, TimeoutError)
        return found


class _PatientStream(httpcore.NetworkStream):
    """A connection whose every wait ends with the patience of the fetch."""

    def __init__(self, inner: httpcore.NetworkStream, patience: Patience) -> None:
        self._inner = inner
        self._patience = patience

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        data: bytes = self._patience.until_quiet(
            lambda seconds: self._inner.read(max_bytes, seconds), httpcore.ReadTimeout
        )
        return data

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        # A request is short; what of it was sent before a timeout is not known, so it is not tried again.
        self._inner.write(buffer, min(self._patience.left(), SILENCE_SECONDS))

    def close(self) -> None:
        self._inner.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        # The handshake as a whole has these seconds: Python's timeout of it is no silence but a deadline.
        seconds = min(self._patience.left(), SILENCE_SECONDS)
        return _PatientStream(self._inner.start_tls(ssl_context, server_hostname, seconds), self._patience)

    def get_extra_info(self, info: str) -> Any:
        return self._inner.get_extra_info(info)
