"""How searches and questions are answered, to whom, and what is said of it: the settings by group."""

from __future__ import annotations

import os
from enum import StrEnum
from ipaddress import IPv4Network, IPv6Network
from typing import NamedTuple, Self

from pydantic import BaseModel, Field, SecretStr, field_validator, model_validator

from searchapp.settings.addresses import Networks, WebAddress, header_key


class Fusion(StrEnum):
    """How the keyword and the semantic ranking become one; see ``search/fusion.py``."""

    WEIGHTED = "weighted"
    RRF = "rrf"


class SearchSettings(BaseModel):
    """Search."""

    fusion: Fusion = Field(Fusion.WEIGHTED, description="How both rankings become one: weighted or rrf.")
    semantic_weight: float = Field(
        0.9,
        ge=0.0,
        le=1.0,
        description="Share of the semantic retriever in the weighted sum (0 to 1), for a query that the model knows.",
    )
    least_similarity: float = Field(
        0.25,
        ge=-1.0,
        le=1.0,
        description="Similarity to the query (1: the same, 0.05: nothing in common, whatever the model) from which a "
        "passage without any word of it counts as found: 0.19 more within Chinese, 0.15 within Japanese and Korean, "
        "six tenths between Chinese and English. -1: every passage.",
    )
    reranker: str = Field(
        "",
        description="A cross-encoder of sentence-transformers (a folder, or a name in the local hub cache) that ranks "
        "the best hits of a hybrid search again; empty: none. It must be on this machine.",
    )
    reranked: int = Field(20, ge=1, le=100, description="How many of the best passages the reranker reads.")


class LanguageProvider(StrEnum):
    """The wire formats of servers of language models."""

    OLLAMA = "ollama"
    OPENAI = "openai"


class LanguageModelName(NamedTuple):
    """A language model, and what its server speaks."""

    provider: LanguageProvider
    name: str


class AnswerSettings(BaseModel):
    """The language model and its answers."""

    llm: str = Field(
        "ollama:qwen3:4b-instruct",
        description="Language model that writes the answers: ollama:NAME, or openai:NAME on the server of "
        "SEARCHAPP_LLM_BASE_URL (docs/how-to/openai-compatible-answers.md). Where Ollama has not got it, another one "
        "of its models does, and says so.",
    )
    llm_model: str = Field(
        "", description="The same, as it was called before; of Ollama. Goes with 0.3.0. Not heard beside SEARCHAPP_LLM."
    )
    llm_base_url: WebAddress = Field(
        "",
        repr=False,  # a password may stand in it
        description="Address of a server that speaks OpenAI's protocol (llama.cpp, vLLM, LM Studio, a service), with "
        "its /v1; for openai:NAME only. On another machine, questions and passages leave this one.",
    )
    llm_api_key: SecretStr = Field(
        SecretStr(""), description="Key for that server; many servers of one's own need none."
    )

    ollama_url: WebAddress = Field(
        "http://127.0.0.1:11434",
        repr=False,  # a password may stand in it
        description="Address of Ollama; user:password@ may stand before the host, and a path behind it.",
    )
    ollama_api_key: SecretStr = Field(
        default_factory=lambda: SecretStr(os.environ.get("OLLAMA_API_KEY", "")),
        validate_default=True,
        description="Key (bearer token) for Ollama, where a proxy or a service asks for one; unset: what the variable "
        "OLLAMA_API_KEY says. Not sent beside a user in the address.",
    )
    llm_context_tokens: int = Field(
        4096,
        ge=512,
        description="Context window in the model's tokens: asked of Ollama (num_ctx); of another server at most what "
        "it tells of its own, of which up to 16384 are used where this is not set.",
    )
    llm_answer_tokens: int = Field(512, ge=32, description="Tokens kept free in the window for the answer.")
    llm_think: bool = Field(
        False,
        description="Whether a model that can think does so before it answers. It answers later then; a question may "
        "say otherwise (searchapp ask --think).",
    )
    llm_think_tokens: int = Field(
        1024,
        ge=64,
        description="Tokens for its thoughts, beside those of the answer; at most a third of what the answer leaves "
        "of the window.",
    )
    llm_timeout_seconds: float = Field(
        120.0, gt=0, description="Longest silence of the server before an answer is given up, in seconds."
    )
    answers_at_once: int = Field(2, ge=1, le=64, description="Answers that the page writes at the same time.")
    answers_waiting: int = Field(
        16, ge=0, le=256, description="Questions that may wait for their turn; later ones are told when to ask again."
    )

    @field_validator("ollama_api_key", "llm_api_key")
    @classmethod
    def _key_of_language_model(cls, value: SecretStr) -> SecretStr:
        return header_key(value)

    @property
    def language_model(self) -> LanguageModelName:
        """The configured model: ``qwen3:4b`` without a provider is Ollama's."""
        named = self.llm if "llm" in self.model_fields_set or not self.llm_model else self.llm_model
        provider, _, name = named.partition(":")
        if provider in tuple(LanguageProvider):
            return LanguageModelName(LanguageProvider(provider), name)
        return LanguageModelName(LanguageProvider.OLLAMA, named)

    @property
    def chooses_window(self) -> bool:
        """Whether a context window was chosen, rather than left to the server."""
        return "llm_context_tokens" in self.model_fields_set

    @model_validator(mode="after")
    def _language_model_can_be_reached(self) -> Self:
        provider, name = self.language_model
        if not name:
            raise ValueError("llm must name a model: ollama:NAME or openai:NAME")
        if provider is LanguageProvider.OPENAI and not self.llm_base_url:
            raise ValueError("llm_base_url must be the address of the server of openai:, with its /v1")
        return self

    @model_validator(mode="after")
    def _answer_fits_the_window(self) -> Self:
        if self.llm_answer_tokens * 2 > self.llm_context_tokens:
            raise ValueError("llm_answer_tokens must be at most half of llm_context_tokens")
        return self


