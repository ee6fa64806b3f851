"""The arguments that tools have in common, with their bounds and what is said of them to a model."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, FailFast, Field

from searchapp import limits

Query = Annotated[
    str, Field(max_length=limits.QUERY_CHARACTERS, description='Words, a question, a code, or a "phrase".')
]

FilterTexts = Annotated[
    list[Annotated[str, Field(max_length=limits.FILTER_CHARACTERS)]],
    FailFast(),  # what is wrong is not counted by max_length
    Field(
        max_length=limits.FILTERS,
        description="field=value: type, language, path, site, heading, year, after, before, tag, collection, field or "
        "document.",
    ),
]

DocumentId = Annotated[
    str, Field(max_length=limits.NAME_CHARACTERS, description="The document_id of a hit or citation.")
]


Passages = Annotated[
    list[Annotated[str, Field(max_length=limits.NAME_CHARACTERS)]],
    FailFast(),
    Field(max_length=limits.CHECKED_AGAINST, description="chunk_ids of passages; none: the nearest are found."),
]


class AskedBefore(BaseModel):
    """One question of a conversation and its answer."""

    question: Annotated[
        str, Field(max_length=limits.QUERY_CHARACTERS, description="Its `query` in the answer, if it had one.")
    ]
    answer: Annotated[str, Field(max_length=limits.ANSWER_CHARACTERS)] = ""


History = Annotated[
    list[AskedBefore],
    FailFast(),
    Field(max_length=limits.TURNS, description="The conversation so far, the latest turn last. None is kept here."),
]
