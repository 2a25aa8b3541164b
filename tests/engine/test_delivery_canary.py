"""Secrets that a delivery needs are in nothing that it makes, keeps or says; the same search finds those that leak."""

from __future__ import annotations

import base64
import json
import re
import subprocess
import uuid
from collections.abc import Generator, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

from provider import attached
from tests.support.canary import CANARY, blobs_of, files_below, sightings, unpacked
from tests.support.container import CA_BUNDLES
from tests.support.faulty_registry import FaultyRegistry, RegistryFault
from tests.support.small_image import BASE
from tests.support.workbench import Result, Workbench, copy_checkout
from tests.unit.toolchain.sites import Request
from toolchain import cosign, registry, services
from toolchain.distribution import Remote
from toolchain.home import Home
from toolchain.progress import Progress

SECRETS = {name: f"{CANARY}-of-the-{name}" for name in ("build", "token", "bundle", "password")}
"""What is looked for is what they have in common."""

LOGIN = f"ci:{SECRETS['token']}"

DOCKERFILE = f"""\
FROM {BASE} AS steps
ARG LEAK=""
RUN --mount=type=secret,id=canary,mode=0444 ["grep", "-q", "{CANARY[:6]}", "/run/secrets/canary"]
RUN --mount=type=secret,id=ca-bundle,mode=0444 ["grep", "-q", "{CANARY[:6]}", "/run/secrets/ca-bundle"]
RUN --mount=type=ssh ["test", "-S", "/run/buildkit/ssh_agent.0"]
RUN ["python3", "-c", "import os; open('/kept', 'w').write('kept ' + os.environ['LEAK'])"]
FROM scratch
ARG LEAK=""
LABEL kept=$LEAK
COPY --from=steps /kept /
COPY src/app.dist-info /app.dist-info/
USER 10001:10001
"""
"""Every secret is used. With the argument `LEAK`, its value is left in a layer, the configuration and the history."""

LEAKS = {
    "printed", "preview", "state", "manifests", "configuration and history", "layers", "build cache", "SBOM",
    "attestations", "stack file",
}  # fmt: skip
"""Where a value is seen that is an argument of the build, the name of a package and a variable of the workload."""


