"""How judged queries were answered over time, by the API and as metrics."""

from __future__ import annotations

from flask.testing import FlaskClient

from searchapp.schedules import Every, ScheduleKind, Wanted
from tests.test_judged_runs import run
from tests.web.stand_in import StandIn


def test_the_history_is_told_from_its_end(client: FlaskClient, app: StandIn) -> None:
    assert client.get("/api/operations/judged").json == {"total": 0, "runs": []}
    for number in range(3):
        app.judged_runs.remember(run(number, ndcg_at_10=number / 4))
    app.judged_runs.remember(run(3, "/srv/judged.tsv"))
    every = client.get("/api/operations/judged").json
    assert every is not None and every["total"] == 4
    assert [one["target"] for one in every["runs"]] == ["/srv/judged.tsv", "thumbs", "thumbs", "thumbs"]
    some = client.get("/api/operations/judged?target=thumbs&size=2").json
    assert some is not None and some["total"] == 3
    assert some["runs"][0] == {
        "ended": "2026-01-01T02:00:00+00:00", "target": "thumbs", "ndcg_at_10": 0.5, "recall_at_100": 0.9,
        "queries": 12, "unknown": 0, "least": 0.7, "index": "v1", "model": "m", "settings": "s",
    }  # fmt: skip
    assert client.get("/api/operations/judged?size=0").status_code == 400


def test_metrics_tell_the_latest_run_of_what_is_scheduled(client: FlaskClient, app: StandIn) -> None:
    app.judged_runs.remember(run(0, ndcg_at_10=0.625))
    assert 'judged="thumbs"' not in client.get("/metrics").text  # nothing is scheduled
    one = app.schedules.add(Wanted(ScheduleKind.JUDGED, "thumbs", Every.DAY, least=0.7), "ada")
    text = client.get("/metrics").text
    assert 'searchapp_judged_ndcg{judged="thumbs"} 0.625' in text
    assert 'searchapp_judged_ndcg_least{judged="thumbs"} 0.7' in text
    app.schedules.change(one.id, paused=True)
    assert 'judged="thumbs"' not in client.get("/metrics").text
