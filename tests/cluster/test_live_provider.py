"""The stand-in of pulumi-kubernetes on a real cluster, driven call by call as the engine drives it."""

from __future__ import annotations

import copy
import json
import os
import re
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.cluster import failure_page, live_failures
from tests.cluster.live import OPEN, PROBE, Failure, Live, Recorded, container, failing, pod_spec, workload
from tests.cluster.live_failures import CASES, Case
from tests.cluster.support import Cluster
from tests.support.waiting import eventually
from toolchain.cluster.api import Api, RefusedError
from toolchain.plugins.base import DiffKind, InitFailedError, PropertyDiff, ProviderError
from toolchain.plugins.base_values import UNKNOWN, Properties, Secret
from toolchain.plugins.kubernetes.live.fields import section, sections, text
from toolchain.waiting import wait_until


@pytest.fixture(autouse=True)
def closed() -> Iterator[None]:
    """Closes the connections of every provider that a test has made."""
    yield
    while OPEN:
        OPEN.pop().close()


@pytest.fixture
def live(cluster: Cluster, namespace: str) -> Live:
    """A provider process that works in a namespace of its own."""
    return Live(cluster.kubeconfig, namespace)


def config_map(name: str = "settings", **data: str) -> Properties:
    return {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": name}, "data": {**data}}


def serving(image: str, name: str = "web", say: str = "1", **spec: object) -> Properties:
    return workload(
        "Deployment", name, pod_spec(container(image, "-serve", f"-say={say}", readinessProbe=PROBE)), **spec
    )


def replicas(cluster: Cluster, namespace: str) -> str:
    return cluster.kubectl("get", "deployment/web", "-n", namespace, "-o", "jsonpath={.spec.replicas}")


# What is ready, and when


READY: Mapping[str, Callable[[str], Properties]] = {
    "Deployment": serving,
    "StatefulSet": lambda image: workload(
        "StatefulSet", "db", pod_spec(container(image, "-serve", readinessProbe=PROBE)), serviceName="db"
    ),
    "DaemonSet": lambda image: workload(
        "DaemonSet", "agent", pod_spec(container(image, "-serve", readinessProbe=PROBE))
    ),
    "Pod": lambda image: {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": "alone"},
        "spec": pod_spec(container(image, "-serve", readinessProbe=PROBE)),
    },
    "Job": lambda image: {
        "apiVersion": "batch/v1",
        "kind": "Job",
        "metadata": {"name": "once"},
        "spec": {"template": {"spec": pod_spec(container(image, "-say=done"), restartPolicy="Never")}},
    },
    "Service": lambda _: {
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": {"name": "nobody"},
        "spec": {"ports": [{"port": 80}], "selector": {"app": "nobody"}},
    },
    "PersistentVolumeClaim": lambda _: {
        "apiVersion": "v1",
        "kind": "PersistentVolumeClaim",
        "metadata": {"name": "data"},
        "spec": {"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": "1Mi"}}},
    },
}


@pytest.mark.parametrize("kind", READY)
def test_what_is_created_is_ready_unchanged_and_goes_again(live: Live, actor: str, kind: str) -> None:
    # given an object that is fit to run
    declared = READY[kind](actor)

    # when it is created
    made = live.create(declared)

    # then it is ready, nothing differs before and after a refresh, and it can be deleted, twice
    assert made.id == f"{live.namespace}/{text(section(declared, 'metadata'), 'name')}"
    assert live.diff(made, declared).changes is False
    refreshed = live.refresh(made)
    assert refreshed is not None
    assert refreshed.inputs == made.inputs
    assert live.diff(refreshed, declared).changes is False
    live.delete(made)
    assert live.refresh(made) is None
    live.delete(made)


def test_a_deployment_is_waited_for(live: Live, actor: str) -> None:
    made = live.create(serving(actor))

    assert section(made.state, "status")["availableReplicas"] == 1
    assert any("0 of 1 pods ready" in line for line in live.heard.statuses)


def test_skip_await_waits_for_nothing(live: Live, actor: str) -> None:
    made = live.create(serving(actor, annotations={"pulumi.com/skipAwait": "true"}))

    assert "availableReplicas" not in section(made.state, "status")


def test_what_the_server_writes_differently_is_no_difference(live: Live, actor: str) -> None:
    # given quantities in unusual words, and values that the server leaves out
    declared = serving(actor)
    spec = section(declared, "spec", "template", "spec")
    spec["hostNetwork"] = False
    main = sections(spec, "containers")[0]
    main["env"] = [{"name": "EMPTY", "value": ""}]
    main["resources"] = {"requests": {"cpu": "0.01", "memory": "16384Ki"}, "limits": {"cpu": 1, "memory": "0.0625Gi"}}

    # when it is created and read again
    made = live.create(declared)
    refreshed = live.refresh(made)

    # then nothing differs
    assert refreshed is not None
    assert refreshed.inputs == made.inputs
    assert live.diff(refreshed, declared).changes is False


