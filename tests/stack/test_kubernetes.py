"""The manifests in docs/deploy.md are what Kubernetes takes, and name what exists."""

import ipaddress
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


def pods() -> dict[str, dict[str, Any]]:
    """The pods that the manifests make, by the label that policies know them by."""
    return {
        one["metadata"]["name"]: one["spec"]["template"]["spec"] for one in manifests() if one["kind"] == "Deployment"
    }


@pytest.mark.parametrize("name", sorted(pods()))
def test_a_pod_is_of_the_level_restricted(name: str) -> None:
    """What https://kubernetes.io/docs/concepts/security/pod-security-standards asks of that level, and no token."""
    pod = pods()[name]
    assert pod["automountServiceAccountToken"] is False
    context = pod["securityContext"]
    assert context["runAsNonRoot"] is True and context["runAsUser"] > 0
    assert context["seccompProfile"] == {"type": "RuntimeDefault"}
    assert not {"hostNetwork", "hostPID", "hostIPC"} & pod.keys()
    kinds = {kind for one in pod["volumes"] for kind in one.keys() - {"name"}}
    assert kinds <= {"configMap", "emptyDir", "persistentVolumeClaim", "secret"}
    assert all(one["emptyDir"].get("sizeLimit") for one in pod["volumes"] if "emptyDir" in one)
    for container in pod["containers"]:
        assert container["securityContext"] == {
            "readOnlyRootFilesystem": True,
            "allowPrivilegeEscalation": False,
            "capabilities": {"drop": ["ALL"]},
        }
        assert not any("hostPort" in port for port in container.get("ports", []))
        assert "memory" in container["resources"]["limits"]


def test_the_namespace_takes_no_other_pods() -> None:
    (namespace,) = (one for one in manifests() if one["kind"] == "Namespace")
    assert set(namespace["metadata"]["labels"].values()) == {"restricted"}
    (eck,) = (one for one in manifests() if one["apiVersion"] == ECK)
    pod = eck["spec"]["nodeSets"][0]["podTemplate"]["spec"]  # ECK itself takes the capabilities from its containers
    assert pod["automountServiceAccountToken"] is False and pod["securityContext"]["runAsNonRoot"] is True
    assert pod["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}


def test_no_secret_stands_in_the_manifests() -> None:
    config = next(one["data"] for one in manifests() if one["kind"] == "ConfigMap")
    assert not [name for name in config if name.endswith(("_KEY", "_SECRET", "_PASSWORD", "_REDIS_URL"))]


LABELS = {
    "web": {"app": "searchapp-web"},
    "worker": {"app": "searchapp-worker"},
    "elasticsearch": {"elasticsearch.k8s.elastic.co/cluster-name": "searchapp"},
    "ollama": {"app": "ollama"},
    "redis": {"app": "redis"},
    "stranger": {"app": "another"},
}
OUTSIDE = ("ingress-nginx", "monitoring", "elastic-system", "default")
PORTS = {"http": 8080, "metrics": 9808}


def selects(selector: dict[str, Any], labels: dict[str, str]) -> bool:
    """Whether a label selector of Kubernetes takes these labels."""
    wanted = selector.get("matchLabels", {}).items() <= labels.items()
    return wanted and all(
        one["operator"] == "In" and labels.get(one["key"]) in one["values"]
        for one in selector.get("matchExpressions", [])
    )


def allowed(direction: str, pod: dict[str, str], peer: dict[str, str] | str, port: int) -> bool:
    """Whether the policies let ``pod`` take (``ingress``) or make (``egress``) a connection; a text is a namespace."""
    policies = [one["spec"] for one in manifests() if one["kind"] == "NetworkPolicy"]
    mine = [one for one in policies if selects(one["podSelector"], pod) and direction.title() in one["policyTypes"]]
    assert mine, "no policy selects it: everything is allowed"
    for rule in (rule for one in mine for rule in one.get(direction, [])):
        ports = [PORTS.get(str(one["port"]), one["port"]) for one in rule["ports"]]
        for one in rule["from" if direction == "ingress" else "to"]:
            if isinstance(peer, str):
                found = selects(
                    one.get("namespaceSelector", {"matchLabels": {"": ""}}), {"kubernetes.io/metadata.name": peer}
                )
                found = found and "podSelector" not in one
            else:
                found = "namespaceSelector" not in one and "podSelector" in one and selects(one["podSelector"], peer)
            if found and port in ports:
                return True
    return False


def test_the_policies_let_through_what_is_needed_and_nothing_else() -> None:
    ports = (80, 443, 5432, 6379, 8080, 9200, 9300, 9808, 11434)
    inside = {
        (one, other, port)
        for one, mine in LABELS.items()
        for other, theirs in LABELS.items()
        for port in ports
        if allowed("egress", mine, theirs, port) and allowed("ingress", theirs, mine, port)
    }
    needed = {(one, other, port) for one in ("web", "worker") for other, port in (
        ("elasticsearch", 9200), ("ollama", 11434), ("redis", 6379))}  # fmt: skip
    assert inside == needed | {("elasticsearch", "elasticsearch", port) for port in (9200, 9300)}
    outside = {
        (namespace, name, port)
        for name, labels in LABELS.items()
        for namespace in OUTSIDE
        for port in ports
        if allowed("ingress", labels, namespace, port)
    }
    assert outside == {
        ("ingress-nginx", "web", 8080), ("monitoring", "worker", 9808), ("elastic-system", "elasticsearch", 9200)
    }  # fmt: skip
    assert not any(
        allowed("egress", labels, name, port) for labels in LABELS.values() for name in OUTSIDE for port in ports
    )


def test_the_way_out_leads_to_no_private_network() -> None:
    blocks = [
        peer["ipBlock"]
        for one in manifests() if one["kind"] == "NetworkPolicy"
        for rule in one["spec"].get("egress", [])
        for peer in rule["to"] if "ipBlock" in peer
    ]  # fmt: skip

    def leads_to(address: str) -> bool:
        ip = ipaddress.ip_address(address)
        return any(
            ip in ipaddress.ip_network(block["cidr"])
            and not any(ip in ipaddress.ip_network(one) for one in block.get("except", []))
            for block in blocks
        )

    assert leads_to("93.184.216.34") and leads_to("2606:4700::1111")
    for address in ("10.0.0.1", "127.0.0.1", "169.254.169.254", "172.20.0.1", "192.168.1.1", "100.64.0.1", "::1",
                    "fd00::1", "fe80::1", "224.0.0.1", "255.255.255.255", "0.0.0.0"):  # fmt: skip
        assert not leads_to(address), address
