"""A live deployment that cannot work fails in time and in plain words, and the next good one recovers."""

from __future__ import annotations

import os
import re
import time
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.cluster import failure_page, live_failures
from tests.cluster.live import (
    PROBE,
    Failure,
    Live,
    Recorded,
    container,
    failing,
    pod_spec,
    serving,
    workload,
)
from tests.cluster.live_failures import CASES, Case
from tests.cluster.support import Cluster
from tests.support.waiting import eventually
from toolchain.plugins.base import InitFailedError
from toolchain.plugins.base_values import Properties


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
