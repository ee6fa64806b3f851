"""The thread that tells: two of them on one registry tell once, and nothing that a webhook does stops it."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from prometheus_client import REGISTRY

from searchapp.alerts import AlertBook, Code, Look, Teller, Turn, Webhook, webhooks_of
from searchapp.errors import ServiceUnavailableError
from searchapp.findings import Severity
from searchapp.messages import Message
from searchapp.settings import Settings
from searchapp.stores import Memo
from searchapp.stores.registry import MemoChange
from searchapp.wiring import Application
from tests.alerts.receiver import Receiver, answering, hanging, receiving
from tests.alerts.samples import condition, saw
from tests.waiting import eventually

AWAY = condition(Code.STORE_AWAY, "", Severity.ERROR)


class Sight:
    """What is seen now; ``store`` is away where that is."""

    def __init__(self) -> None:
        self.now = saw()

    def __call__(self) -> Look:
        return self.now


New = Callable[..., Teller]


@pytest.fixture
def sight() -> Sight:
    return Sight()


@pytest.fixture
def application(tmp_path: Path) -> Application:
    return Application(Settings(data_dir=tmp_path / "data", embedding_model="hashed:64"))


@pytest.fixture
def new(application: Application, sight: Sight, receiver: Receiver, monkeypatch: pytest.MonkeyPatch) -> Iterator[New]:
    monkeypatch.setattr("searchapp.alerts.teller.LOOK_SECONDS", 0.05)
    monkeypatch.setattr("searchapp.alerts.teller.SEND_SECONDS", 0.05)
    monkeypatch.setattr("searchapp.alerts.book.FIRST_PAUSE_SECONDS", 0.01)
    made: list[Teller] = []

    def new(book: AlertBook | None = None, *urls: str, turn: Turn | None = None, seconds: float = 10.0) -> Teller:
        settings = application.settings.model_copy(update={"webhook_urls": ()})
        webhooks = [
            replace(one, seconds=seconds)
            for one in webhooks_of(Settings(data_dir=settings.data_dir, webhook_urls=" ".join(urls or [receiver.url])))
        ]
        teller = Teller(
            sight, book or AlertBook(application.store), webhooks,
            data_dir=settings.data_dir, lease_seconds=60, turn=turn,
        )  # fmt: skip
        made.append(teller)
        return teller

    yield new
    receiver.over.set()
    for one in made:
        one.stop()


def phases(receiver: Receiver) -> list[tuple[str, str]]:
    return [(one.json["code"], one.json["phase"]) for one in receiver.got]


def test_two_processes_tell_each_thing_once(new: New, sight: Sight, receiver: Receiver) -> None:
    for one in (new(), new(), new()):
        one.start()
    for found in ([condition()], [condition(severity=Severity.ERROR)], []):
        sight.now = saw(*found)
        count = len(receiver.got)
        eventually(lambda count=count: len(receiver.got) > count)
    assert phases(receiver) == [("disk_low", "begun"), ("disk_low", "changed"), ("disk_low", "ended")]
    assert len({one.headers["Idempotency-Key"] for one in receiver.got}) == 3


def test_what_fails_is_sent_again_with_the_same_id(
    new: New, sight: Sight, receiver: Receiver, caplog: pytest.LogCaptureFixture
) -> None:
    receiver.then = [answering(500), answering(429, Retry_After="0"), answering(200)]
    sight.now = saw(condition())
    new().start()
    eventually(lambda: len(receiver.got) == 3)
    assert len({one.headers["Idempotency-Key"] for one in receiver.got}) == 1
    assert len({one.body for one in receiver.got}) == 1
    assert "answered 500" in caplog.text and receiver.url not in caplog.text


def test_a_webhook_that_hangs_keeps_no_other_and_no_look_from_coming(
    new: New, sight: Sight, receiver: Receiver, application: Application
) -> None:
    with receiving() as bad:
        bad.then = [hanging]
        sight.now = saw(condition())
        teller = new(None, bad.url, receiver.url, seconds=0.5)
        teller.start()
        eventually(lambda: phases(receiver) == [("disk_low", "begun")])
        sight.now = saw()
        eventually(lambda: phases(receiver)[1:] == [("disk_low", "ended")])
        eventually(lambda: len(bad.got) > 1)
        bad.then = [answering(200)]
        bad.over.set()
        eventually(lambda: not application.alerts.read().deliveries)
        events = [one.json["phase"] for one in bad.got]
        assert events == ["begun"] * (len(events) - 1) + ["ended"]


def test_what_a_stopped_process_left_is_sent_by_the_next(new: New, sight: Sight, receiver: Receiver) -> None:
    receiver.then = [answering(503, Retry_After="1")]
    sight.now = saw(condition())
    first = new()
    first.start()
    eventually(lambda: receiver.got)
    first.stop()
    receiver.then, sent = [answering(200)], len(receiver.got)
    new().start()
    eventually(lambda: len(receiver.got) > sent)
    assert receiver.got[-1].body == receiver.got[0].body


def test_given_up_is_logged_counted_and_shown(
    new: New, sight: Sight, receiver: Receiver, application: Application, caplog: pytest.LogCaptureFixture
) -> None:
    def given_up() -> float:
        return REGISTRY.get_sample_value("searchapp_webhook_deliveries_total", {"outcome": "given_up"}) or 0

    before = given_up()
    receiver.then = [answering(404)]
    sight.now = saw(condition())
    new().start()
    eventually(lambda: given_up() == before + 1)
    eventually(lambda: REGISTRY.get_sample_value("searchapp_webhooks_failing"))
    assert any(one.levelno == logging.ERROR and "given up" in one.getMessage() for one in caplog.records)
    assert application.alerts.read().troubles[0].lost == 1


class Broken:
    """A registry that is away."""

    def memo(self, memo: Memo) -> str:
        """Raises."""
        raise ServiceUnavailableError("redis_away", place="here")

    def change_memo(self, memo: Memo, change: MemoChange) -> str:
        """Raises."""
        return self.memo(memo)


class Held(Turn):
    """A turn that is ours or not."""

    def __init__(self, *, is_mine: bool) -> None:
        self.is_mine, self.asked, self.given_back = is_mine, 0, 0

    def take(self) -> bool:
        """As it is."""
        self.asked += 1
        return self.is_mine

    def give_back(self) -> None:
        """Count."""
        self.given_back += 1


def test_a_store_that_is_away_is_told_from_memory_by_one_process(new: New, sight: Sight, receiver: Receiver) -> None:
    sight.now = saw(AWAY, looked=(Code.STORE_AWAY,))
    others = Held(is_mine=False)
    mine = Held(is_mine=True)
    for turn in (others, mine):
        new(AlertBook(Broken()), turn=turn).start()
    eventually(lambda: phases(receiver) == [("store_away", "begun")])
    eventually(lambda: others.asked > 2)
    sight.now = saw(looked=(Code.STORE_AWAY,))
    eventually(lambda: len(receiver.got) > 1)
    assert phases(receiver) == [("store_away", "begun"), ("store_away", "ended")]
    assert (others.given_back, mine.given_back) == (0, 1)


def test_without_webhooks_metrics_are_shown_and_nothing_is_written(
    sight: Sight, application: Application, tmp_path: Path
) -> None:
    teller = Teller(sight, application.alerts, (), data_dir=tmp_path / "data", lease_seconds=60)
    sight.now = saw(condition(), condition(subject="node-2"), looked=(Code.DISK_LOW,))
    for _ in range(3):
        teller.look()
        teller.send()
    shown = {code: REGISTRY.get_sample_value("searchapp_conditions", {"code": code}) for code in Code}
    assert shown[Code.DISK_LOW] == 2 and shown[Code.CLUSTER_RED] == -1 and shown[Code.TEST] is None
    assert not (tmp_path / "data").exists()


def test_a_look_that_breaks_is_logged_and_the_next_comes(
    new: New, sight: Sight, receiver: Receiver, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    teller = new()
    seen = iter([ZeroDivisionError(), ServiceUnavailableError("redis_away", place="here")])

    def look() -> Look:
        if error := next(seen, None):
            raise error
        return saw(condition())

    monkeypatch.setattr(teller, "_look", look)
    teller.start()
    eventually(lambda: phases(receiver) == [("disk_low", "begun")])
    assert "Alerts could not be told" in caplog.text and "Alerts could not be noted" in caplog.text


def test_a_sentence_of_a_webhook_is_the_operators(receiver: Receiver) -> None:
    (one,) = webhooks_of(Settings(webhook_urls=receiver.url, webhook_language="zh"))
    assert isinstance(one, Webhook) and one.language == "zh"
    assert Message("webhook_unset").text("zh") == "没有设置 webhook。"
