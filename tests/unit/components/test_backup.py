"""What saves volumes, on a cluster and on a Docker host."""

from typing import Any

import pytest

from tests.unit.components.judging import judged
from tests.unit.components.program import run
from tests.unit.components.recorder import Recording, opened

REGISTRY = "127.0.0.1:5001/slipway"
STORE: dict[str, Any] = {
    "image": {"build": {"folder": "images/python-api"}},
    "extraPorts": [{"name": "metrics", "port": 9090}],
    "volumes": [{"name": "data", "path": "/data", "size": "1Gi", "backup": True}],
}
S3: dict[str, Any] = {
    "url": "https://s3.example.com/backups",
    "accessKey": "access",
    "secretKey": "access",
    "allowTo": {"cidr": "203.0.113.20/32", "ports": [443]},
}
TARGETS = {"kubernetes": {"kind": "kubernetes", "context": "demo"}, "docker": {"kind": "docker"}}


def recorded(monkeypatch: pytest.MonkeyPatch, target: str, **changes: Any) -> Recording:
    described: dict[str, Any] = {
        "target": TARGETS[target],
        "workloads": {"store": STORE},
        "secrets": {"password": {"fromConfig": {"key": "password"}}, "access": {"fromConfig": {"key": "access"}}},
        "backup": {"repository": {"s3": S3}, "password": "password"},
    }
    stored = {"password": "planted-password", "access": "planted-access"}
    return run(monkeypatch, "dev", preview=False, stored=stored, **(described | changes))


@pytest.mark.parametrize("target", TARGETS)
def test_no_rule_that_production_requires_objects_to_it(target: str, monkeypatch: pytest.MonkeyPatch):
    verdict = judged(recorded(monkeypatch, target), REGISTRY)

    assert {"kubernetes": "store", "docker": "store-backup"}[target] in verdict.concerned
    assert verdict.found == ()


def test_on_a_cluster_it_is_in_the_pod_and_the_pod_may_call_the_storage(monkeypatch: pytest.MonkeyPatch):
    recording = recorded(monkeypatch, "kubernetes")

    (pods,) = recording.of_type("StatefulSet")
    containers = opened(pods.inputs)["spec"]["template"]["spec"]["containers"]
    assert [each["name"] for each in containers] == ["store", "backup"]
    policy = opened(recording.named("store-network").inputs)["spec"]["egress"]
    assert policy == [{"to": [{"ipBlock": {"cidr": "203.0.113.20/32"}}], "ports": [{"protocol": "TCP", "port": 443}]}]


def test_on_a_docker_host_it_is_beside_and_starts_after_the_workload(monkeypatch: pytest.MonkeyPatch):
    recording = recorded(monkeypatch, "docker")

    containers = {each.name: each for each in recording.of_type("Container")}
    assert set(containers) == {"store", "store-backup", "store-backup-files"}
    assert "store" in {urn.rsplit("::", 1)[-1] for urn in containers["store-backup"].dependencies}
    mounts = {each["target"]: each.get("readOnly") for each in containers["store-backup"].inputs["mounts"]}
    assert mounts == {"/run/secrets": True, "/volumes/data": True}


def test_a_stack_whose_saved_workload_does_not_run_saves_nothing(monkeypatch: pytest.MonkeyPatch):
    other = {"image": STORE["image"]}
    workloads = {"store": {**STORE, "profiles": ["prod"]}, "other": other}
    recording = recorded(monkeypatch, "kubernetes", workloads=workloads)

    assert "backup" not in {each.name for each in recording.resources}


def test_with_monitoring_prometheus_alone_reads_how_it_stands(monkeypatch: pytest.MonkeyPatch):
    recording = recorded(monkeypatch, "kubernetes", monitoring={})

    policy = opened(recording.named("backup-metrics-network").inputs)["spec"]
    assert policy["ingress"][0]["ports"] == [{"protocol": "TCP", "port": 9352}]
    (config,) = [each for each in recording.of_type("ConfigMap") if each.name == "prometheus-config"]
    files = opened(config.inputs)["data"]
    assert "job_name: store-backup" in files["prometheus.yml"]
    assert "alert: BackupDamaged" in files["rules.yml"]


def test_what_saves_is_watched_where_nothing_else_is(monkeypatch: pytest.MonkeyPatch):
    silent = {field: value for field, value in STORE.items() if field != "extraPorts"}
    recording = recorded(monkeypatch, "kubernetes", workloads={"store": silent}, monitoring={})

    policies = {each.name for each in recording.of_type("NetworkPolicy")}
    assert "backup-metrics-network" in policies
    assert "metrics-network" not in policies
    ports = opened(recording.named("store-metrics").inputs)["spec"]["ports"]
    assert [each["port"] for each in ports] == [9352]
