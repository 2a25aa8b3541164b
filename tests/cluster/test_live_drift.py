"""The live provider where others change what it made, and where a run was cut short."""

from __future__ import annotations

import copy
import json
import threading
import time

import pytest

from tests.cluster.live import (
    PROBE,
    Live,
    Recorded,
    config_map,
    container,
    failing,
    pod_spec,
    serving,
    workload,
)
from tests.cluster.support import Cluster
from toolchain.plugins.base import DiffKind, PropertyDiff, ProviderError
from toolchain.plugins.base_values import Properties
from toolchain.plugins.kubernetes.live.fields import section, text
from toolchain.waiting import wait_until


def replicas(cluster: Cluster, namespace: str) -> str:
    return cluster.kubectl("get", "deployment/web", "-n", namespace, "-o", "jsonpath={.spec.replicas}")


# Drift, conflicts, ownership


def test_a_change_by_hand_is_seen_by_a_refresh_and_mended_by_an_update(
    cluster: Cluster, live: Live, actor: str
) -> None:
    # given a deployment that somebody scaled by hand
    declared = serving(actor, replicas=1)
    made = live.create(declared)
    cluster.kubectl("scale", "deployment/web", "--replicas=2", "-n", live.namespace)

    # when it is refreshed, then the difference shows
    refreshed = live.refresh(made)
    assert refreshed is not None
    assert section(refreshed.inputs, "spec")["replicas"] == 2
    assert live.diff(refreshed, declared).detailed == {"spec.replicas": PropertyDiff(DiffKind.UPDATE)}

    # when it is updated, then it is as declared, and the user was told
    live.update(refreshed, declared)
    assert replicas(cluster, live.namespace) == "1"
    assert "changed by hand with kubectl, and set back: .spec.replicas" in live.heard.messages


def test_what_was_removed_by_hand_is_seen_by_a_refresh(cluster: Cluster, live: Live) -> None:
    declared = config_map(a="1", b="2")
    made = live.create(declared)
    cluster.kubectl(
        "patch", "configmap/settings", "-n", live.namespace, "--type=json", '-p=[{"op":"remove","path":"/data/b"}]'
    )

    refreshed = live.refresh(made)

    assert refreshed is not None
    assert live.diff(refreshed, declared).detailed is not None
    live.update(refreshed, declared)
    assert "b" in cluster.get("configmap/settings", "-n", live.namespace)["data"]


@pytest.fixture
def contested(cluster: Cluster, live: Live, actor: str) -> Recorded:
    """A deployment whose replicas another field manager, `scaler`, has set to 2."""
    made = live.create(serving(actor, replicas=1))
    claim = {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "web"}, "spec": {"replicas": 2}}
    apply = ["apply", "--server-side", "--force-conflicts", "--field-manager=scaler", "-n", live.namespace, "-f", "-"]
    cluster.kubectl(*apply, given=json.dumps(claim))
    return made


def test_a_conflict_is_refused_by_field_and_owner(live: Live, actor: str, contested: Recorded) -> None:
    with pytest.raises(ProviderError, match=r"\.spec\.replicas owned by 'scaler'"):
        live.update(contested, serving(actor, say="2", replicas=1))
    with pytest.raises(ProviderError, match=r"\.spec\.replicas owned by 'scaler'"):
        live.preview(serving(actor, say="2", replicas=1), contested)


def test_a_conflict_is_won_with_the_annotation(cluster: Cluster, live: Live, actor: str, contested: Recorded) -> None:
    live.update(contested, serving(actor, replicas=1, annotations={"pulumi.com/patchForce": "true"}))

    assert replicas(cluster, live.namespace) == "1"


def test_ignored_fields_are_left_to_their_owner(cluster: Cluster, live: Live, actor: str, contested: Recorded) -> None:
    live.update(contested, serving(actor, say="2", replicas=1), ignore=["spec.replicas"])

    assert replicas(cluster, live.namespace) == "2"


def test_fields_that_leave_the_program_leave_the_object(cluster: Cluster, live: Live) -> None:
    made = live.create(config_map(a="1", b="2"))

    live.update(made, config_map(a="1"))

    assert cluster.get("configmap/settings", "-n", live.namespace)["data"] == {"a": "1"}


