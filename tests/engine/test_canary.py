"""A planted secret is seen where it belongs, in the Secret's own manifest, and nowhere else."""

from __future__ import annotations

import base64
import gzip
import json
import os
from pathlib import Path

import pytest

from tests.support.canary import CANARY, blobs_of, files_below, sightings
from tests.support.workbench import Workbench


@pytest.mark.parametrize(
    "content",
    [
        f"password={CANARY}".encode(),
        base64.b64encode(f"x{CANARY}y".encode()),
        base64.b64encode(f"xy{CANARY}".encode()),
        gzip.compress(json.dumps({"log": f"token {CANARY} used"}).encode()),
    ],
    ids=["plain", "base64 after one byte", "base64 after two bytes", "compressed"],
)
def test_the_search_finds_a_planted_secret(content: bytes) -> None:
    assert sightings([("a log", content)]) == ["a log"]


def plant(workbench: Workbench) -> None:
    """Store the secret, mount it in a workload and give it to a build step that reads it."""
    stack = workbench.stack_file()
    config = stack["config"]
    config["slipway:secrets"] = {"canary": {"fromConfig": {"key": "canaryValue"}}}
    workload = config["slipway:workloads"]["python-api"]
    workload["secrets"] = ["canary"]
    workload["image"]["build"]["secrets"] = {"canary": {"secret": "canary"}}
    workbench.write_stack_file(stack)
    dockerfile = workbench.folder / "images" / "python-api" / "Dockerfile"
    dockerfile.write_text(
        dockerfile.read_text()
        + f'\nRUN --mount=type=secret,id=canary,mode=0444 ["/usr/bin/env", "grep", "-qF", "{CANARY[:6]}", '
        '"/run/secrets/canary"]\n'
    )
    stored = workbench.run(
        ["pulumi", "config", "set", "--secret", "--stack", "dev", "slipway:canaryValue"],
        workbench.environment(),
        said=CANARY,
    )
    assert stored.code == 0, stored.text


def test_a_planted_secret_is_in_its_own_manifest_and_nowhere_else(workbench: Workbench) -> None:
    # given a stack that has the secret, in a workload and in a build
    made = workbench.slipway("up", "--stack", "dev")
    assert made.code == 0, made.text
    plant(workbench)
    # when everything is done with it that shows or keeps things
    said = {
        "preview": workbench.slipway("preview", "--stack", "dev"),
        "diff": workbench.slipway("diff", "--stack", "dev"),
        "preview as data": workbench.slipway("preview", "--stack", "dev", "--json", "--out", "preview.json"),
        "comment": workbench.slipway("preview-comment", "preview.json"),
        "up": workbench.slipway("up", "--stack", "dev"),
        "verbose up": workbench.pulumi("up", "--yes", "--stack", "dev", "--diff", "--logtostderr", "-v=3"),
        "outputs": workbench.pulumi("stack", "output", "--stack", "dev", "--json"),
        "export": workbench.pulumi("stack", "export", "--stack", "dev"),
        "configuration": workbench.slipway("config", "show", "--stack", "dev"),
    }
    failed = {name: result.text[-2000:] for name, result in said.items() if result.code != 0}
    assert not failed
    image = json.loads(said["outputs"].out)["images"]["python-api"]
    home = Path(os.environ.get("SLIPWAY_HOME", Path.home() / ".cache" / "slipway"))
    places = [
        *((f"what `{name}` printed", result.text.encode()) for name, result in said.items()),
        *files_below(workbench.folder / ".state", workbench.folder / ".rendered", home / "logs", home / "run"),
        ("the stack file", (workbench.folder / "Pulumi.dev.yaml").read_bytes()),
        ("the preview's data", (workbench.folder / "preview.json").read_bytes()),
        *blobs_of(image),
    ]
    # then only the rendered Secret holds it
    seen = sightings(places)
    assert len(seen) == 1, seen
    assert Path(seen[0]).name.startswith("v1-secret-")