def test_a_custom_resource_is_ready_when_its_annotation_says_so(cluster: Cluster, live: Live) -> None:
    # given a kind that the program defines, and an object of it that is ready in a certain phase
    group = f"{live.namespace}.slipway.dev"
    definition: Properties = {
        "apiVersion": "apiextensions.k8s.io/v1",
        "kind": "CustomResourceDefinition",
        "metadata": {"name": f"boats.{group}"},
        "spec": {
            "group": group,
            "names": {"kind": "Boat", "plural": "boats"},
            "scope": "Namespaced",
            "versions": [
                {
                    "name": "v1",
                    "served": True,
                    "storage": True,
                    "schema": {"openAPIV3Schema": {"type": "object", "x-kubernetes-preserve-unknown-fields": True}},
                }
            ],
        },
    }
    wait_for = json.dumps(["jsonpath={.spec.phase}=Afloat", "condition=Ready"])
    boat: Properties = {
        "apiVersion": f"{group}/v1",
        "kind": "Boat",
        "metadata": {"name": "one", "annotations": {"pulumi.com/waitFor": wait_for, "pulumi.com/timeoutSeconds": "60"}},
        "spec": {},
        "status": {},
    }
    preview = live.preview(boat)
    assert preview["spec"] == {}  # the kind is not known yet, so it is shown as declared
    defined = live.create(definition)

    # when it gets there while it is waited for
    def launch() -> None:
        change = {"spec": {"phase": "Afloat"}, "status": {"conditions": [{"type": "Ready", "status": "True"}]}}
        path = f"/apis/{group}/v1/namespaces/{live.namespace}/boats/one"
        api = Api.of(cluster.kubeconfig)

        def launched() -> bool:
            try:
                return bool(api.patch(path, change))
            except RefusedError:
                return False

        wait_until(launched, 30)

    launching = threading.Thread(target=launch)
    launching.start()
    made = live.create(boat)
    launching.join()

    # then it is ready, and not before
    assert text(made.state, "spec", "phase") == "Afloat"
    assert any("waiting for jsonpath" in line for line in live.heard.statuses)
    live.delete(made)
    live.delete(defined)


# Previews


def test_a_preview_shows_what_the_server_adds_and_leaves_open_what_it_makes_up(live: Live, actor: str) -> None:
    shown = live.preview(serving(actor))

    assert section(shown, "spec")["revisionHistoryLimit"] == 10
    assert section(shown, "metadata")["uid"] == UNKNOWN


def test_a_preview_creates_nothing(cluster: Cluster, live: Live) -> None:
    live.preview(config_map())

    assert cluster.try_kubectl("get", "configmap/settings", "-n", live.namespace).code == 1


def test_a_preview_says_what_the_server_would_refuse(live: Live, actor: str) -> None:
    bad: Properties = {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": "bad"},
        "spec": {"containers": [{"name": "main", "image": actor}]},
    }
    with pytest.raises(ProviderError, match=r'would not be created.*violates PodSecurity "restricted:latest"'):
        live.preview(bad)


def test_a_preview_in_a_namespace_that_is_still_to_come_shows_what_is_declared(live: Live) -> None:
    declared = config_map()
    section(declared, "metadata")["namespace"] = "still-to-come"

    assert live.preview(declared) == declared


def test_without_a_cluster_a_preview_warns_once_and_shows_what_is_declared(tmp_path: Path) -> None:
    # given a kubeconfig whose server is not there
    config = tmp_path / "config"
    config.write_text(
        json.dumps(
            {
                "clusters": [{"name": "a", "cluster": {"server": "https://127.0.0.1:1"}}],
                "contexts": [{"name": "a", "context": {"cluster": "a", "user": "a"}}],
                "users": [{"name": "a", "user": {}}],
                "current-context": "a",
            }
        )
    )
    live = Live(config, "default")

    # when two objects are previewed
    shown = [live.preview(config_map(name)) for name in ("one", "two")]

    # then they are as declared, with one warning; and a real create is refused with the reason
    assert [text(each, "metadata", "name") for each in shown] == ["one", "two"]
    assert len(live.heard.messages) == 1
    with pytest.raises(ProviderError, match=r"127.0.0.1:1 cannot be reached: Connection refused"):
        live.create(config_map())


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


# Deletion, import


def test_a_deletion_that_is_held_up_says_by_what(cluster: Cluster, live: Live) -> None:
    held = config_map(a="1")
    section(held, "metadata")["finalizers"] = ["slipway.dev/test"]
    made = live.create(held)

    with pytest.raises(ProviderError, match=r"not gone after 1 s: whoever handles the finalizer 'slipway.dev/test'"):
        live.delete(made, timeout=1)

    cluster.kubectl(
        "patch", "configmap/settings", "-n", live.namespace, "--type=merge", '-p={"metadata":{"finalizers":[]}}'
    )
    live.delete(made)


def test_an_orphaning_deletion_leaves_what_the_object_owns(cluster: Cluster, live: Live, actor: str) -> None:
    made = live.create(serving(actor, annotations={"pulumi.com/deletionPropagationPolicy": "orphan"}))

    live.delete(made)

    assert len(cluster.get("replicasets", "-n", live.namespace)["items"]) == 1


