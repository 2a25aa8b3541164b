"""A checkout with the real stack files, and an engine of a few lines that records how it was called."""

from __future__ import annotations

import json
import shutil
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml
from click.testing import CliRunner, Result

from cli import deploy, stack_init
from cli.main import main
from tests.support.workbench import keep_one_service

ROOT = Path(__file__).resolve().parents[3]

# Keeps a line per call; makes the state file and the salt as the real one does on `stack init`; prints and exits as
# told by `answers.json`: command → {"out": text, "code": number}.
PULUMI = """
import json, os, sys
from pathlib import Path
here = Path(__file__).parent
arguments = sys.argv[1:]
passphrase = os.environ.get("PULUMI_CONFIG_PASSPHRASE")
call = {"arguments": arguments, "folder": os.getcwd(), "backend": os.environ.get("PULUMI_BACKEND_URL"),
        "passphrase": passphrase, "options": sorted(name for name in os.environ if name.startswith("PULUMI_OPTION_"))}
if "--config-file" in arguments:
    call["config"] = Path(arguments[arguments.index("--config-file") + 1]).read_text()
with (here / "calls.jsonl").open("a") as calls:
    calls.write(json.dumps(call) + "\\n")
if arguments[:2] == ["stack", "init"]:
    folder = Path(call["backend"].removeprefix("file://").partition("?")[0]) / ".pulumi" / "stacks" / "slipway"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / (arguments[2] + ".json")).write_text('{"checkpoint": {}}')
    file = Path("Pulumi." + arguments[2] + ".yaml")
    if "encryptionsalt" not in file.read_text():
        file.write_text("encryptionsalt: v1:abc\\n" + file.read_text())
answer = json.loads((here / "answers.json").read_text()).get(" ".join(arguments[:2]), {})
answer = answer or json.loads((here / "answers.json").read_text()).get(arguments[0], {})
print(answer.get("out", ""))
sys.exit(answer.get("code", 0))
"""


@dataclass
class Desk:
    """A checkout to call the command in."""

    checkout: Path
    home: Path
    started: list[str]

    def slipway(self, *arguments: str, text: str | None = None) -> Result:
        return CliRunner().invoke(main, list(arguments), input=text)

    def answer(self, command: str, out: str = "", code: int = 0) -> None:
        """What the engine prints and exits with for a command."""
        file = self.home / "bin" / "answers.json"
        file.write_text(json.dumps({**json.loads(file.read_text()), command: {"out": out, "code": code}}))

    def calls(self) -> list[dict[str, Any]]:
        """How the engine was called, in order."""
        file = self.home / "bin" / "calls.jsonl"
        return [json.loads(line) for line in file.read_text().splitlines()] if file.exists() else []

    def commands(self) -> list[str]:
        """The first words of the engine's calls."""
        return [" ".join(word for word in call["arguments"][:2] if not word.startswith("-")) for call in self.calls()]

    def change(self, stack: str, change: Callable[[dict[str, Any]], object]) -> None:
        """Change a stack file's content."""
        file = self.checkout / f"Pulumi.{stack}.yaml"
        content = yaml.safe_load(file.read_text())
        change(content)
        file.write_text(yaml.safe_dump(content, sort_keys=False))


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Desk:
    checkout, home = tmp_path / "checkout", tmp_path / "home"
    checkout.mkdir()
    for name in ("Pulumi.yaml", "Pulumi.dev.yaml", "Pulumi.staging.yaml", "Pulumi.prod.yaml"):
        shutil.copy(ROOT / name, checkout / name)
    keep_one_service(checkout, supply_chain=True)
    shutil.copytree(ROOT / "policies" / "config", checkout / "policies" / "config")
    (home / "keys").mkdir(parents=True)
    shutil.copy(ROOT / "tests" / "unit" / "components" / "keyring.yaml", home / "keys" / "dev.yaml")
    program = home / "bin" / "pulumi"
    program.parent.mkdir(parents=True)
    program.write_text(f"#!{sys.executable}\n{PULUMI}")
    program.chmod(0o755)
    (home / "bin" / "answers.json").write_text("{}")
    for name in ("STACK", "PULUMI_BACKEND_URL", "PULUMI_CONFIG_PASSPHRASE", "PULUMI_CONFIG_PASSPHRASE_FILE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("SLIPWAY_HOME", str(home))
    monkeypatch.chdir(checkout)
    started: list[str] = []

    def bring(names: Any, *_: object) -> None:
        started.extend(names)

    def start_services(*_: object) -> None:
        started.append("services")

    monkeypatch.setattr(deploy.install, "ensure", bring)
    monkeypatch.setattr(stack_init.install, "ensure", bring)
    monkeypatch.setattr(deploy.services, "up", start_services)
    return Desk(checkout, home, started)
