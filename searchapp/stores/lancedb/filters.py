"""Filters as conditions in LanceDB's SQL."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Sequence

from searchapp.model import Filters
from searchapp.stores.base import LegQuery
from searchapp.text.words import CJK, fold_width


def conditions(query: LegQuery) -> str | None:
    """The condition that a row of either leg must meet: filters, required phrases, none of the excluded ones."""
    parts = [part for part in (where(query.filters),) if part]
    parts += [_has(phrase) for phrase in query.required]
    parts += [f"NOT {_has(phrase)}" for phrase in query.excluded]
    return " AND ".join(parts) or None


def where(filters: Filters) -> str | None:
    """The condition that a chunk row must meet; None when there is none."""
    parts: list[str] = []
    if filters.types:
        parts.append(one_of("type", filters.types))
    if filters.languages:
        parts.append(one_of("language", filters.languages))
    if filters.document_ids:
        parts.append(one_of("document_id", filters.document_ids))
    if filters.excluded_document_ids:
        parts.append(f"NOT {one_of('document_id', filters.excluded_document_ids)}")
    if filters.headings:
        parts.append(_any(f"array_has(headings, {quoted(heading)})" for heading in filters.headings))
    if filters.paths:
        parts.append(_any(f"starts_with(source, {quoted(path)})" for path in filters.paths))
    if filters.years:
        starts = [dt.datetime(year, 1, 1, tzinfo=dt.UTC) for year in filters.years]
        spans = [(start, start.replace(year=start.year + 1)) for start in starts]
        parts.append(_any(f"(modified >= {_instant(start)} AND modified < {_instant(end)})" for start, end in spans))
    if filters.after:
        parts.append(f"modified >= {_instant(filters.after)}")
    if filters.before:
        parts.append(f"modified < {_instant(filters.before)}")
    if filters.groups is not None:
        parts.append(readable_by(filters.groups))
    return " AND ".join(parts) or None


def readable_by(groups: Sequence[str]) -> str:
    """The condition for documents of one of the groups, or of none at all."""
    if not groups:
        return "groups IS NULL"
    return f"(groups IS NULL OR array_has_any(groups, make_array({', '.join(quoted(group) for group in groups)})))"


def _any(parts: Iterable[str]) -> str:
    return f"({' OR '.join(parts)})"


_CJK = r"\p{Han}\p{Hiragana}\p{Katakana}\p{Hangul}"
# As Elasticsearch's standard tokenizer cuts: a stop between letters or digits joins them (9.5 is no part of 9.5.3), and
# every CJK character is a word of its own.
_BEFORE, _AFTER = rf"(?:^|[^\w.]|[{_CJK}]|(?:^|\W)\.)", rf"(?:$|[^\w.]|[{_CJK}]|\.(?:$|\W))"
_TOKENS = re.compile(rf"[{CJK}]|(?:(?![{CJK}])\w)+(?:\.(?:(?![{CJK}])\w)+)*")


def _has(phrase: str) -> str:
    """Whether the row holds the phrase's words in a row, in any case, whatever marks stand between them."""
    return f"regexp_like(content, {quoted('(?i)' + _BEFORE + _in_a_row(phrase) + _AFTER)})"


def named(beginning: str) -> str:
    """The condition that words of the title or of a heading begin so."""
    pattern = quoted(f"(?i){_BEFORE}{_in_a_row(beginning)}")
    return f"(regexp_like(title, {pattern}) OR regexp_like(array_to_string(headings, ' '), {pattern}))"


def told(beginning: str) -> str:
    """The condition that words of the passage begin so."""
    return f"regexp_like(content, {quoted('(?i)' + _BEFORE + _in_a_row(beginning))})"


def _in_a_row(phrase: str) -> str:
    return r"\W*".join(re.escape(token) for token in _TOKENS.findall(fold_width(phrase)))


def one_of(column: str, values: Iterable[str]) -> str:
    """``column IN (...)`` with every value quoted."""
    return f"{column} IN ({', '.join(quoted(value) for value in values)})"


def quoted(value: str) -> str:
    """A string literal; the only special character in it is the quote itself."""
    return "'" + value.replace("'", "''") + "'"


def _instant(moment: dt.datetime) -> str:
    text = moment.astimezone(dt.UTC).strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3]
    return f"arrow_cast('{text}Z', 'Timestamp(Millisecond, Some(\"UTC\"))')"
