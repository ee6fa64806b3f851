from __future__ import annotations

import gzip

import pytest

from searchapp.errors import SourceError
from searchapp.sources.containers import gunzip

MEBIBYTE = 1 << 20


def test_plain_bytes_pass() -> None:
    assert gunzip(b"plain", "a.txt", 10) == b"plain"


def test_gzip_is_taken_off_members_joined() -> None:
    data = gzip.compress(b"one ") + gzip.compress(b"two" * 500_000)
    assert gunzip(data, "a.gz", 10 * MEBIBYTE) == b"one " + b"two" * 500_000


def test_a_bomb_is_stopped() -> None:
    with pytest.raises(SourceError, match="larger than 1 MiB once unpacked"):
        gunzip(gzip.compress(b"\0" * (64 * MEBIBYTE)), "bomb.gz", MEBIBYTE)


@pytest.mark.parametrize("cut", [12, 40, -1])
def test_a_cut_off_file_is_damaged(cut: int) -> None:
    data = gzip.compress(bytes(range(256)) * 10)
    with pytest.raises(SourceError, match=r"a\.gz is damaged"):
        gunzip(data[:cut], "a.gz", MEBIBYTE)
