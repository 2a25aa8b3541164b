"""A registry that fails in the middle of a step: the step is done in the end, or one error says what to do, and what is
attached afterwards is what would be there without the fault.

`make test` takes a sample of the table; `make soak` takes all of it (`SOAK=1`).
"""

from __future__ import annotations

import asyncio
import functools
import os
import tarfile
import uuid
from collections import Counter
from collections.abc import Callable, Generator, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from pulumi.provider.experimental.provider import CreateRequest

from provider import attached
from provider.resources import SupplyChain, packed, plain
from provider.step import RefusedError
from tests.support.faulty_registry import EVER, FaultyRegistry, Kind, RegistryFault, faulty_registry
from tests.support.signers import Signer, a_signer
from tests.unit.toolchain.sites import Request
from toolchain import cosign, oci
from toolchain.errors import ToolchainError

URN = "urn:pulumi:dev::slipway::slipway:index:SupplyChain$supplychain:index:{}::app-step"
SOURCE: dict[str, Any] = {
    "folder": "images/app",
    "dockerfile": "Dockerfile",
    "target": None,
    "args": {},
    "contexts": {},
    "platforms": [],
    "bases": {},
    "from": [],
    "folders": {},
    "context": "0" * 64,
}

Requests = Callable[[Request], bool]


def of(client: str, *methods: str) -> Requests:
    """The requests of a program, by what it calls itself; slipway's own have no name."""

    def wanted(request: Request) -> bool:
        agent = request.headers.get("User-Agent", "slipway")
        named = client in agent and ("cosign" in agent) == (client == "cosign")
        return named and (not methods or request.method in methods)

    return wanted


READS = of("slipway", "GET")
ATTACHES = of("slipway", "PUT", "POST")
SYFT = of("go-containerregistry")
COSIGN = of("cosign")
COSIGN_READS = of("cosign", "GET")
COSIGN_WRITES = of("cosign", "POST", "PATCH", "PUT")


@dataclass(frozen=True)
class Row:
    """One fault of one step.

    Attributes:
        step: Which.
        fault: What its requests meet.
        ends: `told`, or `done` where the step gets through by itself.
        sampled: Whether it is among those that every run takes.
    """

    step: str
    kind: Kind
    when: Requests
    times: int
    ends: str
    sampled: bool = False

    def __str__(self) -> str:
        often = "once" if self.times == 1 else "lasting"
        names = {READS: "reads", ATTACHES: "attaches", SYFT: "syft", COSIGN: "cosign", COSIGN_READS: "cosign reads"}
        return f"{self.step}, {self.kind} {often}, {names.get(self.when, 'cosign writes')}"


def rows() -> Iterator[Row]:
    passing: tuple[Kind, ...] = ("500", "cut")
    lasting: tuple[Kind, ...] = ("down", "500", "401", "cut")
    places = {
        "ImageTest": (READS,),
        "Sbom": (READS, SYFT, ATTACHES),
        "Signature": (READS, COSIGN_READS, COSIGN_WRITES),
        "Verification": (READS, COSIGN),
        "Provenance": (READS, COSIGN_READS, COSIGN_WRITES),
    }
    sample = {
        ("Sbom", "cut", ATTACHES, 1),
        ("Sbom", "401", SYFT, EVER),
        ("Signature", "down", COSIGN_WRITES, EVER),
        ("Provenance", "cut", COSIGN_WRITES, 1),
        ("Verification", "401", COSIGN, EVER),
    }
    for step, wheres in places.items():
        for when in wheres:
            yield Row(step, "slow", when, 1, "done")
            yield from (Row(step, kind, when, 1, "done", (step, kind, when, 1) in sample) for kind in passing)
            yield from (Row(step, kind, when, EVER, "told", (step, kind, when, EVER) in sample) for kind in lasting)


ROWS = [row for row in rows() if row.sampled or os.environ.get("SOAK")]


@pytest.fixture(scope="module")
def front(tmp_path_factory: pytest.TempPathFactory) -> Generator[FaultyRegistry]:
    folder = tmp_path_factory.mktemp("registry")
    with faulty_registry(folder / "blobs", folder / "registry.yml") as made:
        yield made


@pytest.fixture(scope="module")
def signer() -> Generator[Signer]:
    with a_signer() as made:
        yield made


@pytest.fixture(scope="module")
def undisturbed(
    front: FaultyRegistry, signer: Signer, tmp_path_factory: pytest.TempPathFactory
) -> Callable[[str], Counter[str]]:
    """What is attached to an image when a step of it meets no fault."""

    @functools.cache
    def attached_by(step: str) -> Counter[str]:
        reference = image(front, tmp_path_factory.mktemp(step))
        if step == "Verification":
            do("Signature", reference, signer)
        do(step, reference, signer)
        return kinds_attached(reference)

    return attached_by


def image(front: FaultyRegistry, work: Path) -> str:
    """An image that is like no other, by digest."""
    content = work / "content"
    content.write_text(uuid.uuid4().hex)
    with tarfile.open(work / "layer.tar", "w") as archive:
        archive.add(content, "content")
    diff_id = oci.compress(work / "layer.tar", work / "layer")
    config = {"User": "10001:10001", "Entrypoint": ["/content"]}
    made = oci.image(work / "layer", diff_id, "amd64", config, "2026-11-22T00:00:00Z")
    oci.push(front.behind, "app", "dev", made)
    return f"{front.address}/app@{made.digest}"


