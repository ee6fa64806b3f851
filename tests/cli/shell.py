"""``searchapp`` in a folder of its own, with a hashed embedder and no Ollama: in this process, or in one of its own."""

from __future__ import annotations

import contextlib
import io
import os
import subprocess
import sys
from pathlib import Path
from unittest import mock

from searchapp.cli.run import run
from searchapp.messages import read_in

Done = subprocess.CompletedProcess[str]


class Shell:
    """Called, it runs a command in this process, which spares the start of one and tests the same code."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.environment = {
            **{name: value for name, value in os.environ.items() if not name.startswith("SEARCHAPP_")},
            "SEARCHAPP_DATA_DIR": str(folder / "data"),
            "SEARCHAPP_EMBEDDING_MODEL": "hashed:256",
            "SEARCHAPP_OLLAMA_URL": "http://127.0.0.1:9",
            "PYTHONIOENCODING": "utf-8",
            "LC_ALL": "C.UTF-8",  # sentences in English, whatever this machine reads
        }

    def __call__(self, *arguments: str, stdin: str = "", **environment: str) -> Done:
        """The exit code and the output; what the command line does not catch is raised, not printed."""
        typed = io.TextIOWrapper(io.BytesIO(stdin.encode()), encoding="utf-8")
        out, err = (io.TextIOWrapper(io.BytesIO(), encoding="utf-8", write_through=True) for _ in range(2))
        code: object = 0
        with contextlib.ExitStack() as changed:
            changed.enter_context(mock.patch.dict(os.environ, {**self.environment, **environment}, clear=True))
            changed.enter_context(read_in("en"))  # a command sets the reader's language for its thread
            changed.enter_context(contextlib.chdir(self.folder))
            changed.enter_context(mock.patch.multiple(sys, argv=["searchapp", *arguments], stdin=typed))
            changed.enter_context(contextlib.redirect_stdout(out))
            changed.enter_context(contextlib.redirect_stderr(err))
            try:
                run()
            except SystemExit as ended:
                code = ended.code or 0
        said = [stream.buffer.getvalue().decode() for stream in (out, err)]  # type: ignore[attr-defined]
        return Done(["searchapp", *arguments], code if isinstance(code, int) else 1, *said)

    def process(self, *arguments: str, stdin: str | None = None, **environment: str) -> Done:
        """The same as a user runs it, in a process of its own."""
        return subprocess.run(
            [sys.executable, "-m", "searchapp.cli.run", *arguments],
            cwd=self.folder,
            env={**self.environment, **environment},
            input=stdin,
            capture_output=True,
            text=True,
            encoding="utf-8",
            timeout=120,
            check=False,
        )
