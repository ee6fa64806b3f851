"""The nouns of searchapp: frozen dataclasses without behaviour, shared by every package, and the JSON that leaves it.

A source yields a ``Document``; chunking cuts it into ``Chunk``s; embedding adds a vector to each
(``EmbeddedChunk``); a store keeps them beside a ``DocumentEntry``, the registry's line about the document. A
``SearchRequest`` finds ``Hit``s; an ``Answer`` cites them.
"""

from searchapp.model.answers import (
    BROKEN_OFF,
    Answer,
    AnswerEvent,
    ChatModel,
    ChatModels,
    Citation,
    Done,
    PassagesRead,
    QueryRead,
    QuestionPart,
    Rewriting,
    Sentence,
    SentenceChecked,
    SourcesFound,
    Support,
    Token,
    Turn,
)
from searchapp.model.chunks import Chunk, EmbeddedChunk, Vector, Vectors, placed
from searchapp.model.documents import (
    Document,
    DocumentEntry,
    DocumentState,
    OpenedDocument,
    Section,
    SourceType,
    Space,
    document_id,
)
from searchapp.model.ingestion import IngestOutcome, IngestState, Pause
from searchapp.model.search import (
    Filters,
    Hit,
    Notice,
    Retriever,
    RetrieverScore,
    SearchMode,
    SearchRequest,
    SearchResults,
    SortOrder,
)

__all__ = [
    "BROKEN_OFF",
    "Answer",
    "AnswerEvent",
    "ChatModel",
    "ChatModels",
    "Chunk",
    "Citation",
    "Document",
    "DocumentEntry",
    "DocumentState",
    "Done",
    "EmbeddedChunk",
    "Filters",
    "Hit",
    "IngestOutcome",
    "IngestState",
    "Notice",
    "OpenedDocument",
    "PassagesRead",
    "Pause",
    "QueryRead",
    "QuestionPart",
    "Retriever",
    "RetrieverScore",
    "Rewriting",
    "SearchMode",
    "SearchRequest",
    "SearchResults",
    "Section",
    "Sentence",
    "SentenceChecked",
    "SortOrder",
    "SourceType",
    "SourcesFound",
    "Space",
    "Support",
    "Token",
    "Turn",
    "Vector",
    "Vectors",
    "document_id",
    "placed",
]
