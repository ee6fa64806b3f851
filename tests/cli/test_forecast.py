"""The time that is left is true: measured by passages and bytes, and not told before it is known."""

from __future__ import annotations

import pytest

from searchapp.cli.forecast import Forecast, in_words


class Clock:
    """Goes on when it is told to."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def test_it_counts_bytes_and_not_documents() -> None:
    clock = Clock()
    forecast = Forecast(clock)
    small, large = {f"{n}.md": 1000 for n in range(5)}, {"large.md": 100_000}
    forecast.expect(small | large)
    for name in small:
        clock.now += 2
        forecast.done(name, 2)  # a passage a second, 500 bytes each
    assert forecast.seconds_left == pytest.approx(200, rel=0.1)
    clock.now += 50
    assert forecast.seconds_left == pytest.approx(150, rel=0.1)


def test_nothing_is_told_before_it_is_known() -> None:
    clock = Clock()
    forecast = Forecast(clock)
    assert forecast.seconds_left is None
    for n in range(4):
        clock.now += 3
        forecast.done(f"{n}.md", 3)
    assert forecast.seconds_left is None, "how much is left is not known"
    forecast.expect({**{f"{n}.md": 1000 for n in range(6)}, "a.pdf": 10_000})
    assert forecast.seconds_left is None, "most of what is left is of another kind"
    forecast.done("a.pdf", 3)
    assert forecast.seconds_left is not None


def test_a_start_tells_nothing_of_the_rest() -> None:
    clock = Clock()
    forecast = Forecast(clock)
    forecast.expect({f"{n}.md": 1000 for n in range(100)})
    clock.now += 0.1
    forecast.done("0.md", 1)
    forecast.done("1.md", 1)
    forecast.done("2.md", 1)
    assert forecast.seconds_left is None


def test_what_has_not_changed_is_no_work() -> None:
    clock = Clock()
    forecast = Forecast(clock)
    forecast.expect({f"{n}.md": 1000 for n in range(1000)})
    for n in range(500):
        clock.now += 0.01
        forecast.done(f"{n}.md", 0)
    assert forecast.seconds_left is None, "nothing was made from which a rate could be known"
    for n in range(500, 510):
        clock.now += 1
        forecast.done(f"{n}.md", 1)
    left = forecast.seconds_left
    assert left is not None and left < 30, "of the rest most is taken to be unchanged too"


def test_it_follows_what_was_lately() -> None:
    clock = Clock()
    forecast = Forecast(clock)
    forecast.expect({f"{n}.md": 1000 for n in range(300)})
    for n in range(100):
        clock.now += 0.1
        forecast.done(f"{n}.md", 1)
    quick = forecast.seconds_left
    for n in range(100, 200):
        clock.now += 2
        forecast.done(f"{n}.md", 1)
    slow = forecast.seconds_left
    assert quick == pytest.approx(20, rel=0.1) and slow == pytest.approx(200, rel=0.1)


def test_what_is_overdue_is_not_known_any_more() -> None:
    clock = Clock()
    forecast = Forecast(clock)
    forecast.expect({f"{n}.md": 1000 for n in range(7)})
    for n in range(6):
        clock.now += 2
        forecast.done(f"{n}.md", 1)
    clock.now += 60
    assert forecast.seconds_left is None


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(0.3, "5 s"), (31, "30 s"), (54, "55 s"), (58, "1 min"), (240, "4 min"), (3600, "1 h"), (4300, "1 h 10 min")],
)
def test_words_are_as_exact_as_the_measure(seconds: float, words: str) -> None:
    assert in_words(seconds) == words
