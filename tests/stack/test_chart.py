"""The chart is what Helm and Kubernetes take, with values of every kind, and names what exists."""

import json
import re
import tarfile
from pathlib import Path
from typing import Any

import kubernetes_validate
import pytest
import yaml
from pydantic import SecretStr

from searchapp import __version__
from searchapp.settings import Settings
from tests.stack.charts import CHART, NEEDED, NEWEST, manifests, run

ECK = "elasticsearch.k8s.elastic.co/v1"  # a resource of Elastic's operator, whose schema Kubernetes does not have
OLDEST = "1.28"
ELSEWHERE = ("elasticsearch.create=false", "elasticsearch.url=https://es.example.org:9200")
VARIANTS = {
    "defaults": (),
    "ingress": ("ingress.enabled=true", "ingress.tlsSecret=page", "image.pullSecrets={mine}"),
    "elsewhere": (
        *ELSEWHERE,
        "elasticsearch.caSecret=es-ca",
        "data.existingClaim=mine",
        "settings.SEARCHAPP_LOG_FORMAT=json",
    ),
    "open": (*ELSEWHERE, "networkPolicy.enabled=false", "data.storageClass=nfs", "image.tag=next"),
}


def test_helm_has_nothing_to_say(helm: Path) -> None:
    linted = run(helm, "lint", "--strict", "--quiet", str(CHART))
    assert (linted.returncode, linted.stdout) == (0, ""), linted.stdout


@pytest.mark.parametrize("kubernetes", [OLDEST, NEWEST])
@pytest.mark.parametrize("variant", VARIANTS)
def test_kubernetes_takes_it(helm: Path, variant: str, kubernetes: str) -> None:
    found = manifests(helm, *VARIANTS[variant], kubernetes=kubernetes)
    assert {"ConfigMap", "Deployment", "Service"} <= {one["kind"] for one in found}
    for one in found:
        if one["apiVersion"] != ECK:
            kubernetes_validate.validate(one, kubernetes, strict=True)


def test_a_wrong_manifest_would_be_noticed(helm: Path) -> None:
    (service,) = (one for one in manifests(helm) if one["kind"] == "Service")
    with pytest.raises(kubernetes_validate.ValidationError):
        kubernetes_validate.validate({**service, "spec": {**service["spec"], "prots": []}}, NEWEST, strict=True)


@pytest.mark.parametrize("release", ["searchapp", "mine"])
def test_the_manifests_fit_together(helm: Path, release: str) -> None:
    found = {(one["kind"], one["metadata"]["name"]): one for one in manifests(helm, release=release)}
    (config,) = (one["data"] for (kind, _), one in found.items() if kind == "ConfigMap")
    assert set(config) <= {f"SEARCHAPP_{name.upper()}" for name in Settings.model_fields}
    deployments = [one for (kind, _), one in found.items() if kind == "Deployment"]
    assert len(deployments) == 2
    for deployment in deployments:
        pod = deployment["spec"]["template"]["spec"]
        labels = deployment["spec"]["template"]["metadata"]["labels"]
        assert deployment["spec"]["selector"]["matchLabels"].items() <= labels.items()
        (container,) = pod["containers"]
        assert {one["name"] for one in container["volumeMounts"]} == {one["name"] for one in pod["volumes"]}
        assert ("ConfigMap", container["envFrom"][0]["configMapRef"]["name"]) in found
        claims = {one["persistentVolumeClaim"]["claimName"] for one in pod["volumes"] if "persistentVolumeClaim" in one}
        assert claims and all(("PersistentVolumeClaim", claim) in found for claim in claims)
        assert not pod["enableServiceLinks"], "a service's variables would be taken for settings"
    (service,) = (one for (kind, _), one in found.items() if kind == "Service")
    (web,) = (one for one in deployments if one["metadata"]["name"].endswith("-web"))
    assert service["spec"]["selector"] == web["spec"]["selector"]["matchLabels"]


def of_kind(found: list[dict[str, Any]], kind: str) -> dict[str, Any]:
    (one,) = (one for one in found if one["kind"] == kind)
    return one


def test_an_elasticsearch_elsewhere_is_asked_by_its_certificate(helm: Path) -> None:
    found = manifests(helm, *VARIANTS["elsewhere"])
    assert not [one for one in found if one["apiVersion"] == ECK]
    data = of_kind(found, "ConfigMap")["data"]
    assert data["SEARCHAPP_ELASTICSEARCH_URL"] == "https://es.example.org:9200"
    assert data["SEARCHAPP_LOG_FORMAT"] == "json"
    volumes = [one["spec"]["template"]["spec"]["volumes"] for one in found if one["kind"] == "Deployment"]
    assert all({"name": "es-ca", "secret": {"secretName": "es-ca"}} in one for one in volumes)
    plain = manifests(helm, *ELSEWHERE)
    assert of_kind(plain, "ConfigMap")["data"]["SEARCHAPP_ELASTICSEARCH_CA_CERTS"] == ""
    assert "es-ca" not in str([one for one in plain if one["kind"] == "Deployment"])


