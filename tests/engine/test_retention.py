"""Retention against the real registry: sixty pushes, three environments, and runs that fail or are killed."""

from __future__ import annotations

import itertools
import subprocess
import sys
import uuid
from collections.abc import Callable

import pytest

from tests.support import sixty_pushes
from tests.support.faulty_registry import FaultyRegistry, RegistryFault
from tests.support.sixty_pushes import PROMOTED, RELEASED, RUNS
from tests.support.workbench import Workbench
from tests.unit.toolchain.sites import Request
from toolchain import registry, services
from toolchain.distribution import Remote
from toolchain.home import Home
from toolchain.progress import Progress

STAYING = {*range(10), *RUNS.values(), RELEASED, *PROMOTED[-4:]}


def from_delete(number: int) -> Callable[[Request], bool]:
    """Requests from a certain delete on; there are about fifty."""
    deletes = itertools.count(1)
    return lambda request: request.method == "DELETE" and next(deletes) >= number


@pytest.fixture
def remote() -> Remote:
    services.up(Home.from_environment(), Progress())
    return Remote(registry.address(), insecure=True)


def test_a_run_that_fails_or_is_killed_leaves_all_that_stays_and_the_next_removes_the_rest(
    workbench: Workbench, remote: Remote
) -> None:
    # given sixty pushes, three environments that run some of them, and promotions that can be taken back
    repository = f"tests/{uuid.uuid4().hex}"
    name = f"{repository}/python-api"
    pushed = sixty_pushes.push(remote, name)
    sixty_pushes.deploy(workbench.folder, pushed)
    staying = pushed.all_of(*STAYING)
    front = FaultyRegistry(remote.address)
    front.serve()
    stack = workbench.stack_file()
    stack["config"]["slipway:registry"] |= {"address": front.address, "repository": repository}
    workbench.write_stack_file(stack)
    tidy = [sys.executable, "-m", "cli.main", "retention", "apply", "--stack", "dev"]
    # when the registry fails while it removes, then that is told, and all is there that should stay
    with front.meets(RegistryFault("500", from_delete(10))):
        failed = workbench.run(tidy)
    assert failed.code == 1
    assert f"the registry at {front.address} answered 500 to DELETE /v2/{name}/manifests/" in failed.err
    assert "mend: " in failed.err
    first = sixty_pushes.held(remote, name, pushed)
    assert staying < first < set(pushed.all_of(*range(sixty_pushes.DAYS)))
    # when a run is killed while it removes
    with front.meets(RegistryFault("stalled", from_delete(15))):
        run = subprocess.Popen(tidy, cwd=workbench.folder, stdout=subprocess.DEVNULL)
        assert front.met.wait(60)
        run.kill()
        run.wait()
        # then everything stays that should, and the rest is gone in part
        assert staying < sixty_pushes.held(remote, name, pushed) < first
    # when it is run again, and a connection is cut, then exactly that stays
    with front.meets(RegistryFault("cut", from_delete(3), times=1)):
        again = workbench.run(tidy)
    front.close()
    assert again.code == 0, again.text
    assert sixty_pushes.held(remote, name, pushed) == staying
