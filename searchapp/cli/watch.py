"""``searchapp ingest --watch``: folders are ingested, and then whatever changes in them."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import TYPE_CHECKING

from searchapp.cli.common import console
from searchapp.cli.progress import Run, shown

if TYPE_CHECKING:
    from searchapp.ingest import Ingester
    from searchapp.ingest.prefetch import Prefetch
    from searchapp.ingest.retry import Notify
    from searchapp.ingest.sync import Changes
    from searchapp.model import IngestOutcome

AGAIN_SECONDS = 30.0
"""When a service has stayed away for longer than a run waits for it, its changes are tried again after so long."""

LOOK_SECONDS = 1.0
"""How often one looks whether something waits for its vectors."""

Paths = Callable[[Sequence[str], "Notify"], "Iterator[IngestOutcome]"]
"""Starts a run over some paths, given whom to tell what it waits for."""


def follow(
    ingester: Ingester, folders: Sequence[str], first: Run, again: Paths, as_json: bool, *, follow_links: bool
) -> None:
    """Do the ``first`` run over the folders, and one with ``again`` for each change in them, until Ctrl-C."""
    from searchapp.ingest.prefetch import Prefetch
    from searchapp.ingest.sync import watch_folders

    stopping = threading.Event()
    # Watched from now on, so that nothing is missed that happens during the first run.
    changes = Prefetch(watch_folders(folders, stopping, follow_links=follow_links), 1, "watch")
    vectors = threading.Thread(target=_embed, args=(ingester, stopping), name="searchapp-vectors", daemon=True)
    vectors.start()
    with contextlib.suppress(KeyboardInterrupt):
        try:
            _show(first, as_json, folders)
            console(stderr=True).print(f"Following {', '.join(folders)}. Ctrl-C ends.", style="bold", soft_wrap=True)
            _follow(changes, again, lambda paths, notify: ingester.remove(paths, notify=notify), as_json)
        finally:
            stopping.set()
            changes.stop()
            vectors.join()


def _embed(ingester: Ingester, stopping: threading.Event) -> None:
    """Compute vectors of what is found by its words, beside the runs, so that no change waits for them."""
    from searchapp.errors import SearchAppError

    while not stopping.is_set():
        try:
            ingester.embed_waiting(stopping)
        except SearchAppError as error:
            console(stderr=True).print(error.message, soft_wrap=True, markup=False)
        stopping.wait(LOOK_SECONDS)


def _follow(changes: Prefetch[Changes], ingest: Paths, remove: Paths, as_json: bool) -> None:
    from searchapp.errors import ServiceUnavailableError, StorageError
    from searchapp.ingest.prefetch import Empty
    from searchapp.ingest.sync import Changes
    from searchapp.messages import Message

    left = Changes()
    while True:
        with contextlib.suppress(Empty):
            left |= changes.take(AGAIN_SECONDS if left else None)
        try:
            # What is new first: a file that was renamed keeps its chunks only while the old name is known.
            for paths, run in ((sorted(left.present), ingest), (sorted(left.gone), remove)):
                if paths:
                    _show(partial(run, paths), as_json)
            left = Changes()
        except (ServiceUnavailableError, StorageError) as error:
            console(stderr=True).print(str(Message("tried_again", problem=error.sentence.whole)), soft_wrap=True)


def _show(run: Run, as_json: bool, folders: Sequence[str] = ()) -> None:
    for _ in shown(run, as_json, folders):
        pass
