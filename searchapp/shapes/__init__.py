"""The JSON that leaves searchapp, as types: by HTTP, in the event stream, and from every command's ``--json``.

``serialise`` makes them, mypy checks that it makes exactly these, and ``/openapi.json`` is generated from them; the
sentence below a field is its description there. The operator's are in ``operations/shapes.py``.
"""

from searchapp.shapes.answers import (
    Answer,
    ChatModel,
    ChatModels,
    Citation,
    Notice,
    ReadQuery,
    Sentence,
    Sources,
    Token,
)
from searchapp.shapes.documents import Entries, Entry, OpenedDocument, Outcome, Passage, Queued
from searchapp.shapes.errors import Failed, Failure, Problem
from searchapp.shapes.health import Health
from searchapp.shapes.search import Completions, Hit, Judgements, LegScore, Results
from searchapp.shapes.viewer import Mark, PageView, Rendered

__all__ = [
    "Answer",
    "ChatModel",
    "ChatModels",
    "Citation",
    "Completions",
    "Entries",
    "Entry",
    "Failed",
    "Failure",
    "Health",
    "Hit",
    "Judgements",
    "LegScore",
    "Mark",
    "Notice",
    "OpenedDocument",
    "Outcome",
    "PageView",
    "Passage",
    "Problem",
    "Queued",
    "ReadQuery",
    "Rendered",
    "Results",
    "Sentence",
    "Sources",
    "Token",
]
