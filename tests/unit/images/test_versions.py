"""What an image says of itself is what its source says, and what runs is what its lock file names."""

from __future__ import annotations

import json
import re
import tomllib
from pathlib import Path
from typing import Any

import pytest

IMAGES = Path(__file__).parents[3] / "images"


def toml(file: str) -> dict[str, Any]:
    return tomllib.loads((IMAGES / file).read_text(encoding="utf-8"))


def version(image: str) -> str:
    """The version in the file that names what an image is made of."""
    folder = IMAGES / image
    if (folder / "Cargo.toml").is_file():
        return str(toml(f"{image}/Cargo.toml")["package"]["version"])
    if (folder / "package.json").is_file():
        return str(json.loads((folder / "package.json").read_text(encoding="utf-8"))["version"])
    return str(toml(f"{image}/pyproject.toml")["project"]["version"])


@pytest.mark.parametrize("image", ["python-api", "vector-service", "rust-service", "mcp-server"])
def test_the_label_is_the_version_of_the_source(image: str) -> None:
    text = (IMAGES / image / "Dockerfile").read_text(encoding="utf-8")
    assert re.findall(r'^ARG VERSION="(.+)"$', text, re.MULTILINE) == [version(image)]


def test_the_mcp_server_says_its_version_to_its_clients() -> None:
    text = (IMAGES / "mcp-server" / "src" / "tools.ts").read_text(encoding="utf-8")
    assert f'VERSION = "{version("mcp-server")}"' in text


def test_the_lock_of_the_rust_service_holds_what_it_names() -> None:
    manifest = toml("rust-service/Cargo.toml")
    named = {**manifest["dependencies"], **manifest["dev-dependencies"]}
    wanted = {name: (told if isinstance(told, str) else told["version"]) for name, told in named.items()}
    held = {each["name"]: each for each in toml("rust-service/Cargo.lock")["package"]}
    assert {name: f"={held[name]['version']}" for name in wanted} == wanted
    assert [name for name, each in held.items() if name != "rust-service" and "checksum" not in each] == []


def test_the_lock_of_the_mcp_server_holds_what_it_names() -> None:
    manifest = json.loads((IMAGES / "mcp-server" / "package.json").read_text(encoding="utf-8"))
    held = json.loads((IMAGES / "mcp-server" / "package-lock.json").read_text(encoding="utf-8"))["packages"]
    wanted = {**manifest["dependencies"], **manifest["devDependencies"]}
    assert {name: held[f"node_modules/{name}"]["version"] for name in wanted} == wanted
    # by checksum, and from wherever the registry of the machine is
    assert [name for name, each in held.items() if name and "integrity" not in each] == []
    assert [name for name, each in held.items() if "resolved" in each] == []


@pytest.mark.parametrize(("image", "command"), [("rust-service", "cargo test"), ("mcp-server", "npm test")])
def test_what_does_not_pass_its_own_tests_becomes_no_image(image: str, command: str) -> None:
    builder, _, shipped = (IMAGES / image / "Dockerfile").read_text(encoding="utf-8").rpartition("\nFROM ")
    assert command in builder
    assert "COPY --from=builder /image /" in shipped


def installers(image: str) -> set[str]:
    """What an image takes out of the Python that it stands on."""
    text = (IMAGES / image / "Dockerfile").read_text(encoding="utf-8").rpartition("\nFROM ")[2]
    removed = text.partition("RUN rm -rf ")[2].partition("&&")[0]
    return {each for each in removed.replace("\\\n", " ").split() if "cache" not in each and "apt" not in each}


@pytest.mark.parametrize("image", ["python-api", "backup"])
def test_an_image_that_stands_alone_takes_out_what_python_base_does(image: str) -> None:
    assert "/usr/bin/pip*" in installers("python-base")
    assert installers(image) == installers("python-base")
