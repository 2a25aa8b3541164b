"""Every object of every stack is what the API server takes: no field that it does not know, and no warning."""

from __future__ import annotations

import threading
import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import pytest

from tests.cluster.support import Cluster, Object
from tests.support.full_stack import FULL, PROMOTIONS, STORED
from tests.unit.components.program import run
from tests.unit.components.recorder import DIGEST, Recording, opened
from toolchain.plugins.kubernetes import kubeconfig, objects
from toolchain.plugins.kubernetes.live import access
from toolchain.plugins.kubernetes.live.client import Client
from toolchain.plugins.kubernetes.live.discovery import Discovery
from toolchain.plugins.kubernetes.live.errors import ApiError
from toolchain.plugins.kubernetes.live.store import Reference, Store

PROMOTED = {("staging", image): DIGEST for image in ("python-api", "prometheus", "alertmanager")}
PLANTED = "plantedField"


@dataclass(frozen=True)
class Verdict:
    """What the API server says of one object: why it refuses it, and what it warns of."""

    refusal: str
    warnings: Sequence[str]


def committed(monkeypatch: pytest.MonkeyPatch, stack: str) -> Recording:
    """What a committed stack declares."""
    return run(monkeypatch, stack, preview=False, promotions=PROMOTED)


def full(monkeypatch: pytest.MonkeyPatch, tier: str) -> Recording:
    """What a stack declares that uses every option, in a tier."""
    monkeypatch.setenv("SLIPWAY__ENVIRONMENT__TIER", tier)
    return run(monkeypatch, tier, preview=False, stored=STORED, promotions=PROMOTIONS, **FULL)


def objects_of(recording: Recording) -> list[Object]:
    """The Kubernetes objects among what was declared, as they are sent."""
    declared = [each for each in recording.resources if each.type.startswith("kubernetes:")]
    return [opened(each.inputs) for each in declared]


def strictly(cluster: Cluster, declared: Sequence[Object]) -> list[Verdict]:
    """Ask the API server, in a dry run with `fieldValidation=Strict`, what it would say of these objects."""
    client = Client(access.find(kubeconfig.parse(str(cluster.kubeconfig)), "", ""), threading.Event())
    discovery = Discovery(client)
    verdicts: list[Verdict] = []
    for each in declared:
        warnings: list[str] = []
        resource = discovery.find(objects.kind_of(each))
        assert resource is not None, each
        where = Reference(resource, each["metadata"].get("namespace", ""), each["metadata"]["name"])
        try:
            Store(client, warnings.append).apply(where, each, manager="test", preview=True)
        except ApiError as error:
            verdicts.append(Verdict(error.message, tuple(warnings)))
        else:
            verdicts.append(Verdict("", tuple(warnings)))
    client.close()
    return verdicts


@pytest.fixture
def place(cluster: Cluster, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The name of a namespace that the stacks of a test have to themselves, and that is gone after it."""
    name = f"strict-{uuid.uuid4().hex[:8]}"
    monkeypatch.setenv("SLIPWAY__ENVIRONMENT__NAMESPACE", name)
    yield name
    cluster.kubectl("delete", "namespace", name, "--wait=false", "--ignore-not-found")


def declared_by(cluster: Cluster, monkeypatch: pytest.MonkeyPatch, stack: str) -> list[Object]:
    """All objects of a stack, whose namespace is there, as the stack declares it: also for what it warns of."""
    words = stack.split()
    declared = objects_of((full if words[0] == "full" else committed)(monkeypatch, words[-1]))
    cluster.apply(each for each in declared if each["kind"] == "Namespace")
    return declared


STACKS = ("dev", "staging", "prod", "full dev", "full staging", "full prod")


@pytest.mark.parametrize("stack", STACKS)
@pytest.mark.usefixtures("place")
def test_every_object_is_accepted_without_a_warning(
    cluster: Cluster, monkeypatch: pytest.MonkeyPatch, stack: str
) -> None:
    declared = declared_by(cluster, monkeypatch, stack)

    verdicts = strictly(cluster, declared)

    assert len(verdicts) >= 7
    assert set(verdicts) == {Verdict("", ())}


@pytest.mark.usefixtures("place")
def test_a_planted_unknown_field_is_refused_in_every_object(cluster: Cluster, monkeypatch: pytest.MonkeyPatch) -> None:
    declared = declared_by(cluster, monkeypatch, "full prod")

    verdicts = strictly(cluster, [{**each, PLANTED: True} for each in declared])

    assert [each.refusal for each in verdicts if f".{PLANTED}: field not declared" not in each.refusal] == []


@pytest.mark.usefixtures("place")
def test_what_the_server_warns_of_is_noticed(cluster: Cluster, monkeypatch: pytest.MonkeyPatch) -> None:
    # given a deployment of whose pods Pod Security warns
    declared = [each for each in declared_by(cluster, monkeypatch, "dev") if each["kind"] == "Deployment"]
    del declared[0]["spec"]["template"]["spec"]["securityContext"]

    (verdict,) = strictly(cluster, declared)

    assert "would violate PodSecurity" in "".join(verdict.warnings)
