"""What a parser that a document has taken over can reach: every attack runs in the real process, as it is started."""

from __future__ import annotations

import os
import signal
import socket
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from searchapp.sources import sandbox as sandbox_module
from searchapp.sources.confinement import SPARE_TASKS, Protection, landlock, seccomp
from searchapp.sources.parsed import ParserInput, ParserOptions
from searchapp.sources.sandbox import Sandbox
from tests.waiting import eventually

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="only Linux confines a process so far")

BASE = frozenset(Protection) - {Protection.FILES}
"""What every Linux gives, in a container too."""
REFUSED = {"PermissionError"}


@pytest.fixture
def box(monkeypatch: pytest.MonkeyPatch) -> Iterator[Sandbox]:
    monkeypatch.setattr(sandbox_module, "WORKER", "tests.security.probing_worker")
    with Sandbox(timeout_seconds=60.0, memory_mb=256, options=ParserOptions()) as started:
        yield started


@pytest.fixture
def closed(box: Sandbox) -> Sandbox:
    """A process that reads no foreign file; skipped where the kernel lacks Landlock."""
    if Protection.FILES not in box.in_force():
        pytest.skip("this kernel has no Landlock")
    return box


def got(box: Sandbox, *lines: str) -> str:
    return box.parse(ParserInput("/in/a.txt", "\n".join(lines).encode())).text.removeprefix("got ")


def test_the_base_is_in_force_on_every_linux(box: Sandbox) -> None:
    assert box.in_force() >= BASE
    try:
        landlock._call(landlock._CREATE_RULESET, None, 0, landlock._ASK_VERSION)
    except OSError:
        pytest.skip("this kernel has no Landlock")
    assert Protection.FILES in box.in_force()


@pytest.mark.parametrize(
    "attack",
    [
        "socket.create_connection(('127.0.0.1', {port}), 5)",
        "socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b'x', ('127.0.0.1', {port}))",  # as DNS asks
        "socket.socket(socket.AF_INET6, socket.SOCK_STREAM)",
        "socket.socket(socket.AF_UNIX).connect('{unix}')",
        "socket.socket(socket.AF_UNIX).connect(chr(0) + 'abstract')",
        "socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM)[0].sendto(b'x', '{unix}')",
        "socket.socket(socket.AF_NETLINK, socket.SOCK_RAW)",
        "socket.socket(socket.AF_PACKET, socket.SOCK_RAW)",
        "socket.socket(socket.AF_ALG, socket.SOCK_SEQPACKET)",
        "socket.socket(40, socket.SOCK_STREAM)",  # AF_VSOCK: the host of a virtual machine
    ],
)
def test_no_socket_leads_out(box: Sandbox, tmp_path: Path, attack: str) -> None:
    unix = tmp_path / "docker.sock"
    with socket.create_server(("127.0.0.1", 0)) as tcp, socket.socket(socket.AF_UNIX) as local:
        local.bind(str(unix))
        local.listen()
        for server in (tcp, local):
            server.settimeout(0.2)
        assert got(box, attack.format(port=tcp.getsockname()[1], unix=unix)) in REFUSED
        for server in (tcp, local):
            with pytest.raises(TimeoutError):
                server.accept()


def test_a_program_that_it_starts_has_no_network_either(box: Sandbox) -> None:
    assert "PermissionError" in got(
        box,
        "code = 'import socket; socket.socket()'",
        "got = subprocess.run([sys.executable, '-c', code], capture_output=True, text=True).stderr",
    )


@pytest.mark.parametrize("how", ["'r'", "'rb'", "'a'", "'w'"])
def test_no_file_of_anybody_is_opened(
    closed: Sandbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, how: str
) -> None:
    key, database = tmp_path / ".ssh" / "id_ed25519", tmp_path / "data" / "access.sqlite"
    for path in (key, database):
        path.parent.mkdir()
        path.write_text("secret")
    for path in (key, database, Path("/etc/passwd"), Path("/etc/hostname"), Path("/root/.profile")):
        assert got(closed, f"got = open({str(path)!r}, {how}).read()") in REFUSED, path
    assert key.read_text() == database.read_text() == "secret"


@pytest.mark.parametrize("place", ["/", "/etc", "/home", "/root", "/tmp", "/proc", "/var"])
def test_no_folder_of_anybody_is_listed(closed: Sandbox, place: str) -> None:
    assert got(closed, f"got = os.listdir({place!r})") in REFUSED


