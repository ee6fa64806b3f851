"""What operators get in ops/: the dashboard and the alert rules name metrics that exist, in expressions that parse."""

from __future__ import annotations

import json
import re
import subprocess
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient

import searchapp.ingest.metrics
import searchapp.wiring  # noqa: F401 - the metrics of every room, as the server has them

OPS = Path(__file__).parents[2] / "ops"
RULES = OPS / "prometheus" / "searchapp.yml"
DASHBOARD = json.loads((OPS / "grafana" / "searchapp.json").read_text(encoding="utf-8"))
EXPRESSIONS = [target["expr"] for panel in DASHBOARD["panels"] for target in panel["targets"]]


def told(client: FlaskClient) -> set[str]:
    """Names of all samples that /metrics may show."""
    names: set[str] = set()
    for name, kind in re.findall(r"^# TYPE (\S+) (\S+)$", client.get("/metrics").text, re.MULTILINE):
        names |= {f"{name}_bucket", f"{name}_count", f"{name}_sum"} if kind == "histogram" else {name}
    return names


def named(text: str) -> set[str]:
    return set(re.findall(r"\b(?:searchapp|process)_[a-z_]+\b", text))


def test_every_metric_that_is_named_exists(client: FlaskClient) -> None:
    known = told(client)
    rules = "\n".join(re.findall(r"expr: (.*(?:\n {10}.*)*)", RULES.read_text(encoding="utf-8")))
    assert len(named(rules)) >= 7
    assert named(rules) - known == set()
    assert named("\n".join(EXPRESSIONS)) - known == set()


def test_every_metric_of_ours_is_on_the_dashboard_or_in_the_manual(client: FlaskClient) -> None:
    page = (OPS.parent / "docs" / "watching.md").read_text(encoding="utf-8")
    ours = {
        re.sub(r"_(bucket|count|sum)$", "", name)
        for name in told(client)
        if name.startswith("searchapp_") and not name.endswith("_created")
    }
    assert {name for name in ours if f"`{name}`" not in page} == set()
    assert set(re.findall(r"`(searchapp_\w+)`", page)) - ours == set()