def test_a_changed_setting_starts_the_pods_anew(helm: Path) -> None:
    def marks(*values: str) -> list[str]:
        found = manifests(helm, *values)
        pods = [one["spec"]["template"]["metadata"] for one in found if one["kind"] == "Deployment"]
        return [one["annotations"]["checksum/settings"] for one in pods]

    assert marks() == marks()
    assert set(marks()).isdisjoint(marks("settings.SEARCHAPP_LOG_FORMAT=json"))


@pytest.mark.parametrize(
    ("value", "words"),
    [
        ("replicas=2", "replicas"),
        ("worker.replicas=-1", "worker"),
        ("settings.SEARCHAPP_LLM_API_KEY=sk-1", "SEARCHAPP_LLM_API_KEY"),
        ("settings.SEARCHAPP_ELASTICSEARCH_URL=https://elastic:secret@es:9200", "SEARCHAPP_ELASTICSEARCH_URL"),
        ("settings.PATH=/bin", "PATH"),
        ("elasticsearch.url=https://elastic:secret@es:9200", "url"),
        ("web.resources.limits.memory=lots", "memory"),
        ("publicUrl=", "publicUrl: where readers find the page"),
        ("image.repository=", "image.repository: where you pushed the image"),
        ("elasticsearch.create=false", "elasticsearch.url: where Elasticsearch is"),
        ("ingress.enabled=true", "ingress.tlsSecret: the Secret with the page's certificate"),
    ],
)
def test_a_wrong_value_is_named(helm: Path, value: str, words: str) -> None:
    refused = run(helm, "template", "searchapp", str(CHART), "--kube-version", NEWEST, values=(*NEEDED, value))
    assert refused.returncode != 0 and words in refused.stderr


def test_every_secret_setting_is_refused_as_a_value() -> None:
    schema = json.loads((CHART / "values.schema.json").read_text(encoding="utf-8"))
    refused = schema["properties"]["settings"]["propertyNames"]["not"]["pattern"]
    secret = [name for name, field in Settings.model_fields.items() if SecretStr.__name__ in str(field.annotation)]
    assert "redis_url" in secret and "document_passwords" in secret
    for name in secret:
        assert re.search(refused, f"SEARCHAPP_{name.upper()}"), name


def test_the_schema_knows_every_value() -> None:
    schema = json.loads((CHART / "values.schema.json").read_text(encoding="utf-8"))["properties"]
    values = yaml.safe_load((CHART / "values.yaml").read_text(encoding="utf-8"))
    assert set(values) == set(schema) - {"global"}
    for name, inner in values.items():
        if isinstance(inner, dict) and name != "settings":
            assert set(inner) == set(schema[name]["properties"]), name


def test_the_chart_is_packed_whole(helm: Path, tmp_path: Path) -> None:
    packed = run(helm, "package", str(CHART), "--destination", str(tmp_path), values=())
    assert packed.returncode == 0, packed.stderr
    (archive,) = tmp_path.glob("searchapp-*.tgz")
    with tarfile.open(archive) as opened:
        names = {name.partition("/")[2] for name in opened.getnames()}
    assert names == {path.relative_to(CHART).as_posix() for path in CHART.rglob("*") if path.is_file()}


def test_the_chart_brings_this_version() -> None:
    chart = yaml.safe_load((CHART / "Chart.yaml").read_text(encoding="utf-8"))
    assert chart["appVersion"] == __version__


def test_the_values_that_the_page_shows_are_taken(helm: Path, tmp_path: Path) -> None:
    page = (CHART.parents[2] / "docs" / "deploy.md").read_text(encoding="utf-8")
    shown = [part.partition("```")[0] for part in page.split("```yaml\n")[1:]]
    assert len(shown) == 2
    files = []
    for number, text in enumerate(shown):
        files += ["--values", str(tmp_path / f"{number}.yaml")]
        (tmp_path / f"{number}.yaml").write_text(text, encoding="utf-8")
    asked = ("template", "searchapp", str(CHART), "--kube-version", NEWEST)
    for chosen in (files[:2], files):
        made = run(helm, *asked, *chosen, values=())
        assert made.returncode == 0, made.stderr
    found = [one for one in yaml.safe_load_all(made.stdout) if one]
    assert of_kind(found, "Ingress")["spec"]["rules"][0]["host"] == "search.example.org"
    assert "192.0.2.10/32" in made.stdout and of_kind(found, "ConfigMap")["data"]["SEARCHAPP_LLM"]
