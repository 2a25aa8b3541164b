"""The address of a workload."""

from components.manifests.labels import selector
from components.manifests.service import address, metrics_service, service
from tests.unit.components.given import environment, workload


def test_a_service_finds_the_pods_by_what_never_changes():
    found = service(environment(), "api", workload(version="2"))

    assert found
    assert found["spec"]["selector"] == selector("api")


def test_a_service_keeps_the_workloads_own_ports_by_name():
    found = service(environment(), "api", workload(port=8080, extraPorts=[{"name": "metrics", "port": 9090}]))

    assert found
    ports = [(port["name"], port["port"], port["targetPort"]) for port in found["spec"]["ports"]]
    assert ports == [("http", 8080, "http"), ("metrics", 9090, "metrics")]


def test_the_address_is_a_url_inside_the_cluster():
    assert address(environment(), "api", workload(port=8080)) == "http://api.demo.svc.cluster.local:8080"


def test_a_workload_that_serves_nothing_has_neither_service_nor_address():
    silent = workload(port=None)

    assert service(environment(), "api", silent) is None
    assert address(environment(), "api", silent) is None


def test_the_pod_of_a_stateful_set_stands_behind_the_name_itself():
    kept = workload(replicas=1, volumes=[{"name": "data", "path": "/data", "size": "1Gi"}])
    found, plain = service(environment(), "db", kept), service(environment(), "db", workload())

    assert found
    assert plain
    assert found["spec"]["clusterIP"] == "None"
    assert "clusterIP" not in plain["spec"]


def test_prometheus_finds_pods_that_are_not_ready_too():
    spec = metrics_service(environment(), "api", workload(extraPorts=[{"name": "metrics", "port": 9090}]))["spec"]

    assert (spec["clusterIP"], spec["publishNotReadyAddresses"]) == ("None", True)
    assert [(port["name"], port["port"]) for port in spec["ports"]] == [("metrics", 9090)]
