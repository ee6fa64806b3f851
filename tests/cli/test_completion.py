"""Completion in real shells: a line is typed, Tab is pressed, and the shell offers what may follow."""

from __future__ import annotations

import os
import pty
import select
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from searchapp.cluster.pipelines import Endpoint
from searchapp.embedding.models import KNOWN
from searchapp.model import DocumentState, SearchMode
from tests.cli.shell import Shell

SECONDS = 60
"""Until a shell that shows nothing is given up."""

LINES = [
    ("searchapp es pip", ("searchapp es pipeline ",)),
    ("searchapp collections re", ("remove", "rename", "restore")),
    ("searchapp search gloves --mode ", tuple(SearchMode)),
    ("searchapp ingest handb", ("searchapp ingest handbook.md ",)),
]


@pytest.fixture
def reader(tmp_path: Path) -> Shell:
    """Somebody whose PATH has searchapp, in a folder with a file."""
    shell = Shell(tmp_path)
    program = tmp_path / "bin" / "searchapp"
    program.parent.mkdir()
    program.write_text(f'#!/bin/sh\nexec {sys.executable} -m searchapp.cli.run "$@"\n', encoding="utf-8")
    program.chmod(0o755)
    (tmp_path / "handbook.md").touch()
    path = f"{program.parent}:{shell.environment['PATH']}"
    shell.environment |= {"PATH": path, "HOME": str(tmp_path), "TERM": "dumb", "PYTHONPATH": os.pathsep.join(sys.path)}
    return shell


class Terminal:
    """An interactive shell in a terminal."""

    def __init__(self, command: list[str], reader: Shell, *first: str) -> None:
        self._process, self._terminal = pty.fork()
        if self._process == 0:
            os.chdir(reader.folder)
            os.execve(command[0], command, reader.environment)
        for line in (*first, "PS1='read''y> '"):
            self._send(f"{line}\n")
        self._shows("ready> ")

    def completed(self, line: str, *words: str) -> str:
        """What is shown after Tab, once all of ``words`` are; fails where they do not come."""
        self._send(f"{line}\t")
        shown = self._shows(*words)
        self._send("\x15\n")  # the line is taken back
        self._shows("ready> ")
        return shown

    def close(self) -> None:
        os.close(self._terminal)
        os.kill(self._process, signal.SIGKILL)
        os.waitpid(self._process, 0)

    def _send(self, text: str) -> None:
        os.write(self._terminal, text.encode())

    def _shows(self, *words: str) -> str:
        shown, end = b"", time.monotonic() + SECONDS
        while not all(word.encode() in shown for word in words):
            assert time.monotonic() < end, f"{words} are not in {shown.decode()!r}"
            if select.select([self._terminal], [], [], 0.2)[0]:
                shown += os.read(self._terminal, 65536)
        return shown.decode()


@pytest.fixture
def bash(reader: Shell) -> Iterator[Terminal]:
    (reader.folder / "completion").write_text(reader("completion", "bash").stdout, encoding="utf-8")
    at_once = "bind 'set show-all-if-ambiguous on' 'set enable-bracketed-paste off' 'set page-completions off'"
    terminal = Terminal(["/bin/bash", "--norc", "--noprofile", "-i"], reader, at_once, "source completion")
    yield terminal
    terminal.close()


@pytest.fixture
def zsh_terminal(reader: Shell, zsh: str) -> Iterator[Terminal]:
    functions = reader.folder / "functions"
    functions.mkdir()
    (functions / "_searchapp").write_text(reader("completion", "zsh").stdout, encoding="utf-8")
    told = ("unsetopt zle_bracketed_paste 2>/dev/null", f"fpath=({functions} $fpath)", "autoload -Uz compinit")
    terminal = Terminal([zsh, "-f", "-i"], reader, *told, "compinit -u -D", "LISTMAX=1000", "setopt no_auto_menu")
    yield terminal
    terminal.close()


@pytest.mark.slow
def test_bash_completes_commands_options_and_values(bash: Terminal) -> None:
    for line, words in LINES:
        bash.completed(line, *words)


@pytest.mark.slow
def test_zsh_completes_commands_options_and_values_from_the_first_time_on(zsh_terminal: Terminal) -> None:
    for line, words in LINES:
        zsh_terminal.completed(line, *words)
    assert "Operate the Elasticsearch indices" in zsh_terminal.completed(
        "searchapp e", "eval", "Operate the Elasticsearch"
    )


@pytest.mark.slow
def test_fish_completes_commands_options_and_values(reader: Shell, fish: str) -> None:
    (reader.folder / "completion").write_text(reader("completion", "fish").stdout, encoding="utf-8")
    asked = "".join(f'complete --do-complete "{line}"\n' for line, _ in LINES)
    command = [fish, "--no-config", "--command", f"source completion\n{asked}"]
    done = subprocess.run(
        command, cwd=reader.folder, env=reader.environment, capture_output=True, text=True, check=True
    )
    offered = {line.partition("\t")[0] for line in done.stdout.splitlines()}
    assert {"pipeline", "remove", "rename", "restore", "handbook.md", *SearchMode} <= offered
    assert done.stderr == ""


def asked(reader: Shell, *words: str) -> list[str]:
    """What searchapp answers a shell that completes the last of these words."""
    line = ("searchapp", *words)
    asks = {"_SEARCHAPP_COMPLETE": "complete_bash", "COMP_WORDS": " ".join(line), "COMP_CWORD": str(len(line) - 1)}
    done = reader(**asks)
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout.split()


def test_values_are_those_of_the_code(reader: Shell) -> None:
    assert asked(reader, "documents", "list", "--state", "") == list(DocumentState)
    assert asked(reader, "models", "prepare", "") == [model.name for model in KNOWN]
    assert asked(reader, "es", "pipeline", "put", "--endpoint", "") == list(Endpoint)
    assert asked(reader, "audit", "--outcome", "r") == ["refused"]
    assert asked(reader, "search", "--exp") == ["--explain"]
    assert asked(reader, "eval", "--mode", "a") == ["all"]
    assert asked(reader, "keys", "make", "--scope", "") == ["read", "write", "operate"]
    assert asked(reader, "schedules", "add", "--every", "") == ["hour", "day", "week"]
    assert asked(reader, "es", "roles", "create", "") == ["web", "worker", "operator"]
    assert asked(reader, "search", "--sort", "n") == ["newest"]
    assert "int8_hnsw" in asked(reader, "es", "sizing", "--index-options", "int")


def test_a_shell_that_asks_runs_nothing(reader: Shell) -> None:
    assert "search" in asked(reader, "--version", "sea")
    assert not any(line.startswith("searchapp ") for line in asked(reader, "--version", ""))
    assert not (reader.folder / "data").exists()


def test_another_shell_is_refused(reader: Shell) -> None:
    refused = reader("completion", "tcsh")
    assert refused.returncode == 2 and "'tcsh'" in refused.stderr
