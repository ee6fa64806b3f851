"""The model that makes documents' vectors, and where both are kept: the settings by group."""

from __future__ import annotations

import os
import sys
from enum import StrEnum
from pathlib import Path
from typing import Any

from pydantic import BaseModel, DirectoryPath, Field, SecretStr, field_validator, model_validator

from searchapp.settings.addresses import WebAddress, cloud_address, header_key, web_address


def default_data_dir() -> Path:
    """The folder for what searchapp keeps on this machine, by the platform's own custom."""
    if sys.platform == "win32":
        base = Path(os.environ.get("LOCALAPPDATA", Path.home() / "AppData" / "Local"))
    elif sys.platform == "darwin":
        base = Path.home() / "Library" / "Application Support"
    else:
        base = Path(os.environ.get("XDG_DATA_HOME", Path.home() / ".local" / "share"))
    return base / "searchapp"


class FolderSettings(BaseModel):
    """Folders."""

    data_dir: Path = Field(
        default_factory=default_data_dir, description="Where the embedded store, uploads and downloaded pages live."
    )
    models_dir: Path | None = Field(
        None,
        description="Where prepared embedding models are kept, and looked for; unset, or where it cannot be written: "
        "models in the data folder.",
    )
    secrets_dir: DirectoryPath | None = Field(
        None,
        description="Folder with a file for each setting that should not stand in the environment, named as its "
        "variable in lower case (searchapp_elasticsearch_api_key), as Docker and Kubernetes mount secrets.",
    )

    spool_dir: Path | None = Field(
        None,
        description="Where uploads lie while they arrive, and readable copies of originals; unset: spool in the data "
        "folder. Best on a disk: a /tmp in memory fills that.",
    )

    @property
    def model_folders(self) -> tuple[Path, ...]:
        """Where prepared embedding models may lie, the folder for new ones first."""
        own = self.data_dir / "models"
        return (self.models_dir, own) if self.models_dir else (own,)


class IndexOptions(StrEnum):
    """How Elasticsearch keeps vectors: HNSW graph or none (flat, exact search), quantised or not."""

    HNSW = "hnsw"
    INT8_HNSW = "int8_hnsw"
    INT4_HNSW = "int4_hnsw"
    BBQ_HNSW = "bbq_hnsw"
    FLAT = "flat"
    INT8_FLAT = "int8_flat"
    INT4_FLAT = "int4_flat"
    BBQ_FLAT = "bbq_flat"

    @property
    def is_graph(self) -> bool:
        """Whether a graph stands over the vectors; without one a search reads them all."""
        return self.value.endswith("hnsw")

    @property
    def is_quantised(self) -> bool:
        """Whether searches compare shortened vectors, the whole ones being kept on disk beside them."""
        return "_" in self.value


MOST_SHARDS = 1024
"""Primary shards of one index: Elasticsearch's own limit, as it is shipped (its page "General index settings")."""


class ElasticsearchSettings(BaseModel):
    """Elasticsearch and its indices."""

    elasticsearch_url: str = Field(
        "",
        repr=False,  # a password may stand in it
        description="Address of Elasticsearch, or those of several of its nodes with commas between them; "
        "user:password@ may stand before each host. Without a port it is 80, or 443 for https. Empty: the embedded "
        "store (LanceDB) is used.",
    )
    elasticsearch_cloud_id: str = Field(
        "", description="Cloud ID of a deployment on Elastic Cloud, in place of an address."
    )
    elasticsearch_api_key: SecretStr = Field(SecretStr(""), description="API key for Elasticsearch (encoded form).")
    elasticsearch_ca_certs: Path | None = Field(
        None, description="File with the certificate authority that signed Elasticsearch's certificate."
    )
    elasticsearch_fingerprint: str = Field(
        "",
        pattern=r"^([0-9A-Fa-f]{2}:?){32}$|^$",
        description="SHA-256 fingerprint (hex) of Elasticsearch's certificate or its authority's, instead of a file.",
    )
    index_prefix: str = Field(
        "searchapp", pattern=r"^[a-z0-9][a-z0-9_-]*$", description="First part of every index name."
    )
    index_options: IndexOptions | None = Field(
        None,
        description="How new Elasticsearch indices keep vectors: hnsw, int8_hnsw, int4_hnsw, bbq_hnsw, flat, "
        "int8_flat, int4_flat, bbq_flat. Unset: what es/mappings says. docs/index-options.md compares them.",
    )
    index_shards: int | None = Field(
        None,
        ge=1,
        le=MOST_SHARDS,
        description="Primary shards of new Elasticsearch indices. Unset: what searchapp es reindex --shards chose, "
        "else what es/mappings says. docs/scaling.md says how many are right.",
    )
    oversample: float = Field(
        2.0,
        ge=0.0,
        le=10.0,
        description="How many times as many passages as wanted quantised vectors bring, to be ranked again by "
        "whole vectors: 1 to 10, or 0 for no second ranking. Without effect on hnsw and flat.",
    )
    candidates: float = Field(
        2.0,
        ge=1.0,
        le=100.0,
        description="How many times as many passages as wanted Elasticsearch looks at in each shard (num_candidates): "
        "more finds more of the nearest ones, and takes longer. Without effect on flat indices.",
    )
    snapshot_repository: str = Field(
        "",
        pattern=r"^((fs|s3):[^\s]+)?$",
        description="Where searchapp es snapshot puts them: fs:LOCATION (a folder under Elasticsearch's path.repo) or "
        "s3:BUCKET/PATH (the credentials stand in Elasticsearch's keystore).",
    )
    es_dir: Path | None = Field(
        None, description="Folder with mappings/ and pipelines/ to use instead of the packaged ones."
    )

    @model_validator(mode="before")
    @classmethod
    def _of_the_cloud(cls, values: Any) -> Any:
        """A Cloud ID is an address: nothing else need know of it."""
        cloud_id = values.get("elasticsearch_cloud_id") if isinstance(values, dict) else ""
        if not cloud_id:
            return values
        if values.get("elasticsearch_url"):
            raise ValueError("SEARCHAPP_ELASTICSEARCH_URL and SEARCHAPP_ELASTICSEARCH_CLOUD_ID: set one of them")
        return {**values, "elasticsearch_url": cloud_address(str(cloud_id))}

    @field_validator("elasticsearch_url")
    @classmethod
    def _web_addresses(cls, value: str) -> str:
        addresses = [address.strip() for address in value.split(",") if address.strip()]
        return ",".join(web_address(address) for address in addresses)

    @field_validator("oversample")
    @classmethod
    def _whole_or_nothing(cls, value: float) -> float:
        if 0.0 < value < 1.0:
            raise ValueError("must be 0, or between 1 and 10")
        return value


