"""Content-Encoding of a web page, unpacked with a bound while it is unpacked, and one layer of it only.

A page of two kilobytes that is packed twice holds gigabytes: what unpacks a piece whole has lost before it measures.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterable

from searchapp.errors import SourceError
from searchapp.sources.source import shown

ACCEPTED = "gzip, deflate"
_WINDOW = {"gzip": 16 + zlib.MAX_WBITS, "x-gzip": 16 + zlib.MAX_WBITS, "deflate": zlib.MAX_WBITS}

_WRAPPER = 2
"""Bytes in which zlib's wrapper can be told."""


def unpacked(pieces: Iterable[bytes], encoding: str, url: str, max_bytes: int) -> bytes:
    """The body that comes in ``pieces``, which the Content-Encoding ``encoding`` says how to unpack.

    Never holds more than ``max_bytes`` bytes of it. Raises SourceError for more, for an encoding that was not offered,
    for more layers than one, and for damaged data.
    """
    layers = [layer for one in encoding.lower().split(",") if (layer := one.strip()) not in ("", "identity")]
    if len(layers) > 1 or any(layer not in _WINDOW for layer in layers):
        raise SourceError("page_packed", url=shown(url), encoding=encoding[:60])
    unpack = _Unpacker(layers[0]) if layers else None
    data = bytearray()
    for piece in pieces:
        while piece:
            # One byte more than may be had tells that there is more.
            room = max_bytes + 1 - len(data)
            part, piece = unpack.unpack(piece, room) if unpack else (piece[:room], piece[room:])
            data += part
            if len(data) > max_bytes:
                raise SourceError("file_too_large", name=shown(url), mb=max_bytes >> 20)
    if unpack is not None and not unpack.is_whole:
        raise SourceError("page_damaged", url=shown(url))
    return bytes(data)


class _Unpacker:
    """One layer; some servers send ``deflate`` without the wrapper of zlib that it should have (RFC 9110, 8.4.1.2)."""

    def __init__(self, encoding: str) -> None:
        self._stream = zlib.decompressobj(_WINDOW[encoding])
        self._is_known = encoding != "deflate"
        self._head = b""

    @property
    def is_whole(self) -> bool:
        """Whether the end was reached; nothing at all is a page that is empty."""
        return self._stream.eof or (self._is_known and not self._head)

    def unpack(self, piece: bytes, most: int) -> tuple[bytes, bytes]:
        """At most ``most`` bytes, and what is left of the piece for the next call. Raises zlib.error."""
        if self._stream.eof:
            return b"", b""  # padding behind the end
        if not self._is_known:
            piece = self._head + piece
            if len(piece) < _WRAPPER:
                self._head = piece
                return b"", b""
            self._is_known = True
            if int.from_bytes(piece[:_WRAPPER], "big") % 31 or piece[0] & 0x0F != zlib.DEFLATED:  # RFC 1950, 2.2
                self._stream = zlib.decompressobj(-zlib.MAX_WBITS)
        self._head = piece[:_WRAPPER]
        return self._stream.decompress(piece, most), self._stream.unconsumed_tail
