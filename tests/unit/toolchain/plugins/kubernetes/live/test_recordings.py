"""What the official plugin recorded on a real cluster, replayed against a server that holds the same objects."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any, cast

import pytest

from tests.unit.toolchain.plugins.kubernetes.live.fake_api import FakeApi, Json, fake_api
from tests.unit.toolchain.plugins.replay import Client, recorded, serving
from toolchain.plugins.kubernetes.live.readiness import readiness_of
from toolchain.plugins.kubernetes.live.verdict import READY, Phase
from toolchain.plugins.kubernetes.objects import kind_of
from toolchain.plugins.kubernetes.provider import Kubernetes

SECRET_MARK = "4dabf18193072939515e22adb298388d"


def unmarked(value: Any) -> Any:
    """The value without marks of secrets, as an API server holds it."""
    if isinstance(value, dict):
        fields = cast(Json, value)
        return unmarked(fields["value"]) if SECRET_MARK in fields else {key: unmarked(fields[key]) for key in fields}
    if isinstance(value, list):
        return [unmarked(item) for item in cast(list[object], value)]
    return value


def live_object(properties: Json) -> Json:
    return cast(Json, unmarked({key: value for key, value in properties.items() if not key.startswith("__")}))


@pytest.fixture
def api() -> Iterator[FakeApi]:
    with fake_api() as api:
        yield api


@pytest.fixture
def client(api: FakeApi) -> Iterator[Client]:
    """A provider that is configured for the fake server."""
    provider = Kubernetes()
    with serving(provider) as client:
        variables = {
            "kubernetes:config:kubeconfig": json.dumps(api.kubeconfig),
            "kubernetes:config:namespace": "ai",
        }
        client.call("Configure", {"variables": variables})
        yield client
    provider.close()


def test_a_refresh_reads_what_the_official_plugin_read(api: FakeApi, client: Client) -> None:
    reads = [call for call in recorded("live-08-refresh-step2") if call["method"] == "Read"]
    assert len(reads) == 38
    for call in reads:
        api.add(live_object(call["response"]["properties"]))

        assert client.call("Read", call["request"]) == call["response"], call["request"]["urn"]


def test_what_is_gone_is_read_as_gone(client: Client) -> None:
    read = next(call for call in recorded("live-08-refresh-step2") if call["method"] == "Read")

    assert client.call("Read", read["request"]) == {}


def test_a_destroy_deletes_everything(api: FakeApi, client: Client) -> None:
    deletes = recorded("live-09-destroy-step2")
    for call in deletes:
        api.add(live_object(call["request"]["properties"]))

    for call in deletes:
        assert client.call(call["method"], call["request"]) == {}
    assert api.objects == {}


@pytest.mark.parametrize("recording", ["live-02-up-step0", "fail-empty-service"])
def test_what_the_official_plugin_took_for_ready_is_ready(recording: str) -> None:
    # Services without pods among them; what is annotated to be skipped is not looked at.
    for call in recorded(recording):
        if call["method"] != "Create" or call["request"].get("preview"):
            continue
        obj = live_object(call["response"]["properties"])
        readiness = readiness_of(kind_of(obj))
        if readiness is None or "pulumi.com/skipAwait" in obj["metadata"].get("annotations", {}):
            continue
        assert readiness.check(obj, {}) == READY, call["request"]["urn"]


def test_a_new_object_that_was_not_looked_at_by_its_controller_is_not_ready() -> None:
    deployment: Json = {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"generation": 1}, "spec": {}}
    readiness = readiness_of(kind_of(deployment))

    assert readiness is not None
    assert readiness.check(deployment, {}).phase is Phase.WAITING
