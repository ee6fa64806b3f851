"""Every setting that holds a secret, swept: it appears in no log, no error, no page and no representation."""

from __future__ import annotations

import io
import logging
from pathlib import Path

import pytest
from pydantic import SecretStr

from searchapp.access import Scope
from searchapp.errors import ServiceUnavailableError, UsageError
from searchapp.redaction import redact_logs, redactor
from searchapp.settings import Settings, load_settings
from searchapp.web.app import create_app
from tests.web.stand_in import StandIn

MARK = "zq9-secret"
TELLING = ("key", "secret", "password", "token", "credential")
COUNTS = {
    "llm_answer_tokens",
    "llm_think_tokens",
    "llm_context_tokens",
    "chunk_tokens",
    "chunk_overlap_tokens",
    "embedding_max_tokens",
}
NO_SECRETS = COUNTS | {"secrets_dir"}
"""Settings whose names only sound so: they count tokens, or name a folder."""


def values() -> dict[str, object]:
    """Something secret in every setting that can hold it."""
    held: dict[str, object] = {}
    for name, field in Settings.model_fields.items():
        kind = str(field.annotation)
        if "SecretStr" in kind:
            secret = f"{MARK}-{name}"
            if name == "redis_url":
                secret = f"redis://:{MARK}-{name}@127.0.0.1:9/0"
            if name == "webhook_urls":
                secret = f"https://hooks.example.org/{MARK}-{name}"
            held[name] = [SecretStr(secret)] if kind.startswith(("list", "tuple")) else secret
    held["elasticsearch_url"] = f"http://user:{MARK}-elasticsearch@127.0.0.1:9"
    held["ollama_url"] = f"http://user:{MARK}-ollama@127.0.0.1:9"
    return held


def test_whatever_sounds_like_a_secret_is_held_as_one() -> None:
    sounding = {
        name for name in Settings.model_fields if any(word in name for word in TELLING) and name not in NO_SECRETS
    }
    assert sounding - set(values()) == set()
    assert len(values()) >= 5


def test_no_representation_shows_one() -> None:
    settings = load_settings(**values())
    for shown in (repr(settings), str(settings), settings.model_dump_json(exclude={"elasticsearch_url", "ollama_url"})):
        assert MARK not in shown


@pytest.mark.parametrize("name", sorted(values()))
def test_none_reaches_a_log_or_an_error(name: str, tmp_path: Path) -> None:
    held = values()[name]
    text = held[0].get_secret_value() if isinstance(held, list) else str(held)
    settings = load_settings(data_dir=tmp_path, **{name: held})
    redact = redactor(settings)
    before, out = logging.getLogRecordFactory(), io.StringIO()
    log, handler = logging.getLogger("tests.security.secrets"), logging.StreamHandler(out)
    log.addHandler(handler)
    try:
        redact_logs(redact)
        log.error("asking %s", text)
        try:
            raise RuntimeError(f"in the depths: {text}")
        except RuntimeError:
            log.exception("with a traceback")
    finally:
        logging.setLogRecordFactory(before)
        log.removeHandler(handler)
    assert MARK not in out.getvalue() and "[hidden]" in out.getvalue()

    app = StandIn(tmp_path, **{name: held, "auth": "required"})
    client = create_app(app).test_client()  # type: ignore[arg-type]
    _, key = app.access.keys.make("k", frozenset(Scope))
    headers = {"Authorization": f"Bearer {key}"}
    for error in (
        ServiceUnavailableError("passed_on", text=f"No answer: {text}", remedy=f"Look at {text}."),
        RuntimeError(text),
    ):
        app.searcher.error = error
        for accept in ("application/json", "text/html"):
            assert MARK not in client.get("/api/search?q=x", headers={**headers, "Accept": accept}).text
    app.searcher.error, app.answerer.error = (
        None,
        ServiceUnavailableError("passed_on", text=f"No answer: {text}", remedy=f"Look at {text}."),
    )
    assert MARK not in client.post("/api/ask", json={"question": "gloves"}, headers=headers).text


@pytest.mark.parametrize("name", sorted(values()))
def test_a_wrong_setting_is_told_without_its_value(name: str) -> None:
    with pytest.raises(UsageError) as told:
        load_settings(**{name: {MARK: MARK}})
    assert MARK not in str(told.value)
