"""The services under `images/` in one stack, with the real engine: each tried, read, scanned, signed and verified."""

from __future__ import annotations

import json
import re
import signal
import urllib.request
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
from digits.drawing import glyph

from provider import attached, image_files
from tests.support.container import Container, Image, Workshop, pulled, running
from tests.support.ports import free_port
from tests.support.workbench import Workbench, copy_checkout
from toolchain import trials
from toolchain.home import Home

BASES: Mapping[str, dict[str, Any]] = {
    "python-build": {"folder": "images/python-base", "target": "build"},
    "python-base": {"folder": "images/python-base"},
    "model-serving": {
        "folder": "images/model-serving",
        "bases": {"PYTHON_BUILD": "python-build", "PYTHON_BASE": "python-base"},
    },
}

ON_PYTHON = {"PYTHON_BUILD": "python-build", "PYTHON_BASE": "python-base"}
IN_COMMON = {"python-api": "images/python-api"}
WAITS = "import signal, sys; signal.signal(signal.SIGTERM, lambda *_: sys.exit()); signal.pause()"
COMPUTES = "import scipy.linalg, torch; assert abs(scipy.linalg.det((torch.eye(2) * 2).numpy()) - 4) < 1e-6"

WORKLOADS: Mapping[str, dict[str, Any]] = {
    "model-service": {
        "image": {
            "build": {
                "folder": "images/model-service",
                "contexts": IN_COMMON,
                "bases": {"PYTHON_BUILD": "python-build", "SERVING_BASE": "model-serving"},
            }
        },
        "port": 8000,
    },
    # No service: it computes something when it is tried.
    "vector-processing": {
        "image": {"build": {"folder": "images/vector-processing", "bases": ON_PYTHON}},
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
    # Its folder is in memory here: what a volume is for has tests of its own.
    "vector-service": {
        "image": {"build": {"folder": "images/vector-service", "contexts": IN_COMMON, "bases": ON_PYTHON}},
        "profile": "vector",
        "port": 8080,
        "env": {"APP_DATA": "/tmp"},
    },
    "rust-service": {"image": {"build": {"folder": "images/rust-service"}}, "port": 8001},
    "mcp-server": {"image": {"build": {"folder": "images/mcp-server"}}, "port": 3000},
}

STEPS = ("ImageTest", "Sbom", "Scan", "Signature", "Provenance")


@pytest.fixture(scope="module")
def delivered(tmp_path_factory: pytest.TempPathFactory) -> Workbench:
    """A stack of all services, up."""
    workbench = copy_checkout(tmp_path_factory.mktemp("delivered") / "checkout", supply_chain=True)
    stack = workbench.stack_file()
    stack["config"]["slipway:bases"] = dict(BASES)
    stack["config"]["slipway:workloads"] = {
        name: {"extraPorts": [{"name": "metrics", "port": 9090}], **workload} for name, workload in WORKLOADS.items()
    }
    del stack["config"]["slipway:environment"]["quota"]
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


@pytest.mark.parametrize("workload", WORKLOADS)
def test_an_image_goes_through_every_step(delivered: Workbench, workload: str) -> None:
    found = facts(delivered, workload)
    assert found.keys() >= set(STEPS)
    served = "port" in WORKLOADS[workload]
    assert found["ImageTest"]["answered"] == ("/health 200, /ready 200" if served else "the check ended well")
    assert found["Sbom"]["packages"] > 3
    # the lint is done before there is an image
    [reference] = {each["reference"] for step, each in found.items() if step != "Lint"}
    rendered = "".join(delivered.rendered().values())
    assert f"image: {reference}" in rendered


def test_a_second_up_does_nothing(delivered: Workbench) -> None:
    again = delivered.slipway("up", "--stack", "dev")
    assert re.search(r"\n\d+ unchanged in ", again.out), again.text


Answer = tuple[int, Any]


def ask(port: int, path: str, body: Mapping[str, Any]) -> Answer:
    """The answer to a body of JSON."""
    headers = {"Content-Type": "application/json", "Accept": "application/json, text/event-stream"}
    request = urllib.request.Request(f"http://127.0.0.1:{port}{path}", json.dumps(body).encode(), headers)
    with urllib.request.urlopen(request, timeout=20) as answer:
        return answer.status, json.loads(answer.read())


def vectors(port: int) -> None:
    """Puts vectors in and finds them."""
    items = [{"id": "a", "values": [1, 0]}, {"id": "b", "values": [0, 1]}]
    assert ask(port, "/v1/vectors", {"vectors": items}) == (200, {"count": 2})
    status, body = ask(port, "/v1/search", {"values": [1, 3], "top": 1})
    assert (status, [each["id"] for each in body["found"]]) == (200, ["b"])


def digits(port: int) -> None:
    """Has the model read a digit."""
    status, body = ask(port, "/predict", {"rows": [glyph(7).tolist(), glyph(2).tolist()]})
    assert (status, [each["label"] for each in body["predictions"]]) == (200, ["7", "2"])


def duplicates(port: int) -> None:
    """Finds the text that is there twice."""
    body = {"texts": ["the same words", "nothing like it", "The same  words"]}
    found = {"duplicates": [{"first": 0, "second": 2, "distance": 0}]}
    assert ask(port, "/v1/duplicates", body) == (200, found)


def tools(port: int) -> None:
    """Speaks the Model Context Protocol: initializes, lists the tools, and calls one."""

    def call(method: str, **params: Any) -> Any:
        status, body = ask(port, "/mcp", {"jsonrpc": "2.0", "id": 1, "method": method, "params": params})
        assert status == 200
        return body["result"]

    told = call("initialize", protocolVersion="2025-06-18", capabilities={}, clientInfo={"name": "t", "version": "1"})
    assert told["serverInfo"]["name"] == "mcp-server"
    assert [each["name"] for each in call("tools/list")["tools"]] == ["text_statistics", "cut_text"]
    counted = call("tools/call", name="text_statistics", arguments={"text": "one two"})
    assert counted["structuredContent"] == {"characters": 7, "words": 2, "lines": 1, "bytes": 7}


WORK: Mapping[str, Callable[[int], None]] = {
    "model-service": digits,
    "vector-service": vectors,
    "rust-service": duplicates,
    "mcp-server": tools,
}


@pytest.mark.parametrize("workload", WORK)
def test_an_image_does_its_work_confined(delivered: Workbench, workload: str) -> None:
    # given a container of the image that was verified, as its pods run
    shop = Workshop.opened(Home.from_environment())
    image = pulled(facts(delivered, workload)["Scan"]["reference"])
    port, metrics = free_port(), free_port()
    environ = {
        **WORKLOADS[workload].get("env", {}),
        "APP_LISTEN": f"127.0.0.1:{port}",
        "APP_METRICS_LISTEN": f"127.0.0.1:{metrics}",
        "APP_DRAIN_DELAY_SECONDS": "0",
    }
    with trials.trial(shop.home) as work, running(image, unpacked(image, work), shop, work, environ) as started:
        wait_ready(started)
        # then it does what it is for, passes its own health check, and tells its metrics
        WORK[workload](port)
        assert started.execute(*image.config["Healthcheck"]["Test"][1:]) == 0
        with urllib.request.urlopen(f"http://127.0.0.1:{metrics}/metrics", timeout=20) as answer:
            assert "application_requests_total{" in answer.read().decode()
        # and ends when it is asked to
        started.send(signal.SIGTERM)
        assert started.ended()[0] == 0


def unpacked(image: Image, work: Path) -> Path:
    """An image's files, read from the registry, in the memory of a trial."""
    repository, digest = attached.repository_of(image.reference, insecure=True)
    manifest = image_files.for_this_machine(repository, digest)
    assert manifest
    image_files.unpack(repository, manifest, work / trials.ROOT, work)
    return work / trials.ROOT


def wait_ready(started: Container) -> None:
    """Wait for the line that says so."""
    while (line := started.line())["message"] != "ready":
        assert line["level"] in ("info", "debug"), line
