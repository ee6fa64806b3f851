"""Where the page is served, and under which address people reach it."""

from __future__ import annotations

from pydantic import BaseModel, Field

from searchapp.settings.addresses import WebAddress


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
