"""Prometheus and Alertmanager on a real cluster: they find the pods, see the load, and tell of errors."""

from __future__ import annotations

import json
import urllib.error
import urllib.parse
import urllib.request
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, cast

import pytest

from tests.cluster.stacks import Block, Stack, write_stack
from tests.cluster.support import Cluster, node_port, pod, service, within
from tests.support.waiting import ANSWER_S, eventually, fetch
from tests.support.workbench import Workbench

PODS = 2
MONITORED_S = 60
"""How long the machine may take until a scrape, an evaluation or a message has happened; each comes every second."""

API: Block = {
    "image": {"build": {"folder": "images/python-api"}},
    "port": 8000,
    "extraPorts": [{"name": "metrics", "port": 9090}],
    "replicas": PODS,
    "resources": {"requests": {"cpu": "20m", "memory": "64Mi"}, "limits": {"cpu": "1", "memory": "256Mi"}},
    "probes": {"readinessPeriodSeconds": 1},
    "shutdown": {"preStopSeconds": 0, "drainSeconds": 5},
    # What nobody serves counts as an error, so that a test can make some; the shortest windows there are.
    "slo": {
        "availability": 99,
        "period": "12h",
        "indicator": {
            "requests": {"metric": "application_requests_total", "unless": {"route": "/health|/ready"}},
            "errors": {"metric": "application_requests_total", "where": {"status": "404"}},
        },
    },
}


@dataclass(frozen=True)
class Monitored:
    """A deployed stack with monitoring, and ways in from this machine.

    Attributes:
        stack: The stack.
        api: The URL of the workload.
        prometheus: The URL of Prometheus.
        outside: The URL of a pod in another namespace: it calls for others, and keeps what a webhook is told.
    """

    stack: Stack
    api: str
    prometheus: str
    outside: str

    def ask(self, path: str, **query: str) -> Any:
        """What Prometheus' API answers."""
        answer = json.loads(fetch(f"{self.prometheus}/api/v1/{path}?{urllib.parse.urlencode(query)}"))
        assert answer["status"] == "success", answer
        return answer["data"]

    def values(self, expression: str) -> list[float]:
        """The values of an expression now."""
        return [float(each["value"][1]) for each in self.ask("query", query=expression)["result"]]

    def send(self, path: str, times: int) -> None:
        """Send requests to the workload; an answer of any status will do."""
        for _ in range(times):
            request = urllib.request.Request(
                f"{self.api}{path}", b'{"left": "a", "right": "b"}', {"Content-Type": "application/json"}
            )
            try:
                urllib.request.urlopen(request, timeout=ANSWER_S).close()
            except urllib.error.HTTPError as error:
                error.close()

    def story(self) -> str:
        """What a failed test should show."""
        names = [f"{kind}/{name}-0" for kind, name in (("pod", "prometheus"), ("pod", "alertmanager"))]
        return "\n".join(
            self.stack.cluster.try_kubectl("logs", name, "--tail=20", "--namespace", self.stack.namespace).out
            for name in names
        )


@pytest.fixture(scope="module")
def elsewhere(cluster: Cluster, responder: str) -> Iterator[str]:
    """A namespace without policies, and the pod in it that stands for the rest of the world."""
    name = f"elsewhere-{uuid.uuid4().hex[:8]}"
    notes = {"volumeMounts": [{"name": "notes", "mountPath": "/data"}]}
    outside = pod("outside", responder, container=notes, volumes=[{"name": "notes", "emptyDir": {}}])
    cluster.make_namespace(name)
    cluster.apply(within(name, outside, service("outside", "NodePort")))
    cluster.wait("pod/outside", "condition=Ready", name)
    yield name
    cluster.kubectl("delete", "namespace", name, "--wait=false", "--ignore-not-found")


