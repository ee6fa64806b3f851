from __future__ import annotations

import pytest

from searchapp.stores.analysis import file_name


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("/docs/report-2024.pdf", "report-2024.pdf report 2024 pdf"),
        ("C:\\docs\\Plan_B.docx", "Plan_B.docx Plan B docx"),
        ("https://example.org/a/notes.v2.html?x=1", "notes.v2.html notes v2 html"),
        ("https://example.org", ""),
        ("https://example.org/docs/", ""),
        ("scifact/4983", ""),
        ("/docs/手册.md", "手册.md 手册 md"),
        ("/etc/.bashrc", ""),
    ],
)
def test_a_source_names_its_file(source: str, expected: str) -> None:
    assert file_name(source) == expected
