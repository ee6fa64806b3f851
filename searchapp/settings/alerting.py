"""Who is told when something begins to be wrong, or is over: the settings of alerts by webhook."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

from pydantic import BaseModel, BeforeValidator, Field, SecretStr, field_validator
from pydantic_settings import NoDecode

from searchapp.messages import Language
from searchapp.settings.addresses import parts, web_address

MOST_WEBHOOKS = 10


class WebhookForm(StrEnum):
    """What a webhook is sent."""

    AUTO = "auto"
    """Slack's form to hooks.slack.com, JSON to every other host."""
    JSON = "json"
    SLACK = "slack"


class AlertSettings(BaseModel):
    """Alerts by webhook."""

    webhook_urls: Annotated[tuple[SecretStr, ...], NoDecode, BeforeValidator(parts)] = Field(
        (),
        description="Addresses that are told when something begins to be wrong, changes and is over "
        "(docs/how-to/be-told.md), parted by commas; private ones too. Empty: nobody is told.",
    )
    webhook_form: WebhookForm = Field(
        WebhookForm.AUTO,
        description="What they are sent: json, slack (Mattermost and others read it too), or auto: slack to "
        "hooks.slack.com, json elsewhere.",
    )
    webhook_secret: SecretStr = Field(
        SecretStr(""),
        description="Signs what is sent as json: X-Searchapp-Signature is sha256= and the HMAC of the body. Empty: "
        "nothing is signed.",
    )
    webhook_language: Language = Field("en", description="The language of their sentences: en or zh.")
    queue_alert_minutes: float = Field(
        60.0, gt=0, le=100_000, description="How long a document may wait in the queue before that is an alert."
    )

    @field_validator("webhook_urls")
    @classmethod
    def _webhooks(cls, value: tuple[SecretStr, ...]) -> tuple[SecretStr, ...]:
        for one in value:
            web_address(one.get_secret_value())
        if len(value) > MOST_WEBHOOKS:
            raise ValueError(f"must be at most {MOST_WEBHOOKS} addresses")
        return tuple(dict.fromkeys(value))
