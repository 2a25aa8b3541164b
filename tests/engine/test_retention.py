"""Retention against the real registry: sixty pushes, three environments, and a run that is killed in the middle."""

from __future__ import annotations

import subprocess
import sys
import threading
import uuid
from collections.abc import Generator
from contextlib import contextmanager

import pytest

from tests.support import sixty_pushes
from tests.support.sixty_pushes import PROMOTED, RELEASED, RUNS
from tests.support.workbench import Workbench
from tests.unit.toolchain.sites import Answer, Request, served
from toolchain import oci, registry, services
from toolchain.distribution import Remote
from toolchain.home import Home
from toolchain.progress import Progress

STAYING = {*range(10), *RUNS.values(), RELEASED, *PROMOTED[-4:]}

KILLED_AT = 25
"""Of about fifty deletes."""


@contextmanager
def stalling(deletes: int) -> Generator[tuple[str, threading.Event]]:
    """The registry behind an address of its own, where one delete is never answered; and when that has come."""
    come, over = threading.Event(), threading.Event()
    counted = 0

    def pass_on(request: Request) -> Answer:
        nonlocal counted
        if request.method == "DELETE":
            counted += 1
            if counted == deletes:
                come.set()
                over.wait()
        url = f"http://{registry.address()}{request.path}"
        sent = {name: request.headers[name] for name in ("Accept", "Content-Type") if name in request.headers}
        answer = oci.exchange(request.method, url, request.body or None, sent)
        kept = {"content-type", "docker-content-digest", "location", "link"}
        return Answer(answer.status, answer.body, {name: answer.headers[name] for name in kept & set(answer.headers)})

    with served(pass_on) as port:
        try:
            yield f"127.0.0.1:{port}", come
        finally:
            over.set()


@pytest.fixture
def remote() -> Remote:
    services.up(Home.from_environment(), Progress())
    return Remote(registry.address(), insecure=True)


def test_a_killed_run_leaves_all_that_stays_and_the_next_removes_the_rest(workbench: Workbench, remote: Remote) -> None:
    # given sixty pushes, three environments that run some of them, and promotions that can be taken back
    repository = f"tests/{uuid.uuid4().hex}"
    pushed = sixty_pushes.push(remote, f"{repository}/python-api")
    sixty_pushes.deploy(workbench.folder, pushed)
    staying = pushed.all_of(*STAYING)

    def tidy(address: str) -> list[str]:
        stack = workbench.stack_file()
        stack["config"]["slipway:registry"] |= {"address": address, "repository": repository}
        workbench.write_stack_file(stack)
        return [sys.executable, "-m", "cli.main", "retention", "apply", "--stack", "dev"]

    # when a run is killed while it removes
    with stalling(KILLED_AT) as (address, come):
        run = subprocess.Popen(tidy(address), cwd=workbench.folder, stdout=subprocess.DEVNULL)
        assert come.wait(60)
        run.kill()
        run.wait()
    # then everything stays that should, and the rest is gone in part
    left = sixty_pushes.held(remote, f"{repository}/python-api", pushed)
    assert staying < left < set(pushed.all_of(*range(sixty_pushes.DAYS)))
    # when it is run again, then exactly that stays
    again = workbench.run(tidy(remote.address))
    assert again.code == 0, again.text
    assert sixty_pushes.held(remote, f"{repository}/python-api", pushed) == staying
