"""What is read of documents, and how much of them."""

from __future__ import annotations

import re
from ipaddress import IPv4Network, IPv6Network
from typing import Annotated

from pydantic import BaseModel, Field, SecretStr, field_validator
from pydantic_settings import NoDecode


class SourceSettings(BaseModel):
    """Files, pages and sites."""

    max_file_mb: int = Field(256, ge=1, description="Largest file or page that is read, in MiB.")
    parse_timeout_seconds: float = Field(60.0, gt=0, description="Longest time one file may take to parse.")
    parse_memory_mb: int = Field(2048, ge=256, description="Most memory that parsing one file may take, in MiB.")
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
    allowed_networks: Annotated[tuple[IPv4Network | IPv6Network, ...], NoDecode] = Field(
        (),
        description="Private networks that web pages may be fetched from, parted by commas (10.1.0.0/16, ::1). "
        "None is by default: whoever may add an address could read what only this machine can reach.",
    )

    @field_validator("document_passwords", mode="before")
    @classmethod
    def _passwords(cls, value: object) -> object:
        return [line for line in value.splitlines() if line] if isinstance(value, str) else value

    @field_validator("allowed_networks", mode="before")
    @classmethod
    def _networks(cls, value: object) -> object:
        return [part for part in re.split(r"[,\s]+", value) if part] if isinstance(value, str) else value
