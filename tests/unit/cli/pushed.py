"""A state that names pushed images, and the registry they were pushed to."""

from __future__ import annotations

import json
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from cli import images
from tests.unit.cli.conftest import Desk
from tests.unit.toolchain.sites import Answer, Request, served

DIGEST = f"sha256:{'a' * 64}"


@dataclass
class Registry:
    """What was asked of a registry that answers everything alike."""

    status: int = 202
    address: str = ""
    asked: list[str] = field(default_factory=list[str])

    def answer(self, request: Request) -> Answer:
        self.asked.append(f"{request.method} {request.path}")
        return Answer(self.status, headers={"Docker-Content-Digest": DIGEST})


@contextmanager
def answering_registry() -> Generator[Registry]:
    """A registry at an address of its own."""
    held = Registry()
    with served(held.answer) as port:
        held.address = f"127.0.0.1:{port}"
        yield held


def image(address: str, digest: str = DIGEST, **more: Any) -> dict[str, Any]:
    """A built image in a state."""
    name = f"{address}/slipway/python-api"
    outputs = {"digest": digest, "tags": [f"{name}:dev"], "ref": f"{name}:dev@{digest}"}
    return {"urn": "urn:image", "type": images.IMAGE, "outputs": outputs, **more}


def deploy(desk: Desk, registry: Registry, *resources: dict[str, Any], **changes: Any) -> None:
    """A dev stack whose state holds the resources, and whose registry is this one."""
    desk.change(
        "dev", lambda content: content["config"]["slipway:registry"].update(address=registry.address, **changes)
    )
    write_state(desk.checkout, *resources)


def write_state(checkout: Path, *resources: dict[str, Any], stack: str = "dev") -> None:
    """Make the state of a stack hold the resources."""
    file = checkout / ".state" / ".pulumi" / "stacks" / "slipway" / f"{stack}.json"
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(json.dumps({"checkpoint": {"latest": {"resources": resources}}}))
