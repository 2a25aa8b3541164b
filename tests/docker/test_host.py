"""slipway's own Docker engine: it leaves nothing behind, however it ends, and serves as any other would."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from tests.docker.engine import Engine
from tests.support.waiting import eventually, fetch
from toolchain import buildkit, docker_host, processes
from toolchain.docker_host import lifecycle
from toolchain.docker_host.layout import Layout
from toolchain.home import Home
from toolchain.progress import Progress


@pytest.fixture
def own(home: Home, engine: Engine, tmp_path: Path) -> Iterator[Home]:
    """A home with the programs of the machine's, and a Docker host of its own that a test may kill."""
    layout = Layout(Home(tmp_path))
    layout.root.mkdir(parents=True)
    layout.bin.symlink_to(Layout(home).bin)
    yield layout.home
    docker_host.down(layout.home, Progress(quiet=60))


def run(engine: Engine, image: str, *options: str) -> int:
    """Run a container that answers, and give the port of this machine that it was given."""
    engine.docker("run", "--detach", "--publish", "127.0.0.1::8080", *options, image, "-serve", "-say=hello")
    published = engine.docker("port", engine.docker("ps", "--quiet", "--latest"))
    return int(published.rpartition(":")[2])


def up(home: Home) -> Engine:
    return Engine(docker_host.up(home, Progress(quiet=60)), Layout(home).bin / "docker")


def traces(home: Home) -> dict[str, object]:
    """What a Docker host could leave on the machine."""
    layout = Layout(home)
    return {
        "processes": [
            process.pid
            for process in psutil.process_iter(["cmdline"])
            if any(str(home.root) in word for word in process.info["cmdline"] or ())
        ],
        "mounts": buildkit.mounts_below(home.root, Path("/proc/self/mountinfo")),
        "links": sorted(name for _, name in socket.if_nameindex() if name.startswith(("docker", "br-", "tap"))),
        "rules": [line for line in _rules() if "docker" in line.lower()],
        "groups": [str(group) for group in Path("/sys/fs/cgroup").glob(f"**/{layout.group}")],
        "socket": layout.socket.exists(),
    }


def _rules() -> list[str]:
    listed = [
        subprocess.run(["iptables", "-w", "-t", table, "-S"], capture_output=True, text=True, check=True).stdout
        for table in ("nat", "filter")
    ]
    return "\n".join(listed).splitlines()


def test_a_stopped_host_leaves_nothing_and_has_its_containers_again_when_it_is_started(own: Home, actor: str) -> None:
    before = traces(own)
    engine = up(own)
    port = run(engine, actor, "--restart=always", "--stop-signal=KILL", "--name=kept")
    assert fetch(f"http://127.0.0.1:{port}") == "hello"

    assert docker_host.down(own, Progress(quiet=60))

    assert traces(own) == before
    engine = up(own)
    published = int(engine.docker("port", "kept").rpartition(":")[2])
    assert eventually(lambda: fetch(f"http://127.0.0.1:{published}") == "hello")


def test_a_killed_host_leaves_no_process_and_the_next_up_serves_again(own: Home, actor: str) -> None:
    engine = up(own)
    run(engine, actor, "--restart=always", "--name=kept")
    mark = processes.running(own, lifecycle.NAME)
    assert mark is not None

    os.kill(mark.pid, signal.SIGKILL)

    assert eventually(lambda: traces(own)["processes"] == [])
    assert docker_host.status(own).version is None
    engine = up(own)
    assert engine.inspect("kept")["State"]["Running"]


def test_a_daemon_that_is_killed_comes_back_by_itself(own: Home, actor: str) -> None:
    engine = up(own)
    run(engine, actor, "--restart=always", "--name=kept")
    # A process that no daemon looks after: that of a container which was about to start is one.
    inside = ["nsenter", f"--target={first(own)}", "--pid", "--mount", "--fork", "setsid", "sleep", "infinity"]
    with subprocess.Popen(inside) as left:
        os.kill(daemon(own), signal.SIGKILL)

        def serves() -> bool:
            return engine.try_docker("inspect", "--format={{.State.Running}}", "kept").stdout.strip() == "true"

        assert eventually(serves)
        assert eventually(lambda: left.poll() is not None)


def first(home: Home) -> int:
    """The first process inside a Docker host."""
    mark = processes.running(home, lifecycle.NAME)
    assert mark is not None
    return psutil.Process(mark.pid).children()[0].pid


def daemon(home: Home) -> int:
    """The process of the Docker daemon."""
    inside = psutil.Process(first(home)).children(recursive=True)
    return next(one.pid for one in inside if one.name() == "dockerd")


def test_the_end_of_a_request_is_passed_on_through_a_published_port(engine: Engine, prefix: str, actor: str) -> None:
    port = run(engine, actor, f"--name={prefix}-web")
    with socket.create_connection(("127.0.0.1", port)) as client:
        client.sendall(b"GET / HTTP/1.0\r\n\r\n")
        client.shutdown(socket.SHUT_WR)
        said = b"".join(iter(lambda: client.recv(4096), b""))
    assert said.endswith(b"hello")


def test_a_port_that_the_machine_has_taken_is_refused(engine: Engine, prefix: str, actor: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        done = engine.try_docker(
            "run", "--detach", f"--name={prefix}-web", f"--publish=127.0.0.1:{port}:8080", actor, "-serve"
        )
    assert f"listen tcp 127.0.0.1:{port}: bind: address already in use" in done.stderr


def test_a_container_reaches_nothing_that_listens_on_this_machines_loopback_address(
    engine: Engine, prefix: str, home: Home, embedded_registry: str
) -> None:
    """From the host's network, in which slirp4netns gives the machine the address 10.0.2.2."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
        reach = f"exec 3<>/dev/tcp/10.0.2.2/{port}"
        tried = subprocess.run(
            ["nsenter", f"--net=/proc/{first(home)}/ns/net", "timeout", "5", "bash", "-c", reach],
            capture_output=True,
            check=False,
        )
    assert tried.returncode != 0
