"""One notice to one webhook, over real HTTP: what each answer means, and that none keeps us longer than it may."""

from __future__ import annotations

import dataclasses
import logging
from pathlib import Path

import pytest

from searchapp.alerts import Webhook, webhooks_of
from searchapp.alerts.forms import SIGNATURE
from searchapp.alerts.webhook import MOST_ASKED_SECONDS, MOST_BYTES, Outcome
from searchapp.errors import UsageError
from searchapp.settings import load_settings
from searchapp.settings.alerting import WebhookForm
from tests.alerts.receiver import Behaviour, Receiver, answering, endless, hanging, trickling
from tests.alerts.samples import NOTICE


def webhook(receiver: Receiver, **settings: object) -> Webhook:
    (one,) = webhooks_of(load_settings(webhook_urls=receiver.url, **settings))
    return one


def test_a_notice_is_posted_signed_and_named(receiver: Receiver) -> None:
    answer = webhook(receiver, webhook_secret="s3cret-word", public_url="https://search.example.org").send(NOTICE)
    assert (answer.outcome, answer.status, answer.said) == (Outcome.DELIVERED, 200, "ok")
    (sent,) = receiver.got
    assert sent.json["link"] == "https://search.example.org/operations" and sent.json["event"] == "a1b2-1"
    assert sent.headers["Idempotency-Key"] == '"a1b2-1"' and sent.headers[SIGNATURE].startswith("sha256=")
    assert sent.headers["Content-Type"] == "application/json" and sent.headers["User-Agent"].startswith("searchapp/")


def test_slack_is_known_by_its_host_and_others_by_the_setting(receiver: Receiver) -> None:
    urls = "https://hooks.slack.com/services/T0/B0/x, https://hooks.slack.com.example.org/x"
    assert [one.form for one in webhooks_of(load_settings(webhook_urls=urls))] == [WebhookForm.SLACK, WebhookForm.JSON]
    webhook(receiver, webhook_form="slack", webhook_secret="s3cret-word").send(NOTICE)
    (sent,) = receiver.got
    assert set(sent.json) == {"text"} and SIGNATURE not in sent.headers


@pytest.mark.parametrize(
    ("behaviour", "outcome", "status"),
    [
        (answering(204, b""), Outcome.DELIVERED, 204),
        (endless, Outcome.DELIVERED, 200),
        (answering(500), Outcome.AGAIN, 500),
        (answering(429), Outcome.AGAIN, 429),
        (answering(507), Outcome.AGAIN, 507),
        (answering(400, b"invalid_payload"), Outcome.GIVEN_UP, 400),
        (answering(410, b"channel_is_archived"), Outcome.GIVEN_UP, 410),
        (answering(302, Location="file:///etc/passwd"), Outcome.GIVEN_UP, 302),
        (hanging, Outcome.AGAIN, None),
        (trickling, Outcome.AGAIN, None),
    ],
)
def test_what_an_answer_means(receiver: Receiver, behaviour: Behaviour, outcome: Outcome, status: int | None) -> None:
    receiver.then = [behaviour]
    one = webhook(receiver)
    if status is None:
        one = dataclasses.replace(one, seconds=1.0)
    answer = one.send(NOTICE)
    assert (answer.outcome, answer.status) == (outcome, status), answer
    assert len(receiver.got) == 1 and len(answer.said) <= MOST_BYTES
    if status is None:
        assert answer.why.code == "webhook_silent"


def test_a_redirect_is_not_followed(receiver: Receiver) -> None:
    receiver.then = [answering(307, Location=receiver.url + "/elsewhere"), answering(200)]
    answer = webhook(receiver).send(NOTICE)
    assert answer.why.code == "webhook_redirects" and [one.path for one in receiver.got] == ["/hook"]


@pytest.mark.parametrize(
    ("asked", "seconds"),
    [("7", 7.0), ("999999999", MOST_ASKED_SECONDS), ("-5", 0.0), ("Fri, 01 Jan 2100 00:00:00 GMT", MOST_ASKED_SECONDS),
     ("soon", None), ("nan", None), ("", None)],
)  # fmt: skip
def test_a_pause_that_is_asked_for_is_heard_within_bounds(
    receiver: Receiver, asked: str, seconds: float | None
) -> None:
    receiver.then = [answering(429, Retry_After=asked)]
    assert webhook(receiver).send(NOTICE).asked == seconds


def test_what_refuses_tls_or_is_not_there_is_tried_again_and_not_named(
    receiver: Receiver, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG, "searchapp")
    for url in (receiver.url.replace("http://", "https://user:pass-word@"), "http://127.0.0.1:9/secret-path"):
        (one,) = webhooks_of(load_settings(webhook_urls=url))
        answer = one.send(NOTICE)
        assert (answer.outcome, answer.why.code) == (Outcome.AGAIN, "webhook_unreachable")
        shown = f"{answer!r} {one!r} {caplog.text} {answer.why.text()}"
        assert "secret-path" not in shown and "pass-word" not in shown and "/hook" not in shown


def test_addresses_are_read_from_a_text_a_file_and_a_table(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "searchapp_webhook_urls").write_text("https://a.example.org/1/\nhttps://b.example.org/2?token=x\n")
    monkeypatch.setenv("SEARCHAPP_SECRETS_DIR", str(tmp_path))
    urls = [one.url for one in webhooks_of(load_settings())]
    assert urls == ["https://a.example.org/1/", "https://b.example.org/2?token=x"]  # the slash at the end counts
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("SEARCHAPP_SECRETS_DIR")
    (tmp_path / "searchapp.toml").write_text('webhook_urls = ["https://c.example.org/3"]\n')
    assert [one.host for one in webhooks_of(load_settings())] == ["c.example.org"]
    monkeypatch.setenv("SEARCHAPP_WEBHOOK_URLS", "https://d.example.org/4 https://d.example.org/4")
    assert [one.host for one in webhooks_of(load_settings())] == ["d.example.org"]


@pytest.mark.parametrize("wrong", ["file:///etc/passwd", "hooks.slack.com/x", "https://", "https://a.example.org/#x"])
def test_what_is_no_address_is_refused_without_being_named(wrong: str) -> None:
    with pytest.raises(UsageError) as told:
        load_settings(webhook_urls=f"https://a.example.org/s3cret {wrong}")
    assert "SEARCHAPP_WEBHOOK_URLS" in told.value.message and "s3cret" not in str(told.value.sentence.whole)
    assert wrong == "https://" or wrong not in told.value.message
