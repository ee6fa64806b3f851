"""Finds a prepared model, or has it made: once for a machine, by one process, while others wait.

Prepared models lie in ``models`` of the data folder and in SEARCHAPP_MODELS_DIR, a folder each, named by model and
digest. A model that could not be compiled has a folder, too, which says why, so that it is not tried at each start.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import stat
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock

from searchapp import progress
from searchapp.children import ended_with_us, plain_environment
from searchapp.embedding.models import plain_name
from searchapp.embedding.runtime.facts import ModelFacts, read_facts
from searchapp.embedding.weights import Weights, find_weights
from searchapp.errors import ModelUnavailableError, StorageError, unwritable
from searchapp.messages import Message, decoded
from searchapp.settings import Settings


def prepared_models(settings: Settings) -> Iterator[tuple[Path, ModelFacts]]:
    """Every prepared model of this machine, with its folder."""
    for place in settings.model_folders:
        for folder in sorted(place.iterdir()) if place.is_dir() else ():
            if not folder.name.startswith(".") and (facts := read_facts(folder)):
                yield folder, facts


def find_prepared(
    settings: Settings, weights: Weights | None, name: str = "", digest: str = ""
) -> tuple[Path, ModelFacts] | None:
    """The prepared model of this digest, else of these weights, else, where there are no weights, of this name."""
    every = list(prepared_models(settings))

    def first(fits: Callable[[ModelFacts], bool]) -> tuple[Path, ModelFacts] | None:
        return next((one for one in every if fits(one[1])), None)

    if digest:
        return first(lambda facts: facts.digest == digest)
    if weights is not None:
        return first(lambda facts: weights.identity in facts.sources)
    return first(lambda facts: facts.name == plain_name(name))


def is_here(settings: Settings) -> bool:
    """Whether the model's files lie on this machine. True for providers that fetch nothing."""
    provider, _, model = settings.embedding_model.partition(":")
    if provider != "sentence-transformers":
        return True
    return find_weights(model) is not None or find_prepared(settings, None, model) is not None


def prepare(settings: Settings, weights: Weights, *, again: bool = False) -> tuple[Path, ModelFacts]:
    """The prepared model of these weights, made now where it is not there yet, or ``again``.

    Raises ModelUnavailableError where the model does not load, and StorageError where no folder can be written, or the
    disk is full; what was there before is kept then.
    """
    if not again and (found := find_prepared(settings, weights)):
        return found
    folder = _writable(settings)
    with _lock(folder, weights):
        if not again and (found := find_prepared(settings, weights)):  # another process made it meanwhile
            return found
        made = folder / _compiled(weights, folder)
        open_like(folder, made)
    facts = read_facts(made)
    if facts is None:
        raise ModelUnavailableError("prepared_model_unreadable", folder=made, name=weights.name)
    return made, facts


def _writable(settings: Settings) -> Path:
    """The folder that new models go into: the first that lets itself be written."""
    failed: OSError | None = None
    for folder in settings.model_folders:
        try:
            folder.mkdir(parents=True, exist_ok=True)
            if os.access(folder, os.W_OK):
                return folder
        except OSError as error:
            failed = error
    place = settings.model_folders[-1]
    raise unwritable(place, failed or PermissionError(13, "permission denied"), "SEARCHAPP_MODELS_DIR")


def open_like(folder: Path, made: Path) -> None:
    """Let others read the model where they may read the folder; what this process makes is its owner's alone."""
    others = stat.S_IMODE(folder.stat().st_mode) & 0o055
    for path in (made, *made.rglob("*")) if others else ():
        path.chmod(stat.S_IMODE(path.stat().st_mode) | (others if path.is_dir() else others & 0o044))


@contextmanager
def _lock(folder: Path, weights: Weights) -> Iterator[None]:
    """Held by one process while it makes the model; says so where another one holds it."""
    lock = FileLock(folder / f".{weights.file_name}.lock")
    try:
        lock.acquire(timeout=0.1)
    except OSError as error:  # filelock's own Timeout is one of them
        if not isinstance(error, TimeoutError):
            raise unwritable(folder, error, "SEARCHAPP_MODELS_DIR") from error
        progress.tell(f"Waiting for another process that prepares {weights.name}", 0.0)
        lock.acquire()
    try:
        yield
    finally:
        lock.release()


def _compiled(weights: Weights, folder: Path) -> str:
    """The name of the folder that the compiling process made below ``folder``."""
    scratch = folder / f".preparing-{weights.file_name}"
    shutil.rmtree(scratch, ignore_errors=True)  # of one that was killed: we hold the lock
    try:
        scratch.mkdir()
        return _run(weights, folder, scratch)
    except OSError as error:
        raise unwritable(folder, error, "SEARCHAPP_MODELS_DIR") from error
    finally:
        shutil.rmtree(scratch, ignore_errors=True)


def _run(weights: Weights, folder: Path, scratch: Path) -> str:
    name = str(weights.path) if weights.kind == "folder" else weights.name
    subject = f"the embedding model {weights.name} for this machine (once)"
    command = [sys.executable, "-m", "searchapp.embedding.runtime.compiling", name, str(folder), str(scratch)]
    environment = plain_environment("HF_HOME", "HF_HUB_CACHE", "HUGGINGFACE_HUB_CACHE")
    progress.tell(f"Loading {subject}", 0.0)
    done = failed = ""
    process = subprocess.Popen(  # noqa: S603  # our own module
        command,
        env={**environment, "HF_HUB_OFFLINE": "1", "PYTHONWARNINGS": "ignore", "PYTHONUTF8": "1"},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        encoding="utf-8",
        errors="replace",
    )
    with process, ended_with_us(process):
        said = _read_aside(process)
        try:
            for line in process.stdout or ():
                share, _, what = line.strip().partition(" ")
                if share == "done":
                    done = what
                elif share == "failed":
                    failed = what
                elif what and share.replace(".", "", 1).isdigit():
                    progress.tell(f"{what} {subject}", float(share))
        except BaseException:
            process.kill()
            raise
        finally:
            last = said()  # before the pipe is closed under its reader
    if process.returncode or not done:
        raise _told(failed) if failed else _died(weights, process.returncode, last)
    progress.tell(f"Prepared {subject}", 1.0)
    return done


def _told(failed: str) -> ModelUnavailableError | StorageError:
    """The error that the process itself came to."""
    code, kept = json.loads(failed)
    sentence = decoded(kept) or Message("plain", text=kept)
    return (StorageError if code == StorageError.code else ModelUnavailableError)(sentence)


def _read_aside(process: subprocess.Popen[str]) -> Callable[[], list[str]]:
    """Standard error, read in a thread of its own: libraries write much there, and a full pipe would stop them."""
    from collections import deque

    lines: deque[str] = deque(maxlen=20)
    thread = threading.Thread(target=lambda: lines.extend(process.stderr or ()), daemon=True)
    thread.start()

    def said() -> list[str]:
        thread.join(5)
        return [line.strip() for line in lines if line.strip()]

    return said


def _died(weights: Weights, code: int, said: list[str]) -> ModelUnavailableError:
    if code < 0:
        names = {one.value: one.name for one in signal.Signals}
        ended = names.get(-code, f"signal {-code}")
        return ModelUnavailableError("preparation_killed", name=weights.name, signal=ended)
    if not said:
        return ModelUnavailableError("preparation_silent", name=weights.name)
    return ModelUnavailableError("preparation_failed", name=weights.name, why=said[-1][:300].rstrip("."))
