"""The stack of three of the Docker host's tests, on a cluster: another target, and the same answers."""

from __future__ import annotations

from tests.cluster.stacks import Stack
from tests.cluster.support import Cluster
from tests.docker import stacks as three
from tests.support.workbench import Workbench
from toolchain.cluster.addresses import NODE_NAME


def test_the_stack_file_of_a_docker_host_answers_the_same_requests_on_a_cluster(
    checkout: Workbench, cluster: Cluster
) -> None:
    # given the stack file of a Docker host, with another target
    three.write(checkout, {"kind": "kubernetes", "context": NODE_NAME})
    stack = Stack(checkout, cluster, "dev")
    # when it is deployed, and reached from this machine
    stack.deploy()
    address = stack.outside("front", 8000)
    three.answering(address)
    # then it answers as on a Docker host
    assert three.requests_of(address) == three.EXPECTED
    assert three.itself(address)["makesFolders"] is False
