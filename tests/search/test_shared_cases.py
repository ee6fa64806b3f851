"""The small cases of the shared data that searching once failed on, as they were found, in all three stores."""

from __future__ import annotations

from pathlib import Path

import pytest

from searchapp.model import SearchMode, SearchRequest
from tests.search.three_stores import STORES, library_of

CASES = {
    "identifier-parts-not-found": [
        ("max_map_count", "s00.txt"),
        ("max map count", "s00.txt"),
        ("getUserName", "s03.txt"),
        ("user name", "s03.txt"),
        ("InvoiceService", "s04.txt"),
        ("invoice service", "s04.txt"),
    ],
    "pasted-command-excludes": [
        ("tar -xzf", "tar.txt"),
        ("docker run -d nginx", "docker.txt"),
        ("gcloud --version", "gcloud.txt"),
        ("sensor -40", "sensor.txt"),
    ],
    "stop-word-names-embedded": [
        ("IT", "it.txt"),
        ("The Who", "who.txt"),
        ("WHO", "who.txt"),
        ("Will", "will.txt"),
    ],
    "thai-elasticsearch": [("รายงาน", "th.txt"), ("ประจำปี", "th.txt"), ("บริษัท", "th.txt")],
}


@pytest.fixture(params=STORES)
def store(request: pytest.FixtureRequest) -> pytest.FixtureRequest:
    return request


@pytest.mark.parametrize("case", CASES)
def test_what_was_not_found_is_found_first_by_keyword(
    case: str, store: pytest.FixtureRequest, shared_data: Path, tmp_path: Path
) -> None:
    folder = shared_data / "cases" / "search" / case / "docs"
    texts = {path.name: path.read_text(encoding="utf-8") for path in sorted(folder.iterdir())}
    with library_of(texts, store, tmp_path) as application:
        for query, name in CASES[case]:
            hits = application.searcher.search(SearchRequest(query, SearchMode.KEYWORD)).hits
            assert [Path(hit.source).name for hit in hits][:1] == [name], query
