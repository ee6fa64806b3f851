"""A move of an embedded index is killed at any moment: the index is whole afterwards, and the next move ends well."""

from __future__ import annotations

import random
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from searchapp.errors import UsageError
from searchapp.settings import load_settings
from searchapp.stores.lancedb import moving
from searchapp.stores.lancedb.versions import names_in
from searchapp.wiring import Application
from tests.cluster.conftest import document, ingest
from tests.stores.test_lancedb_moving import content, hits, ingested_anew, move, store_of

MOVE = """
import os, signal, sys
from searchapp.settings import load_settings
from searchapp.stores.lancedb import copying, moving
from searchapp.wiring import Application

copying.WINDOW_DOCUMENTS, moving.FEW_CHUNKS = 2, 8
application = Application(load_settings(data_dir=sys.argv[1], embedding_model="hashed:128"))
store, model = application.store, application.embedder.fingerprint
store.vectors(["0"]), application.embedder.embed_documents(["a word"])  # what these import is no part of the move
calls = 0

def count(frame, event, argument):
    global calls
    calls += event in ("call", "c_call")
    if sys.argv[2] in (str(calls), f"{event} {frame.f_code.co_name}"):
        os.kill(os.getpid(), signal.SIGKILL)

sys.setprofile(count)
moving.move(store, model)
sys.setprofile(None)
print(calls)
"""

AT_RANDOM = 4
AT_THE_SWITCH = ("call recount", "call write_versions", "return write_versions")


def killed_at(folder: Path, moment: str) -> subprocess.CompletedProcess[str]:
    """A move in a process of its own that kills itself at the so manieth call of any function, or at one by name."""
    command = [sys.executable, "-c", MOVE, str(folder), moment]
    return subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)


@pytest.mark.slow
def test_a_move_that_is_killed_at_any_moment_leaves_a_whole_index(tmp_path: Path) -> None:
    def application(folder: Path, model: str = "hashed:64") -> Application:
        return Application(load_settings(data_dir=folder, embedding_model=model))

    documents = [document(f"doc{number}", paragraphs=6) for number in range(8)]
    wanted = {model: ingested_anew(tmp_path / f"as-{model}", f"hashed:{model}", *documents) for model in ("64", "128")}
    ingest(application(tmp_path / "original"), *documents)
    whole = shutil.copytree(tmp_path / "original", tmp_path / "whole")
    undisturbed = killed_at(whole, "never")
    assert undisturbed.returncode == 0, undisturbed.stderr
    calls = int(undisturbed.stdout)

    chance = random.Random(17)
    at_random = [str(chance.randint(1, calls * 9 // 10)) for _ in range(AT_RANDOM)]  # no two runs make quite as many
    for number, moment in enumerate((*at_random, *AT_THE_SWITCH)):
        folder = shutil.copytree(tmp_path / "original", tmp_path / f"round-{number}")
        killed = killed_at(folder, moment)
        assert killed.returncode == -signal.SIGKILL, killed.stderr
        left = application(folder)
        model = left.store.fingerprint().model
        assert model == ("128" if moment == "return write_versions" else "64"), moment
        assert content(left) == wanted[model], moment
        assert hits(left, "The end of doc5")[0] == "doc5"
        if model == "64":
            assert move(application(folder, "hashed:128")).chunks == len(wanted["128"])
        else:
            with pytest.raises(UsageError, match="already"):
                move(application(folder, "hashed:128"))
        assert content(left) == wanted["128"], moment
        assert all(left.store.entry(one.id).chunks == len(left.store.chunks(one.id)) for one in documents)
        moving.move_back(store_of(left))
        assert content(left) == wanted["64"], moment
        assert len(list(names_in(store_of(left).folder))) == 2
