"""One ``Settings``, read once: ``SEARCHAPP_*`` variables first, then a folder of secrets, then ``searchapp.toml``, then
the defaults here.

This is the only module that reads the environment.
"""

from __future__ import annotations

import os
import re
import sys
from enum import StrEnum
from ipaddress import IPv4Network, IPv6Network
from pathlib import Path
from typing import Annotated, Self

from pydantic import DirectoryPath, Field, SecretStr, ValidationError, field_validator, model_validator
from pydantic_settings import (
    BaseSettings,
    NoDecode,
    PydanticBaseSettingsSource,
    SecretsSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)

from searchapp.errors import UsageError

SETTINGS_FILE = "searchapp.toml"


class Authentication(StrEnum):
    """Whether those who ask must say who they are."""

    OFF = "off"
    REQUIRED = "required"


class LogFormat(StrEnum):
    """How a line of the log is written."""

    TEXT = "text"
    JSON = "json"


class Fusion(StrEnum):
    """How the keyword and the semantic ranking become one; see ``search/fusion.py``."""

    WEIGHTED = "weighted"
    RRF = "rrf"


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


def default_data_dir() -> Path:
    """The folder for what searchapp keeps on this machine, by the platform's own custom."""
    if sys.platform == "win32":
        base = Path(os.environ.get("LOCALAPPDATA", Path.home() / "AppData" / "Local"))
    elif sys.platform == "darwin":
        base = Path.home() / "Library" / "Application Support"
    else:
        base = Path(os.environ.get("XDG_DATA_HOME", Path.home() / ".local" / "share"))
    return base / "searchapp"