class Precision(StrEnum):
    """How exactly a prepared model computes; see ``embedding/runtime``."""

    FULL = "full"
    INT8 = "int8"


class EmbeddingSettings(BaseModel):
    """The embedding model."""

    embedding_model: str = Field(
        "sentence-transformers:multilingual-e5-small",
        description="provider:model that turns text into vectors; providers: sentence-transformers, ollama, openai "
        "(docs/how-to/openai-compatible-embeddings.md), and elasticsearch with the id of an inference endpoint "
        "(docs/inference.md). Left unset, an index keeps the model that it was built with, and where the weights of "
        "the default cannot be had, the packaged all-MiniLM-L6-v2 serves, which finds Chinese by words alone.",
    )
    embedding_query_prompt: str | None = Field(
        None, description="Text put before a query when it is embedded. Unset: what the model itself declares."
    )
    embedding_document_prompt: str | None = Field(
        None, description="Text put before a passage when it is embedded. Unset: what the model itself declares."
    )
    embedding_precision: Precision = Field(
        Precision.INT8,
        description="int8, or full: in 8 bits a model in this process embeds several times as fast on a processor; "
        "they are used where their vectors are like the model's own (docs/how-to/embed-faster.md).",
    )
    embedding_batch_size: int = Field(32, ge=1, le=1024, description="Passages that the model encodes at once.")


class OpenAISettings(BaseModel):
    """Embeddings by OpenAI's protocol (only for models named openai:)."""

    openai_base_url: WebAddress = Field(
        "https://api.openai.com/v1",
        repr=False,  # a password may stand in it
        description="Address of the server, with its /v1. Nothing is sent there unless SEARCHAPP_EMBEDDING_MODEL names "
        "openai:; then text leaves this machine, if the server is another one.",
    )
    openai_api_key: SecretStr = Field(
        SecretStr(""), description="Key for that server; many servers of one's own need none."
    )
    openai_timeout_seconds: float = Field(
        120.0, gt=0, description="Longest time that the server may take for one request, in seconds."
    )
    embedding_dimensions: int | None = Field(
        None, ge=8, le=4096, description="Dimensions to ask of the model, if it can choose. Unset: its own."
    )
    embedding_max_tokens: int | None = Field(
        None,
        ge=32,
        le=131072,
        description="Most tokens of a text that the model reads whole. Unset: what is known of OpenAI's models, for "
        "others 512.",
    )
    embedding_query_model: str = Field(
        "",
        description="The model's name in requests for queries, where a server tells queries and passages apart by the "
        "model's name. Empty: the same as for passages.",
    )
    embedding_price: float | None = Field(
        None, ge=0, description="What the service takes for a million tokens, in its currency. Unset: not known."
    )

    @field_validator("openai_base_url")
    @classmethod
    def _named(cls, value: str) -> str:
        if not value:
            raise ValueError("must be an address")
        return value

    @field_validator("openai_api_key")
    @classmethod
    def _printable(cls, value: SecretStr) -> SecretStr:
        return header_key(value)
