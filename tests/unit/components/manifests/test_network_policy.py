"""Who may talk to whom."""

from typing import Any

import pytest

from components.manifests.network_policy import default_deny, metrics_policy, network_policy
from tests.unit.components.given import environment, workload


def rules(side: str, **fields: Any) -> list[dict[str, Any]]:
    return network_policy(environment(), "api", workload(**fields))["spec"][side]


def test_by_default_every_pod_is_closed_in_both_directions():
    spec = default_deny(environment())["spec"]

    assert spec["podSelector"] == {}
    assert spec["policyTypes"] == ["Ingress", "Egress"]
    assert "ingress" not in spec


def test_by_default_names_can_be_looked_up_and_nothing_else_be_reached():
    (rule,) = default_deny(environment())["spec"]["egress"]

    assert {port["port"] for port in rule["ports"]} == {53}


def test_a_workload_that_names_nobody_is_closed():
    assert rules("ingress") == rules("egress") == []


@pytest.mark.parametrize(
    ("peer", "expected"),
    [
        (
            {"workload": "web"},
            {"podSelector": {"matchLabels": {"app.kubernetes.io/name": "web", "app.kubernetes.io/instance": "web"}}},
        ),
        (
            {"namespace": "monitoring"},
            {"namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": "monitoring"}}},
        ),
        ({"cidr": "10.0.0.0/8"}, {"ipBlock": {"cidr": "10.0.0.0/8"}}),
    ],
)
def test_a_peer_is_a_workload_a_namespace_or_a_network(peer: dict[str, str], expected: dict[str, Any]):
    (rule,) = rules("egress", network={"allowTo": [peer]})

    assert rule == {"to": [expected]}


def test_a_caller_without_ports_gets_those_that_are_served_without_the_metrics():
    (rule,) = rules(
        "ingress",
        network={"allowFrom": [{"namespace": "web"}]},
        extraPorts=[{"name": "grpc", "port": 8001}, {"name": "metrics", "port": 9090}],
    )

    assert [port["port"] for port in rule["ports"]] == [8000, 8001]


def test_a_caller_with_ports_gets_only_those():
    (rule,) = rules("ingress", network={"allowFrom": [{"namespace": "monitoring", "ports": [9090]}]})

    assert rule["ports"] == [{"protocol": "TCP", "port": 9090}]


def test_prometheus_alone_may_read_metrics_of_the_workloads_that_have_some():
    spec = metrics_policy(environment(), ["web", "api"])["spec"]

    assert spec["podSelector"]["matchExpressions"][0]["values"] == ["api", "web"]
    assert spec["ingress"] == [
        {
            "from": [
                {
                    "podSelector": {
                        "matchLabels": {
                            "app.kubernetes.io/name": "prometheus",
                            "app.kubernetes.io/instance": "prometheus",
                        }
                    }
                }
            ],
            "ports": [{"protocol": "TCP", "port": "metrics"}],
        }
    ]
