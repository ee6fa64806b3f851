"""What a webhook is sent: JSON that is described in docs/how-to/be-told.md, or Slack's form."""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Mapping

from searchapp import __version__
from searchapp.alerts.alert import Notice, Phase
from searchapp.messages import Language, Message
from searchapp.settings.alerting import WebhookForm

SIGNATURE = "X-Searchapp-Signature"

_SLACK = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;"})
"""The three that Slack reads as its own (docs.slack.dev, "Formatting message text")."""

_SENTENCES = {Phase.BEGUN: "alert_begun", Phase.CHANGED: "alert_changed", Phase.ENDED: "alert_ended"}


def body_of(notice: Notice, form: WebhookForm, installation: str, link: str, language: Language) -> bytes:
    """The body of the request; ``link`` is the operator's page, empty where nobody knows its address."""
    made = (
        _slack(notice, installation, link, language) if form is WebhookForm.SLACK else _json(notice, installation, link)
    )
    return json.dumps(made, ensure_ascii=False).encode()


def headers_of(notice: Notice, body: bytes, secret: str) -> Mapping[str, str]:
    """Its headers; with a ``secret`` the body is signed as GitHub signs its webhooks."""
    signature = hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
    return {
        "Content-Type": "application/json",
        "User-Agent": f"searchapp/{__version__}",
        "Accept-Encoding": "identity",
        "Idempotency-Key": f'"{notice.event}"',
        **({SIGNATURE: f"sha256={signature}"} if secret else {}),
    }


def _json(notice: Notice, installation: str, link: str) -> Mapping[str, object]:
    condition = notice.condition
    return {
        "version": 1,
        "event": notice.event,
        "id": notice.id,
        "phase": notice.phase.value,
        "code": condition.code,
        "subject": condition.subject,
        "severity": condition.severity.value,
        "message": condition.message,
        "remedy": condition.remedy,
        "since": notice.since.isoformat(),
        "at": notice.at.isoformat(),
        "installation": installation,
        "link": link,
    }


def _slack(notice: Notice, installation: str, link: str, language: Language) -> Mapping[str, object]:
    condition = notice.condition
    told = Message(
        _SENTENCES[notice.phase],
        what=condition.message,
        since=f"{notice.since:%Y-%m-%d %H:%M}",
        at=f"{notice.at:%Y-%m-%d %H:%M}",
    ).text(language)
    remedy = "" if notice.phase is Phase.ENDED else condition.remedy
    facts = f"`{condition.severity} {condition.code}` {installation}".translate(_SLACK)
    more = f" <{link}|{link}>" if link else ""
    return {"text": "\n".join(filter(None, (told.translate(_SLACK), remedy.translate(_SLACK), facts + more)))}