def test_prometheus_reads_the_rules_and_the_dashboards_expressions(promtool: str, tmp_path: Path) -> None:
    lines = ["groups:", "- name: dashboard", "  rules:"]
    for number, expression in enumerate(EXPRESSIONS):
        plain = expression.replace("$__rate_interval", "5m")
        lines += [f"  - record: panel_{number}", f"    expr: {json.dumps(plain)}"]
    (tmp_path / "dashboard.yml").write_text("\n".join(lines) + "\n", encoding="utf-8")
    for path in (RULES, tmp_path / "dashboard.yml"):
        done = subprocess.run([promtool, "check", "rules", str(path)], capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout + done.stderr


FIRES = {
    "SearchappDown": ('up{job="searchapp"}', "0x60"),
    "SearchappCannotSearch": ('searchapp_dependency_up{dependency="store"}', "0x60"),
    "SearchappAnswersAreQuotations": ('searchapp_dependency_up{dependency="language_model"}', "0x60"),
    "SearchappRequestsFail": ('searchapp_http_request_seconds_count{status="500"}', "0+60x60"),
    "SearchappIsOverloaded": ('searchapp_http_problems_total{code="overloaded"}', "0+60x60"),
    "SearchappSearchesAreSlow": ('searchapp_search_seconds_bucket{le="+Inf"}', "0+60x60"),
    "SearchappQueueStandsStill": ('searchapp_documents{state="queued"}', "5x60"),
    "SearchappDocumentsFail": ('searchapp_ingest_documents_total{outcome="failed"}', "0+60x60"),
    "SearchappScheduleFails": ('searchapp_schedules{outcome="failed"}', "1x60"),
    "SearchappScheduleWarns": ('searchapp_schedules{outcome="warned"}', "2x60"),
    "SearchappClusterDrifts": ('searchapp_conditions{code="cluster_drifts"}', "1x60"),
    "SearchappClusterIsRed": ('searchapp_conditions{code="cluster_red"}', "1x60"),
    "SearchappIndexIsReadOnly": ('searchapp_conditions{code="index_read_only"}', "1x60"),
    "SearchappDiskIsLow": ('searchapp_conditions{code="data_folder_low"}', "1x60"),
    "SearchappDocumentsWaitLong": ('searchapp_conditions{code="queue_slow"}', "1x60"),
    "SearchappWebhookFails": ("searchapp_webhooks_failing", "1x60"),
    "SearchappSchedulesStandStill": ("searchapp_schedules_overdue_seconds", "0+240x60"),
    "SearchappQualityIsLow": ('searchapp_judged_ndcg{judged="thumbs"}', "0.6x60"),
    "SearchappWorkerIsSilent": ("searchapp_worker_heartbeat_timestamp_seconds", "1x60"),
}


@pytest.mark.parametrize("alert", sorted(FIRES))
def test_an_alert_fires_when_it_should(promtool: str, tmp_path: Path, alert: str) -> None:
    series, values = FIRES[alert]
    inputs: list[dict[str, str]] = [{"series": series, "values": values}]
    if "bucket" in series:
        inputs += [{"series": series.replace("+Inf", "2.5"), "values": "0x60"}]
        inputs += [{"series": series.replace("+Inf", "10"), "values": "0+60x60"}]
    if "ndcg" in series:
        inputs += [{"series": series.replace("ndcg", "ndcg_least"), "values": "0.7x60"}]
    found = run_rules(promtool, tmp_path, alert, inputs)
    assert "got:[\n" in found and f'alertname="{alert}"' in found


def test_no_alert_is_without_a_test_and_a_line_in_the_manual() -> None:
    page = (OPS.parent / "docs" / "watching.md").read_text(encoding="utf-8")
    alerts = set(re.findall(r"- alert: (\w+)", RULES.read_text(encoding="utf-8")))
    assert alerts == set(FIRES) == set(re.findall(r"^\| (Searchapp\w+) \|", page, re.MULTILINE))


def test_what_nobody_can_look_at_is_no_alert(promtool: str, tmp_path: Path) -> None:
    inputs = [
        {"series": f'searchapp_conditions{{code="{code}"}}', "values": "-1x60"} for code in ("disk_low", "cluster_red")
    ]
    for alert in ("SearchappDiskIsLow", "SearchappClusterIsRed"):
        assert "SUCCESS" in run_rules(promtool, tmp_path, alert, inputs)


def run_rules(promtool: str, folder: Path, alert: str, inputs: list[dict[str, str]]) -> str:
    """What promtool says when no alert is expected after 40 minutes of ``inputs``: those that there are."""
    test: dict[str, Any] = {
        "rule_files": [str(RULES)],
        "evaluation_interval": "1m",
        "tests": [
            {
                "interval": "1m",
                "input_series": inputs,
                "alert_rule_test": [{"eval_time": "40m", "alertname": alert, "exp_alerts": []}],
            }
        ],
    }
    (folder / "test.json").write_text(json.dumps(test), encoding="utf-8")  # JSON is YAML
    done = subprocess.run(
        [promtool, "test", "rules", str(folder / "test.json")], capture_output=True, text=True, check=False
    )
    return done.stdout + done.stderr


def test_the_dashboard_is_one_that_grafana_imports() -> None:
    assert DASHBOARD["title"] and DASHBOARD["uid"] and DASHBOARD["schemaVersion"] >= 36
    assert [one["name"] for one in DASHBOARD["templating"]["list"]] == ["datasource"]
    panels = DASHBOARD["panels"]
    assert len({panel["id"] for panel in panels}) == len(panels)
    taken: set[tuple[int, int]] = set()
    for panel in panels:
        place = panel["gridPos"]
        cells = {
            (x, y)
            for x in range(place["x"], place["x"] + place["w"])
            for y in range(place["y"], place["y"] + place["h"])
        }
        assert place["x"] + place["w"] <= 24 and not cells & taken, panel["title"]
        taken |= cells
        assert panel["title"] and panel["datasource"]["uid"] == "${datasource}" and panel["targets"]
