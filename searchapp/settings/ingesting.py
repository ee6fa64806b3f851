"""What is read of documents, and how it is taken in: the settings by group."""

from __future__ import annotations

import datetime as dt
import json
import os
from pathlib import Path
from typing import Annotated, Literal, TypeAlias

from pydantic import AfterValidator, BaseModel, BeforeValidator, Field, SecretStr, field_validator
from pydantic_settings import NoDecode

from searchapp.settings.addresses import Networks


def _json(value: object) -> object:
    if not isinstance(value, str):
        return value
    try:
        return json.loads(value)
    except ValueError:
        raise ValueError("must be a JSON object of patterns with the fields that they state") from None


Scalar: TypeAlias = str | bool | int | float | dt.datetime | dt.date
PathRulesText = Annotated[dict[str, dict[str, Scalar | list[Scalar]]], NoDecode, BeforeValidator(_json)]
"""Fields by pattern, which the environment holds as JSON."""


def _paths(value: object) -> object:
    return [Path(one) for one in value.split(os.pathsep) if one] if isinstance(value, str) else value


def _absolute(folders: tuple[Path, ...]) -> tuple[Path, ...]:
    if any(not one.is_absolute() for one in folders):
        raise ValueError("must be absolute paths")
    return folders


Folders = Annotated[tuple[Path, ...], NoDecode, BeforeValidator(_paths), AfterValidator(_absolute)]


class SourceSettings(BaseModel):
    """Files, pages and sites."""

    max_file_mb: int = Field(256, ge=1, description="Largest file or page that is read, in MiB.")
    follow_links: bool = Field(
        False, description="Whether symbolic links that lead out of an ingested folder are followed."
    )
    followed_folders: Folders = Field(
        (),
        description="Folders of this machine that operators may have followed from the page, with what lies in them, "
        "parted by colons (semicolons on Windows). None is by default; searchapp schedules add may name any.",
    )
    path_rules: PathRulesText = Field(
        {},
        description="What holds of all documents whose path or address fits a pattern (docs/fields.md), as JSON: "
        '{"contracts/*": {"tags": ["contract"], "language": "de"}}. In searchapp.toml a table for each pattern.',
    )
    parse_timeout_seconds: float = Field(60.0, gt=0, description="Longest time one file may take to parse.")
    parse_memory_mb: int = Field(2048, ge=256, description="Most memory that parsing one file may take, in MiB.")
    document_passwords: Annotated[tuple[SecretStr, ...], NoDecode] = Field(
        (), description="Passwords that are tried on protected documents, one a line."
    )
    ocr: Literal["auto", "rapidocr", "tesseract", "off"] = Field(
        "auto",
        description="What reads scanned pages and pictures: rapidocr, tesseract, or off. auto: which of them is "
        "installed and reads the most of the languages, rapidocr before tesseract.",
    )
    ocr_languages: str = Field(
        "eng+chi_sim",
        pattern=r"^([A-Za-z_]+(\+[A-Za-z_]+)*)?$",
        description="Languages in which scanned pages and pictures are read, by tesseract's names.",
    )
    ocr_max_pages: int = Field(200, ge=0, description="Most scanned pages that are read of one document. 0: none is.")
    crawl_max_pages: int = Field(1000, ge=1, description="Most pages that one crawl of a site brings.")
    crawl_delay_seconds: float = Field(
        1.0, ge=0.0, description="Pause between two requests of a crawl; a site's robots.txt may ask for a longer one."
    )
    allowed_networks: Networks = Field(
        (),
        description="Private networks that web pages may be fetched from, parted by commas (10.1.0.0/16, ::1). "
        "None is by default: anyone who may add an address could read what only this machine can reach.",
    )

    @field_validator("document_passwords", mode="before")
    @classmethod
    def _passwords(cls, value: object) -> object:
        return [line for line in value.splitlines() if line] if isinstance(value, str) else value


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
    schedule_limit_minutes: float = Field(
        720.0,
        gt=0,
        le=100_000,
        description="How long one run of a schedule may take, in minutes: then it is ended, and has failed.",
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