def do(step: str, reference: str, signer: Signer) -> dict[str, Any]:
    """Do a step as the engine has it done; gives what it found."""
    key: dict[str, Any] = {"key": signer.id, "public": signer.public}
    told: dict[str, dict[str, Any]] = {
        "ImageTest": {"run": {"needs": "secrets"}},
        "Sbom": {},
        "Signature": key,
        "Verification": {"trusted": {signer.id: signer.public}, "source": "staging"},
        "Provenance": key | {"source": SOURCE, "sbom": {"spdx": [f"sha256:{'1' * 64}"]}, "version": "1"},
    }
    inputs = {"reference": reference, "insecure": True, **told[step]}
    request = CreateRequest(URN.format(step), {name: packed(value) for name, value in inputs.items()}, 60, False)
    made = asyncio.run(SupplyChain().create(request)).properties or {}
    return {name: plain(value) for name, value in made.items() if name not in inputs}


def kinds_attached(reference: str) -> Counter[str]:
    """How many documents of each kind are attached, all of whose parts are there."""
    repository, digest = attached.repository_of(reference, insecure=True)
    listed = repository.manifest(digest.replace(":", "-"))
    found = Counter[str]()
    for each in listed.parsed["manifests"] if listed else ():
        manifest = attached.subject(repository, each["digest"]).parsed
        for blob in (manifest["config"], *manifest["layers"]):
            repository.blob(blob["digest"])
        found[str(manifest["artifactType"])] += 1
    return found


@pytest.mark.parametrize("row", ROWS, ids=str)
def test_a_step_survives_a_fault_of_its_registry_or_tells_it(
    row: Row,
    front: FaultyRegistry,
    undisturbed: Callable[[str], Counter[str]],
    signer: Signer,
    tmp_path: Path,
) -> None:
    # given an image, and what the step attaches to another one that nothing disturbs
    expected, reference = undisturbed(row.step), image(front, tmp_path)
    if row.step == "Verification":
        do("Signature", reference, signer)
    # when the registry fails in the middle of it
    with front.meets(RegistryFault(row.kind, row.when, row.times)):
        if row.ends == "done":
            do(row.step, reference, signer)
        else:
            with pytest.raises(ToolchainError) as caught:
                do(row.step, reference, signer)
            # then the error names the step, the image, the registry and what to do, and accuses nobody
            said = str(caught.value)
            assert said.startswith(f"{row.step} of {reference} failed: ")
            assert "\n  mend: " in said
            assert ("docker login" in said) == (row.kind == "401"), said
    assert front.met.is_set()
    # and once it is well again, all is as if nothing had been
    do(row.step, reference, signer)
    assert kinds_attached(reference) == expected


def test_a_registry_that_never_answers_is_not_waited_for_without_end(
    front: FaultyRegistry, signer: Signer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cosign, "TIMEOUT_S", 1)
    reference = image(front, tmp_path)
    with (
        front.meets(RegistryFault("stalled", COSIGN)),
        pytest.raises(ToolchainError, match=r"cosign verify did not end within 1 s\n  mend: "),
    ):
        do("Signature", reference, signer)
    monkeypatch.undo()
    assert do("Signature", reference, signer) == {"signedBy": signer.id}


def test_an_image_whose_content_was_changed_in_the_registry_is_refused(
    front: FaultyRegistry, signer: Signer, tmp_path: Path
) -> None:
    reference = image(front, tmp_path)
    do("Signature", reference, signer)
    digest = reference.rpartition("@")[2]

    def of_the_image(request: Request) -> bool:
        return request.path.endswith(f"/manifests/{digest}")

    with (
        front.meets(RegistryFault("other content", of_the_image)),
        pytest.raises(ToolchainError, match=f"gave other content than {digest}: its digest is sha256:"),
    ):
        do("Verification", reference, signer)


def test_a_signature_that_was_changed_in_the_registry_does_not_count(
    front: FaultyRegistry, signer: Signer, tmp_path: Path
) -> None:
    reference = image(front, tmp_path)
    do("Signature", reference, signer)
    with (
        front.meets(RegistryFault("other content", lambda request: "/blobs/" in request.path)),
        pytest.raises(ToolchainError, match="gave other content than"),
    ):
        do("Verification", reference, signer)


def test_a_signed_statement_about_an_image_is_no_signature_of_it(
    front: FaultyRegistry, signer: Signer, tmp_path: Path
) -> None:
    # given an image whose provenance was signed and that was not signed itself: as a kill may leave it
    reference = image(front, tmp_path)
    do("Provenance", reference, signer)
    # then it is refused, until it is signed
    with pytest.raises(RefusedError, match="no valid signature"):
        do("Verification", reference, signer)
    assert do("Signature", reference, signer) == {"signedBy": signer.id}
    assert do("Verification", reference, signer) == {"signedBy": signer.id}
