"""What is told: that something begins, changes and ends, each once, and nothing that comes and goes."""

from __future__ import annotations

import datetime as dt
import itertools

from searchapp.alerts import Code, Kept, Look, Phase
from searchapp.alerts.deciding import MOST_ALERTS, MOST_WAITING, decide
from searchapp.findings import Severity
from tests.alerts.samples import NOW, condition, saw

TARGETS = ("first", "second")
LOW = condition()
FLOOD = condition(severity=Severity.ERROR, mark="flood")


def after(*looks: Look, kept: Kept | None = None) -> Kept:
    kept = kept or Kept()
    for before, now in itertools.pairwise(looks):
        kept = decide(kept, before, now, NOW, TARGETS)
    return kept


def phases(kept: Kept, target: str = "first") -> list[Phase]:
    return [one.notice.phase for one in kept.deliveries if one.target == target]


def test_what_begins_changes_and_ends_is_told_once_to_each_webhook() -> None:
    kept = after(saw(LOW), saw(LOW), saw(LOW), saw(LOW))
    assert phases(kept) == phases(kept, "second") == [Phase.BEGUN]
    kept = after(saw(LOW), saw(FLOOD), saw(FLOOD), saw(FLOOD), saw(), saw(), saw(), kept=kept)
    assert phases(kept) == [Phase.BEGUN, Phase.CHANGED, Phase.ENDED] and kept.alerts == ()
    begun, changed, ended = (one.notice for one in kept.deliveries if one.target == "first")
    assert len({begun.event, changed.event, ended.event}) == 3
    assert {begun.id, changed.id, ended.id} == {begun.event.partition("-")[0]}
    assert (changed.condition.severity, ended.condition.severity) == (Severity.ERROR, Severity.ERROR)
    again = after(saw(LOW), saw(LOW), kept=kept)
    assert again.alerts[0].id != begun.id


def test_what_comes_and_goes_is_not_told() -> None:
    assert after(saw(), saw(LOW), saw(), saw(LOW), saw()) == Kept()
    kept = after(saw(LOW), saw(LOW))
    assert after(saw(LOW), saw(), saw(LOW), saw(FLOOD), saw(LOW), kept=kept) is kept


def test_figures_that_always_move_are_no_change() -> None:
    kept = after(saw(LOW), saw(LOW))
    other = type(LOW)(LOW.code, LOW.severity, "Now it has 2.9 GiB.", LOW.remedy, LOW.subject, LOW.mark)
    assert after(saw(other), saw(other), kept=kept) is kept


def test_what_could_not_be_looked_at_stays_as_it_was() -> None:
    kept = after(saw(LOW), saw(LOW))
    blind = saw(looked=(Code.CLUSTER_RED,))
    assert after(blind, blind, blind, kept=kept) is kept
    assert after(blind, saw(), kept=kept) is kept
    assert after(blind, saw(), saw(), kept=kept).alerts == ()


def test_a_code_of_a_later_version_is_left_to_that() -> None:
    from searchapp.alerts import Alert

    other = Alert("id", NOW, 1, type(LOW)("of_tomorrow", Severity.ERROR, "It is.", "Mend it."))
    kept = Kept(alerts=(other,))
    assert after(saw(), saw(), saw(), kept=kept) is kept


def test_nothing_ends_before_it_began_where_a_clock_goes_back() -> None:
    kept = after(saw(LOW), saw(LOW))
    kept = decide(kept, saw(), saw(), NOW - dt.timedelta(days=400), TARGETS)
    ended = kept.deliveries[-1].notice
    assert ended.phase is Phase.ENDED and ended.at == ended.since == NOW


def test_what_is_kept_is_bounded_and_what_is_dropped_is_counted() -> None:
    many = [condition(subject=f"node-{number}") for number in range(MOST_ALERTS + 5)]
    kept = after(saw(*many), saw(*many))
    assert len(kept.alerts) == MOST_ALERTS and len(kept.deliveries) == MOST_WAITING
    assert kept.deliveries[-1].notice.condition.subject == f"node-{MOST_ALERTS - 1}"  # the newest are left
    assert sum(one.lost for one in kept.troubles) == MOST_ALERTS * len(TARGETS) - MOST_WAITING