@dataclass(frozen=True)
class Delivery:
    """A stack whose image is delivered with every kind of secret.

    Attributes:
        workbench: its checkout.
        front: where its registry is asked, which wants the token.
        environment: the secrets that a person has in the environment, or in files that it names.
        lines: what else must be seen nowhere, by name: lines of private keys.
    """

    workbench: Workbench
    front: FaultyRegistry
    environment: Mapping[str, str]
    lines: Mapping[str, str]

    def slipway(self, *arguments: str) -> Result:
        return self.workbench.slipway(*arguments, "--stack", "dev", **self.environment)

    def leak(self, value: str) -> None:
        """Put a value where no secret belongs."""
        stack = self.workbench.stack_file()
        workload = stack["config"]["slipway:workloads"]["python-api"]
        workload["image"]["build"]["args"] = {"LEAK": value}
        workload["env"]["LEAK"] = value
        self.workbench.write_stack_file(stack)
        folder = self.workbench.folder / "images" / "python-api" / "src" / "app.dist-info"
        folder.mkdir(exist_ok=True)
        name = value or "app"
        (folder / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: {uuid.uuid4().int}\n")
        (folder / "RECORD").write_text("")

    def places(self, **said: Result) -> Iterator[tuple[str, bytes]]:
        """Everything that the delivery made, kept or said."""
        home, folder = Home.from_environment(), self.workbench.folder
        for name, result in said.items():
            yield name, result.text.encode()
        for name, *folders in (
            ("state", folder / ".state"),
            ("manifests", folder / ".rendered"),
            ("logs", home.logs),
            ("records and scratch", home.run),
        ):
            yield from ((name, content) for _, content in files_below(*folders))
        yield "stack file", (folder / "Pulumi.dev.yaml").read_bytes()
        (state,) = (each for each in self.workbench.resources().values() if each["type"].endswith(":Provenance"))
        reference = str(state["outputs"]["reference"]).replace(self.front.address, registry.address())
        for _, content in blobs_of(reference):
            yield "layers" if content.startswith(b"\x1f\x8b") else "configuration and history", content
        repository, digest = attached.repository_of(reference, insecure=True)
        cache = repository.remote.manifest(f"{repository.path}/cache", "main")
        assert cache
        base = base_layers()
        for name, content in blobs_of(f"{repository.name}/cache@{cache.digest}"):
            if name.rpartition(" ")[2] not in base:
                yield "build cache", content
        listed = repository.manifest(digest.replace(":", "-"))
        assert listed
        for each in listed.parsed["manifests"]:
            for layer in attached.subject(repository, each["digest"]).parsed["layers"]:
                content = repository.blob(layer["digest"])
                yield "SBOM" if content.find(b'"payload"') < 0 else "attestations", content
                for payload in re.findall(rb'"payload": *"([A-Za-z0-9+/=]+)"', content):
                    yield "attestations", base64.b64decode(payload)


def base_layers() -> set[str]:
    """The layers of the base, which no secret of a test can be in."""
    path, _, tag = BASE.removeprefix("docker.io/").partition(":")
    manifest = Remote(registry.address(), insecure=True).manifest(path, tag)
    assert manifest
    return {layer["digest"] for layer in manifest.parsed["layers"]}


@pytest.fixture
def delivery(tmp_path: Path) -> Generator[Delivery]:
    """A delivery that has every secret, before its first `up`."""
    home = Home.from_environment()
    services.up(home, Progress())
    workbench = copy_checkout(tmp_path / "checkout", supply_chain=True)
    environment = {"CANARY_BUILD": SECRETS["build"], cosign.PASSWORD_VARIABLE: SECRETS["password"]}
    made = workbench.slipway("keys", "create", "dev", **environment)
    assert made.code == 0, made.text
    (key,) = re.findall(r"id: '?([0-9a-f]{16})", (workbench.folder / "keys" / "dev.yaml").read_text())
    private = cosign.key_file(home, key)
    ssh = new_key(tmp_path / "id_ed25519")
    bundle = tmp_path / "bundle.pem"
    bundle.write_text("".join(each.read_text() for each in CA_BUNDLES if each.is_file()) + f"# {SECRETS['bundle']}\n")
    authority = new_key(tmp_path / "bundle.key")
    docker = tmp_path / "docker" / "config.json"
    docker.parent.mkdir()
    login = base64.b64encode(LOGIN.encode()).decode()
    front = FaultyRegistry(registry.address(), authorization=f"Basic {login}")
    front.serve()
    docker.write_text(json.dumps({"auths": {front.address: {"auth": login}}}))
    certificates = docker.parent / "certs.d" / front.address
    certificates.mkdir(parents=True)
    client = new_key(certificates / "client.key")
    describe(workbench, front, ssh, bundle)
    lines = {"signing key": private.read_text().splitlines()[2]}
    lines |= {key.name: key_line(key) for key in (ssh, authority, client)}
    try:
        yield Delivery(workbench, front, environment | {"DOCKER_CONFIG": str(docker.parent)}, lines)
    finally:
        front.close()
        private.unlink()


def new_key(file: Path) -> Path:
    """A private key in a file of its own."""
    subprocess.run(["openssl", "genpkey", "-algorithm", "ed25519", "-out", str(file)], check=True, capture_output=True)
    return file


def key_line(file: Path) -> str:
    """What is of no other key."""
    return file.read_text().splitlines()[1]


def describe(workbench: Workbench, front: FaultyRegistry, ssh: Path, bundle: Path) -> None:
    stack = workbench.stack_file()
    config = stack["config"]
    config["slipway:registry"] |= {
        "address": front.address,
        "repository": f"tests/{uuid.uuid4().hex}",
        "cache": {"enabled": True, "kind": "registry", "branch": "main", "fallback": "main"},
        "builder": {"caBundle": str(bundle)},
    }
    # Its image holds two files, which cannot be started: with a secret that is not here, nobody tries to.
    config["slipway:secrets"] = {"session-key": {"generated": {"length": 32}}}
    workload = config["slipway:workloads"]["python-api"]
    workload["secrets"] = ["session-key"]
    workload["image"]["build"] |= {
        "secrets": {"canary": {"env": "CANARY_BUILD"}},
        "ssh": {"default": {"keys": [str(ssh)]}},
    }
    workbench.write_stack_file(stack)
    (workbench.folder / "images" / "python-api" / "Dockerfile").write_text(DOCKERFILE)


def writes(request: Request) -> bool:
    return "User-Agent" not in request.headers and request.method == "POST"


def test_no_secret_of_a_delivery_is_anywhere_and_a_leak_is_found_everywhere(delivery: Delivery) -> None:
    # given a delivery with every kind of secret, and one whose registry refuses in the middle of it
    delivery.leak("")
    said = {
        "preview": delivery.slipway("diff"),
        "printed": delivery.slipway("up"),
    }
    assert {name: result.code for name, result in said.items()} == {"preview": 0, "printed": 0}, str(said)
    delivered = dict(said)
    delivery.leak("")
    with delivery.front.meets(RegistryFault("401", writes)):
        delivered["fault"] = delivery.slipway("up")
    assert delivered["fault"].code == 1
    assert "docker login" in delivered["fault"].text
    # then no secret is in anything that was made, kept or said
    places = [(name, unpacked(content)) for name, content in delivery.places(**delivered)]
    for secret in (CANARY, *delivery.lines.values()):
        assert sightings(places, secret) == []
    # when a value is left where no secret belongs, then the same search sees it in every such place
    leaked = f"leak-{uuid.uuid4().hex}"
    delivery.leak(leaked)
    leaky = {"preview": delivery.slipway("diff"), "printed": delivery.slipway("up", "--diff")}
    assert leaky["printed"].code == 0, leaky["printed"].text
    assert set(sightings(delivery.places(**leaky), leaked)) >= LEAKS


def test_a_key_among_the_certificates_for_builds_is_refused_by_the_preview_and_kept_nowhere(
    workbench: Workbench, tmp_path: Path
) -> None:
    # given a bundle with the key of its authority
    authority = new_key(tmp_path / "ca.key")
    bundle = tmp_path / "bundle.pem"
    bundle.write_text("".join(each.read_text() for each in CA_BUNDLES if each.is_file()) + authority.read_text())
    stack = workbench.stack_file()
    stack["config"]["slipway:registry"]["builder"] = {"caBundle": str(bundle)}
    workbench.write_stack_file(stack)
    # when
    said = workbench.slipway("diff", "--stack", "dev")
    # then it is told where the key is, and the key is nowhere
    assert said.code != 0
    assert f"{bundle}: beside certificates, private key (not shown)" in said.text
    assert "Traceback" not in said.text
    home = Home.from_environment()
    kept = files_below(workbench.folder / ".state", workbench.folder / ".rendered", home.logs, home.run)
    assert sightings([("said", said.text.encode()), *kept], key_line(authority)) == []
