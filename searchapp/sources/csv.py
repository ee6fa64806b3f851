"""Tables in plain text: CSV and its relatives with semicolons, tabs or bars."""

from __future__ import annotations

import csv
import io
from collections import Counter
from itertools import islice

from searchapp.errors import SourceError
from searchapp.model import SourceType
from searchapp.sources.builder import DocumentBuilder
from searchapp.sources.encoding import decode
from searchapp.sources.parsed import Parsed, ParserInput
from searchapp.sources.tables import add_table

DELIMITERS = ",;\t|"
SAMPLE_ROWS = 50
LONGEST_CELL = 1 << 20


def parse_csv(source: ParserInput) -> Parsed:
    """Read a table; its delimiter is the one that gives the rows the most even width."""
    text = decode(source.data).lstrip("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
    csv.field_size_limit(LONGEST_CELL)
    builder = DocumentBuilder()
    try:
        add_table(builder, csv.reader(io.StringIO(text), delimiter=delimiter_of(text)), level=1)
    except csv.Error as error:
        raise SourceError(
            f"{source.name} is damaged: its rows cannot be told apart.",
            "Check its quotation marks, or export it again.",
        ) from error
    return builder.build(SourceType.CSV, title=source.stem, stem=source.stem)


def delimiter_of(text: str) -> str:
    """The character that parts the cells: the one that most rows hold equally often, a comma where none does."""

    def evenness(delimiter: str) -> tuple[int, int]:
        try:
            rows = [row for row in islice(csv.reader(io.StringIO(text), delimiter=delimiter), SAMPLE_ROWS) if row]
        except csv.Error:
            return 0, 0
        widths = Counter(len(row) for row in rows if len(row) > 1)
        width, rows_of_it = widths.most_common(1)[0] if widths else (0, 0)
        return rows_of_it, width

    return max(DELIMITERS, key=evenness)
