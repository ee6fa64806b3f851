"""Files that Office wrapped in an OLE object to place them in a document: what was wrapped, and its name."""

from __future__ import annotations

import io
import struct

from searchapp.sources.containers import OLE_MAGIC

_NATIVE = "\x01Ole10Native"
_WHOLE = ("Package", "EmbeddedOdf", "CONTENTS")
"""Streams that are a file as it was."""

_IS_FILE = 2


def unwrap(name: str, data: bytes) -> tuple[str, bytes]:
    """The name and the bytes of the file inside an object; ``name`` and ``data`` themselves where it is none."""
    if not data.startswith(OLE_MAGIC):
        return name, data
    import olefile

    try:
        with olefile.OleFileIO(io.BytesIO(data)) as container:
            if container.exists(_NATIVE):
                return _native(container.openstream(_NATIVE).read()) or (name, data)
            whole = next((stream for stream in _WHOLE if container.exists(stream)), None)
            return (name, container.openstream(whole).read()) if whole else (name, data)
    except (OSError, ValueError, IndexError, KeyError, TypeError, AttributeError, struct.error):
        return name, data  # olefile raises what its arithmetic on broken tables leads to


def _native(stream: bytes) -> tuple[str, bytes] | None:
    """The file of an OLE 1.0 package: a label, its name, the path that it came from, and the bytes."""
    if len(stream) < 6 or struct.unpack_from("<H", stream, 4)[0] != _IS_FILE:
        return None
    label, _, rest = stream[6:].partition(b"\0")
    _, _, rest = rest.partition(b"\0")
    path_length = struct.unpack_from("<I", rest, 4)[0]
    length = struct.unpack_from("<I", rest, 8 + path_length)[0]
    start = 12 + path_length
    name = label.replace(b"\\", b"/").rpartition(b"/")[2].decode("utf-8", errors="replace")
    return name, rest[start : start + length]
