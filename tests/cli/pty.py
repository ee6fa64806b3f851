"""A terminal: a command runs in it, and what its screen shows is read as a person would see it."""

from __future__ import annotations

import fcntl
import os
import pty
import re
import select
import signal
import struct
import sys
import termios
import time
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

_PIECES = re.compile(
    r"\x1b\]8;[^;]*;(?P<link>[^\x1b\x07]*)(?:\x1b\\|\x07)|\x1b\[(?P<arguments>[?\d;]*)(?P<order>[A-Za-z])|(?P<sign>.)",
    re.DOTALL,
)


@dataclass
class Screen:
    """The lines of a terminal of so many columns; knows what rich sends, and fails for what it does not know."""

    columns: int
    lines: list[str] = field(default_factory=lambda: [""])
    links: dict[str, str] = field(default_factory=dict)
    orders: set[str] = field(default_factory=set)
    row: int = 0
    column: int = 0
    _link: str = ""

    def feed(self, text: str) -> None:
        """Show what a program wrote."""
        for piece in _PIECES.finditer(text):
            if piece["link"] is not None:
                self._link = piece["link"]
                self.orders.add("link")
            elif piece["order"]:
                self._obey(piece["order"], piece["arguments"])
            else:
                self._show(piece["sign"])

    @property
    def text(self) -> str:
        """What is seen."""
        return "\n".join(line.replace("\0", "").rstrip() for line in self.lines)

    def _obey(self, order: str, arguments: str) -> None:
        self.orders.add(order)
        if order == "A":
            self.row = max(0, self.row - int(arguments or 1))
        elif order == "K":
            self.lines[self.row] = "" if arguments == "2" else self.lines[self.row][: self.column]
        else:
            assert order in "mhl", f"{order} is not known"

    def _show(self, sign: str) -> None:
        if sign == "\r":
            self.column = 0
        elif sign == "\n":
            self.row, self.column = self.row + 1, 0
            if self.row == len(self.lines):
                self.lines.append("")
        else:
            width = 2 if unicodedata.east_asian_width(sign) in "WF" else 1
            if self.column + width > self.columns:
                self._show("\n")
            line = self.lines[self.row].ljust(self.column)
            # A wide sign takes the next column, too.
            self.lines[self.row] = line[: self.column] + sign + "\0" * (width - 1) + line[self.column + width :]
            self.column += width
            if self._link:
                self.links[self._link] = self.links.get(self._link, "") + sign


@dataclass
class Run:
    """What a command showed: its last screen, every line that was on it at any time, and its exit code."""

    screen: Screen
    seen: list[str]
    code: int


def typed(
    *arguments: str,
    environment: Mapping[str, str],
    folder: Path,
    columns: int = 100,
    interrupt: Callable[[str], bool] = lambda seen: False,
    seconds: float = 120,
    stdout: Path | None = None,
) -> Run:
    """Run searchapp in a terminal; Ctrl-C is pressed once when ``interrupt`` says so of what is on the screen.

    ``stdout``: a file into which it goes instead.
    """
    pid, terminal = pty.fork()
    if pid == 0:
        signal.signal(signal.SIGINT, signal.SIG_DFL)  # a run of tests in the background has it ignored
        os.chdir(folder)
        if stdout is not None:
            os.dup2(os.open(stdout, os.O_WRONLY | os.O_CREAT), 1)
        command = [sys.executable, "-m", "searchapp.cli.run", *arguments]
        fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack("HHHH", 50, columns, 0, 0))
        asked = {name: value for name, value in environment.items() if name not in ("COLUMNS", "LINES")}  # xdist's
        os.execve(sys.executable, command, {"TERM": "xterm-256color", **asked})
    screen, seen, raw, pressed = Screen(columns), [], b"", False
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if not select.select([terminal], [], [], 0.2)[0]:
            continue
        try:
            new = os.read(terminal, 65536)
        except OSError:  # the program has ended
            break
        if not new:
            break
        raw += new
        try:
            text, raw = raw.decode(), b""
        except UnicodeDecodeError:
            continue
        screen.feed(text)
        seen.append(screen.text)
        if not pressed and interrupt(screen.text):
            pressed = True
            os.kill(pid, signal.SIGINT)
    else:
        os.kill(pid, signal.SIGKILL)
    os.close(terminal)
    return Run(screen, seen, os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
