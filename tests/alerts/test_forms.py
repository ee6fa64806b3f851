"""What a webhook is sent: fields that stay, a signature that can be checked, and text that Slack cannot misread."""

from __future__ import annotations

import dataclasses
import hashlib
import hmac
import json

from searchapp.alerts import Phase
from searchapp.alerts.forms import SIGNATURE, body_of, headers_of
from searchapp.settings.alerting import WebhookForm
from tests.alerts.samples import NOTICE

LINK = "https://search.example.org/operations"


def test_the_json_that_programs_rely_on() -> None:
    assert json.loads(body_of(NOTICE, WebhookForm.JSON, "papers", LINK, "en")) == {
        "version": 1,
        "event": "a1b2-1",
        "id": "a1b2",
        "phase": "begun",
        "code": "disk_low",
        "subject": "node-1",
        "severity": "warning",
        "message": "The disk <of> node-1 & co is nearly full.",
        "remedy": "Free space.",
        "since": "2026-05-01T12:00:00+00:00",
        "at": "2026-05-01T12:00:00+00:00",
        "installation": "papers",
        "link": LINK,
    }


def test_slack_gets_text_with_its_own_characters_escaped() -> None:
    told = json.loads(body_of(NOTICE, WebhookForm.SLACK, "papers", LINK, "en"))
    assert told == {
        "text": "Since 2026-05-01 12:00 UTC: The disk &lt;of&gt; node-1 &amp; co is nearly full.\n"
        f"Free space.\n`warning disk_low` papers <{LINK}|{LINK}>"
    }
    ended = dataclasses.replace(NOTICE, phase=Phase.ENDED)
    text = json.loads(body_of(ended, WebhookForm.SLACK, "papers", "", "zh"))["text"]
    assert text.startswith("2026-05-01 12:00 UTC 已恢复：") and "Free space" not in text and "|" not in text


def test_the_signature_is_that_of_the_body() -> None:
    body = body_of(NOTICE, WebhookForm.JSON, "papers", "", "en")
    headers = headers_of(NOTICE, body, "a secret")
    assert headers[SIGNATURE] == "sha256=" + hmac.new(b"a secret", body, hashlib.sha256).hexdigest()
    assert headers["Idempotency-Key"] == '"a1b2-1"'
    assert SIGNATURE not in headers_of(NOTICE, body, "")
