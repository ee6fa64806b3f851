"""Jupyter notebooks: the cells of Markdown with their headings, the code, and what it put out as text."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from searchapp.errors import SourceError
from searchapp.messages import Message
from searchapp.model import SourceType
from searchapp.sources.builder import DocumentBuilder
from searchapp.sources.formats.markdown import add_markdown
from searchapp.sources.formats.structured import read_json
from searchapp.sources.formats.text import lines_of
from searchapp.sources.parsed import Parsed, ParserInput

LONGEST_OUTPUT = 20_000
"""Characters of what one cell put out: a loop that prints fills books."""


def parse_notebook(source: ParserInput) -> Parsed:
    """Read a notebook of the formats 3 and 4.

    Raises SourceError for what is none.
    """
    try:
        notebook = read_json(lines_of(source.data))
    except ValueError as error:
        raise SourceError("format_damaged", name=source.name, format="IPYNB") from error
    if not isinstance(notebook, dict) or not ("cells" in notebook or "worksheets" in notebook):
        raise SourceError("format_damaged", name=source.name, format="IPYNB")
    builder = DocumentBuilder()
    pictures = 0
    for cell in _cells(notebook):
        kind, content = cell.get("cell_type"), _text(cell.get("source", cell.get("input")))
        if kind == "markdown":
            add_markdown(builder, content)
        elif kind == "heading":  # of format 3
            level = str(cell.get("level"))
            builder.heading(int(level) if level in tuple("123456") else 1, content)
        else:
            builder.add(content, verbatim=True)
        for output in _dicts(cell.get("outputs")):
            pictures += _add_output(builder, output)
    if pictures:
        builder.note(Message("notebook_pictures", n=pictures))
    title = _text(_get(notebook, "metadata", "title"))
    return builder.build(SourceType.NOTEBOOK, title=title, stem=source.stem)


def _add_output(builder: DocumentBuilder, output: dict[str, Any]) -> int:
    """Add what a cell put out as text; 1 where it is a picture instead."""
    data = output.get("data")
    shown = data if isinstance(data, dict) else output  # format 3 has the forms beside each other
    text = _text(output.get("text")) or _text(shown.get("text/plain"))
    if output.get("output_type") in ("error", "pyerr"):
        text = f"{_text(output.get('ename'))}: {_text(output.get('evalue'))}"
    if any(name.startswith("image/") or name in ("png", "jpeg", "svg") for name in shown):
        return 1  # its text is no more than "<Figure size 640x480 with 1 Axes>"
    if len(text) > LONGEST_OUTPUT:
        text = text[:LONGEST_OUTPUT]
        builder.note(Message("notebook_output_cut", n=LONGEST_OUTPUT))
    builder.add(text, verbatim=True)
    return 0


def _cells(notebook: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield from _dicts(notebook.get("cells"))
    for sheet in _dicts(notebook.get("worksheets")):
        yield from _dicts(sheet.get("cells"))


def _dicts(values: Any) -> Iterator[dict[str, Any]]:
    return (value for value in values if isinstance(value, dict)) if isinstance(values, list) else iter(())


def _get(value: Any, *names: str) -> Any:
    for name in names:
        value = value.get(name) if isinstance(value, dict) else None
    return value


def _text(value: Any) -> str:
    """A text, which a notebook may keep as a list of lines."""
    if isinstance(value, list):
        return "".join(line for line in value if isinstance(line, str))
    return value if isinstance(value, str) else ""
