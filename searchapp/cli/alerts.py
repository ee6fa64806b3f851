"""``searchapp alerts``: what is told of troubles, and whether webhooks take it."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

import typer

from searchapp.cli.common import JsonOption, application, console, print_list, waiting
from searchapp.cli.exit_codes import FAILED, SOME_FAILED

if TYPE_CHECKING:
    from searchapp.alerts import Answer, Webhook

app = typer.Typer(
    help="What webhooks are told: drift, failed schedules, disks, health, quality, a queue that stands still.",
    no_args_is_help=True,
    rich_markup_mode=None,
)


@app.command("list")
def list_(as_json: JsonOption = False) -> None:
    """List what webhooks were told and is not over. Without SEARCHAPP_WEBHOOK_URLS nobody is told, and nothing kept.

    Example: searchapp alerts list
    """
    from searchapp.model.json import to_json

    alerts = application().alerts.read().alerts
    if as_json:
        print_list("alerts", [to_json(one) for one in alerts])
        return
    for one in alerts:
        what = one.condition
        console().print(f"{one.since:%Y-%m-%d %H:%M} UTC  {what.severity} {what.code}  {what.message} {what.remedy}")
    if not alerts:
        console().print("Nothing is wrong that webhooks were told of.")


@app.command("test")
def try_(as_json: JsonOption = False) -> None:
    """Send each webhook of SEARCHAPP_WEBHOOK_URLS one notice that tests it, and tell what was answered.

    Exit code 1: none took it; 3: some did.

    Example: searchapp alerts test
    """
    import datetime as dt
    import secrets

    from searchapp.alerts import Code, Condition, Notice, Phase, webhooks_of
    from searchapp.alerts.webhook import Outcome
    from searchapp.errors import UsageError
    from searchapp.findings import Severity
    from searchapp.messages import Message, read_in

    settings = application().settings
    webhooks = webhooks_of(settings)
    if not webhooks:
        raise UsageError("webhook_unset")
    with read_in(settings.webhook_language):
        condition = Condition.of(Code.TEST, Severity.INFO, Message("alert_test"))
    id_, now = secrets.token_hex(8), dt.datetime.now(dt.UTC)
    notice = Notice(f"{id_}-1", id_, Phase.BEGUN, condition, now, now)
    told: list[dict[str, Any]] = []
    with waiting("Sending", as_json):
        for one in webhooks:
            began = time.monotonic()
            told.append(_told(one, one.send(notice), time.monotonic() - began))
    if as_json:
        print_list("webhooks", told)
    else:
        for row in told:
            style = "green" if row["outcome"] == Outcome.DELIVERED else "red"
            console().print(f"{row['message']} {row['answer']}".strip(), style=style)
    if failed := sum(one["outcome"] != Outcome.DELIVERED for one in told):
        raise typer.Exit(FAILED if failed == len(told) else SOME_FAILED)


def _told(webhook: Webhook, answer: Answer, seconds: float) -> dict[str, Any]:
    said = "".join(one if one.isprintable() else " " for one in answer.said[:200]).strip()
    return {
        "webhook": webhook.host,
        "form": webhook.form.value,
        "outcome": answer.outcome.value,
        "status": answer.status,
        "message": answer.why.whole.text(),
        "answer": said,
        "seconds": round(seconds, 3),
    }
