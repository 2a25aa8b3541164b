"""Objects of kinds that somebody else installs are what these take: nothing of them is unknown, and nothing dropped."""

from __future__ import annotations

import base64
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any, cast
from urllib.parse import urlsplit

import pytest
import yaml
from volume_backup.volume_snapshots import Api, Wanted, take, volume_snapshot

from tests.cluster.support import Cluster, Object
from tests.cluster.test_strict_validation import Verdict, objects_of, strictly
from tests.support.custom_kinds import SCALED_OBJECT, VOLUME_SNAPSHOT
from tests.unit.components.given import BUILD
from tests.unit.components.program import run

KINDS = (SCALED_OBJECT, VOLUME_SNAPSHOT)
KEDA = {"server": "http://prometheus:9090", "pollingSeconds": 15, "cooldownSeconds": 120, "fallbackReplicas": 2}
QUEUE = {"metric": "requests_waiting", "target": 5, "labels": {"queue": "api"}, "source": "external"}
SCALED: dict[str, Any] = {
    "min": 0,
    "max": 4,
    "cpuUtilisation": 60,
    "scaleDownSeconds": 120,
    "queueDepth": QUEUE,
    "latency": {"metric": "request_seconds", "target": 500},
    "keda": KEDA,
}


@pytest.fixture(scope="module")
def defined(cluster: Cluster) -> Iterator[None]:
    """The definitions of these kinds, as far as our objects use them."""
    cluster.apply(KINDS)
    names = [f"crd/{each['metadata']['name']}" for each in KINDS]
    cluster.kubectl("wait", "--for=condition=Established", *names, "--timeout=60s")
    yield
    cluster.kubectl("delete", *names)


@pytest.fixture(scope="module")
def place(cluster: Cluster) -> Iterator[str]:
    """The name of a namespace that is gone afterwards."""
    name = f"kinds-{uuid.uuid4().hex[:8]}"
    cluster.make_namespace(name)
    yield name
    cluster.kubectl("delete", "namespace", name, "--wait=false")


def declared(monkeypatch: pytest.MonkeyPatch, namespace: str, **blocks: Any) -> list[Object]:
    """The objects that a stack declares."""
    environment = {"tier": "dev", "namespace": namespace, "owner": "platform"}
    return objects_of(run(monkeypatch, "dev", preview=False, environment=environment, supplyChain=None, **blocks))


@pytest.mark.parametrize("scaling", [SCALED, {"min": 1, "max": 3, "keda": KEDA}], ids=["signals", "processors"])
@pytest.mark.usefixtures("defined")
def test_keda_takes_a_scaled_object_and_refuses_an_unknown_field(
    cluster: Cluster, monkeypatch: pytest.MonkeyPatch, place: str, scaling: dict[str, Any]
) -> None:
    workloads = {"api": {"image": BUILD, "autoscaling": scaling}}
    (scaled,) = [each for each in declared(monkeypatch, place, workloads=workloads) if each["kind"] == "ScaledObject"]

    assert strictly(cluster, [scaled]) == [Verdict("", ())]
    scaled["spec"]["advanced"]["horizontalPodAutoscalerConfig"]["behaviour"] = {}
    (verdict,) = strictly(cluster, [scaled])
    assert "behaviour: field not declared in schema" in verdict.refusal


STORE: dict[str, Any] = {
    "image": BUILD,
    "replicas": 1,
    "volumes": [{"name": "data", "path": "/data", "size": "1Gi", "snapshots": True, "fromSnapshot": "older"}],
}
SNAPSHOTS = {"className": "class", "allowTo": {"cidr": "10.0.0.1/32", "ports": [6443]}}
CLAIM = "volume-data-store-0"


class Storage(Api):
    """The API server, with a storage behind it that is done at once, or fails."""

    def __init__(self, cluster: Cluster, folder: Path, namespace: str) -> None:
        """As the pod of the CronJob is given it: a token of the account, and where the server is."""
        config = cast("Object", yaml.safe_load(cluster.kubeconfig.read_text()))
        known: dict[str, str] = config["clusters"][0]["cluster"]
        (folder / "token").write_text(cluster.kubectl("create", "token", "snapshots", "--namespace", namespace))
        (folder / "namespace").write_text(namespace)
        (folder / "ca.crt").write_bytes(base64.b64decode(known["certificate-authority-data"]))
        server = urlsplit(known["server"])
        where = {"KUBERNETES_SERVICE_HOST": str(server.hostname), "KUBERNETES_SERVICE_PORT": str(server.port)}
        super().__init__(where, folder)
        self.cluster, self.namespace, self.status = cluster, namespace, '{"readyToUse": true}'

    def make(self, snapshot: Object) -> None:
        """Makes one, of which the storage says how it went."""
        super().make(snapshot)
        patch = f'{{"status": {self.status}}}'
        name = snapshot["metadata"]["name"]
        self.cluster.kubectl("patch", "volumesnapshot", name, "-n", self.namespace, "--type=merge", "--patch", patch)


@pytest.mark.usefixtures("defined")
def test_snapshots_are_taken_and_removed_with_the_rights_of_the_job_and_it_has_no_others(
    cluster: Cluster, monkeypatch: pytest.MonkeyPatch, place: str, tmp_path: Path
) -> None:
    # given what a stack declares, all of which the server takes strictly
    made = declared(monkeypatch, place, workloads={"store": STORE}, snapshots=SNAPSHOTS)
    made.append({**volume_snapshot(CLAIM, "class", "0"), "metadata": {"name": "one", "namespace": place}})
    assert set(strictly(cluster, made)) == {Verdict("", ())}
    cluster.apply(each for each in made if each["kind"] in ("ServiceAccount", "Role", "RoleBinding"))
    api, what = Storage(cluster, tmp_path, place), Wanted([CLAIM], "class", 2, 0)

    # when three are taken, of which two stay, and a fourth fails
    failures = [take(api, what, lambda day=day: day * 86_400.0) for day in range(3)]
    api.status = '{"readyToUse": false, "error": {"message": "the disk is gone"}}'
    failures.append(take(api, what, lambda: 1e9))

    # then the newest ones that can be restored are there
    names = sorted(str(each["metadata"]["name"]) for each in api.all())
    assert failures == [0, 0, 0, 1]
    assert names == [f"{CLAIM}-{stamp}" for stamp in ("19700102000000", "19700103000000", "20010909014640")]
    account = f"--as=system:serviceaccount:{place}:snapshots"
    for verb, resource in (("create", "pods"), ("list", "secrets"), ("patch", "volumesnapshots")):
        said = cluster.try_kubectl("auth", "can-i", verb, resource, account, "--namespace", place)
        assert said.out.strip() == "no"
