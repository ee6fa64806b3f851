"""The manifests in docs/deploy.md are what Kubernetes takes, and name what exists."""

from pathlib import Path
from typing import Any

import kubernetes_validate
import pytest
import yaml

from searchapp.settings import Settings

PAGE = Path(__file__).parents[2] / "docs" / "deploy.md"
ECK = "elasticsearch.k8s.elastic.co/v1"  # a resource of Elastic's operator, whose schema Kubernetes does not have
OLDEST, NEWEST = "1.28", "1.34"


def manifests() -> list[dict[str, Any]]:
    (block,) = (part.partition("```")[0] for part in PAGE.read_text(encoding="utf-8").split("```yaml\n")[1:])
    return list(yaml.safe_load_all(block))


def kubernetes() -> list[dict[str, Any]]:
    return [one for one in manifests() if one["apiVersion"] != ECK]


@pytest.mark.parametrize("version", [OLDEST, NEWEST])
@pytest.mark.parametrize("manifest", kubernetes(), ids=lambda one: f"{one['kind']}-{one['metadata']['name']}")
def test_kubernetes_takes_it(manifest: dict[str, Any], version: str) -> None:
    kubernetes_validate.validate(manifest, version, strict=True)


def test_a_wrong_manifest_would_be_noticed() -> None:
    (service,) = (one for one in kubernetes() if one["kind"] == "Service")
    with pytest.raises(kubernetes_validate.ValidationError):
        kubernetes_validate.validate({**service, "spec": {**service["spec"], "prots": []}}, NEWEST, strict=True)


def test_the_manifests_fit_together() -> None:
    found = {(one["kind"], one["metadata"]["name"]): one for one in manifests()}
    (config,) = (one["data"] for one in found.values() if one["kind"] == "ConfigMap")
    assert set(config) <= {f"SEARCHAPP_{name.upper()}" for name in Settings.model_fields}
    for _, deployment in (pair for pair in found.items() if pair[0][0] == "Deployment"):
        pod = deployment["spec"]["template"]["spec"]
        (container,) = pod["containers"]
        assert {one["name"] for one in container["volumeMounts"]} == {one["name"] for one in pod["volumes"]}
        assert ("ConfigMap", container["envFrom"][0]["configMapRef"]["name"]) in found
        claims = {one["persistentVolumeClaim"]["claimName"] for one in pod["volumes"] if "persistentVolumeClaim" in one}
        assert all(("PersistentVolumeClaim", claim) in found for claim in claims)
    service = found["Service", "searchapp-web"]
    assert service["spec"]["selector"] == found["Deployment", "searchapp-web"]["spec"]["selector"]["matchLabels"]
