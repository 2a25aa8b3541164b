"""Kubernetes' own OpenAPI documents, kept on this machine for the strict check of manifests.

The document of a release is published twice: inside the Go module `k8s.io/kubernetes` and in the release's source
tree on the web. Whichever can be reached is used, and both must have the one checksum pinned here.
"""

import fcntl
import hashlib
import json
import os
import shutil
import subprocess
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

from toolchain import files, gobuild
from toolchain.errors import ToolchainError
from toolchain.home import Home
from toolchain.progress import Progress

MODULE = "k8s.io/kubernetes"
DOCUMENT = "api/openapi-spec/swagger.json"
URL = "https://raw.githubusercontent.com/kubernetes/kubernetes/{release}/" + DOCUMENT
DEFAULT_VERSION = "1.36"

WEB_TIMEOUT = 10.0
"""Seconds without an answer from the web before that source is given up."""


@dataclass(frozen=True)
class Pin:
    """One supported Kubernetes version.

    Attributes:
        release: the patch release whose document is used, `v1.36.3`. Patch releases do not change the API.
        module: the module's checksum as `go.sum` writes it, from the checksum database.
        document: SHA-256 of `api/openapi-spec/swagger.json` in that release, in hex.
    """

    release: str
    module: str
    document: str


PINS: Mapping[str, Pin] = {
    "1.34": Pin(
        "v1.34.4",
        "h1:Yy6R4QB8C9kJPp25GFqEvX5XQwY5qzKeqD0Xx6oAcmk=",
        "d3b0cdc2fda15c753206d25ab459dc7c12df64e2fd652b6809687471ea751c37",
    ),
    "1.35": Pin(
        "v1.35.4",
        "h1:o/8dBC/pHVpYoGV4OAIytAlNPZbdYVTXJHoYvXC4qzM=",
        "483500149ee52ce5753d75f5639101d985bb4f5e902cc05b1ba7627465d62446",
    ),
    "1.36": Pin(
        "v1.36.3",
        "h1:qDQdoMiluAE2Eab6Fa52YV+WjiGz9mZFFoagEA6cI+o=",
        "dcede2063da1d7ad62ecb5af8adb6d7fabd0b52385a7fa0048afb491dac90450",
    ),
}


class SchemasUnavailableError(ToolchainError):
    """The schemas of a Kubernetes version can't be had here."""


class _NotHereError(Exception):
    """One source does not have the document; the message says why."""


def pin_of(version: str) -> Pin:
    """The pinned release of a version such as `1.36`, `v1.36` or `1.36.3`.

    Raises:
        SchemasUnavailableError: for a version that is not pinned, with the list of those that are.
    """
    minor = ".".join(version.removeprefix("v").split(".")[:2])
    if minor not in PINS:
        raise SchemasUnavailableError(
            f"Kubernetes {version!r} has no pinned schemas here",
            f"choose one of {', '.join(PINS)}, or add the version to PINS in toolchain/schemas.py",
        )
    return PINS[minor]


def definitions(home: Home, version: str = DEFAULT_VERSION) -> Mapping[str, Any]:
    """The schema definitions of a Kubernetes version, by name; fetched on first use.

    What is kept is `definitions.json`: the published document's `definitions` without descriptions, about a tenth of
    its size, so that loading takes milliseconds.

    Raises:
        SchemasUnavailableError: when the version is not pinned, or its document can't be had.
    """
    pin = pin_of(version)
    kept = home.schemas / pin.release / "definitions.json"
    if not kept.exists():
        kept.parent.mkdir(parents=True, exist_ok=True)
        with (kept.parent / "lock").open("w") as lock:
            # Another process may be fetching them; then there is nothing left to do.
            fcntl.flock(lock, fcntl.LOCK_EX)
            if not kept.exists():
                with Progress().step(f"fetching the schemas of Kubernetes {pin.release}"):
                    document = json.loads(fetch(pin, home))
                files.write(kept, json.dumps(slim(document["definitions"]), separators=(",", ":")))
    try:
        return cast(Mapping[str, Any], json.loads(kept.read_bytes()))
    except ValueError as error:
        raise SchemasUnavailableError(f"{kept} is damaged: {error}", "delete it and run the command again") from error


