"""What the chart's pods may do, and who may reach whom."""

import ipaddress
from pathlib import Path
from typing import Any

import pytest

from tests.stack.charts import manifests
from tests.stack.test_chart import ECK

Manifests = list[dict[str, Any]]


@pytest.fixture(scope="module")
def chart(helm: Path) -> Manifests:
    return manifests(helm)


@pytest.mark.parametrize("component", ["web", "worker"])
def test_a_pod_is_of_the_level_restricted(chart: Manifests, component: str) -> None:
    """What https://kubernetes.io/docs/concepts/security/pod-security-standards asks of that level, and no token."""
    deployments = {one["metadata"]["name"]: one for one in chart if one["kind"] == "Deployment"}
    pod = deployments[f"searchapp-{component}"]["spec"]["template"]["spec"]
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
    page = (Path(__file__).parents[2] / "docs" / "deploy.md").read_text(encoding="utf-8")
    said = "for mode in enforce audit warn; do kubectl label namespace searchapp pod-security.kubernetes.io/$mode=restricted; done"
    assert f"\n$ {said}\n" in page


def test_elasticsearch_is_confined_as_its_operator_lets_it(chart: Manifests) -> None:
    (eck,) = (one for one in chart if one["apiVersion"] == ECK)
    pod = eck["spec"]["nodeSets"][0]["podTemplate"]["spec"]  # ECK itself takes the capabilities from its containers
    assert pod["automountServiceAccountToken"] is False and pod["securityContext"]["runAsNonRoot"] is True
    assert pod["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}


def test_no_secret_stands_in_the_chart(chart: Manifests) -> None:
    assert not [one for one in chart if one["kind"] == "Secret"]
    config = next(one["data"] for one in chart if one["kind"] == "ConfigMap")
    assert not [name for name in config if name.endswith(("_KEY", "_SECRET", "_PASSWORD", "_REDIS_URL"))]


OURS = {"app.kubernetes.io/name": "searchapp", "app.kubernetes.io/instance": "searchapp"}
LABELS = {
    "web": {**OURS, "app.kubernetes.io/component": "web"},
    "worker": {**OURS, "app.kubernetes.io/component": "worker"},
    "elasticsearch": {"elasticsearch.k8s.elastic.co/cluster-name": "searchapp"},
    "ollama": {"app": "ollama"},
    "redis": {"app": "redis"},
    "stranger": {"app": "another"},
    "another release": {**OURS, "app.kubernetes.io/instance": "mine", "app.kubernetes.io/component": "web"},
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


def allowed(chart: Manifests, direction: str, pod: dict[str, str], peer: dict[str, str] | str, port: int) -> bool:
    """Whether the policies let ``pod`` take (``ingress``) or make (``egress``) a connection; a text is a namespace."""
    policies = [one["spec"] for one in chart if one["kind"] == "NetworkPolicy"]
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


def test_the_policies_let_through_what_is_needed_and_nothing_else(chart: Manifests) -> None:
    ports = (80, 443, 5432, 6379, 8080, 9200, 9300, 9808, 11434)
    inside = {
        (one, other, port)
        for one, mine in LABELS.items()
        for other, theirs in LABELS.items()
        for port in ports
        if allowed(chart, "egress", mine, theirs, port) and allowed(chart, "ingress", theirs, mine, port)
    }
    needed = {(one, other, port) for one in ("web", "worker") for other, port in (
        ("elasticsearch", 9200), ("ollama", 11434), ("redis", 6379))}  # fmt: skip
    assert inside == needed | {("elasticsearch", "elasticsearch", port) for port in (9200, 9300)}
    outside = {
        (namespace, name, port)
        for name, labels in LABELS.items()
        for namespace in OUTSIDE
        for port in ports
        if allowed(chart, "ingress", labels, namespace, port)
    }
    assert outside == {
        ("ingress-nginx", "web", 8080), ("monitoring", "worker", 9808), ("elastic-system", "elasticsearch", 9200)
    }  # fmt: skip
    assert not any(
        allowed(chart, "egress", labels, name, port) for labels in LABELS.values() for name in OUTSIDE for port in ports
    )


def test_the_way_out_leads_to_no_private_network(chart: Manifests) -> None:
    blocks = [
        peer["ipBlock"]
        for one in chart if one["kind"] == "NetworkPolicy"
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