class Settings(BaseSettings):
    """Everything that can be set. Every field has a default that works; docs/settings.md lists them all."""

    model_config = SettingsConfigDict(
        env_prefix="SEARCHAPP_", toml_file=SETTINGS_FILE, extra="ignore", frozen=True, env_ignore_empty=True
    )

    data_dir: Path = Field(
        default_factory=default_data_dir, description="Where the embedded store, uploads and downloaded pages live."
    )
    secrets_dir: DirectoryPath | None = Field(
        None,
        description="Folder with a file for each setting that should not stand in the environment, named as its "
        "variable in lower case (searchapp_elasticsearch_api_key), as Docker and Kubernetes mount secrets.",
    )

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
    embedding_batch_size: int = Field(32, ge=1, le=1024, description="Passages that the model encodes at once.")

    ollama_url: str = Field("http://127.0.0.1:11434", description="Address of Ollama.")
    llm_model: str = Field("llama3.2", description="Ollama model that writes the answers.")
    llm_context_tokens: int = Field(
        4096, ge=512, description="Context window asked of Ollama (num_ctx), in the chat model's tokens."
    )
    llm_answer_tokens: int = Field(512, ge=32, description="Tokens kept free in the window for the answer.")
    llm_timeout_seconds: float = Field(
        120.0, gt=0, description="Longest silence of Ollama before an answer is given up, in seconds."
    )
    answers_at_once: int = Field(2, ge=1, le=64, description="Answers that the page writes at the same time.")
    answers_waiting: int = Field(
        16, ge=0, le=256, description="Questions that may wait for their turn; later ones are told when to ask again."
    )

    fusion: Fusion = Field(Fusion.WEIGHTED, description="How both rankings become one: weighted or rrf.")
    semantic_weight: float = Field(
        0.8,
        ge=0.0,
        le=1.0,
        description="Share of the semantic leg in the weighted sum (0 to 1), for a query that the model knows.",
    )
    reranker: str = Field(
        "",
        description="A cross-encoder of sentence-transformers (a folder, or a name in the local hub cache) that ranks "
        "the best hits of a hybrid search anew; empty: none. It must be on this machine.",
    )
    reranked: int = Field(20, ge=1, le=100, description="How many of the best passages the reranker reads.")

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
    parse_timeout_seconds: float = Field(60.0, gt=0, description="Longest time one file may take to parse.")
    parse_memory_mb: int = Field(2048, ge=256, description="Most memory that parsing one file may take, in MiB.")
    undo_minutes: float = Field(
        10, ge=0, le=1440, description="How long a deletion on the page or by the API can be undone. 0: not at all."
    )
    max_file_mb: int = Field(256, ge=1, description="Largest file or page that is read, in MiB.")
    allowed_networks: Annotated[tuple[IPv4Network | IPv6Network, ...], NoDecode] = Field(
        (),
        description="Private networks that web pages may be fetched from, parted by commas (10.1.0.0/16, ::1). "
        "None is by default: whoever may add an address could read what only this machine can reach.",
    )

    document_passwords: Annotated[tuple[SecretStr, ...], NoDecode] = Field(
        (), description="Passwords that are tried on protected documents, one a line."
    )
    ocr_languages: str = Field(
        "eng+chi_sim",
        pattern=r"^([A-Za-z_]+(\+[A-Za-z_]+)*)?$",
        description="Languages in which tesseract, where it is installed, reads scanned pages.",
    )
    ocr_max_pages: int = Field(200, ge=0, description="Most scanned pages that are read of one document. 0: none is.")
    crawl_max_pages: int = Field(1000, ge=1, description="Most pages that one crawl of a site brings.")
    crawl_delay_seconds: float = Field(
        1.0, ge=0.0, description="Pause between two requests of a crawl; a site's robots.txt may ask for a longer one."
    )
    redis_url: SecretStr = Field(
        SecretStr(""),
        description="Address of Redis (redis://...), for workers. Empty: the web process ingests in the background.",
    )
    metrics_port: int = Field(
        9808, ge=0, le=65535, description="Port on which a worker shows its Prometheus metrics; 0 for none."
    )
    log_format: LogFormat = Field(
        LogFormat.TEXT, description="text for people, or json: one object a line, for programs that collect logs."
    )
    traces_url: str = Field(
        "",
        description="Address of an OpenTelemetry collector (OTLP over HTTP, such as http://127.0.0.1:4318) that gets "
        "traces. Empty: none are made. Needs the extra otel.",
    )
    lease_seconds: float = Field(
        60.0, ge=1, description="How long a document stays with a process that gives no sign of life, in seconds."
    )
    patience_seconds: float = Field(
        600.0,
        ge=0,
        description="How long a run of ingest waits for Elasticsearch, Ollama or disk space that has gone, in seconds.",
    )

    host: str = Field("127.0.0.1", description="Address that the page is served on.")
    port: int = Field(8080, ge=1, le=65535, description="Port that the page is served on.")
    published_host: str = Field(
        "",
        description="In a container: the host's address that its port is published on (docker -p 127.0.0.1:8080:8080), "
        "which then counts as the address served on. Empty: host itself.",
    )
    public_url: str = Field(
        "", description="Address under which people reach the page, where a proxy stands before it (for OIDC, cookies)."
    )
    trusted_proxies: int = Field(
        0, ge=0, le=8, description="How many proxies stand before the server and may say who the client is."
    )

    auth: Authentication = Field(
        Authentication.OFF,
        description="off (only on a loopback address), or required: an API key or a login for everything.",
    )
    session_hours: float = Field(12.0, gt=0, le=168, description="How long a login lasts without a request, in hours.")
    requests_per_minute: int = Field(
        600, ge=1, description="Most requests of one key or user in a minute, where auth is required."
    )
    oidc_issuer: str = Field("", description="Address of an OpenID Connect provider. Empty: no such login.")
    oidc_client_id: str = Field("", description="The client id that the provider knows searchapp by.")
    oidc_client_secret: SecretStr = Field(SecretStr(""), description="The secret that belongs to the client id.")
    oidc_scopes: str = Field("read", description="What people who log in there may do: read, write, operate.")
    oidc_groups_claim: str = Field("", description="The claim with a person's groups. Empty: they see every document.")

    @field_validator("document_passwords", mode="before")
    @classmethod
    def _passwords(cls, value: object) -> object:
        return [line for line in value.splitlines() if line] if isinstance(value, str) else value

    @field_validator("allowed_networks", mode="before")
    @classmethod
    def _networks(cls, value: object) -> object:
        return [part for part in re.split(r"[,\s]+", value) if part] if isinstance(value, str) else value

    @field_validator("ollama_url", "public_url", "oidc_issuer", "traces_url")
    @classmethod
    def _web_address(cls, value: str) -> str:
        if value and not value.startswith(("http://", "https://")):
            raise ValueError("must start with http:// or https://")
        return value.rstrip("/")

    @field_validator("elasticsearch_url")
    @classmethod
    def _web_addresses(cls, value: str) -> str:
        addresses = [address.strip() for address in value.split(",") if address.strip()]
        return ",".join(cls._web_address(address) for address in addresses)

    @field_validator("oversample")
    @classmethod
    def _whole_or_nothing(cls, value: float) -> float:
        if 0.0 < value < 1.0:
            raise ValueError("must be 0, or between 1 and 10")
        return value

    @field_validator("redis_url")
    @classmethod
    def _redis_address(cls, value: SecretStr) -> SecretStr:
        if value and not value.get_secret_value().startswith(("redis://", "rediss://", "unix://")):
            raise ValueError("must start with redis:// or rediss://")
        return value

    @model_validator(mode="after")
    def _answer_fits_the_window(self) -> Self:
        if self.llm_answer_tokens * 2 > self.llm_context_tokens:
            raise ValueError("llm_answer_tokens must be at most half of llm_context_tokens")
        return self

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Order of precedence: arguments, environment, files of ``secrets_dir``, ``searchapp.toml``."""
        toml = TomlConfigSettingsSource(settings_cls)
        folder = Path(os.environ.get("SEARCHAPP_SECRETS_DIR") or toml().get("secrets_dir") or "")
        named = folder != Path() and folder.is_dir()  # what is not a folder is refused as a setting, in our words
        secrets = SecretsSettingsSource(settings_cls, secrets_dir=folder if named else None)
        return init_settings, env_settings, secrets, toml


def load_settings(**overrides: object) -> Settings:
    """Read the settings; ``overrides`` win over environment and file.

    Raises UsageError naming the first setting that is wrong and what it may be. A secret's value is never named.
    """
    try:
        return Settings(**overrides)  # type: ignore[arg-type]
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False)[0]
        name = "_".join(str(part) for part in first["loc"])
        subject = f"The setting SEARCHAPP_{name.upper()}" if name else "The settings"
        raise UsageError(
            f"{subject} cannot be used: {first['msg'].removeprefix('Value error, ')}.",
            f"Set it in the environment or in {SETTINGS_FILE}; docs/settings.md lists what each may be.",
        ) from error
    except ValueError as error:  # searchapp.toml is not TOML
        raise UsageError(f"{SETTINGS_FILE} cannot be read: {error}.", "Mend the line that it names.") from error