def test_a_checkout_around_the_package_is_not_read(closed: Sandbox) -> None:
    root = Path(__file__).parents[2]
    assert got(closed, f"got = open({str(root / 'pyproject.toml')!r}).read()") in REFUSED
    assert "Parses" in got(closed, f"got = open({sandbox_module.__file__!r}).read()")


@pytest.mark.parametrize(
    ("name", "value"), [("TESSDATA_PREFIX", "{home}"), ("PYTHONPATH", "{home}"), ("PATH", "{home}/bin:/usr/bin:/bin")]
)
def test_no_setting_opens_the_home(
    box: Sandbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    program = tmp_path / "bin" / "tesseract"
    program.parent.mkdir()
    program.write_text("#!/bin/sh\n")
    program.chmod(0o755)
    (tmp_path / "letter").write_text("secret")
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv(name, value.format(home=tmp_path) + (f":{os.environ.get(name, '')}" if name != "PATH" else ""))
    if Protection.FILES not in box.in_force():
        pytest.skip("this kernel has no Landlock")
    assert got(box, f"got = open({str(tmp_path / 'letter')!r}).read()") in REFUSED


@pytest.mark.parametrize(
    "attack",
    [
        "os.chmod({path!r}, 0o777)",
        "os.chown({path!r}, os.getuid(), os.getgid())",
        "os.utime({path!r}, (0, 0))",
        "os.setxattr({path!r}, 'user.x', b'x')",
        "os.truncate({path!r}, 0)",
        "os.unlink({path!r})",
        "os.rename({path!r}, {path!r} + '2')",
        "os.link({path!r}, {path!r} + '2')",
        "os.symlink('/etc', {path!r} + '2')",
        "os.mkdir({path!r} + '2')",
        "os.rmdir({folder!r})",
        "os.mkfifo({path!r} + '2')",
    ],
)
def test_no_file_is_changed_without_opening_it(box: Sandbox, tmp_path: Path, attack: str) -> None:
    path, folder = tmp_path / "access.sqlite", tmp_path / "empty"
    path.write_text("secret")
    folder.mkdir()
    before = path.stat()
    assert got(box, attack.format(path=str(path), folder=str(folder))) in REFUSED
    assert path.read_text() == "secret" and path.stat().st_mode == before.st_mode
    assert sorted(tmp_path.iterdir()) == [path, folder]


def test_the_limits_cannot_be_raised(box: Sandbox) -> None:
    for name in ("RLIMIT_FSIZE", "RLIMIT_DATA", "RLIMIT_NOFILE"):
        import_ = "import resource as r"
        assert got(box, import_, f"got = r.getrlimit(r.{name})[1] < 2 ** 40") == "True"
        assert got(
            box, import_, f"try: r.setrlimit(r.{name}, (1 << 50, 1 << 50))", "except ValueError: got = 'no'"
        ) in {
            "no",
            *REFUSED,
        }
    assert got(box, "import resource as r", "r.prlimit(os.getppid(), r.RLIMIT_NOFILE, (3, 3))") in REFUSED


def test_files_are_bounded(box: Sandbox) -> None:
    assert got(box, "pipes = [os.pipe() for _ in range(2000)]") == "OSError"


@pytest.mark.parametrize(
    "attack",
    [
        "os.kill(os.getppid(), signal.SIGKILL)",
        "os.kill(os.getppid(), 0)",
        "os.kill(-1, 0)",
        "os.killpg(os.getpgid(os.getppid()), 0)",
        "signal.pidfd_send_signal(os.pidfd_open(os.getppid()), signal.SIGKILL)",
        "os.setsid()",
        "os.setpgid(0, 0)",
        "os.setpriority(os.PRIO_PROCESS, os.getppid(), 19)",
        "os.sched_setaffinity(os.getppid(), {0})",
        "import fcntl; r, w = os.pipe(); fcntl.fcntl(r, fcntl.F_SETOWN, os.getppid())",
    ],
)
def test_no_other_process_is_reached(box: Sandbox, attack: str) -> None:
    assert got(box, attack) in REFUSED


RAW = {
    "ptrace": "16, os.getppid(), 0, 0",
    "process_vm_readv": "os.getppid(), 0, 0, 0, 0, 0",
    "process_vm_writev": "os.getppid(), 0, 0, 0, 0, 0",
    "tkill": "os.getppid(), 9",
    "rt_sigqueueinfo": "os.getppid(), 9, 0",
    "tgkill": "os.getppid(), os.getppid(), 9",
    "kcmp": "os.getppid(), os.getpid(), 0, 0, 0",
    "unshare": "0x10000000",
    "clone": "0x10000011, 0, 0, 0, 0",
    "bpf": "0, 0, 0",
    "userfaultfd": "0",
    "io_uring_setup": "8, 0",
    "keyctl": "0, -3, 0",
    "perf_event_open": "0, 0, 0, 0, 0",
    "mount": "0, 0, 0, 0, 0",
    "chroot": "b'/usr'",
    "shmget": "0, 4096, 0o1600",
    "open_by_handle_at": "-1, 0, 0",
    "fchmodat2": "-100, b'/tmp', 0o777, 0",
}


@pytest.mark.parametrize("name", RAW)
def test_the_kernel_is_not_asked_past_the_libraries(box: Sandbox, name: str) -> None:
    calls = seccomp.numbers(seccomp.REFUSED + seccomp.ARGUED, os.uname().machine)
    lines = [f"found = libc.syscall({calls[name]}, {RAW[name]})", "got = (found, ctypes.get_errno())"]
    assert got(box, *lines) == "(-1, 1)"


@pytest.mark.skipif(os.uname().machine != "x86_64", reason="only x86-64 has these calls a second time")
def test_the_same_calls_by_their_other_numbers(box: Sandbox) -> None:
    assert got(box, "found = libc.syscall(0x40000000 + 41, 2, 1, 0)", "got = (found, ctypes.get_errno())") == "(-1, 1)"


def test_the_environment_of_the_server_stays_its_own(closed: Sandbox) -> None:
    assert b"PATH=" in Path(f"/proc/{os.getpid()}/environ").read_bytes()  # anybody else's process of ours may
    for name in ("environ", "mem", "maps", "cmdline", "root/etc/passwd", "cwd/pyproject.toml", "fd"):
        line = f"got = os.open(f'/proc/{{os.getppid()}}/{name}', os.O_RDONLY)"
        assert got(closed, f"assert os.getppid() == {os.getpid()}", line) in REFUSED, name


def test_a_setuid_program_gains_nothing(box: Sandbox) -> None:
    assert Protection.PRIVILEGES in box.in_force()
    pid = got(box, "got = os.getpid()")
    child = got(box, "got = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(600)']).pid")
    for process in (pid, child):
        status = Path(f"/proc/{process}/status").read_text()
        assert "NoNewPrivs:\t1" in status and "Seccomp:\t2" in status


def test_what_it_starts_ends_with_it(box: Sandbox) -> None:
    """Processes that fork on and on: they cannot leave the group, and are ended together."""
    started = got(
        box,
        "pids = []",
        "for _ in range(20):",
        "    pid = os.fork()",
        "    if not pid:",
        "        if not os.fork():",
        "            while True: signal.pause()",
        "        while True: signal.pause()",
        "    pids.append(pid)",
        "got = os.getpgid(0)",
    )
    eventually(lambda: len(alive_in(int(started))) == 41)
    box.close()
    eventually(lambda: not alive_in(int(started)))


def alive_in(group: int) -> list[str]:
    """The processes of a group that have not ended: status, parent and group follow the name in brackets."""
    found = []
    for path in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):
            found.append(path.read_text().rpartition(") ")[2].split())
    return [state for state, _, of, *_ in found if of == str(group) and state != "Z"]


def test_processes_are_counted(box: Sandbox) -> None:
    limit = int(got(box, "import resource", "got = resource.getrlimit(resource.RLIMIT_NPROC)[1]"))
    assert SPARE_TASKS < limit < 100_000  # the system holds everybody to it but root


def test_a_library_that_aborts_ends(box: Sandbox) -> None:
    code = "import os; os.abort()"
    found = got(box, f"got = subprocess.run([sys.executable, '-c', {code!r}], stderr=subprocess.DEVNULL).returncode")
    assert int(found) in (-signal.SIGABRT, -signal.SIGSEGV, -signal.SIGILL)
