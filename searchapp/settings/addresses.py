"""Addresses as settings take them."""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator


def web_address(value: str) -> str:
    """An address without the slash at its end; "" stays so. Raises ValueError for another scheme than http(s)."""
    if value and not value.startswith(("http://", "https://")):
        raise ValueError("must start with http:// or https://")
    return value.rstrip("/")


WebAddress = Annotated[str, AfterValidator(web_address)]
"""An address of HTTP or HTTPS, or an empty text."""
