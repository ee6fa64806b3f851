"""One webhook: what is sent to it, within one deadline, and what its answer means."""

from __future__ import annotations

import contextlib
import hashlib
import logging
import threading
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from searchapp.alerts.alert import Notice
from searchapp.alerts.forms import body_of, headers_of
from searchapp.llm.interrupt import Line
from searchapp.messages import Language, Message
from searchapp.openai_api.retrying import WORTH_REPEATING, asked_pause
from searchapp.settings import Settings
from searchapp.settings.addresses import host_of, is_this_machine
from searchapp.settings.alerting import WebhookForm

log = logging.getLogger(__name__)

SECONDS = 10.0
"""For all of one request: connecting, sending, and the answer."""

MOST_BYTES = 1024
"""Of an answer, which is read for people alone; the rest is left."""

MOST_ASKED_SECONDS = 3600.0

SLACK_HOSTS = ("hooks.slack.com", "hooks.slack-gov.com")


class Outcome(StrEnum):
    """What an answer means."""

    DELIVERED = "delivered"
    AGAIN = "again"
    GIVEN_UP = "given_up"


@dataclass(frozen=True, slots=True)
class Answer:
    """What a webhook answered: its status (None: nothing), why that is no delivery, and the pause that it asks for."""

    outcome: Outcome
    status: int | None
    why: Message
    said: str = ""
    """The beginning of its body."""
    asked: float | None = None


@dataclass(frozen=True, slots=True)
class Webhook:
    """One address of the settings, which is a secret: ``target`` and ``host`` tell it from others."""

    url: str
    form: WebhookForm
    secret: str
    installation: str
    link: str
    language: Language
    seconds: float = SECONDS

    def __repr__(self) -> str:
        return f"Webhook({self.host})"

    @property
    def target(self) -> str:
        """Its name in what is kept."""
        return hashlib.sha256(self.url.encode()).hexdigest()[:16]

    @property
    def host(self) -> str:
        """Its host, and its port where one is named."""
        return host_of(self.url)

    def send(self, notice: Notice) -> Answer:
        """Send it once. Redirects are not followed; what is no 2xx, or no answer, is no delivery."""
        body = body_of(notice, self.form, self.installation, self.link, self.language)
        headers = headers_of(notice, body, self.secret if self.form is WebhookForm.JSON else "")
        try:
            return self._sent(body, dict(headers))
        except Exception as error:  # noqa: BLE001 - an address that the library cannot read, say; never chained or shown
            log.debug("Sending to %s raised %s.", self.host, type(error).__name__)
            return Answer(Outcome.AGAIN, None, Message("webhook_unreachable", host=self.host))

    def _sent(self, body: bytes, headers: dict[str, str]) -> Answer:
        import httpx

        line, late = Line(), threading.Event()

        def cut() -> None:
            late.set()
            line.cut()

        timer = threading.Timer(self.seconds, cut)  # the client's own limit is for silence, not for the whole
        timer.daemon = True
        timer.start()
        try:
            with (
                httpx.Client(
                    timeout=self.seconds,
                    follow_redirects=False,
                    # A proxy of the environment would carry what is meant for this machine off it.
                    trust_env=not is_this_machine(self.url),
                    event_hooks=line.hooks,
                ) as client,
                client.stream("POST", self.url, content=body, headers=headers) as response,
            ):
                return self._read(response)
        except httpx.TimeoutException:
            return self._silent()
        except httpx.HTTPError:
            if late.is_set():
                return self._silent()
            return Answer(Outcome.AGAIN, None, Message("webhook_unreachable", host=self.host))
        finally:
            timer.cancel()

    def _silent(self) -> Answer:
        return Answer(Outcome.AGAIN, None, Message("webhook_silent", host=self.host, seconds=round(self.seconds)))

    def _read(self, response: Any) -> Answer:
        import httpx

        status, said = response.status_code, b""
        with contextlib.suppress(httpx.HTTPError):  # its status has come, and counts
            for piece in response.iter_raw():
                said += piece
                if len(said) >= MOST_BYTES:
                    break
        text = said[:MOST_BYTES].decode("utf-8", "replace")
        why = Message("webhook_answered", host=self.host, status=status)
        if 200 <= status < 300:
            return Answer(Outcome.DELIVERED, status, why, text)
        if 300 <= status < 400:
            return Answer(Outcome.GIVEN_UP, status, Message("webhook_redirects", host=self.host, status=status), text)
        if status in WORTH_REPEATING or status >= 500:
            return Answer(Outcome.AGAIN, status, why, text, asked_pause(response.headers, MOST_ASKED_SECONDS))
        return Answer(Outcome.GIVEN_UP, status, why, text)


def webhooks_of(settings: Settings) -> tuple[Webhook, ...]:
    """Those that the settings name."""
    found = []
    for one in settings.webhook_urls:
        url, form = one.get_secret_value(), settings.webhook_form
        if form is WebhookForm.AUTO:
            is_slack = host_of(url).partition(":")[0] in SLACK_HOSTS
            form = WebhookForm.SLACK if is_slack else WebhookForm.JSON
        found.append(
            Webhook(
                url,
                form,
                settings.webhook_secret.get_secret_value(),
                settings.public_url or settings.index_prefix,
                f"{settings.public_url}/operations" if settings.public_url else "",
                settings.webhook_language,
            )
        )
    return tuple(found)
