"""A private copy of the checkout to run the real command and the real engine in.

The copy has its own state, rendered folder and stack files, and shares the machine's `$SLIPWAY_HOME` (programs,
plugins, registry, BuildKit), so a test may break anything in it.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, cast

import yaml

CHECKOUT = Path(__file__).resolve().parents[2]

STAMP = "slipway-bootstrap"
"""The file by which `toolchain/bootstrap.sh` knows what a virtual environment was made from, and for which folder."""


@dataclass(frozen=True)
class Result:
    """What a finished command said. `text` is its standard output and error together, for messages."""

    code: int
    out: str
    err: str

    @property
    def text(self) -> str:
        return self.out + self.err


@dataclass(frozen=True)
class Workbench:
    """A copied checkout in `folder`; `extra` is added to the environment of every command."""

    folder: Path
    extra: dict[str, str] = field(default_factory=dict[str, str])

    def slipway(self, *arguments: str, **extra: str) -> Result:
        """Run the `slipway` command of the copy."""
        return self.run([sys.executable, "-m", "cli.main", *arguments], extra)

    def pulumi(self, *arguments: str, **extra: str) -> Result:
        """Run the Pulumi CLI as a person would after `eval "$(slipway env)"`."""
        return self.run(["pulumi", *arguments], self.environment() | extra)

    def environment(self, stack: str = "dev") -> dict[str, str]:
        """What `slipway env` prints, as a mapping."""
        said = self.slipway("env", "--stack", stack)
        assert said.code == 0, said.text
        shown = subprocess.run(
            ["sh", "-c", f"{said.out}\nexec env -0"], capture_output=True, text=True, check=True, env=self._base()
        ).stdout
        pairs = (pair.partition("=") for pair in shown.split("\0") if pair)
        return {name: value for name, _, value in pairs}

    def run(self, command: list[str], extra: dict[str, str] | None = None, said: str = "") -> Result:
        """Run any command in the copy, `said` on its standard input; never raises for its exit code."""
        done = subprocess.run(
            command,
            cwd=self.folder,
            capture_output=True,
            text=True,
            check=False,
            env=self._base() | (extra or {}),
            input=said,
        )
        return Result(done.returncode, done.stdout, done.stderr)

    def _base(self) -> dict[str, str]:
        inherited = {name: value for name, value in os.environ.items() if not name.startswith(("PULUMI_", "SLIPWAY__"))}
        return inherited | {"NO_COLOR": "1"} | self.extra

    def stack_file(self, stack: str = "dev") -> dict[str, Any]:
        """The copy's stack file."""
        return cast(dict[str, Any], yaml.safe_load((self.folder / f"Pulumi.{stack}.yaml").read_text()))

    def write_stack_file(self, content: dict[str, Any], stack: str = "dev") -> None:
        """Replace the copy's stack file."""
        (self.folder / f"Pulumi.{stack}.yaml").write_text(yaml.safe_dump(content, sort_keys=False))

    def resources(self, stack: str = "dev") -> dict[str, dict[str, Any]]:
        """The stack's state as the file backend keeps it: URN → resource, secrets encrypted."""
        file = self.folder / ".state" / ".pulumi" / "stacks" / "slipway" / f"{stack}.json"
        latest = cast(dict[str, Any], json.loads(file.read_text())["checkpoint"]["latest"] or {})
        assert not latest.get("pending_operations"), "the state holds unfinished operations"
        listed = cast(list[dict[str, Any]], latest.get("resources", []))
        resources = {resource["urn"]: resource for resource in listed}
        assert len(resources) == len(listed), "the state holds a resource twice: one is still to be deleted"
        return resources

    def rendered(self, stack: str = "dev") -> dict[str, str]:
        """The rendered folder: relative path → text."""
        root = self.folder / ".rendered" / stack
        return {str(path.relative_to(root)): path.read_text() for path in sorted(root.rglob("*.yaml"))}


def copy_checkout(folder: Path, *, supply_chain: bool = False, whole: bool = False) -> Workbench:
    """Copy what git would commit into `folder`, and share this checkout's virtualenv; `./slipway` and `make` work.

    The dev stack is the checkout's if `whole`; else it has one service, the Python API, whose image goes through the
    supply chain only with `supply_chain`: it need not be read and signed for tests of something else.
    """
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=CHECKOUT,
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    for name in filter(None, listed.split("\0")):
        source, target = CHECKOUT / name, folder / name
        if source.is_file():
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(source, target)
    _share_virtualenv(folder)
    subprocess.run(["git", "init", "--quiet"], cwd=folder, check=True)
    workbench = Workbench(folder)
    if not whole:
        keep_one_service(folder, supply_chain=supply_chain)
    return workbench


def keep_one_service(folder: Path, *, supply_chain: bool) -> None:
    """Leave the dev stack of a checkout its Python API alone; every line that stays is as it was."""
    file = folder / "Pulumi.dev.yaml"
    text = file.read_text()
    for gone in ("slipway:bases",) if supply_chain else ("slipway:bases", "slipway:supplyChain"):
        text = re.sub(rf"(?m)^  (?:#.*\n  )*{gone}:\n(?:   .*\n)+", "", text)
    head, workloads, entries = text.partition("  slipway:workloads:\n")
    kept = re.search(r"(?m)^    python-api:\n(?:     .*\n)+", entries)
    assert kept, "the dev stack has no workload python-api"
    file.write_text(head + workloads + kept[0] + re.sub(r"\A(?:    .*\n)+", "", entries))


def _share_virtualenv(folder: Path) -> None:
    """Give a copied checkout a `.venv` that the bootstrap takes for current: links to this one's, and its own stamp.

    With one link for the whole folder, `./slipway` and `make` in the copy would install the copy into this checkout's.
    """
    venv = folder / ".venv"
    venv.mkdir()
    for entry in (CHECKOUT / ".venv").iterdir():
        if entry.name != STAMP:
            (venv / entry.name).symlink_to(entry)
    sums = [_checksum(folder / name) for name in ("uv.lock", "pyproject.toml")]
    (venv / STAMP).write_text(f"{' '.join([str(folder), *sums])}\n", encoding="utf-8")


def _checksum(file: Path) -> str:
    return subprocess.run(["cksum"], input=file.read_bytes(), capture_output=True, check=True).stdout.decode().strip()
