"""Whether people must say who they are, and how."""

from __future__ import annotations

from enum import StrEnum

from pydantic import BaseModel, Field, SecretStr

from searchapp.settings.addresses import WebAddress


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
        600, ge=1, description="Most requests of one key or user in a minute, where auth is required."
    )
    oidc_issuer: WebAddress = Field("", description="Address of an OpenID Connect provider. Empty: no such login.")
    oidc_client_id: str = Field("", description="The client id that the provider knows searchapp by.")
    oidc_client_secret: SecretStr = Field(SecretStr(""), description="The secret that belongs to the client id.")
    oidc_scopes: str = Field("read", description="What people who log in there may do: read, write, operate.")
    oidc_groups_claim: str = Field("", description="The claim with a person's groups. Empty: they see every document.")