def slim(schema: Any) -> Any:
    """A schema without what a check does not need: descriptions and hints to clients about patches."""
    if isinstance(schema, list):
        return [slim(each) for each in cast(list[Any], schema)]
    if not isinstance(schema, dict):
        return schema
    kept: dict[str, Any] = {}
    for key, value in cast(dict[str, Any], schema).items():
        # A field may be named like a schema keyword ("description"), so a map of fields keeps every key.
        if key == "properties" and isinstance(value, dict):
            kept[key] = {name: slim(each) for name, each in cast(dict[str, Any], value).items()}
        elif key != "description" and not key.startswith(("x-kubernetes-patch", "x-kubernetes-list")):
            kept[key] = slim(value)
    return kept


def fetch(pin: Pin, home: Home) -> bytes:
    """The published document of a release, its checksum proved, from the first source that has it.

    Args:
        pin: the release and its checksums.
        home: holds what a source downloads on the way, kept after a failure so that it can be resumed.

    Raises:
        SchemasUnavailableError: when no source has it; the message names each source and its reason.
    """
    reasons: list[str] = []
    sources: tuple[Callable[[Pin, Home], bytes], ...] = (_from_module, _from_web)
    if shutil.which("go") is None:
        # Go would have to be fetched first, and is larger than all the rest.
        sources = sources[::-1]
    for source in sources:
        try:
            return _proved(source(pin, home), pin)
        except _NotHereError as error:
            reasons.append(str(error))
    raise SchemasUnavailableError(
        f"the schemas of Kubernetes {pin.release} can't be had here: {'; '.join(reasons)}",
        "install Go and allow its module proxy, or allow the web address; then run the command again",
    )


def _proved(document: bytes, pin: Pin) -> bytes:
    found = hashlib.sha256(document).hexdigest()
    if found != pin.document:
        raise _NotHereError(f"{DOCUMENT} has SHA-256 {found}, but {pin.document} is pinned")
    return document


def _from_module(pin: Pin, home: Home) -> bytes:
    try:
        go = gobuild.find_go(home, Progress())
    except ToolchainError as error:
        raise _NotHereError(error.message) from error
    # A cache of its own: the module is large, needed once, and can then be removed whole.
    workplace = home.downloads / f"kubernetes-{pin.release}"
    workplace.mkdir(parents=True, exist_ok=True)
    environment = {
        **os.environ,
        "GOPATH": str(workplace),
        "GOMODCACHE": str(workplace / "modules"),
        "GOFLAGS": "-modcacherw",
        # The checksum is pinned here, so the checksum database need not be reached.
        "GONOSUMDB": MODULE,
        "GOWORK": "off",
    }
    done = subprocess.run(
        [go, "mod", "download", "-json", f"{MODULE}@{pin.release}"],
        cwd=workplace,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    try:
        answer = cast(dict[str, str], json.loads(done.stdout or "{}"))
    except ValueError:
        answer = {}
    if done.returncode != 0 or "Dir" not in answer:
        raise _NotHereError(f"go mod download failed: {answer.get('Error') or done.stderr.strip()}")
    if answer["Sum"] != pin.module:
        raise _NotHereError(f"the module {MODULE} has checksum {answer['Sum']}, but {pin.module} is pinned")
    document = (Path(answer["Dir"]) / DOCUMENT).read_bytes()
    shutil.rmtree(workplace, ignore_errors=True)
    return document


def _from_web(pin: Pin, home: Home) -> bytes:
    del home
    url = URL.format(release=pin.release)
    try:
        with urllib.request.urlopen(url, timeout=WEB_TIMEOUT) as answer:  # noqa: S310 - the address is a constant
            return cast(bytes, answer.read())
    except (urllib.error.URLError, OSError) as error:
        raise _NotHereError(f"{url} did not answer: {error}") from error
