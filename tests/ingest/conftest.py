"""What the tests of ingestion share."""

import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest

from searchapp.settings import Settings
from searchapp.wiring import Application


@pytest.fixture(params=["embedded", "elasticsearch"])
def application(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Application]:
    """An empty application over each of the real stores."""
    settings = {"data_dir": tmp_path / "data", "embedding_model": "hashed:64"}
    if request.param == "elasticsearch":
        settings |= {
            "elasticsearch_url": request.getfixturevalue("elasticsearch_url"),
            "index_prefix": f"ingest-{uuid.uuid4().hex[:8]}",
        }
    application = Application(Settings(**settings))
    yield application
    application.trash.close()
    application.store.drop()
