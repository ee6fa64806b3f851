"""Takes a gzip wrapping off, with a limit: a small file must not become a huge one."""

from __future__ import annotations

import zlib

from searchapp.errors import SourceError

GZIP_MAGIC = b"\x1f\x8b\x08"
_GZIP = 16 + zlib.MAX_WBITS
_STEP = 1 << 20


def gunzip(data: bytes, name: str, max_bytes: int) -> bytes:
    """The content of ``data`` if it is gzip, else ``data`` itself.

    Raises SourceError when the content is larger than ``max_bytes`` or cut off.
    """
    if not data.startswith(GZIP_MAGIC):
        return data
    out = bytearray()
    rest = data
    try:
        while rest.startswith(GZIP_MAGIC):  # gzip files may be strung together
            stream = zlib.decompressobj(_GZIP)
            while not stream.eof:
                piece = stream.decompress(rest, _STEP)
                out += piece
                rest = stream.unconsumed_tail
                if len(out) > max_bytes:
                    raise SourceError(
                        f"{name} is larger than {max_bytes >> 20} MiB once unpacked.",
                        "Raise SEARCHAPP_MAX_FILE_MB if it is meant to be that large.",
                    )
                if not piece and not rest and not stream.eof:
                    raise zlib.error("it ends too early")
            rest = stream.unused_data
    except zlib.error as error:
        raise SourceError(f"{name} is damaged: its gzip data cannot be unpacked.", "Get a fresh copy of it.") from error
    return bytes(out)
