"""A stack of three, run by the real command: the Python API, a store, and a front that depends on both."""

from __future__ import annotations

import json
import shutil
import urllib.error
import urllib.request
from http import HTTPStatus
from pathlib import Path
from typing import Any, cast

from tests.support.waiting import eventually
from tests.support.workbench import Result, Workbench
from toolchain import registry

HERE = Path(__file__).parent / "stack"
NAMESPACE = "three"
FRONT_PORT = 18080
API_PORT = 18000
CONFIG_TEXT = "one line\n"
PROFILE = "profiles/front.json"
FORBIDDEN = {"names": ["mkdir", "mkdirat"], "action": "SCMP_ACT_ERRNO", "errnoRet": 1}
"""What the front may not do."""

Block = dict[str, Any]


def _fast(**fields: object) -> Block:
    """A workload that stops at once, and is asked every second."""
    return {
        "replicas": 1,
        "probes": {"readinessPeriodSeconds": 1, **cast("Block", fields.pop("probes", {}))},
        "shutdown": {"preStopSeconds": 0, "drainSeconds": 5},
        "resources": {
            "requests": {"cpu": "50m", "memory": "64Mi"},
            "limits": {"cpu": "500m", "memory": "192Mi"},
        },
        **fields,
    }


def workloads() -> dict[str, Block]:
    """The three, as a person writes them: the same for a Docker host and for a cluster."""
    namespace = f"{NAMESPACE}.svc.cluster.local"
    return {
        "python-api": _fast(
            image={"build": {"folder": "images/python-api"}},
            network={"allowFrom": [{"workload": "front"}]},
            env={"APP_DRAIN_DELAY_SECONDS": 0, "APP_DRAIN_SECONDS": 1},
            publish=[{"port": 8000, "hostPort": API_PORT}],
            liveReload={
                "folder": "images/python-api/src",
                "at": "/app",
                "command": ["/venv/bin/python", "-m", "python_api.reload"],
            },
            resources={
                "requests": {"cpu": "50m", "memory": "64Mi"},
                "limits": {"cpu": "2", "memory": "192Mi"},
            },
        ),
        "store": _fast(
            image={"build": {"folder": "images/store"}},
            volumes=[{"name": "data", "path": "/data", "size": "16Mi"}],
            network={"allowFrom": [{"workload": "front"}]},
        ),
        "front": _fast(
            image={"build": {"folder": "images/front"}},
            dependsOn=["store", "python-api"],
            env={"STORE_URL": f"http://store.{namespace}:8000", "API_URL": f"http://python-api.{namespace}:8000"},
            secrets=["token"],
            configFiles={"folder": "/etc/front", "files": {"front.txt": CONFIG_TEXT}},
            publish=[{"port": 8000, "hostPort": FRONT_PORT}],
            seccompProfile=PROFILE,
            shmSize="32Mi",
            tmpSize="48Mi",
            pidsLimit=64,
            network={"allowTo": [{"workload": "store"}, {"workload": "python-api"}]},
        ),
    }


def write(workbench: Workbench, target: Block, **changes: Block) -> None:
    """The stack file, and the source of its images; `changes` replaces fields of workloads by their names."""
    for name in ("store", "front"):
        folder = workbench.folder / "images" / name
        shutil.copytree(HERE / name, folder, dirs_exist_ok=True)
        shutil.copy(HERE / "Dockerfile", folder)
    profile = workbench.folder / PROFILE
    profile.parent.mkdir(exist_ok=True)
    profile.write_text(json.dumps({"defaultAction": "SCMP_ACT_ALLOW", "syscalls": [FORBIDDEN]}))
    content = workbench.stack_file()
    described = workloads()
    for name, fields in changes.items():
        described[name.replace("_", "-")].update(fields)
    content["config"] = {
        "slipway:environment": {"tier": "dev", "namespace": NAMESPACE, "owner": "platform"},
        "slipway:target": target,
        "slipway:registry": {"address": registry.address(), "insecure": True},
        "slipway:workloads": described,
        "slipway:secrets": {"token": {"generated": {}}},
        "slipway:addons": {"until": "9999-12-31", "profiles": {}},  # which a Docker host has no use for
    }
    workbench.write_stack_file(content)


def enforce(workbench: Workbench) -> None:
    """Hold the stack to all that the guardrails require of production."""
    rules = {"enforcementLevel": "mandatory", "tier": "prod"}
    workloads = {**rules, "kubernetesVersion": "1.36", "allowedRegistries": [registry.address()]}
    file = workbench.folder / "policies" / "config" / "dev.json"
    file.write_text(json.dumps({"workloads": workloads, "stack": rules}))


def done(result: Result) -> Result:
    """What a command said, which must have gone well."""
    assert result.code == 0, result.text
    return result


def request(url: str, *, put: bytes | None = None) -> tuple[int, bytes]:
    """What answers, and how."""
    asked = urllib.request.Request(url, data=put, method="PUT" if put is not None else "GET")
    try:
        with urllib.request.urlopen(asked, timeout=10) as answer:
            return answer.status, answer.read()
    except urllib.error.HTTPError as error:
        return error.code, error.read()


EXPECTED = [(200, b"ok"), (200, b"kept"), (200, b"green"), (404, b"nothing"), (200, b'{"status":"ok"}')]
"""What the stack answers to `requests_of`, wherever it runs."""


def answering(address: str) -> None:
    """Wait until something answers there."""
    assert eventually(lambda: _answers(address)), f"nothing answers at {address}"


def _answers(address: str) -> bool:
    try:
        return request(f"{address}/health")[0] == HTTPStatus.OK
    except OSError:
        return False


def requests_of(front: str) -> list[tuple[int, bytes]]:
    """The requests that the stack answers alike wherever it runs, at the address of its front."""
    return [
        request(f"{front}/health"),
        request(f"{front}/store/colour", put=b"green"),
        request(f"{front}/store/colour"),
        request(f"{front}/store/nothing"),
        request(f"{front}/api/health"),
    ]


def itself(front: str) -> Block:
    """What the front's container sees of itself."""
    return cast("Block", json.loads(request(f"{front}/itself")[1]))
