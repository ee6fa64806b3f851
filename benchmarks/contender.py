"""One of those who are compared: a process with everything loaded that does its task whenever it is told to."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any


class Contender:
    """Runs ``script TASK FACTS``, which answers each line that it is sent with a line of JSON.

    ``ready`` is its first answer, ``name`` what its figures are kept under. Ends the program when it does not answer.
    """

    def __init__(self, python: str, script: Path, task: str, name: str = "", **facts: Any) -> None:
        self.name = name or task
        self._process = subprocess.Popen(
            [python, str(script), task, json.dumps(facts)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env={**os.environ, "TOKENIZERS_PARALLELISM": "false", "HAYSTACK_TELEMETRY_ENABLED": "False"},
        )
        self.ready = self._answer()

    def run(self) -> dict[str, Any]:
        """One round."""
        assert self._process.stdin is not None
        self._process.stdin.write("go\n")
        self._process.stdin.flush()
        return self._answer()

    def close(self) -> None:
        """End the process."""
        assert self._process.stdin is not None
        self._process.stdin.close()
        self._process.wait()

    def _answer(self) -> dict[str, Any]:
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        if not line:
            sys.exit(f"{self.name} ended without an answer.")
        answer: dict[str, Any] = json.loads(line)
        return answer


def in_turns(contenders: Sequence[Contender], number: int) -> Iterator[Contender]:
    """All of them for round ``number``; who goes first finds the coolest processor, so the order turns."""
    first = number % len(contenders)
    yield from (*contenders[first:], *contenders[:first])
