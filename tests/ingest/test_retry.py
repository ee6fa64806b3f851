"""A service that is away is waited for, whatever is asked of it."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest

from searchapp.errors import NotFoundError, ServiceUnavailableError, StorageError
from searchapp.ingest import retry as retry_module
from searchapp.ingest.retry import Retry, retrying
from searchapp.messages import Message


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(retry_module, "FIRST_PAUSE_SECONDS", 0.01)


class Service:
    """Fails ``failures`` times with ``error``, then answers."""

    def __init__(self, failures: int, error: Exception) -> None:
        self.failures = failures
        self.error = error
        self.asked = 0

    def answer(self, word: str = "yes", *, twice: bool = False) -> str:
        self.asked += 1
        if self.failures:
            self.failures -= 1
            raise self.error
        return word * (2 if twice else 1)

    @property
    def name(self) -> str:
        return self.answer("service")

    def lines(self) -> Iterator[str]:
        yield "first"
        yield self.answer("second")


AWAY = ServiceUnavailableError("redis_away", place="localhost:6379")


@pytest.mark.parametrize("error", [AWAY, StorageError("plain", text="The disk is full.")])
def test_a_call_is_repeated_until_it_is_answered(error: Exception) -> None:
    told: list[Message | None] = []
    service = Service(2, error)
    assert retrying(service, Retry(60, told.append)).answer("yes", twice=True) == "yesyes"
    assert [str(one or "") for one in told] == [f"Waiting: {error}", f"Waiting: {error}", ""]


def test_what_is_waited_for_can_be_said_in_any_readers_language() -> None:
    told: list[Message | None] = []
    retrying(Service(1, AWAY), Retry(60, told.append)).answer()
    sentence, end = told
    assert sentence is not None and end is None
    assert sentence.text("zh") == "正在等待：Redis（localhost:6379）没有响应。请启动它，或检查 SEARCHAPP_REDIS_URL。"
    assert sentence.text("en").startswith("Waiting: Redis at localhost:6379")


def test_a_property_is_waited_for_like_a_call() -> None:
    assert retrying(Service(1, AWAY), Retry(60)).name == "service"


def test_an_iterator_that_breaks_off_is_read_again_and_nothing_of_it_comes_twice() -> None:
    assert list(retrying(Service(1, AWAY), Retry(60)).lines()) == ["first", "second"]


def test_other_errors_are_raised_at_once() -> None:
    service = Service(1, NotFoundError("document_unlisted", id="a"))
    with pytest.raises(NotFoundError):
        retrying(service, Retry(60)).answer()
    assert service.asked == 1


def test_a_service_that_stays_away_for_too_long_is_not_asked_again() -> None:
    service = Service(10**9, AWAY)
    with pytest.raises(ServiceUnavailableError):
        retrying(service, Retry(0)).answer()
    assert service.asked == 1


def test_what_is_stopped_waits_no_longer() -> None:
    stopping = threading.Event()
    retry = Retry(60, lambda _: stopping.set(), stopping)
    with pytest.raises(ServiceUnavailableError):
        retrying(Service(10**9, AWAY), retry).answer()
    ended = Retry(60)
    ended.stop()
    with pytest.raises(ServiceUnavailableError):
        retrying(Service(10**9, AWAY), ended).answer()
