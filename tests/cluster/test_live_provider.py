"""The stand-in of pulumi-kubernetes on a real cluster, driven call by call as the engine drives it."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Mapping
from pathlib import Path

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
from toolchain.cluster.api import Api, RefusedError
from toolchain.plugins.base import ProviderError
from toolchain.plugins.base_values import UNKNOWN, Properties, Secret
from toolchain.plugins.kubernetes.live.fields import section, sections, text
from toolchain.waiting import wait_until

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
