"""System calls that a process gives up, by seccomp: a filter that holds for it and for every program that it starts.

What is not named here is allowed: libraries may use new calls at any time, and would fail where nobody expects it.
"""

from __future__ import annotations

import ctypes
import errno
import os
import struct
from collections.abc import Collection, Iterator, Sequence

# Each call with its numbers on x86-64 and on ARM64, where some are missing (arch/x86/entry/syscalls/syscall_64.tbl,
# include/uapi/asm-generic/unistd.h).
REFUSED = """
socket 41 198  socketpair 53 199  connect 42 203  bind 49 200
shmget 29 194  shmat 30 196  msgget 68 186  semget 64 190  mq_open 240 180  mq_unlink 241 181

kill 62 129  tkill 200 130  rt_sigqueueinfo 129 138  rt_tgsigqueueinfo 297 240  pidfd_send_signal 424 424
ptrace 101 117  process_vm_readv 310 270  process_vm_writev 311 271  process_madvise 440 440  process_mrelease 448 448
pidfd_open 434 434  pidfd_getfd 438 438  kcmp 312 272  setsid 112 157  setpgid 109 154  setpriority 141 140
sched_setaffinity 203 122  sched_setattr 314 274  sched_setparam 142 118  sched_setscheduler 144 119
ioprio_set 251 30  migrate_pages 256 238  move_pages 279 239  setrlimit 160 164

chmod 90 -  fchmod 91 52  fchmodat 268 53  fchmodat2 452 452  chown 92 -  fchown 93 55  lchown 94 -  fchownat 260 54
utime 132 -  utimes 235 -  futimesat 261 -  utimensat 280 88  truncate 76 45  file_setattr 469 469
setxattr 188 5  lsetxattr 189 6  fsetxattr 190 7  setxattrat 463 463
removexattr 197 14  lremovexattr 198 15  fremovexattr 199 16  removexattrat 466 466
unlink 87 -  unlinkat 263 35  rename 82 -  renameat 264 38  renameat2 316 276  link 86 -  linkat 265 37
symlink 88 -  symlinkat 266 36  mkdir 83 -  mkdirat 258 34  rmdir 84 -  mknod 133 -  mknodat 259 33

unshare 272 97  setns 308 268  mount 165 40  umount2 166 39  pivot_root 155 41  chroot 161 51  move_mount 429 429
open_tree 428 428  open_tree_attr 467 467  fsopen 430 430  fsconfig 431 431  fsmount 432 432  fspick 433 433
mount_setattr 442 442  open_by_handle_at 304 265  name_to_handle_at 303 264

bpf 321 280  perf_event_open 298 241  userfaultfd 323 282  keyctl 250 219  add_key 248 217  request_key 249 218
io_uring_setup 425 425  io_uring_enter 426 426  io_uring_register 427 427
init_module 175 105  finit_module 313 273  delete_module 176 106  kexec_load 246 104  kexec_file_load 320 294
reboot 169 142  swapon 167 224  swapoff 168 225  syslog 103 116  acct 163 89  quotactl 179 60  quotactl_fd 443 443
settimeofday 164 170  clock_settime 227 112  adjtimex 159 171  clock_adjtime 305 266  iopl 172 -  ioperm 173 -
modify_ldt 154 -
"""
"""Speaking to others, over the network or not; reaching other processes, and leaving the group in which all are ended;
changing files that need not be opened for it; making a world of its own; parts of the kernel with many faults.
"""

ARGUED = "clone 56 220  fcntl 72 25  prlimit64 302 261  tgkill 234 131  clone3 435 435"
"""Calls that are refused by their arguments; the last has them where a filter cannot look, and says that it is not
there, so that the C library takes ``clone``."""

_AUDIT_ARCHITECTURES = {"x86_64": 0xC000003E, "aarch64": 0xC00000B7}
_COLUMNS = {"x86_64": 1, "aarch64": 2}
_X32 = 0x40000000
"""On x86-64 the same calls exist once more, with this bit."""

_NAMESPACES = 0x7E020000
"""``CLONE_NEW*``: a process that is root in a namespace of its own reaches more of the kernel."""
_SET_OWNER, _SET_OWNER_EX = 8, 15
"""``F_SETOWN``: a pipe may send its owner any signal."""

_LOAD, _EQUAL, _AT_LEAST, _ANY_BIT, _RETURN = 0x20, 0x15, 0x35, 0x45, 0x06
_NUMBER_AT, _ARCHITECTURE_AT, _ARGUMENTS_AT = 0, 4, 16
_KILL, _ALLOW, _FAIL = 0x80000000, 0x7FFF0000, 0x00050000

