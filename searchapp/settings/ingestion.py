"""How documents are cut, and who ingests them."""

from __future__ import annotations

from pydantic import BaseModel, Field, SecretStr, field_validator


class IngestionSettings(BaseModel):
    """Ingestion."""

    chunk_tokens: int = Field(
        384,
        ge=32,
        le=8192,
        description="Most tokens of a passage, if the embedding model reads as many. An index that exists keeps "
        "its own until searchapp es reindex.",
    )
    chunk_overlap_tokens: int = Field(
        24, ge=0, le=128, description="Most tokens that a passage repeats from the one before it."
    )
    redis_url: SecretStr = Field(
        SecretStr(""),
        description="Address of Redis (redis://...), for workers. Empty: the web process ingests in the background.",
    )
    lease_seconds: float = Field(
        60.0, ge=1, description="How long a document stays with a process that gives no sign of life, in seconds."
    )
    patience_seconds: float = Field(
        600.0,
        ge=0,
        description="How long a run of ingest waits for Elasticsearch, Ollama or disk space that has gone, in seconds.",
    )
    undo_minutes: float = Field(10, ge=0, le=1440, description="How long a deletion can be undone. 0: not at all.")

    @field_validator("redis_url")
    @classmethod
    def _redis_address(cls, value: SecretStr) -> SecretStr:
        if value and not value.get_secret_value().startswith(("redis://", "rediss://", "unix://")):
            raise ValueError("must start with redis:// or rediss://")
        return value
