"""The dev stack's services on a Docker host, from the stack file as it is, but for its target, published."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.docker import stacks
from tests.docker.engine import Engine
from tests.support import services
from tests.support.ports import free_port
from tests.support.waiting import eventually
from tests.support.workbench import copy_checkout

NAMESPACE = "services"
READY_S = 120


@pytest.fixture(scope="module")
def addresses(engine: Engine, tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    """Where each service of the deployed stack is reached."""
    workbench = copy_checkout(tmp_path_factory.mktemp("services") / "checkout", whole=True)
    content = workbench.stack_file()
    config = content["config"]
    config["slipway:environment"]["namespace"] = NAMESPACE
    config["slipway:target"] = {"kind": "docker"}
    # The steps of these images have a test of their own.
    del config["slipway:supplyChain"]
    ports = {name: free_port() for name in config["slipway:workloads"]}
    for name, workload in config["slipway:workloads"].items():
        workload["publish"] = [{"port": workload["port"], "hostPort": ports[name]}]
    workbench.write_stack_file(content)
    try:
        stacks.done(workbench.slipway("up", "--stack", "dev", "--yes"))
        yield {name: f"http://127.0.0.1:{port}" for name, port in ports.items()}
    finally:
        if engine.names(f"{NAMESPACE}."):
            workbench.slipway("destroy", "--stack", "dev", "--yes")


@pytest.mark.parametrize("service", services.WORK)
def test_a_service_does_its_work(addresses: dict[str, str], service: str) -> None:
    address = addresses[service]
    assert eventually(lambda: services.ask(f"{address}/health")[0] == 200, READY_S), f"{service} does not answer"
    services.WORK[service](address)
