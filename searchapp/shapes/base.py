"""What every shape shares."""

from __future__ import annotations

from typing import Annotated

from pydantic import ConfigDict, Field, with_config

described = with_config(ConfigDict(use_attribute_docstrings=True))
"""Makes the sentence below each field of a shape its description in ``/openapi.json``."""

Moment = Annotated[str, Field(json_schema_extra={"format": "date-time"})]
"""A time in ISO 8601, with its offset."""
