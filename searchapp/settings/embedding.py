"""The model that makes vectors."""

from __future__ import annotations

from enum import StrEnum

from pydantic import BaseModel, Field


class Precision(StrEnum):
    """How exactly passages are embedded; see ``embedding/quantised.py``."""

    FULL = "full"
    INT8 = "int8"


class EmbeddingSettings(BaseModel):
    """The embedding model."""

    embedding_model: str = Field(
        "sentence-transformers:all-MiniLM-L6-v2",
        description="provider:model that turns text into vectors; providers: sentence-transformers, ollama, and "
        "elasticsearch with the id of an inference endpoint (docs/inference.md).",
    )
    embedding_query_prompt: str | None = Field(
        None, description="Text put before a query when it is embedded. Unset: what the model itself declares."
    )
    embedding_document_prompt: str | None = Field(
        None, description="Text put before a passage when it is embedded. Unset: what the model itself declares."
    )
    embedding_precision: Precision = Field(
        Precision.FULL,
        description="full, or int8: passages are embedded by an 8-bit copy of the sentence-transformers model, "
        "several times as fast on a processor, queries by the whole one. Needs the extra openvino "
        "(docs/how-to/embed-faster.md).",
    )
    embedding_batch_size: int = Field(32, ge=1, le=1024, description="Passages that the model encodes at once.")
