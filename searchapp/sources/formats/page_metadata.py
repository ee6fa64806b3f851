"""What a web page says of itself: its title, and its date as far as head, address and lines of their own tell it."""

from __future__ import annotations

import copy
import datetime as dt
import re
from itertools import islice
from typing import Any

from searchapp.sources.builder import one_line
from searchapp.sources.formats.metadata import parse_date
from searchapp.sources.formats.web_page import drop

LONGEST_DATE_LINE = 100
"""A longer paragraph is prose, whose dates are those of events."""

LONGEST_FOOTER = 2000
MOST_PIECES = 200
"""Beginnings that are looked at, in characters and in pieces between tags: lines stand within each other."""

_PROSE = frozenset({"p", "blockquote", "pre", "dd"})
_LINES = frozenset({"li", "td", "div", "span", "small", "footer", *_PROSE})
_COPYRIGHT = re.compile(r"(?:©|\(c\)|copyright|版权|版權|著作權|备案|ICP)[^\d]{0,60}\d", re.IGNORECASE)
_CHINESE_DATE = re.compile(r"(\d{4})\s?年\s?(\d{1,2})\s?月\s?(\d{1,2})\s?日")


def page_metadata(page: Any) -> tuple[str, dt.datetime | None]:
    """The title, empty where there is none, and the date of publication or of the last change."""
    from trafilatura.metadata import extract_metadata

    today = dt.datetime.now(dt.UTC).date().isoformat()
    # An extensive search would take any number for a year.
    dates = {"original_date": True, "extensive_search": False, "max_date": today}
    try:
        found = extract_metadata(_with_its_own_dates(page), date_config=dates)
    except MemoryError:
        raise
    except Exception:  # noqa: BLE001 - its heuristics meet every kind of broken markup
        return "", None
    return one_line(found.title or ""), parse_date(found.date or "")


def _with_its_own_dates(page: Any) -> Any:
    """The page without its prose and its copyright lines, Chinese dates in the form that is looked for."""
    page = copy.deepcopy(page)
    for line in list(page.iter(*_LINES)):
        text = _beginning(line, LONGEST_FOOTER if line.tag == "footer" else LONGEST_DATE_LINE)
        is_long = len(text) > LONGEST_DATE_LINE
        if (is_long and line.tag in _PROSE) or ((not is_long or line.tag == "footer") and _COPYRIGHT.search(text)):
            drop(line)
        elif not is_long and len(line) == 0 and _CHINESE_DATE.search(text):
            line.text = _CHINESE_DATE.sub(lambda day: "-".join(part.zfill(2) for part in day.groups()), text)
    return page


def _beginning(element: Any, most: int) -> str:
    parts, length = [], 0
    for part in islice(element.itertext(), MOST_PIECES):
        parts.append(part)
        length += len(part)
        if length > most:
            break
    return " ".join("".join(parts)[: most + 1].split())
