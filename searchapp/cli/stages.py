"""A bar for each stage of a long run, as the run names them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from searchapp.cli.common import console

Show = Callable[[str, int, int], None]
"""Is told a stage, how much of it is done, and how much there is (0: not known)."""


@contextmanager
def stages(as_json: bool) -> Iterator[Show]:
    """Within it each stage has its bar on stderr, after one for the model's loading; none with ``as_json``."""
    from rich.progress import Progress

    with Progress(console=console(stderr=True), transient=True, disable=as_json) as progress:
        tasks = {"": progress.add_task("Loading the embedding model", total=None)}

        def show(what: str, done: int, total: int) -> None:
            if what not in tasks:
                tasks[what] = progress.add_task(what.capitalize(), total=total or None)
            progress.update(tasks[what], completed=done)

        yield show
