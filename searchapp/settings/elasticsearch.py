"""Elasticsearch: how it is reached, and how its indices keep vectors."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path

from pydantic import BaseModel, Field, SecretStr, field_validator

from searchapp.settings.addresses import web_address


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


class ElasticsearchSettings(BaseModel):
    """Elasticsearch and its indices."""

    elasticsearch_url: str = Field(
        "",
        repr=False,  # a password may stand in it
        description="Address of Elasticsearch, or those of several of its nodes with commas between them; "
        "user:password@ may stand before each host. Empty: the embedded store (LanceDB) is used.",
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
