"""A plugin process announces its port, and ends quietly whichever way its engine ends."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

ROOT = Path(__file__).parents[4]
PLUGIN = [sys.executable, "-m", "toolchain.plugins.random"]
ENGINE = "127.0.0.1:1"  # nothing listens there; plugins of this kind never call their engine


@pytest.fixture
def plugin() -> Iterator[subprocess.Popen[str]]:
    process = subprocess.Popen([*PLUGIN, ENGINE], cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    with process:
        yield process
        process.kill()


def _first_line(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    return process.stdout.readline()


def test_the_first_line_is_the_port_it_listens_on_at_127_0_0_1(plugin: subprocess.Popen[str]) -> None:
    port = int(_first_line(plugin))

    listening = {
        (connection.laddr.ip.removeprefix("::ffff:"), connection.laddr.port)
        for connection in psutil.Process(plugin.pid).net_connections()
        if connection.status == psutil.CONN_LISTEN
    }
    assert listening == {("127.0.0.1", port)}


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_it_with_success_and_without_a_word(
    plugin: subprocess.Popen[str], number: signal.Signals
) -> None:
    _first_line(plugin)

    plugin.send_signal(number)

    assert plugin.communicate(timeout=60) == ("", "")
    assert plugin.returncode == 0


def test_it_ends_when_its_engine_is_killed() -> None:
    # An engine that starts the plugin, tells its pid and port, and waits.
    engine_source = (
        "import subprocess, sys\n"
        "p = subprocess.Popen(sys.argv[1:], stdout=subprocess.PIPE, text=True)\n"
        "print(p.pid, p.stdout.readline(), flush=True)\n"
        "p.wait()\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", engine_source, *PLUGIN, ENGINE], cwd=ROOT, stdout=subprocess.PIPE, text=True
    ) as engine:
        plugin = psutil.Process(int(_first_line(engine).split()[0]))

        engine.kill()

        psutil.wait_procs([plugin], timeout=60)
        assert not plugin.is_running() or plugin.status() == psutil.STATUS_ZOMBIE


@pytest.mark.parametrize(("arguments", "status"), [([], 2), (["--help"], 0), (["--logtostderr"], 2)])
def test_without_an_engine_it_says_how_it_is_used(arguments: list[str], status: int) -> None:
    ended = subprocess.run([*PLUGIN, *arguments], cwd=ROOT, capture_output=True, text=True, timeout=60)

    assert ended.returncode == status
    assert ended.stderr == "usage: pulumi-resource-random [flags] ENGINE_ADDRESS (the Pulumi engine starts this)\n"


def test_a_plugin_process_does_not_load_the_sdk() -> None:
    # `-X importtime` names every module on standard error as it is loaded.
    command = [sys.executable, "-X", "importtime", "-m", "toolchain.plugins.random", "--help"]
    ended = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=60)

    loaded = {line.rpartition("|")[2].strip() for line in ended.stderr.splitlines()}
    assert "pulumi.runtime.proto.provider_pb2" in loaded
    assert not loaded & {"pulumi", "pulumi.output", "pulumi.runtime.stack"}


def test_elsewhere_the_sdk_stays_whole() -> None:
    source = "import toolchain.plugins.base_service, pulumi; print(pulumi.Output.__name__)"
    ended = subprocess.run(
        [sys.executable, "-c", source], cwd=ROOT, env=dict(os.environ), capture_output=True, text=True, timeout=60
    )

    assert ended.stdout == "Output\n"
