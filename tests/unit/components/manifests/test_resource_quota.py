"""The quota of a namespace."""

from components.manifests.resource_quota import resource_quota
from tests.unit.components.given import QUOTA, environment


def test_an_environment_without_a_quota_has_no_object():
    assert resource_quota(environment()) is None


def test_every_measure_is_stated_gpus_too():
    found = resource_quota(environment(quota=QUOTA))

    assert found
    assert found["spec"]["hard"] == {
        "requests.cpu": "8",
        "requests.memory": "16Gi",
        "limits.cpu": "16",
        "limits.memory": "32Gi",
        "requests.nvidia.com/gpu": "0",
        "pods": "20",
    }