@pytest.fixture(scope="module")
def monitored(cluster: Cluster, checkout: Workbench, embedded_registry: str, elsewhere: str) -> Monitored:
    """A stack that is up, with images built from this checkout."""
    api = {**API, "network": {"allowFrom": [{"namespace": elsewhere}]}}
    stack = write_stack(
        checkout,
        cluster,
        embedded_registry,
        {"python-api": api},
        secrets={"hook-url": {"fromConfig": {"key": "hookUrl"}}},
        monitoring={
            "prometheus": {"scrapeSeconds": 1, "storage": "64Mi"},
            "alertmanager": {"groupWaitSeconds": 0, "storage": "16Mi"},
            "receivers": {"hook": {"webhook": "hook-url", "allowTo": {"namespace": elsewhere}}},
            "routes": [{"severity": "page", "owner": "platform", "receiver": "hook"}],
        },
    )
    stored = stack.pulumi("config", "set", "--secret", "slipway:hookUrl", f"http://outside.{elsewhere}.svc/note")
    assert stored.code == 0, stored.text
    stack.deploy()
    return Monitored(
        stack,
        stack.outside("python-api", 8000),
        stack.outside("prometheus", 9090),
        node_port(cluster, elsewhere, "outside"),
    )


def test_every_target_is_found_and_up(monitored: Monitored) -> None:
    def healthy() -> list[str]:
        return sorted(
            each["labels"]["job"] for each in monitored.ask("targets")["activeTargets"] if each["health"] == "up"
        )

    assert eventually(lambda: healthy() == ["prometheus", "prometheus", *["python-api"] * PODS], MONITORED_S), (
        monitored.ask("targets")["activeTargets"]
    )
    assert monitored.values('up{workload="python-api"}') == [1.0] * PODS


def test_what_was_sent_is_seen(monitored: Monitored) -> None:
    # when
    monitored.send("/v1/similarity", 40)
    # then it is counted, no request lost, and the workload's rate is above zero
    counted = 'sum(application_requests_total{workload="python-api",route="/v1/similarity",status="200"})'
    assert eventually(lambda: monitored.values(counted) == [40.0], MONITORED_S), monitored.values(counted)
    assert monitored.values('sum(rate(application_requests_total{workload="python-api"}[1m]))')[0] > 0


def test_errors_reach_the_receiver(monitored: Monitored) -> None:
    def told() -> bool:
        monitored.send("/nobody-serves-this", 5)
        return fetch(f"{monitored.outside}/note").startswith("{")

    # when errors come, then the receiver is told at once
    assert eventually(told, MONITORED_S), f"{monitored.ask('alerts')}\n{monitored.story()}"
    message = cast(dict[str, Any], json.loads(fetch(f"{monitored.outside}/note")))
    [alert] = message["alerts"]
    labels = {
        "alertname": "ErrorBudgetBurn",
        "severity": "page",
        "workload": "python-api",
        "namespace": monitored.stack.namespace,
        "owner": "platform",
        "tier": "dev",
    }
    assert (message["receiver"], alert["status"], alert["labels"]) == ("hook", "firing", labels)


def test_every_graph_of_the_dashboard_has_an_answer(monitored: Monitored) -> None:
    # given the load of the tests before
    [found] = [each for each in monitored.stack.objects("configmaps") if each["metadata"]["name"] == "dashboard"]
    dashboard = json.loads(next(iter(found["data"].values())))
    queries = [
        target["expr"].replace("$__rate_interval", "1m")
        for panel in dashboard["panels"]
        for target in panel.get("targets", ())
    ]
    # then
    assert len(queries) > 10
    assert [query for query in queries if not monitored.values(query)] == []


def test_nobody_else_reads_the_metrics(monitored: Monitored) -> None:
    # given a pod elsewhere that may call the workload
    address = next(
        each["status"]["podIP"]
        for each in monitored.stack.objects("pods")
        if each["metadata"]["labels"]["app.kubernetes.io/name"] == "python-api"
    )
    call = f"{monitored.outside}/call?url=http://{address}"
    assert eventually(lambda: fetch(f"{call}:8000/ready") == '{"status":"ready"}')
    # then it may not read the metrics that Prometheus reads
    assert fetch(f"{call}:9090/metrics").startswith("502:")


def test_samples_outlive_the_pod(monitored: Monitored) -> None:
    # given a sample, and when it was taken
    [[taken, _]] = [each["value"] for each in monitored.ask("query", query='up{job="prometheus"} == 1')["result"]][:1]
    # when the pod is gone and another is there
    kubectl, where = monitored.stack.cluster.kubectl, ("--namespace", monitored.stack.namespace)
    kubectl("delete", "pod/prometheus-0", *where)
    monitored.stack.cluster.wait("pod/prometheus-0", "condition=Ready", monitored.stack.namespace)
    # then it is known still
    assert eventually(lambda: monitored.ask("query", query="up", time=str(taken))["result"] != [], MONITORED_S)
