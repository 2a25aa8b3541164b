"""The engine is run so that it can be cancelled and killed; shown with a stand-in program of a few lines."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import textwrap
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from toolchain import engine as engine_module
from toolchain.engine import Engine, EngineError
from toolchain.errors import ToolchainError
from toolchain.runs import RUN_ID_VARIABLE, processes_of

# Starts a child as the engine starts its plugins, says so, and waits. An interrupt ends it with code 7, or, in the
# stubborn version, only makes it say so. The interrupt is blocked and waited for, so that none can come unnoticed.
WAITING = """
import os, signal, subprocess, sys
signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGINT])
child = subprocess.Popen([sys.executable, "-c", "import signal; signal.pause()"], start_new_session=True)
print("working", os.environ["SLIPWAY_RUN_ID"], flush=True)
while signal.sigwait([signal.SIGINT]):
    print("cancelling", flush=True)
    {on_interrupt}
"""
POLITE = WAITING.format(on_interrupt="child.kill(); sys.exit(7)")
STUBBORN = WAITING.format(on_interrupt="pass")

# Runs the engine in a process of its own, as the command does, and prints how it ended.
WRAPPER = """
import json, os, sys
from pathlib import Path
from toolchain.engine import Engine
engine = Engine(Path(sys.argv[1]), "dev", dict(os.environ))
done = engine.run(["up"], lambda chunk: (sys.stdout.buffer.write(chunk), sys.stdout.buffer.flush()))
by = done.cancelled_by.name if done.cancelled_by else None
print(json.dumps({"code": done.code, "by": by, "killed": done.killed}), flush=True)
"""


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    folder = tmp_path / "checkout"
    folder.mkdir()
    return folder


def install(checkout: Path, program: str) -> dict[str, str]:
    """Make `program` the engine, and return the environment that finds it."""
    file = checkout / "bin" / "pulumi"
    file.parent.mkdir()
    file.write_text(f"#!{sys.executable}\n{textwrap.dedent(program)}")
    file.chmod(0o755)
    url = (checkout / ".state").as_uri()
    return {**os.environ, "PATH": f"{file.parent}{os.pathsep}{os.environ['PATH']}", "PULUMI_BACKEND_URL": url}


@pytest.fixture
def wrapper(checkout: Path, request: pytest.FixtureRequest) -> Iterator[subprocess.Popen[str]]:
    """A wrapper whose engine (the test's parameter) is at work."""
    environment = install(checkout, str(request.param))
    process = subprocess.Popen(
        [sys.executable, "-c", WRAPPER, str(checkout)],
        env={**environment, "PYTHONPATH": str(Path(__file__).parents[3])},
        stdout=subprocess.PIPE,
        text=True,
    )
    yield process
    process.kill()
    process.communicate()


def wait_for_work(wrapper: subprocess.Popen[str]) -> str:
    """Wait until the engine works; returns the run's id."""
    assert wrapper.stdout is not None
    word, run_id = wrapper.stdout.readline().split()
    assert word == "working"
    return run_id


def ending(wrapper: subprocess.Popen[str]) -> dict[str, object]:
    out, _ = wrapper.communicate(timeout=60)
    return json.loads(out.splitlines()[-1])


def recorded_engine(checkout: Path) -> int:
    (record,) = (checkout / ".state" / "run" / "dev").glob("*.json")
    return int(json.loads(record.read_text())["engine"]["pid"])


@pytest.mark.parametrize("wrapper", [POLITE], indirect=True)
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_the_first_signal_lets_the_engine_cancel(wrapper: subprocess.Popen[str], number: signal.Signals) -> None:
    wait_for_work(wrapper)
    wrapper.send_signal(number)
    assert ending(wrapper) == {"code": 7, "by": number.name, "killed": False}


@pytest.mark.parametrize("wrapper", [STUBBORN], indirect=True)
def test_the_second_signal_kills_the_engine_and_all_it_started(wrapper: subprocess.Popen[str]) -> None:
    run_id = wait_for_work(wrapper)
    assert wrapper.stdout is not None
    wrapper.send_signal(signal.SIGINT)
    assert wrapper.stdout.readline() == "cancelling\n"
    wrapper.send_signal(signal.SIGINT)
    assert ending(wrapper)["code"] == -signal.SIGKILL
    assert list(processes_of(run_id)) == []


@pytest.mark.parametrize("wrapper", [POLITE], indirect=True)
def test_when_the_engine_is_killed_what_it_started_is_ended(wrapper: subprocess.Popen[str], checkout: Path) -> None:
    run_id = wait_for_work(wrapper)
    os.kill(recorded_engine(checkout), signal.SIGKILL)
    assert ending(wrapper) == {"code": -9, "by": None, "killed": True}
    assert list(processes_of(run_id)) == []


@pytest.mark.parametrize("wrapper", [POLITE], indirect=True)
def test_when_both_are_killed_the_next_run_ends_what_they_left(wrapper: subprocess.Popen[str], checkout: Path) -> None:
    # given
    run_id = wait_for_work(wrapper)
    engine = psutil.Process(recorded_engine(checkout))
    wrapper.kill()
    wrapper.wait()
    engine.kill()
    psutil.wait_procs([engine], timeout=60)
    # when
    done = Engine(checkout, "dev", os.environ).recover()
    # then
    assert done == ["ended 1 process that a killed `up` left running"]
    assert list(processes_of(run_id)) == []


@pytest.mark.parametrize("wrapper", [POLITE], indirect=True)
def test_when_only_the_wrapper_is_killed_the_engine_still_holds_the_stack(
    wrapper: subprocess.Popen[str], checkout: Path
) -> None:
    run_id = wait_for_work(wrapper)
    wrapper.kill()
    wrapper.wait()
    with pytest.raises(ToolchainError, match="is being worked on"):
        Engine(checkout, "dev", os.environ).recover()
    for process in processes_of(run_id):
        process.kill()


def test_output_is_passed_on_and_its_end_kept(checkout: Path) -> None:
    environment = install(checkout, "import sys; print('out', flush=True); print('err', file=sys.stderr); sys.exit(3)")
    shown: list[bytes] = []
    done = Engine(checkout, "dev", environment).run(["up"], shown.append)
    assert (done.code, done.cancelled_by, done.killed) == (3, None, False)
    assert b"".join(shown).decode() == done.tail == "out\nerr\n"


def test_the_record_is_gone_when_the_run_is(checkout: Path) -> None:
    environment = install(checkout, "")
    Engine(checkout, "dev", environment).run(["up"], print)
    assert list((checkout / ".state" / "run" / "dev").iterdir()) == []


def test_the_engine_has_no_input_to_wait_for(checkout: Path) -> None:
    environment = install(checkout, "print(repr(input()))")
    assert "EOFError" in Engine(checkout, "dev", environment).run(["up"], lambda _: None).tail


def test_a_second_command_on_the_same_stack_is_refused_by_name(checkout: Path) -> None:
    engine = Engine(checkout, "dev", os.environ)
    with engine.alone():
        with pytest.raises(ToolchainError, match=f"process {os.getpid()}"), engine.alone():
            pass
        with Engine(checkout, "prod", os.environ).alone():
            pass
    with engine.alone():
        pass


def test_a_refused_question_says_what_the_engine_said(checkout: Path) -> None:
    environment = install(checkout, "import sys; sys.exit('error: incorrect passphrase')")
    with pytest.raises(EngineError, match="incorrect passphrase") as raised:
        Engine(checkout, "dev", environment).ask(["stack", "export"])
    assert "PULUMI_CONFIG_PASSPHRASE" in raised.value.mend


def test_what_was_said_about_a_secret_is_not_repeated(checkout: Path) -> None:
    environment = install(checkout, "import sys; sys.exit('error: canary')")
    with pytest.raises(EngineError) as raised:
        Engine(checkout, "dev", environment).ask(["config", "set"], secret=True)
    assert "canary" not in str(raised.value)


def test_a_missing_engine_is_named(checkout: Path) -> None:
    with pytest.raises(ToolchainError, match="Pulumi CLI is not installed"):
        Engine(checkout, "dev", {"PATH": str(checkout)}).run(["up"], print)


def test_a_full_disk_is_named_before_anything_is_written(checkout: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine_module, "ROOM_BYTES", 1 << 62)
    with pytest.raises(ToolchainError, match="the disk is full"):
        Engine(checkout, "dev", {"PULUMI_BACKEND_URL": (checkout / ".state").as_uri()}).recover()


def test_a_stack_exists_when_its_state_does(checkout: Path) -> None:
    engine = Engine(checkout, "dev", {"PULUMI_BACKEND_URL": (checkout / ".state").as_uri()})
    assert not engine.exists()
    file = checkout / ".state" / ".pulumi" / "stacks" / "slipway" / "dev.json"
    file.parent.mkdir(parents=True)
    file.write_text("{}")
    assert engine.exists()


def test_the_id_of_an_outer_run_does_not_leak_into_an_inner_one(checkout: Path) -> None:
    environment = install(checkout, f"import os; print(os.environ['{RUN_ID_VARIABLE}'])")
    done = Engine(checkout, "dev", {**environment, RUN_ID_VARIABLE: "outer"}).run(["up"], lambda _: None)
    assert done.tail.strip() != "outer"
