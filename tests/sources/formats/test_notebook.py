from __future__ import annotations

import json

import pytest

from searchapp.model import SourceType
from tests.sources.formats.reading import note, read, refused, sections


def notebook(*cells: dict[str, object]) -> str:
    return json.dumps({"cells": cells, "metadata": {}, "nbformat": 4})


def test_cells_headings_and_what_was_put_out() -> None:
    parsed = read(
        "study.ipynb",
        notebook(
            {"cell_type": "markdown", "source": ["# 磨损\n", "\n", "Wear of *gloves*."]},
            {
                "cell_type": "code",
                "source": "rows = 3\nrows",
                "outputs": [
                    {"output_type": "stream", "text": ["read 3\n", "rows\n"]},
                    {"output_type": "execute_result", "data": {"text/plain": "3", "text/html": "<b>3</b>"}},
                    {"output_type": "display_data", "data": {"image/png": "iVBOR", "text/plain": "<Figure>"}},
                    {"output_type": "error", "ename": "ValueError", "evalue": "no rows", "traceback": ["\x1b[31m"]},
                ],
            },
        ),
    )
    assert (parsed.type, parsed.title) == (SourceType.NOTEBOOK, "磨损")
    text = "磨损\n\nWear of gloves.\n\nrows = 3\nrows\n\nread 3\nrows\n\n3\n\nValueError: no rows"
    assert sections(parsed) == [("磨损", text)]
    assert note(parsed) == "1 picture that a cell put out is left out."


def test_the_older_format_is_read() -> None:
    cells = [
        {"cell_type": "heading", "level": 2, "source": "Old"},
        {"cell_type": "code", "input": ["x = 1"], "outputs": []},
    ]
    parsed = read("old.ipynb", json.dumps({"worksheets": [{"cells": cells}], "nbformat": 3}))
    assert sections(parsed) == [("Old", "Old\n\nx = 1")]


def test_a_loop_that_prints_is_cut_and_says_so() -> None:
    cell = {"cell_type": "code", "source": "x", "outputs": [{"output_type": "stream", "text": "y" * 30_000}]}
    parsed = read("a.ipynb", notebook(cell))
    assert len(parsed.text) == 20_003 and note(parsed) == "What a cell put out is cut after 20,000 characters."


@pytest.mark.parametrize("data", ["{", "[]", '{"metadata": {}}', '{"cells":' + "[" * 100_000])
def test_what_is_no_notebook_is_refused(data: str) -> None:
    assert refused("a.ipynb", data) == "format_damaged"


@pytest.mark.parametrize("cells", ['"x"', "[1, null, []]", '[{"cell_type": 7, "source": {"a": 1}, "outputs": "x"}]'])
def test_odd_cells_hold_no_text(cells: str) -> None:
    assert refused("a.ipynb", f'{{"cells": {cells}}}') == "file_without_text"
