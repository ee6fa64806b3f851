"""Reads the commands that a page of the documentation shows, and types them into a shell, one after the other."""

from __future__ import annotations

import os
import queue
import re
import signal
import subprocess
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

MARK = "::done::"
STAYS = re.compile(r"\bsearchapp (serve|worker)\b|--watch\b")
"""Commands that run until Ctrl-C: they stay beside the others of their page, and end with it."""


@dataclass
class Example:
    """A command as a page shows it, with the lines that it prints there ("..." stands for anything)."""

    command: str
    shown: list[str] = field(default_factory=list)

    @property
    def pattern(self) -> str:
        """The output's beginning as a regular expression."""
        return "\n".join(re.escape(line) for line in self.shown).replace(r"\.\.\.", ".*?")


def examples(page: str) -> list[Example]:
    """The commands of the ``console`` blocks, in order; a block below ``<!-- not run: reason -->`` is left out."""
    found: list[Example] = []
    for left_out, block in re.findall(r"(<!-- not run: [^>]+ -->\n+)?```console\n(.*?)```", page, re.S):
        for line in [] if left_out else block.splitlines():
            if line.startswith("$ "):
                found.append(Example(re.sub(r"\s{2,}# .*", "", line[2:])))
            elif found and line.strip():
                found[-1].shown.append(line)
    return found


class Shell:
    """One bash, as a reader of the page has one; ``aliases`` say what stands here for an address of the page."""

    def __init__(self, folder: Path, env: Mapping[str, str], aliases: Mapping[str, str]) -> None:
        self._aliases = aliases
        self._folder = folder
        self._staying: list[subprocess.Popen[bytes]] = []
        self._lines: queue.Queue[str] = queue.Queue()
        self._bash = subprocess.Popen(
            ["bash", "--norc"],
            cwd=folder,
            env=dict(env),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            encoding="utf-8",
            start_new_session=True,
        )
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self) -> None:
        assert self._bash.stdout is not None
        for line in self._bash.stdout:
            self._lines.put(line)

    def type(self, example: Example, seconds: float = 280) -> tuple[int, str]:
        """Run it to its end, or until what it shows is there if it stays; gives exit code and output."""
        command = self._here(example.command)
        if STAYS.search(command):
            return self._leave_running(command, self._here(example.pattern), seconds)
        code, output = self._run(command, seconds)
        return code, self._there(output)

    def _run(self, command: str, seconds: float) -> tuple[int, str]:
        assert self._bash.stdin is not None
        self._bash.stdin.write(f'{{ {command}; }} </dev/null\necho "{MARK}$?"\n')
        self._bash.stdin.flush()
        output, end = "", time.monotonic() + seconds
        while MARK not in output:
            output += self._lines.get(timeout=max(0.1, end - time.monotonic()))
        output, code = output.rsplit(MARK, 1)
        return int(code), output

    def _leave_running(self, command: str, pattern: str, seconds: float) -> tuple[int, str]:
        assert pattern, f"the page shows nothing that {command!r} prints"
        log = self._folder / f".staying-{len(self._staying)}"
        _, exported = self._run("export -p", 10)
        with log.open("wb") as output:
            self._staying.append(
                subprocess.Popen(
                    ["bash", "--norc", "-c", f"{exported}\ncd {self._run('pwd', 10)[1].strip()}\nexec {command}"],
                    cwd=self._folder,
                    stdout=output,
                    stderr=subprocess.STDOUT,
                    start_new_session=True,
                    # A shell that was started in the background ignores Ctrl-C, and so would what it starts.
                    preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),
                )
            )
        end = time.monotonic() + seconds
        while not re.search(pattern, text := log.read_text(encoding="utf-8"), re.S):
            code = self._staying[-1].poll()
            if code is not None or time.monotonic() > end:
                return code or 1, text
            time.sleep(0.1)
        return 0, self._there(text)

    def close(self) -> None:
        """Press Ctrl-C on what stays, and close the shell; raises AssertionError when something does not end."""
        try:
            for process in self._staying:
                os.killpg(process.pid, signal.SIGINT)
            for process in self._staying:
                code = process.wait(60)
                assert code in (0, 130), (process.args, code)
        finally:
            for process in self._staying:
                if process.poll() is None:
                    os.killpg(process.pid, signal.SIGKILL)
            self._bash.kill()
            self._bash.wait()

    def _here(self, text: str) -> str:
        for shown, real in self._aliases.items():
            text = text.replace(re.escape(shown), re.escape(real)).replace(shown, real)
        return text

    def _there(self, text: str) -> str:
        for shown, real in self._aliases.items():
            text = text.replace(real, shown)
        return text
