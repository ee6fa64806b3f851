"""Makes OLE containers ([MS-CFB]), as which older Office programs and Outlook save."""

from __future__ import annotations

import struct
from collections.abc import Mapping
from itertools import pairwise

_SECTOR, _MINI, _CUTOFF = 512, 64, 4096
_FREE, _END, _FAT = 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFD


def ole(streams: Mapping[str, bytes]) -> bytes:
    """A container of ``streams`` by their paths, whose steps are parted by slashes."""
    paths = sorted({"/".join(path.split("/")[:depth]) for path in streams for depth in range(1, path.count("/") + 2)})
    mini, minifat = b"", []
    starts: dict[str, int] = {}
    sectors: list[bytes] = []
    fat: list[int] = []

    def place(data: bytes) -> int:
        if not data:
            return _END
        first, count = len(sectors), -(-len(data) // _SECTOR)
        sectors.extend(data[at : at + _SECTOR].ljust(_SECTOR, b"\0") for at in range(0, len(data), _SECTOR))
        fat.extend([*range(first + 1, first + count), _END])
        return first

    for path, data in streams.items():
        if len(data) >= _CUTOFF:
            starts[path] = place(data)
        elif data:
            count = -(-len(data) // _MINI)
            starts[path] = len(minifat)
            minifat.extend([*range(len(minifat) + 1, len(minifat) + count), _END])
            mini += data.ljust(count * _MINI, b"\0")
    mini_start = place(mini)
    minifat_data = struct.pack(f"<{len(minifat)}I", *minifat)
    minifat_start = place(minifat_data.ljust(-(-len(minifat_data) // _SECTOR) * _SECTOR, b"\xff"))

    def children(folder: str) -> list[int]:
        return [index for index, path in enumerate(paths, start=1) if path.rpartition("/")[0] == folder]

    following = {one: other for folder in ["", *paths] for one, other in pairwise(children(folder))}

    def entry(name: str, kind: int, index: int, folder: str, start: int, size: int) -> bytes:
        encoded = name.encode("utf-16-le") + b"\0\0"
        first = next(iter(children(folder)), _FREE) if kind != 2 else _FREE
        return encoded.ljust(64, b"\0") + struct.pack(
            "<HBBIII16sIQQIQ",
            len(encoded),
            kind,
            1,
            _FREE,
            following.get(index, _FREE),
            first,
            b"",
            0,
            0,
            0,
            start,
            size,
        )

    entries = entry("Root Entry", 5, 0, "", mini_start, len(mini))
    for index, path in enumerate(paths, start=1):
        kind = 2 if path in streams else 1
        size = len(streams.get(path, b""))
        entries += entry(path.rpartition("/")[2], kind, index, path, starts.get(path, _END if kind == 2 else 0), size)
    directory = place(entries)
    needed = 1
    while needed * 128 < len(fat) + needed:
        needed += 1
    fat_sectors = list(range(len(sectors), len(sectors) + needed))
    table = struct.pack(f"<{len(fat) + needed}I", *fat, *[_FAT] * needed).ljust(needed * _SECTOR, b"\xff")
    head = struct.pack(
        "<8s16sHHHHH6sIIIIIIIIII", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", b"", 0x3E, 3, 0xFFFE, 9, 6, b"", 0, needed,
        directory, 0, _CUTOFF, minifat_start, -(-len(minifat_data) // _SECTOR), _END, 0, 0,
    )[:76]  # fmt: skip
    head += struct.pack("<109I", *fat_sectors, *[_FREE] * (109 - needed))
    return head + b"".join(sectors) + table


def msg(subject: str = "", folder: str = "", **properties: bytes | str) -> dict[str, bytes]:
    """The streams of an Outlook message: ``p`` and the number of a property, with its type where it is no text."""
    streams = {f"{folder}__properties_version1.0": b"\0" * (24 if folder else 32)}
    for name, value in {"p0037": subject, **properties}.items():
        text = value.encode("utf-16-le") if isinstance(value, str) else value
        streams[f"{folder}__substg1.0_{name[1:]}{'001F' if isinstance(value, str) else ''}"] = text
    return streams
