"""The life of a stack on a real cluster: brought up, called, changed by hand, drained, rolled over, destroyed."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.cluster import programs
from tests.cluster.load import Load
from tests.cluster.stacks import Block, Stack, responder_of, write_stack
from tests.cluster.support import Cluster
from tests.support.waiting import eventually, fetch
from tests.support.workbench import Workbench
from toolchain.cluster import add_gpus
from toolchain.home import Home

ROLLOUTS = 3
RATE = 300
"""Requests per second that are wanted; a rollout is proved by no fewer than `ENOUGH`."""
ENOUGH = 200

GPU = "NVIDIA-L4"


def workloads_of(image: str) -> dict[str, Block]:
    calls_web = {"network": {"allowTo": [{"workload": "web"}]}}
    return {
        "web": responder_of(image, replicas=2, network={"allowFrom": [{"workload": "friend"}]}),
        "friend": responder_of(image, **calls_web),
        "stranger": responder_of(image, **calls_web),
        "keeper": responder_of(image, volumes=[{"name": "data", "path": "/data", "size": "4Mi"}]),
        "model": responder_of(image, gpu={"whole": {"count": 1, "product": GPU}}),
    }


@dataclass
class Shop:
    """The stack of this module, and whether it is as it was described."""

    stack: Stack
    workloads: dict[str, Block]
    changed: bool = True


@pytest.fixture(scope="module")
def shop(checkout: Workbench, cluster: Cluster, embedded_registry: str, responder: str) -> Iterator[Shop]:
    """A dev stack of five workloads, on a node with one pretend GPU."""
    add_gpus(cluster.kubeconfig, 1, GPU)
    workloads = workloads_of(responder)
    yield Shop(write_stack(checkout, cluster, embedded_registry, workloads), workloads)
    add_gpus(cluster.kubeconfig, 0)


@pytest.fixture
def stack(shop: Shop) -> Stack:
    """The stack, deployed as it was first described."""
    if shop.changed:
        shop.stack.write(workloads=shop.workloads)
        shop.stack.deploy()
        shop.changed = False
    return shop.stack


@pytest.fixture
def changing(shop: Shop, stack: Stack) -> Stack:
    """The same, for a test that changes it."""
    shop.changed = True
    return stack


def test_a_second_up_finds_nothing_to_do(stack: Stack) -> None:
    said = stack.deploy().out.splitlines()[-1]
    assert " unchanged in " in said
    assert "," not in said


def test_who_is_let_in_reaches_a_workload_by_name_and_by_address(stack: Stack) -> None:
    friend = stack.outside("friend")
    address = stack.cluster.get("service", "web", "--namespace", stack.namespace)["spec"]["clusterIP"]
    for host in ("web", f"web.{stack.namespace}.svc.cluster.local", address):
        url = f"{friend}/call?url=http://{host}:8080/"
        assert eventually(lambda url=url: fetch(url).startswith("web-")), fetch(url)


def test_who_is_not_let_in_does_not_reach_it(stack: Stack) -> None:
    url = f"{stack.outside('stranger')}/call?url=http://web:8080/"
    assert eventually(lambda: "no route to host" in fetch(url)), fetch(url)


def test_a_workload_runs_on_the_gpu_that_it_asks_for(stack: Stack) -> None:
    [model] = stack.pods("model").values()
    assert model["status"]["containerStatuses"][0]["ready"]
    assert model["spec"]["containers"][0]["resources"]["limits"]["nvidia.com/gpu"] == "1"
    assert GPU in json.dumps(model["spec"]["affinity"])


@pytest.mark.parametrize("end", ["death", "drain"])
def test_a_volume_keeps_its_data_through_a_pods_end(stack: Stack, end: str) -> None:
    # given a pod that wrote to its volume
    url = f"{stack.outside('keeper')}/note"
    assert eventually(lambda: fetch(url, end.encode()) == "")
    before = set(stack.pods("keeper"))
    # when it dies, or is driven off the node
    stack.end_pods("keeper", end)
    # then another has taken its place, and finds what was written
    assert eventually(lambda: bool(set(stack.pods("keeper")) - before), 60)
    assert eventually(lambda: fetch(url) == end, 60), fetch(url)


def test_a_change_by_hand_is_shown_by_a_refresh_and_mended_by_up(changing: Stack) -> None:
    # given a number of pods, and a label, that somebody changed by hand
    where = ("--namespace", changing.namespace)
    changing.cluster.kubectl("scale", "deployment/friend", "--replicas=2", *where)
    changing.cluster.kubectl("label", "service/web", "slipway/owner=me", "--overwrite", *where)
    # when the stack is refreshed, then both show; and the preview after it says what `up` would do
    shown = changing.pulumi("refresh", "--preview-only", "--diff").text
    assert "replicas: 1 => 2" in " ".join(shown.split())
    assert '"platform" => "me"' in " ".join(shown.split())
    previewed = changing.pulumi("preview", "--diff", "--refresh")
    assert "replicas: 2 => 1" in " ".join(previewed.text.split()), previewed.text
    # when it is brought up, then it is as it was described
    done = changing.deploy("--refresh")
    assert "2 updated" in done.out.splitlines()[-1], done.text
    assert changing.cluster.get("deployment/friend", *where)["spec"]["replicas"] == 1
    assert changing.cluster.get("service/web", *where)["metadata"]["labels"]["slipway/owner"] == "platform"


def test_rolling_updates_under_load_fail_no_request(
    changing: Stack, home: Home, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    # given a workload that is asked without pause
    url = changing.outside("web")
    assert eventually(lambda: fetch(url).startswith("web-"))
    seen = set(changing.pods("web"))
    load = Load(programs.build("loader", home, tmp_path), url, RATE)
    # when it is changed again and again
    for number in range(ROLLOUTS):
        changing.change("web", env={"ROLLOUT": str(number)})
        changing.deploy()
        seen |= set(changing.pods("web"))
    # then every pod was replaced each time, and nobody noticed
    found = load.end()
    replaced, rate = len(seen) - 2, found["sent"] / found["seconds"]
    with capsys.disabled():
        print(  # the figures are what this test is for
            f"\n{ROLLOUTS} rolling updates: {found['sent']} requests sent, {rate:.0f}/s, {replaced} pods replaced, "
            f"{found['failed']} failed, the slowest took {found['slowest']:.2f} s"
        )
    assert found["failures"] == []
    assert found["failed"] == 0
    assert replaced == 2 * ROLLOUTS
    assert rate >= ENOUGH


def test_destroy_leaves_nothing_in_the_cluster(shop: Shop) -> None:
    # given the stack, whatever it is like
    stack = shop.stack
    stack.deploy()
    shop.changed = True
    # when
    gone = stack.destroy()
    assert gone.code == 0, gone.text
    # then
    assert stack.cluster.try_kubectl("get", "namespace", stack.namespace).code == 1
    assert not [
        each
        for each in stack.cluster.get("persistentvolumes")["items"]
        if each["spec"].get("claimRef", {}).get("namespace") == stack.namespace
    ]
