"""The `slipway` script makes the virtual environment when it must, and is out of the way when it need not."""

import os
import subprocess
from dataclasses import dataclass
from pathlib import Path

import pytest

from toolchain import files

PROJECT = Path(__file__).parents[3]

UV = """#!/bin/sh
echo "$@" >> {calls}
mkdir -p {checkout}/.venv/bin
printf '#!/bin/sh\\necho "ran: $*"\\n' > {checkout}/.venv/bin/slipway
chmod +x {checkout}/.venv/bin/slipway
exit {code}
"""


@dataclass(frozen=True)
class Machine:
    """A checkout with the script, a PATH of its own, and a uv that notes its calls."""

    checkout: Path
    path: Path
    calls: Path

    def run(self, *arguments: str, path: str | None = None) -> subprocess.CompletedProcess[str]:
        environ = {
            "PATH": path or f"{self.path}{os.pathsep}{os.environ['PATH']}",
            "HOME": str(self.checkout.parent),
            "SLIPWAY_HOME": str(self.checkout.parent / "home"),
        }
        command = ["/bin/sh", str(self.checkout / "slipway"), *arguments]
        return subprocess.run(command, env=environ, capture_output=True, text=True, check=False, cwd="/")

    def synced(self) -> int:
        return len(self.calls.read_text().splitlines()) if self.calls.exists() else 0


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    checkout = tmp_path / "check out"
    (checkout / "toolchain").mkdir(parents=True)
    for name in ("slipway", "toolchain/bootstrap.sh", "toolchain/pins.toml", "pyproject.toml", "uv.lock"):
        (checkout / name).write_bytes((PROJECT / name).read_bytes())
    machine = Machine(checkout, tmp_path / "path", tmp_path / "calls")
    place_uv(machine)
    return machine


def place_uv(machine: Machine, code: int = 0) -> None:
    quoted = str(machine.checkout).replace(" ", "\\ ")
    files.write(machine.path / "uv", UV.format(calls=machine.calls, checkout=quoted, code=code), mode=0o755)


def test_the_first_run_makes_the_environment_and_runs_the_command(machine: Machine) -> None:
    done = machine.run("up", "two words")
    assert done.stdout == "ran: up two words\n"
    assert done.returncode == 0
    assert "--frozen" in machine.calls.read_text()


def test_the_second_run_makes_nothing(machine: Machine) -> None:
    machine.run("up")
    assert machine.run("up").stderr == ""
    assert machine.synced() == 1


@pytest.mark.parametrize("name", ["uv.lock", "pyproject.toml"])
def test_a_changed_pin_makes_the_environment_anew(machine: Machine, name: str) -> None:
    machine.run("up")
    (machine.checkout / name).write_text("changed")
    machine.run("up")
    assert machine.synced() == 2


def test_a_checkout_that_was_moved_makes_the_environment_anew(machine: Machine) -> None:
    machine.run("up")
    (machine.checkout / ".venv" / "slipway-bootstrap").write_text("/elsewhere 1 2\n")
    machine.run("up")
    assert machine.synced() == 2


def test_an_environment_that_could_not_be_made_is_an_error_with_a_mend(machine: Machine) -> None:
    place_uv(machine, code=2)
    done = machine.run("up")
    assert done.returncode == 1
    assert "the virtual environment could not be made" in done.stderr
    assert "mend: check that PyPI is within reach" in done.stderr


def test_an_environment_that_could_not_be_made_is_tried_again(machine: Machine) -> None:
    place_uv(machine, code=2)
    machine.run("up")
    place_uv(machine)
    assert machine.run("up").stdout == "ran: up\n"


def test_a_python_that_is_too_old_is_told_with_its_version(machine: Machine, tmp_path: Path) -> None:
    only = tmp_path / "only"
    old = '#!/bin/sh\n[ "$1" = --version ] && echo Python 3.9.2 && exit 0\nexit 1\n'
    files.write(only / "python3", old, mode=0o755)
    for name in ("dirname", "cksum", "id", "sed"):
        (only / name).symlink_to(f"/usr/bin/{name}")
    done = machine.run("up", path=str(only))
    assert done.returncode == 1
    assert "no Python 3.11 or newer is on PATH (python3 is Python 3.9.2)" in done.stderr
    assert "mend: install one" in done.stderr


def test_a_uv_that_is_in_the_home_goes_before_the_one_on_path(machine: Machine, tmp_path: Path) -> None:
    own = tmp_path / "home" / "uv" / "bin" / "uv"
    files.write(own, (machine.path / "uv").read_text().replace('echo "$@"', 'echo own "$@"'), mode=0o755)
    machine.run("up")
    assert machine.calls.read_text().startswith("own sync")
