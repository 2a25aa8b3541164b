"""An image that builds in a moment: what is done around the build is tested, not the build."""

from __future__ import annotations

import json
import urllib.error
import urllib.request

from tests.support.workbench import Workbench

BASE = "docker.io/library/python:3.11-slim-bookworm"


def build_small(workbench: Workbench, step: str = "", repository: str = "slipway") -> None:
    """Let the dev stack's image hold one file; with `step`, a command that the build runs in the Python base first.

    The content is another one in each repository: an image stays as long as any stack names its digest.
    """
    base = f'FROM {BASE} AS waited\nRUN ["python3", "-c", {json.dumps(step)}]\n' if step else ""
    copied = "COPY --from=waited /etc/hostname /\n" if step else ""
    folder = workbench.folder / "images" / "python-api"
    (folder / "Dockerfile").write_text(
        f"{base}FROM scratch\n{copied}COPY pyproject.toml /\nUSER 10001:10001\nLABEL repository={repository}\n"
    )
    stack = workbench.stack_file()
    stack["config"]["slipway:registry"]["repository"] = repository
    workbench.write_stack_file(stack)


def image_of(workbench: Workbench) -> str:
    """The `repository@sha256:…` that the dev stack's state says it pushed."""
    [image] = [found for found in workbench.resources().values() if found["type"] == "docker-build:index:Image"]
    name = str(image["outputs"]["tags"][0]).rpartition(":")[0]
    return f"{name}@{image['outputs']['digest']}"


def held(reference: str) -> bool:
    """Whether the registry that a `host/repository@digest` names has its manifest."""
    host, _, rest = reference.partition("/")
    repository, _, digest = rest.partition("@")
    accept = "application/vnd.oci.image.index.v1+json, application/vnd.oci.image.manifest.v1+json"
    url = f"http://{host}/v2/{repository}/manifests/{digest}"
    try:
        with urllib.request.urlopen(urllib.request.Request(url, headers={"Accept": accept}, method="HEAD"), timeout=10):
            return True
    except urllib.error.HTTPError as error:
        with error:
            if error.code != 404:
                raise
        return False
