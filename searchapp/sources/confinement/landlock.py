"""Files that a process may still read, by Landlock (Linux 5.13): rules that it sets for itself, without a privilege.

It also keeps it from looking into a process without these rules: at its memory, or its environment in /proc.
"""

from __future__ import annotations

import ctypes
import os
import shutil
import stat
import struct
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

import searchapp

# The same numbers on every architecture (include/uapi/asm-generic/unistd.h, include/uapi/linux/landlock.h).
_CREATE_RULESET, _ADD_RULE, _RESTRICT_SELF = 444, 445, 446
_ASK_VERSION = 1
_PATH_BENEATH = 1

_EXECUTE, _WRITE_FILE, _READ_FILE, _READ_DIR = 1 << 0, 1 << 1, 1 << 2, 1 << 3
_MAKE_SOCKET = 1 << 9
_HANDLED = ((2, 1 << 13), (3, 1 << 14), (5, 1 << 15))
"""Rights that came with a later version: moving between folders, truncating, commands to devices."""
_FIRST_HANDLED = (1 << 13) - 1
_TCP, _TCP_VERSION = 0b11, 4
"""Binding and connecting."""
_SCOPES, _SCOPES_VERSION = 0b11, 6
"""Abstract sockets, and signals."""

SYSTEM = (
    "/usr", "/bin", "/lib", "/lib32", "/lib64", "/nix/store", "/gnu/store", "/etc/alternatives", "/etc/crypto-policies",
    "/etc/fonts", "/etc/ld.so.cache", "/etc/ld.so.preload", "/etc/localtime", "/etc/mime.types",
    "/etc/pki/tls/openssl.cnf", "/etc/ssl/openssl.cnf", "/dev/random", "/dev/urandom", "/proc/cpuinfo", "/proc/meminfo",
    "/sys/devices/system/cpu",
)  # fmt: skip
"""Programs, libraries, fonts, and what their start reads; none of it is anybody's own."""


def restrict_files(writable: str = "", also: Iterable[str] = (), sockets: Iterable[str] = ()) -> None:
    """Leave nothing to this process but what parsing reads.

    And what there is ``also`` to read, a ``writable`` folder, and folders in which it may make ``sockets``.

    Raises OSError where the kernel has no Landlock, or it is not among its security modules.
    """
    version = _call(_CREATE_RULESET, None, 0, _ASK_VERSION)
    handled = _FIRST_HANDLED
    for since, right in _HANDLED:
        handled |= right if version >= since else 0
    network = _TCP if version >= _TCP_VERSION else 0
    scopes = _SCOPES if version >= _SCOPES_VERSION else 0
    attributes = struct.pack("=QQQ", handled, network, scopes)
    rules = _call(_CREATE_RULESET, attributes, len(attributes), 0)
    try:
        for path in (*readable(), *also):
            _allow(rules, path, _READ_FILE | _READ_DIR | _EXECUTE)
        _allow(rules, "/dev/null", _READ_FILE | _WRITE_FILE)
        for folder in sockets:
            _allow(rules, folder, _MAKE_SOCKET)
        if writable:
            _allow(rules, writable, handled & ~_EXECUTE)
        _call(_RESTRICT_SELF, rules, 0)
    finally:
        os.close(rules)


def readable() -> Iterator[str]:
    """Files and folders that parsing reads: the system's, Python's, ours, and tesseract's."""
    yield from SYSTEM
    package = Path(searchapp.__file__).resolve().parent
    yield str(package)
    # What lies beside the package in a checkout is its user's; in an installation it is what the package needs.
    beside = str(package.parent)
    is_installation = (package.parent / "lxml").is_dir()
    for path in (sys.prefix, sys.base_prefix, sys.exec_prefix, *sys.path):
        if (path != beside or is_installation) and not _holds_home(path):
            yield path
    if program := shutil.which("tesseract"):
        for place in (Path(program), Path(program).resolve()):
            yield str(place)
            if not _holds_home(place.parent.parent):
                yield str(place.parent.parent)
    data = os.environ.get("TESSDATA_PREFIX", "")
    if data and not _holds_home(data):
        yield data


def _holds_home(path: Path | str) -> bool:
    """Whether it is the home, or above it: there is more in it than programs."""
    return Path.home().resolve().is_relative_to(Path(path).resolve())


def _allow(rules: int, path: str, rights: int) -> None:
    try:
        place = os.open(path, os.O_PATH | os.O_CLOEXEC)
    except OSError:
        return  # not every system has all of them
    try:
        if not stat.S_ISDIR(os.fstat(place).st_mode):
            rights &= ~_READ_DIR
        _call(_ADD_RULE, rules, _PATH_BENEATH, struct.pack("=Qi", rights, place), 0)
    finally:
        os.close(place)


def _call(number: int, *arguments: bytes | int | None) -> int:
    libc = ctypes.CDLL(None, use_errno=True)
    libc.syscall.restype = ctypes.c_long
    typed = [ctypes.c_long(one) if isinstance(one, int) else ctypes.c_char_p(one) for one in arguments]
    result: int = libc.syscall(ctypes.c_long(number), *typed)
    if result < 0:
        failure = ctypes.get_errno()
        raise OSError(failure, os.strerror(failure))
    return result
