"""What readers did not find: queries with no hit or only weak ones, grouped and without names, where a setting says so.

``grouping`` says which queries are one, and which are not kept at all; ``store`` counts them.
"""

from searchapp.missed.grouping import LONGEST, Grouped, grouped
from searchapp.missed.store import MOST, SHOWN_FROM_DAYS, Found, Missed, MissedPage, MissedQuery

__all__ = [
    "LONGEST",
    "MOST",
    "SHOWN_FROM_DAYS",
    "Found",
    "Grouped",
    "Missed",
    "MissedPage",
    "MissedQuery",
    "grouped",
]