def test_what_the_official_plugin_made_is_updated_without_conflict(cluster: Cluster, live: Live) -> None:
    # given an object created under the official plugin's name, and the state that it wrote
    declared = config_map(a="1", b="2")
    section(declared, "metadata")["namespace"] = live.namespace
    cluster.kubectl("create", "--field-manager=pulumi-kubernetes", "-f", "-", given=json.dumps(declared))
    found = live.read(live.urn(declared, "settings"), f"{live.namespace}/settings")
    assert found is not None
    state: Properties = {**found.properties, "__fieldManager": "pulumi-kubernetes-1a2b3c4d"}
    recorded = Recorded(live.urn(declared, "settings"), found.id, state, declared)

    # when a field changes and another one goes
    changed = copy.deepcopy(declared)
    changed["data"] = {"a": "2"}
    live.update(recorded, changed)

    # then so it is in the cluster
    assert cluster.get("configmap/settings", "-n", live.namespace)["data"] == {"a": "2"}


# Interrupted runs


def test_what_a_killed_create_left_is_taken_over(cluster: Cluster, live: Live) -> None:
    # given a create whose answer the engine never got
    first = live.create(config_map(a="1"))

    # when the next run creates the same resource
    again = Live(cluster.kubeconfig, live.namespace)
    second = again.create(config_map(a="1"))

    # then it is the same object
    assert text(second.state, "metadata", "uid") == text(first.state, "metadata", "uid")
    assert any("It is taken over" in message for message in again.heard.messages)


def test_what_another_resource_made_is_not_taken_over(live: Live) -> None:
    live.create(config_map(a="1"))

    with pytest.raises(ProviderError, match=r'configmaps "settings" already exists \(made by pulumi-kubernetes-'):
        live.create(config_map(a="1"), name="other")


def test_upsert_takes_over_what_exists(cluster: Cluster, live: Live) -> None:
    live.create(config_map(a="1"))

    upserting = Live(cluster.kubeconfig, live.namespace, extra={"upsertExistingObjects": "true"})
    made = upserting.create(config_map(a="1"), name="other")

    assert made.id == f"{live.namespace}/settings"
    assert any("and upsertExistingObjects is set. It is taken over" in each for each in upserting.heard.messages)


def test_a_create_waits_until_the_last_one_of_that_name_is_gone(cluster: Cluster, live: Live) -> None:
    # given an object whose deletion waits for a finalizer
    held = config_map(a="1")
    section(held, "metadata")["finalizers"] = ["slipway.dev/test"]
    live.create(held)
    cluster.kubectl("delete", "configmap/settings", "-n", live.namespace, "--wait=false")

    # when a new one is created while that goes
    def let_go() -> None:
        patch = '{"metadata":{"finalizers":null}}'
        cluster.kubectl("patch", "configmap/settings", "-n", live.namespace, "--type=merge", "-p", patch)

    timer = threading.Timer(1, let_go)
    timer.start()
    made = live.create(config_map(a="2"))
    timer.join()

    # then it is there
    assert made.state["data"] == {"a": "2"}


def test_what_vanished_is_made_again_by_an_update(cluster: Cluster, live: Live) -> None:
    made = live.create(config_map(a="1"))
    cluster.kubectl("delete", "configmap/settings", "-n", live.namespace)

    updated = live.update(made, config_map(a="2"))

    assert updated.state["data"] == {"a": "2"}


def test_a_delete_leaves_what_somebody_else_made_anew(cluster: Cluster, live: Live) -> None:
    made = live.create(config_map(a="1"))
    cluster.kubectl("delete", "configmap/settings", "-n", live.namespace)
    cluster.kubectl("create", "configmap", "settings", "--from-literal=theirs=1", "-n", live.namespace)

    live.delete(made)

    assert cluster.get("configmap/settings", "-n", live.namespace)["data"] == {"theirs": "1"}
    assert any("made anew by somebody else" in message for message in live.heard.messages)


def test_ctrl_c_ends_a_wait_at_once_and_the_object_is_recorded(live: Live, actor: str) -> None:
    # given a deployment that never gets ready
    declared = workload("Deployment", "web", pod_spec(container(actor, "-after=1h", readinessProbe=PROBE)))

    # when the user presses Ctrl-C while it is waited for
    pressed: list[float] = []

    def press() -> None:
        wait_until(lambda: bool(live.heard.statuses), 60)
        pressed.append(time.monotonic())
        live.provider.cancel()

    user = threading.Thread(target=press)
    user.start()
    with failing() as failure:
        live.create(declared)
    user.join()

    # then the wait ends at once, on a busy machine too, and the object is kept as one that is not ready
    assert time.monotonic() - pressed[0] < 5
    assert "waiting was cancelled" in failure.words
    assert failure.left is not None
    assert failure.left.id == f"{live.namespace}/web"
