"""The small files of the shared data that reading once got wrong, each through the command line."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.sources import shared_cases

NEEDS_TESSERACT = frozenset({"pdf-stamped-scan"})


@pytest.mark.parametrize("name", shared_cases.names() or ["none"])
def test_what_was_read_wrong_is_read_right(name: str, tmp_path: Path, request: pytest.FixtureRequest) -> None:
    request.getfixturevalue("shared_data")  # skips without it
    if name == "none":
        pytest.skip("the shared data holds no cases of documents")
    if name in NEEDS_TESSERACT:
        request.getfixturevalue("tesseract")
    assert shared_cases.faults_of(name, tmp_path) == []
