from typing import Any, cast

import pytest
import yaml

from toolchain.cluster import addresses
from toolchain.cluster.identities import IDENTITIES
from toolchain.cluster.objects import objects

Object = dict[str, Any]

ALL = cast(list[Object], list(yaml.safe_load_all(objects("dns:1", b"PEM"))))


def of_kind(kind: str) -> list[Object]:
    return [one for one in ALL if one["kind"] == kind]


def test_no_object_stands_there_twice() -> None:
    names = [(one["kind"], one["metadata"].get("namespace"), one["metadata"]["name"]) for one in ALL]

    assert len(names) == len(set(names))


def test_pods_ask_for_names_where_the_service_is() -> None:
    (service,) = [one for one in of_kind("Service") if one["metadata"]["name"] == "kube-dns"]

    assert service["spec"]["clusterIP"] == addresses.DNS_SERVICE
    assert {(port["protocol"], port["port"]) for port in service["spec"]["ports"]} == {("UDP", 53), ("TCP", 53)}


def test_coredns_runs_hardened_from_the_image_that_is_there() -> None:
    (deployment,) = of_kind("Deployment")
    pod = deployment["spec"]["template"]["spec"]
    (container,) = pod["containers"]

    assert (container["image"], container["imagePullPolicy"]) == ("dns:1", "Never")
    assert pod["securityContext"]["runAsNonRoot"]
    assert container["securityContext"]["capabilities"] == {"drop": ["ALL"]}


def test_claims_that_name_no_class_get_the_default_one() -> None:
    (storage,) = of_kind("StorageClass")

    assert storage["metadata"]["annotations"] == {"storageclass.kubernetes.io/is-default-class": "true"}
    assert storage["volumeBindingMode"] == "WaitForFirstConsumer"


@pytest.mark.parametrize("binding", [*of_kind("ClusterRoleBinding"), *of_kind("RoleBinding")], ids=str)
def test_rights_are_bound_to_those_who_exist(binding: Object) -> None:
    users = {identity.user for identity in IDENTITIES.values()}
    accounts = {one["metadata"]["name"] for one in of_kind("ServiceAccount")}

    for subject in binding["subjects"]:
        assert subject["name"] in (users if subject["kind"] == "User" else accounts)


def test_nobody_is_given_all_verbs_or_all_resources() -> None:
    rules = [rule for role in of_kind("ClusterRole") for rule in role["rules"]]

    assert not [rule for rule in rules if "*" in rule["verbs"] + rule["resources"] + rule["apiGroups"]]