def test_an_import_by_id_gives_inputs_that_differ_in_nothing(live: Live, actor: str) -> None:
    # given a deployment that some other resource made
    made = live.create(serving(actor))

    # when it is imported
    found = live.read(live.urn(serving(actor), "imported"), made.id)

    # then its inputs declare it as it is
    assert found is not None
    assert "status" not in found.inputs
    imported = Recorded(made.urn, found.id, found.properties, found.inputs)
    assert live.diff(imported, found.inputs).changes is False


def test_an_import_of_what_is_not_there_finds_nothing(live: Live) -> None:
    assert live.read(live.urn(config_map(), "x"), f"{live.namespace}/absent") is None


# Secrets


def test_a_secret_stays_one_in_state_messages_and_logs(live: Live, actor: str) -> None:
    # given a secret, and a program that prints it before it crashes
    planted = "hunter2-planted"
    secret: Properties = {
        "apiVersion": "v1",
        "kind": "Secret",
        "metadata": {"name": "creds"},
        "stringData": {"password": Secret(planted)},
    }
    made = live.create(secret)
    crashing = pod_spec(container(actor, f"-say=connecting with {planted}", "-code=1"))
    declared = workload("Deployment", "web", crashing, annotations={"pulumi.com/timeoutSeconds": "6"})

    # when it fails
    with failing() as failure:
        live.create(declared)

    # then the secret shows nowhere
    assert "connecting with [secret]" in failure.words
    told = [failure.words, *live.heard.statuses, *live.heard.messages, repr(made.state), repr(made.inputs)]
    assert not [each for each in told if planted in each]
    refreshed = live.refresh(made)
    assert refreshed is not None
    assert isinstance(refreshed.inputs["data"], Secret)


# Failures


@pytest.fixture(scope="module")
def failures(cluster: Cluster, actor: str) -> Iterator[Mapping[str, Failure]]:
    """How each case failed; all at the same time, each in a namespace of its own."""
    names = {case: f"fails-{case}-{os.getpid()}" for case in CASES}
    for name in names.values():
        cluster.make_namespace(name, {"pod-security.kubernetes.io/enforce": "restricted"})

    def run(name: str, case: Case) -> Failure:
        live = Live(cluster.kubeconfig, names[name])
        for other in case.before:
            live.create(other)
        if case.stands:
            seen = ("get", *case.stands, "--namespace", names[name], "--ignore-not-found")
            assert eventually(lambda: cluster.kubectl(*seen) != "", 60)
        with failing() as failure:
            live.create(case.declared(actor))
        return failure

    with ThreadPoolExecutor(len(CASES)) as pool:
        running = {name: pool.submit(run, name, case) for name, case in CASES.items()}
        found = {name: each.result() for name, each in running.items()}
    yield found
    for name in names.values():
        cluster.kubectl("delete", "namespace", name, "--wait=false", "--ignore-not-found")
    failure_page.write("objects", live_failures.rows(found, names))


@pytest.mark.parametrize("case", CASES)
def test_a_failure_tells_its_cause_in_time(failures: Mapping[str, Failure], case: str) -> None:
    failure, expected = failures[case], CASES[case]

    assert re.search(expected.says, failure.words), failure.words
    assert failure.seconds < expected.within_s
    assert (failure.left is not None) == expected.exists


def test_a_bad_update_leaves_the_old_version_serving_and_a_good_one_recovers(
    cluster: Cluster, live: Live, actor: str
) -> None:
    # given a version that serves
    good = serving(actor)
    made = live.create(good)
    before = cluster.get("pods", "-n", live.namespace)["items"][0]["metadata"]["name"]

    # when an update cannot work
    with pytest.raises(InitFailedError, match="will not get ready") as failed:
        live.update(made, serving("127.0.0.1:5001/tests/absent:1"))

    # then the old pod serves on, and the next good update is ready at once
    pods = {pod["metadata"]["name"]: pod for pod in cluster.get("pods", "-n", live.namespace)["items"]}
    assert pods[before]["status"]["containerStatuses"][0]["ready"]
    left = Recorded(made.urn, made.id, failed.value.properties, failed.value.inputs)
    began = time.monotonic()
    live.update(left, good)
    assert time.monotonic() - began < 30  # of ten minutes that it might take


def test_a_stateful_set_recovers_from_a_revision_that_never_got_ready(live: Live, actor: str) -> None:
    # given a stateful set whose first revision cannot start, for which its controller waits
    def declared(image: str) -> Properties:
        spec = pod_spec(container(image, "-serve", readinessProbe=PROBE))
        return workload("StatefulSet", "db", spec, serviceName="db")

    with failing() as failure:
        live.create(declared("127.0.0.1:5001/tests/absent:1"), timeout=4)
    assert failure.left is not None

    # when the next revision is good
    live.update(failure.left, declared(actor), timeout=90)

    # then it is ready, and the user knows what it took
    assert any("holds up the new one" in message for message in live.heard.messages)
