"""What a table of a page is: one of data, row by row, or one that only lays out a page."""

from __future__ import annotations

from itertools import accumulate

from bs4 import Tag

CELLS = frozenset({"td", "th"})

LONGEST_CELL = 1000
"""Characters of a cell with several blocks of text; where there are more, columns of a page stand beside each other."""

_PAGE_PARTS = frozenset({"h1", "h2", "h3", "pre"})
_NAMING = frozenset({"th", "thead", "caption"})
_BLOCKS = frozenset({"p", "div", "ul", "ol", "li", "dl"})


def is_layout(table: Tag) -> bool:
    """Whether a table only lays out a page."""
    if table.get("role") in ("presentation", "none"):
        return True
    has_parts = has_names = has_lists = False
    rows = columns = 0
    for element in table.descendants:
        if not isinstance(element, Tag):
            continue
        tag = element.name
        if tag == "table":
            return True
        has_parts = has_parts or tag in _PAGE_PARTS
        has_names = has_names or tag in _NAMING
        has_lists = has_lists or tag in ("ul", "ol")
        if tag == "tr":
            rows += 1
            columns = max(columns, sum(isinstance(cell, Tag) and cell.name in CELLS for cell in element.contents))
        elif tag == "td" and not has_names and _is_column_of_page(element):
            return True
    if has_names:
        return False
    return has_parts or (has_lists and (rows < 2 or columns < 2))


def is_header(row: Tag) -> bool:
    """Whether a row's cells name the columns."""
    cells = [cell for cell in row.contents if isinstance(cell, Tag) and cell.name in CELLS]
    is_head = row.parent is not None and row.parent.name == "thead"
    return is_head or (bool(cells) and all(cell.name == "th" for cell in cells))


def span(cell: Tag, name: str) -> int:
    """How many columns or rows a cell covers by its attribute of that name; 1 where it says nothing sensible."""
    value = str(cell.get(name) or "").strip()
    return int(value) if value.isascii() and value.isdigit() and len(value) < 9 else 1


def _is_column_of_page(cell: Tag) -> bool:
    blocks = sum(isinstance(part, Tag) and part.name in _BLOCKS for part in cell.contents)
    return blocks > 1 and any(length > LONGEST_CELL for length in accumulate(map(len, cell.strings)))
