"""Secrets stay out of texts and logs."""

from __future__ import annotations

import io
import logging

import pytest

from searchapp.messages import Message, joined
from searchapp.redaction import redact_logs, redacted, redactor
from searchapp.settings import load_settings

SECRET = "c2VjcmV0LWtleS1vZi1lbGFzdGlj"
KEY = "sak_0123456789ab_" + "x" * 43


@pytest.mark.parametrize(
    "text",
    [
        f"ApiKey {SECRET} was refused",
        f"https://example.org/?api_key={SECRET}&q=1",
        "http://user:hunter2hunter2@example.org/path",
        f"the key {KEY} is unknown",
        "Authorization: Bearer eyJhbGciOi.JIUzI1.NiJ9",
        "Authorization: Basic dXNlcjpodW50ZXIy",
        "connecting with password=hunter2hunter2",
    ],
)
def test_secrets_are_hidden_wherever_they_stand(text: str) -> None:
    redact = redactor(load_settings(elasticsearch_api_key=SECRET))
    shown = redact(text)
    assert "[hidden]" in shown
    for secret in (SECRET, "hunter2", "x" * 43, "eyJhbGciOi", "dXNlcjpodW50ZXIy"):
        assert secret not in shown
    assert redact("An ordinary sentence about https://example.org/ and 3 passages.") == (
        "An ordinary sentence about https://example.org/ and 3 passages."
    )


def test_a_message_is_kept_without_secrets_however_deep_they_stand() -> None:
    redact = redactor(load_settings(elasticsearch_api_key=SECRET))
    inner = Message("private_file_unusable", holds="Notes", path="/n", why=f"refused: {SECRET}")
    message = joined(inner, inner.remedy, Message("older_versions", versions=("a", SECRET)))
    clean = redacted(message, redact)
    assert SECRET in message.encoded() and SECRET not in clean.encoded()
    assert clean.text() == message.text().replace(SECRET, "[hidden]")


def test_logs_are_redacted_with_their_tracebacks() -> None:
    before = logging.getLogRecordFactory()
    out = io.StringIO()
    log = logging.getLogger("tests.redaction")
    handler = logging.StreamHandler(out)
    log.addHandler(handler)
    try:
        redact_logs(redactor(load_settings(elasticsearch_api_key=SECRET)))
        log.error("refused: %s", SECRET)
        log.error("odd %d", "arguments")
        try:
            raise RuntimeError(f"in the depths: {SECRET}")
        except RuntimeError:
            log.exception("failed")
    finally:
        logging.setLogRecordFactory(before)
        log.removeHandler(handler)
    text = out.getvalue()
    assert SECRET not in text and "refused: [hidden]" in text and "in the depths: [hidden]" in text
