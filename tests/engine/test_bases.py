"""A service of two platforms on a base of the same stack, with the real builder, which needs no emulator for it.

And a new commit of the same content, which changes nothing but a tag.
"""

from __future__ import annotations

import uuid
from pathlib import Path
from typing import Any

from tests.support.sixty_pushes import commit
from tests.support.workbench import Workbench, copy_checkout
from toolchain import registry
from toolchain.distribution import Remote

BASE = """\
FROM scratch
COPY base.txt /
"""
SERVICE = """\
ARG BASE
FROM --platform=$BUILDPLATFORM docker.io/library/python:3.11-slim-bookworm AS cross
ARG TARGETARCH
RUN ["python3", "-c", "import os; open('/arch', 'w').write(os.environ['TARGETARCH'])"]
FROM ${BASE}
COPY --from=cross /arch /
COPY --from=shared shared.txt /
COPY pyproject.toml /
"""
PLATFORMS = ["linux/amd64", "linux/arm64"]


def describe(workbench: Workbench, repository: str) -> None:
    """Let the dev stack's service be built on a base, with a second folder, and have tags."""
    files = {
        "images/base/Dockerfile": BASE,
        "images/base/base.txt": repository,
        "libraries/shared/shared.txt": repository,
        "images/python-api/Dockerfile": SERVICE,
    }
    for name, text in files.items():
        (workbench.folder / name).parent.mkdir(parents=True, exist_ok=True)
        (workbench.folder / name).write_text(text)
    stack = workbench.stack_file()
    stack["config"]["slipway:registry"]["repository"] = repository
    stack["config"]["slipway:bases"] = {"file-base": {"folder": "images/base", "platforms": PLATFORMS}}
    build = stack["config"]["slipway:workloads"]["python-api"]["image"]["build"]
    build |= {
        "bases": {"BASE": "file-base"},
        "contexts": {"shared": "libraries/shared"},
        "platforms": PLATFORMS,
        "tags": {"version": "1.4.0", "git": "sha"},
    }
    workbench.write_stack_file(stack)


def parsed(remote: Remote, repository: str, reference: str) -> dict[str, Any]:
    content = remote.manifest(f"{repository}/python-api", reference)
    assert content
    return content.parsed


def test_a_service_follows_its_base_and_a_new_commit_changes_a_tag_only(tmp_path: Path) -> None:
    # given a committed stack whose service is built on its base
    workbench = copy_checkout(tmp_path / "checkout")
    repository = f"tests/{uuid.uuid4().hex}"
    describe(workbench, repository)
    commit(workbench.folder, "images", "libraries")
    remote = Remote(registry.address(), insecure=True)

    def tags() -> dict[str, str]:
        held = {
            tag: remote.manifest(f"{repository}/python-api", tag) for tag in remote.tags(f"{repository}/python-api")
        }
        return {tag: content.digest for tag, content in held.items() if content}

    # when it is brought up, then the image has all its tags, and one of four layers for each platform
    made = workbench.slipway("up", "--stack", "dev")
    assert made.code == 0, made.text
    first = tags()
    assert {"dev", "1.4.0", "1.4", "1", "latest"} < set(first)
    assert len(set(first.values())) == 1
    listed = parsed(remote, repository, "dev")["manifests"]
    assert sorted(each["platform"]["architecture"] for each in listed) == ["amd64", "arm64"]
    layers = [parsed(remote, repository, each["digest"])["layers"] for each in listed]
    assert [len(each) for each in layers] == [4, 4]
    assert layers[0][1] != layers[1][1]  # what was built for each
    # when the same source is in a new commit, then it is one more tag on the same digest, and nothing changes
    (workbench.folder / "NEWS.md").write_text("news")
    commit(workbench.folder, "NEWS.md")
    again = workbench.slipway("up", "--stack", "dev")
    assert again.code == 0, again.text
    assert "changed" not in again.out.replace("unchanged", "")
    second = tags()
    assert first.items() < second.items()
    assert set(second.values()) == set(first.values())
    # when the base changes, then so does the service; and its version, which stands for one image, does not move
    (workbench.folder / "images/base/base.txt").write_text("another")
    (workbench.folder / "NEWS.md").write_text("more news")
    commit(workbench.folder, "images", "NEWS.md")
    other = workbench.slipway("up", "--stack", "dev")
    assert other.code == 1, other.text
    assert "version 1.4.0 is another image already" in other.err
    third = tags()
    assert third["dev"] != first["dev"]
    assert {name: third[name] for name in ("1.4.0", "1", "latest")} == {
        name: first[name] for name in ("1.4.0", "1", "latest")
    }
    workbench.slipway("destroy", "--stack", "dev", "--yes")
