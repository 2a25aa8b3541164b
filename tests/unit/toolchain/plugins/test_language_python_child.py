"""What the language host starts ends with it, with all that it started in turn."""

import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from tests.support.waiting import eventually
from toolchain.plugins.language_python_child import Children

ROOT = Path(__file__).parents[4]
# Starts a process of its own, tells its number, and goes on for long.
PARENT = (
    "import subprocess, sys, time\n"
    "p = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(600)'])\n"
    "print(p.pid, flush=True)\n"
    "time.sleep(600)\n"
)
STUBBORN = (
    "import signal, time\nsignal.signal(signal.SIGTERM, signal.SIG_IGN)\nprint('here', flush=True)\ntime.sleep(600)\n"
)


@pytest.fixture
def children() -> Iterator[Children]:
    children = Children()
    yield children
    children.close()


def start(children: Children, source: str) -> subprocess.Popen[bytes]:
    return children.start([sys.executable, "-c", source], cwd="/", env={}, capture=True)


def line(child: subprocess.Popen[bytes]) -> str:
    assert child.stdout is not None
    return child.stdout.readline().decode().strip()


def finish(children: Children, child: subprocess.Popen[bytes]) -> int:
    status = children.wait(child)
    for pipe in (child.stdout, child.stderr):
        assert pipe is not None
        pipe.close()
    return status


def assert_ends(process: psutil.Process) -> None:
    psutil.wait_procs([process], timeout=60)
    assert not process.is_running() or process.status() == psutil.STATUS_ZOMBIE


def test_the_exit_status_is_the_programs(children: Children) -> None:
    child = start(children, "raise SystemExit(32)")

    assert finish(children, child) == 32


def test_a_missing_program_is_status_127_and_a_line(children: Children) -> None:
    child = children.start(["/nowhere/python"], cwd="/", env={}, capture=True)

    assert child.stderr is not None
    assert child.stderr.read() == b"cannot run /nowhere/python: No such file or directory\n"
    assert finish(children, child) == 127


def test_what_a_program_leaves_running_ends_with_it(children: Children) -> None:
    child = start(children, PARENT.removesuffix("time.sleep(600)\n"))
    grandchild = psutil.Process(int(line(child)))

    assert finish(children, child) == 0
    assert_ends(grandchild)


def test_ending_a_program_ends_its_children_too(children: Children) -> None:
    child = start(children, PARENT)
    grandchild = psutil.Process(int(line(child)))

    children.end(child)

    assert finish(children, child) == -signal.SIGTERM
    assert_ends(grandchild)


def test_a_program_that_ignores_sigterm_is_killed(children: Children) -> None:
    child = start(children, STUBBORN)
    line(child)

    children.end(child)

    assert finish(children, child) == -signal.SIGKILL


def test_ending_what_has_ended_does_nothing(children: Children) -> None:
    child = start(children, "")
    finish(children, child)

    children.end(child)

    assert child.returncode == 0


def test_nothing_runs_after_closing(children: Children) -> None:
    running = start(children, PARENT)
    line(running)
    waiter = threading.Thread(target=finish, args=(children, running))
    waiter.start()

    children.close()
    late = start(children, PARENT)

    assert finish(children, late) == -signal.SIGKILL
    waiter.join(60)
    assert running.returncode == -signal.SIGTERM


def test_a_killed_host_takes_its_program_with_it() -> None:
    host_source = (
        "import sys\n"
        "from toolchain.plugins.language_python_child import Children\n"
        "children = Children()\n"
        "child = children.start([sys.executable, '-c', 'import time; time.sleep(600)'], cwd='/', env={})\n"
        "print(child.pid, flush=True)\n"
        "children.wait(child)\n"
    )
    with subprocess.Popen([sys.executable, "-c", host_source], cwd=ROOT, stdout=subprocess.PIPE) as host:
        program = psutil.Process(int(line(host)))
        # It has become the program; on the way there it has the host's command line, and for a moment none.
        assert eventually(lambda: program.cmdline()[1:] == ["-c", "import time; time.sleep(600)"])

        host.kill()

        assert_ends(program)
