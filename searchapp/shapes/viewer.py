"""A document as the page shows it."""

from __future__ import annotations

from typing_extensions import TypedDict

from searchapp.shapes.base import described


@described
class Rendered(TypedDict):
    """A document as HTML that is safe to show."""

    html: str


@described
class Mark(TypedDict):
    """A rectangle on a page, in shares of its width and height (0 to 1), from the top left."""

    left: float
    top: float
    width: float
    height: float


@described
class PageView(TypedDict):
    """A PDF's page, and where on it a passage stands."""

    page: int
    """From 1."""
    pages: int
    """How many pages there are."""
    width: float
    """In points (1/72 inch)."""
    height: float
    picture: str
    """The address of the page as a picture; add `width` for another size."""
    marks: list[Mark]
    """A rectangle for each line of the passage."""
