"""The images of this project, with the real engine: each tried, read, scanned, signed and verified, and at its work."""

from __future__ import annotations

import re
import signal
import urllib.request
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.support import services
from tests.support.container import Container, Image, Workshop, build, pulled, running, unpack
from tests.support.ports import free_port
from tests.support.workbench import Workbench, copy_checkout
from toolchain import trials
from toolchain.home import Home

WAITS = "import signal, sys; signal.signal(signal.SIGTERM, lambda *_: sys.exit()); signal.pause()"
COMPUTES = "import scipy.linalg, torch; assert abs(scipy.linalg.det((torch.eye(2) * 2).numpy()) - 4) < 1e-6"

FURTHER: Mapping[str, dict[str, Any]] = {
    # No service, and a base of the stack: here it computes something when it is tried.
    "computing": {
        "image": {
            "build": {
                "folder": "images/vector-processing",
                "bases": {"PYTHON_BUILD": "python-build", "PYTHON_BASE": "python-base"},
            }
        },
        "command": ["/usr/bin/python3", "-c", WAITS],
        "probes": {"command": ["/usr/bin/python3", "-c", COMPUTES], "timeoutSeconds": 60},
    },
    "python-distroless": {
        "image": {
            "build": {
                "folder": "images/python-api",
                "dockerfile": "variants/Dockerfile.distroless",
                "bases": {"PYTHON_BUILD": "python-build"},
            }
        },
        "port": 8000,
    },
    # On a node it is root's: here its parser reads a profile.
    "profile-loader": {
        "image": {"build": {"folder": "images/profile-loader"}},
        "command": ["/bin/sh", "-c", "trap 'exit 0' TERM; sleep infinity & wait"],
        "probes": {"command": ["/bin/sh", "-c", "echo 'profile tried {}' | apparmor_parser --names | grep -qx tried"]},
    },
}
"""Workloads beside those of the stack file."""

VARIANTS: Mapping[str, Mapping[str, str]] = {
    "ai": {"SERVING_BASE": "model-serving"},
    "basic": {},
    "distroless": {"PYTHON_BUILD": "python-build"},
    "gunicorn": {"PYTHON_BUILD": "python-build", "PYTHON_BASE": "python-base"},
}
"""The Dockerfiles to start from that can be built here, and the bases of the stack that each stands on."""

STEPS = ("ImageTest", "Sbom", "Scan", "Signature", "Provenance")


@pytest.fixture(scope="module")
def delivered(tmp_path_factory: pytest.TempPathFactory) -> Workbench:
    """The dev stack with all its services, and further workloads, up."""
    workbench = copy_checkout(tmp_path_factory.mktemp("delivered") / "checkout", whole=True)
    stack = workbench.stack_file()
    stack["config"]["slipway:workloads"] |= FURTHER
    workbench.write_stack_file(stack)
    done = workbench.slipway("up", "--stack", "dev")
    assert done.code == 0, done.text
    return workbench


def facts(workbench: Workbench, workload: str) -> dict[str, dict[str, Any]]:
    """What the steps found out about a workload's image, by step."""
    found = workbench.resources().values()
    return {
        each["type"].rpartition(":")[2]: each["outputs"]
        for each in found
        if each["type"].startswith("supplychain:index:") and workload in each["urn"].rpartition("::")[2]
    }


@pytest.mark.parametrize("workload", [*services.WORK, *FURTHER])
def test_an_image_goes_through_every_step(delivered: Workbench, workload: str) -> None:
    found = facts(delivered, workload)
    assert found.keys() >= set(STEPS)
    served = workload in services.WORK or "port" in FURTHER[workload]
    assert found["ImageTest"]["answered"] == ("/health 200, /ready 200" if served else "the check ended well")
    assert found["Sbom"]["packages"] > 3
    # the lint is done before there is an image
    [reference] = {each["reference"] for step, each in found.items() if step != "Lint"}
    rendered = "".join(delivered.rendered().values())
    assert f"image: {reference}" in rendered


def test_a_second_up_does_nothing(delivered: Workbench) -> None:
    again = delivered.slipway("up", "--stack", "dev")
    assert re.search(r"\n\d+ unchanged in ", again.out), again.text


@pytest.mark.parametrize("workload", services.WORK)
def test_an_image_does_its_work_confined(delivered: Workbench, workload: str) -> None:
    works_confined(pulled(facts(delivered, workload)["Scan"]["reference"]), workload)


@pytest.mark.parametrize("variant", VARIANTS)
def test_a_variant_does_its_work_confined(delivered: Workbench, variant: str, tmp_path: Path) -> None:
    # given an image of the variant, on the bases of the stack
    outputs = next(each for each in delivered.resources().values() if each["type"] == "pulumi:pulumi:Stack")["outputs"]
    on = [f"--opt=build-arg:{name}={outputs['bases'][base]}" for name, base in VARIANTS[variant].items()]
    folder, file = delivered.folder / "images/python-api", f"--opt=filename=variants/Dockerfile.{variant}"
    image = build(folder, f"test/variants/{variant}", Workshop.opened(Home.from_environment()), tmp_path, file, *on)
    works_confined(image, "python-api")


def works_confined(image: Image, workload: str) -> None:
    """Asks a container of an image, as its pods run, for its work; it ends when it is asked to."""
    shop = Workshop.opened(Home.from_environment())
    port, metrics = free_port(), free_port()
    environ = {
        # Its folder is in memory here: what a volume is for has tests of its own.
        **({"APP_DATA": "/tmp"} if workload == "vector-service" else {}),
        "APP_LISTEN": f"127.0.0.1:{port}",
        "APP_METRICS_LISTEN": f"127.0.0.1:{metrics}",
        "APP_DRAIN_DELAY_SECONDS": "0",
    }
    with (
        trials.trial(shop.home, in_memory=True) as work,
        running(image, unpack(image, work / trials.ROOT, work), shop, work, environ) as started,
    ):
        wait_ready(started)
        # then it does what it is for, passes its own health check, and tells its metrics
        services.WORK[workload](f"http://127.0.0.1:{port}")
        assert started.execute(*image.config["Healthcheck"]["Test"][1:]) == 0
        with urllib.request.urlopen(f"http://127.0.0.1:{metrics}/metrics", timeout=20) as answer:
            assert "application_requests_total{" in answer.read().decode()
        # and ends when it is asked to
        started.send(signal.SIGTERM)
        assert started.ended()[0] == 0


def wait_ready(started: Container) -> None:
    """Wait for the line that says so."""
    while (line := started.line())["message"] != "ready":
        assert line["level"] in ("info", "debug"), line