_SET_MODE_FILTER, _ALL_THREADS = 1, 1
_AF_UNIX = 1
_SECCOMP = {"x86_64": 317, "aarch64": 277}


def refuse_system_calls(allowed: Collection[str] = ()) -> None:
    """Have the calls fail that parsing does not need (EPERM), for good; those that are ``allowed`` are not refused.

    An allowed ``socket`` is one of the Unix domain.

    Raises OSError where the kernel has no filters, or the processor is none of those whose numbers are known.
    """
    machine = os.uname().machine
    if machine not in _COLUMNS or ctypes.sizeof(ctypes.c_void_p) != 8:
        raise OSError(errno.ENOSYS, machine)
    program = b"".join(_program(machine, allowed))
    code = ctypes.create_string_buffer(program, len(program))
    described = struct.pack("@HP", len(program) // 8, ctypes.addressof(code))
    libc = ctypes.CDLL(None, use_errno=True)
    libc.syscall.restype = ctypes.c_long
    number, mode, flags = (ctypes.c_long(one) for one in (_SECCOMP[machine], _SET_MODE_FILTER, _ALL_THREADS))
    if libc.syscall(number, mode, flags, ctypes.c_char_p(described)) != 0:
        raise OSError(ctypes.get_errno(), "seccomp")


def numbers(table: str, machine: str) -> dict[str, int]:
    """The calls of a table that ``machine`` has, with their numbers there."""
    words = table.split()
    column = _COLUMNS[machine]
    entries = (words[at : at + 3] for at in range(0, len(words), 3))
    return {entry[0]: int(entry[column]) for entry in entries if entry[column] != "-"}


def _program(machine: str, allowed: Collection[str]) -> Iterator[bytes]:
    """The filter, in the classic BPF that the kernel takes."""
    yield _step(_LOAD, _ARCHITECTURE_AT)
    yield _step(_EQUAL, _AUDIT_ARCHITECTURES[machine], 1, 0)
    yield _step(_RETURN, _KILL)  # the numbers of another architecture mean other calls
    yield _step(_LOAD, _NUMBER_AT)
    yield _step(_AT_LEAST, _X32, 0, 1)
    yield _step(_RETURN, _FAIL | errno.EPERM)
    for name, number in numbers(REFUSED, machine).items():
        if name == "socket" and name in allowed:
            yield from _where(number, [_unless(0, _AF_UNIX)])
        elif name not in allowed:
            yield _step(_EQUAL, number, 0, 1)
            yield _step(_RETURN, _FAIL | errno.EPERM)
    argued = numbers(ARGUED, machine)
    yield _step(_EQUAL, argued["clone3"], 0, 1)
    yield _step(_RETURN, _FAIL | errno.ENOSYS)
    yield from _where(argued["clone"], [_if(0, _ANY_BIT, _NAMESPACES)])
    yield from _where(argued["fcntl"], [_if(1, _EQUAL, _SET_OWNER), _if(1, _EQUAL, _SET_OWNER_EX)])
    # Its own limits may be read, nobody's set: root could raise them again, and others' could be lowered.
    new = [_if(2, _ANY_BIT, 0xFFFFFFFF), _if(2, _ANY_BIT, 0xFFFFFFFF, high=True)]
    yield from _where(argued["prlimit64"], [_unless(0, 0), *new])
    yield from _where(argued["tgkill"], [_unless(0, os.getpid())])  # abort() and raise() signal themselves
    yield _step(_RETURN, _ALLOW)


def _where(number: int, conditions: Sequence[bytes]) -> Iterator[bytes]:
    """Refuse a call on any of the conditions."""
    inner = b"".join(conditions) + _step(_RETURN, _ALLOW)
    yield _step(_EQUAL, number, 0, len(inner) // 8)
    yield inner


def _if(argument: int, test: int, value: int, *, high: bool = False) -> bytes:
    at = _ARGUMENTS_AT + 8 * argument + 4 * high
    return _step(_LOAD, at) + _step(test, value, 0, 1) + _step(_RETURN, _FAIL | errno.EPERM)


def _unless(argument: int, value: int) -> bytes:
    at = _ARGUMENTS_AT + 8 * argument
    return _step(_LOAD, at) + _step(_EQUAL, value, 1, 0) + _step(_RETURN, _FAIL | errno.EPERM)


def _step(code: int, value: int, then: int = 0, otherwise: int = 0) -> bytes:
    return struct.pack("=HBBI", code, then, otherwise, value)
