"""The rehearsed stack: an engine, the images, and everything up from nothing; all of it gone afterwards."""

import os
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path

import pytest

from tests.services import docker
from tests.stack import stand_ins
from tests.stack.rehearsed import Stack


@pytest.fixture(scope="session")
def stack(
    tmp_path_factory: pytest.TempPathFactory, service_or_skipped: Callable[[], AbstractContextManager[None]]
) -> Iterator[Stack]:
    """The stack, up from nothing. SEARCHAPP_TEST_REHEARSAL_LOG names a file that is told what happens when."""
    folder = tmp_path_factory.mktemp("stack")
    log = os.environ.get("SEARCHAPP_TEST_REHEARSAL_LOG")
    with service_or_skipped():
        engine = docker.running() or docker.start()
    try:
        with service_or_skipped():
            stand_ins.make(engine, folder)
        documents = folder / "documents"
        documents.mkdir(mode=0o755)
        one = Stack(engine, documents, log=Path(log) if log else None)
        one.say("an engine without volumes and containers, and the images that are otherwise pulled")
        one.compose("build")
        one.say(
            "built our own image: "
            + engine.run("docker", "images", "--format", "{{.Size}}", "searchapp").stdout.strip()
        )
        yield one
        if log:
            Path(log).with_suffix(".services.log").write_text(one.compose("logs", "--timestamps").stdout)
        one.compose("down", "--volumes", "--timeout", "5")
    finally:
        engine.stop()