class ConversationSettings(BaseModel):
    """Conversations that are kept."""

    conversations: int = Field(
        500,
        ge=0,
        le=100_000,
        description="Most conversations that are kept of each user and key; the oldest goes for a new one. 0: none are "
        "kept.",
    )
    conversations_mb: int = Field(
        64, ge=1, le=100_000, description="Most MiB that they take, for each user and key; the oldest go first."
    )
    conversation_days: int = Field(
        365, ge=1, le=36_500, description="How long a conversation is kept after its latest turn, in days."
    )


class ServingSettings(BaseModel):
    """The page's address."""

    host: str = Field("127.0.0.1", description="Address that the page is served on.")
    port: int = Field(8080, ge=1, le=65535, description="Port that the page is served on.")
    published_host: str = Field(
        "",
        description="In a container: the host's address that its port is published on (docker -p 127.0.0.1:8080:8080), "
        "which then counts as the address served on. Empty: host itself.",
    )
    public_url: WebAddress = Field(
        "", description="Address under which people reach the page, where a proxy stands before it (for OIDC, cookies)."
    )
    trusted_proxies: int = Field(
        0, ge=0, le=8, description="How many proxies stand before the server and may say who the client is."
    )
    proxy_networks: Networks = Field(
        (IPv4Network("127.0.0.0/8"), IPv6Network("::1/128")),
        description="Where these proxies connect from, parted by commas: addresses or networks, such as that of the "
        "cluster's pods. What anybody else says of the client is not heard.",
    )


class Authentication(StrEnum):
    """Whether those who ask must say who they are."""

    OFF = "off"
    REQUIRED = "required"


class AccessSettings(BaseModel):
    """Keys, logins and limits."""

    auth: Authentication = Field(
        Authentication.OFF,
        description="off (only on a loopback address), or required: an API key or a login for everything.",
    )
    session_hours: float = Field(12.0, gt=0, le=168, description="How long a login lasts without a request, in hours.")
    requests_per_minute: int = Field(
        600,
        ge=1,
        description="Most requests of one key or user in a minute; where auth is off, of everybody, ten times as many.",
    )
    request_seconds: float = Field(
        60.0,
        gt=0,
        description="Longest time that a request may compute, in seconds; of an answer, each of its steps, and "
        "llm_timeout_seconds more for the language model.",
    )
    upload_room_mb: int = Field(
        2048,
        ge=1,
        description="Most MiB that uploads take while they arrive, twice their length each; one caller has half. Those "
        "without room are told to come back.",
    )
    oidc_issuer: WebAddress = Field("", description="Address of an OpenID Connect provider. Empty: no such login.")
    oidc_client_id: str = Field("", description="The client id that the provider knows searchapp by.")
    oidc_client_secret: SecretStr = Field(SecretStr(""), description="The secret that belongs to the client id.")
    oidc_scopes: str = Field("read", description="What people who log in there may do: read, write, operate.")
    oidc_groups_claim: str = Field("", description="The claim with a person's groups. Empty: they see every document.")


class LogFormat(StrEnum):
    """How a line of the log is written."""

    TEXT = "text"
    JSON = "json"


class WatchingSettings(BaseModel):
    """Log, metrics and traces."""

    log_format: LogFormat = Field(
        LogFormat.TEXT, description="text for people, or json: one object a line, for programs that collect logs."
    )
    metrics_port: int = Field(
        9808, ge=0, le=65535, description="Port on which a worker shows its Prometheus metrics; 0 for none."
    )
    metrics_host: str = Field(
        "127.0.0.1",
        description="Address on which a worker shows them, to everybody who reaches it: 0.0.0.0 only where a monitor "
        "asks from another machine or container.",
    )
    traces_url: WebAddress = Field(
        "",
        description="Address of an OpenTelemetry collector (OTLP over HTTP, such as http://127.0.0.1:4318) that gets "
        "traces. Empty: none are made. Needs the extra otel.",
    )


class Auditing(StrEnum):
    """Where the audit log goes."""

    DATABASE = "database"
    STDOUT = "stdout"
    OFF = "off"


class AuditSettings(BaseModel):
    """The audit log."""

    audit: Auditing = Field(
        Auditing.DATABASE,
        description="Where it is recorded who did what: database (audit.sqlite in the data folder), stdout (JSON "
        "lines; of a command on stderr), or off.",
    )
    audit_days: int = Field(365, ge=1, le=36_500, description="How long records are kept, in days.")
    audit_records: int = Field(
        500_000, ge=100, le=100_000_000, description="Most records that are kept; what was refused goes first."
    )
    audit_queries: bool = Field(
        False, description="Record queries and questions, too, with their words. They tell what people think about."
    )


class MissedSettings(BaseModel):
    """What readers did not find."""

    missed_queries: bool = Field(
        False,
        description="Count queries that found nothing, or only loosely related passages, with their words and without "
        "names, in the data folder of this machine (docs/watching.md). They tell what people think about.",
    )
    missed_days: int = Field(
        90, ge=1, le=3_650, description="How long such a query is kept after it was asked last, in days."
    )
