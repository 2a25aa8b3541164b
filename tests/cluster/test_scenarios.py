"""What a person does with a stack on a real cluster, from the first `slipway up` to its destroy."""

from __future__ import annotations

import pytest

from tests.cluster.stacks import Stack, api, write_stack
from tests.cluster.support import Cluster
from tests.support.workbench import Workbench


@pytest.fixture
def stack(checkout: Workbench, cluster: Cluster, embedded_registry: str, python_api: str) -> Stack:
    """A dev stack of one workload, not deployed."""
    return write_stack(checkout, cluster, embedded_registry, {"python-api": api(python_api)})


def test_up_waits_until_pods_are_ready_and_destroy_leaves_nothing(stack: Stack) -> None:
    # when
    stack.deploy()
    # then its pod is ready, and the next `up` finds nothing to do
    [pod] = stack.objects("pods")
    assert pod["status"]["containerStatuses"][0]["ready"]
    assert "unchanged in" in stack.deploy().out.splitlines()[-1]
    # when it is destroyed, then the namespace is gone
    gone = stack.destroy()
    assert gone.code == 0, gone.text
    assert stack.cluster.try_kubectl("get", "namespace", stack.namespace).code == 1
