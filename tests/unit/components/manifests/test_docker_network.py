"""Containers meet where both sides allow it, and nowhere else."""

from typing import Any

from components.manifests.docker_network import OUTSIDE, PUBLISHED, attachments, callers, networks
from tests.unit.components.given import environment, workload

TO_STORE = {"allowTo": [{"workload": "store"}]}
FROM_WEB = {"allowFrom": [{"workload": "web"}]}


def pair(web: dict[str, Any], store: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"web": workload(network=web, **more), "store": workload(network=store)}


def roles(name: str, workloads: dict[str, Any]) -> list[str]:
    return [each.role for each in attachments(environment(), workloads, name)]


def test_a_connection_that_both_sides_allow_is_a_network_of_the_called():
    workloads = pair(TO_STORE, FROM_WEB)

    assert callers(environment(), workloads, "store") == ("web",)
    assert roles("web", workloads) == roles("store", workloads) == ["store"]


def test_one_side_alone_allows_nothing():
    assert roles("web", pair(TO_STORE, {})) == []
    assert roles("store", pair({}, FROM_WEB)) == []


def test_the_environments_own_namespace_is_all_of_its_workloads():
    workloads = pair({"allowTo": [{"namespace": "demo"}]}, {"allowFrom": [{"namespace": "demo"}]})

    assert callers(environment(), workloads, "store") == ("web",)


def test_the_called_is_found_by_its_name_on_kubernetes():
    (attached,) = attachments(environment(), pair(TO_STORE, FROM_WEB), "store")

    assert attached.aliases == ("store", "store.demo", "store.demo.svc", "store.demo.svc.cluster.local")


def test_the_caller_is_found_by_nobody():
    (attached,) = attachments(environment(), pair(TO_STORE, FROM_WEB), "web")

    assert attached.aliases == ()


def test_a_network_between_workloads_has_no_way_out():
    assert networks(environment(), pair(TO_STORE, FROM_WEB))["store"]["internal"] is True


def test_what_is_published_reaches_nobody():
    workloads = pair({}, {}, publish=[{"port": 8000}])

    made = networks(environment(), workloads)[PUBLISHED]
    assert roles("web", workloads) == [PUBLISHED]
    assert made["internal"] is False
    assert set(made["options"].values()) == {"false"}


def test_what_calls_a_network_outside_reaches_it_and_no_other_container():
    workloads = pair({"allowTo": [{"cidr": "10.0.0.0/8"}]}, {}, publish=[{"port": 8000}])

    assert roles("web", workloads) == [OUTSIDE]
    assert networks(environment(), workloads)[OUTSIDE]["options"] == {"com.docker.network.bridge.enable_icc": "false"}


def test_a_workload_of_that_name_has_a_network_of_its_own():
    workloads = {
        "published": workload(network=FROM_WEB, publish=[{"port": 8000}]),
        "web": workload(network={"allowTo": [{"workload": "published"}]}),
    }

    assert len({each["name"] for each in networks(environment(), workloads).values()}) == 2
