"""What holds for every object that is made."""

from collections.abc import Iterator

import pytest

from components.manifests.autoscaler import autoscaler
from components.manifests.config_map import config_map
from components.manifests.deployment import deployment
from components.manifests.limit_range import limit_range
from components.manifests.manifest import Manifest
from components.manifests.network_policy import default_deny, network_policy
from components.manifests.pod_disruption_budget import pod_disruption_budget
from components.manifests.pull_secret import pull_secret
from components.manifests.resource_quota import resource_quota
from components.manifests.secret import secret
from components.manifests.service import service
from components.manifests.service_account import service_account
from components.manifests.stateful_set import stateful_set
from tests.unit.components.given import QUOTA, environment, workload

RECOMMENDED = {"app.kubernetes.io/part-of", "app.kubernetes.io/managed-by", "slipway/owner", "slipway/tier"}


def every_object() -> Iterator[Manifest]:
    where = environment(quota=QUOTA)
    what = workload(
        autoscaling={"min": 2, "max": 4},
        configFiles={"folder": "/etc/app", "files": {"app.yaml": "a: 1"}},
        secrets=["token"],
        gpu={"whole": {"count": 1}},
    )
    kept = workload(replicas=1, volumes=[{"name": "data", "path": "/data", "size": "1Gi"}])
    made = [
        resource_quota(where),
        limit_range(where),
        default_deny(where),
        pull_secret(where, ""),
        secret(where, "token-1a2b3c4d", ""),
        config_map(where, "api", what),
        service_account(where, "api", what, pulls_with_secret=True),
        network_policy(where, "api", what),
        deployment(where, "api", what, "image", {"token": "token-1a2b3c4d"}),
        stateful_set(where, "store", kept, "image", {}),
        service(where, "api", what),
        pod_disruption_budget(where, "api", what),
        autoscaler(where, "api", what),
    ]
    return (each for each in made if each is not None)


@pytest.mark.parametrize("manifest", list(every_object()), ids=lambda manifest: manifest["kind"])
def test_an_object_says_its_name_place_and_owner(manifest: Manifest):
    metadata = manifest["metadata"]

    assert metadata["name"]
    assert metadata["namespace"] == "demo"
    assert set(metadata["labels"]) >= RECOMMENDED


def test_no_two_objects_are_one():
    names = [(each["kind"], each["metadata"]["name"]) for each in every_object()]

    assert len(set(names)) == len(names) == 13
