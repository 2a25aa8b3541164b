"""Documents are attached to an image once, in registries that list them and in those that do not."""

from __future__ import annotations

import json
from collections.abc import Generator
from pathlib import Path
from typing import Any

import pytest

from provider import attached
from provider.repository import Repository
from provider.sbom import CYCLONEDX, LONG_AGO, SPDX, steady
from provider.step import RefusedError
from tests.unit.toolchain.registry_site import RegistrySite, registry_site
from toolchain import oci
from toolchain.errors import ToolchainError

DOCUMENT = b'{"components":[]}'


@pytest.fixture(params=[False, True], ids=["without a list", "with a list"])
def site(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Generator[RegistrySite]:
    monkeypatch.setenv("DOCKER_CONFIG", str(tmp_path))
    with registry_site(referrers=request.param) as made:
        yield made


def an_image(site: RegistrySite) -> tuple[Repository, str]:
    digest = site.image("app", "2026-11-22T00:00:00Z", "dev")
    return Repository.at(site.address, "app", insecure=True), digest


def listed(repository: Repository, digest: str) -> list[str]:
    """What the registry says is attached, by its own list or by the tag that stands for one."""
    found = repository.remote.referrers(repository.path, digest)
    tag = repository.manifest(digest.replace(":", "-"))
    return [*found, *(each["digest"] for each in (tag.parsed["manifests"] if tag else ()))]


def test_a_document_is_listed_and_read_back(site: RegistrySite):
    repository, digest = an_image(site)
    artifact = attached.attach(repository, digest, CYCLONEDX, DOCUMENT)
    assert listed(repository, digest) == [artifact]
    assert attached.document(f"{repository.name}@{digest}", artifact, insecure=True) == json.loads(DOCUMENT)


def test_the_artifact_names_the_image_and_what_it_is(site: RegistrySite):
    repository, digest = an_image(site)
    manifest = attached.subject(repository, attached.attach(repository, digest, SPDX, DOCUMENT)).parsed
    assert manifest["subject"]["digest"] == digest
    assert manifest["subject"]["size"] == len(attached.subject(repository, digest).data)
    assert manifest["artifactType"] == SPDX


def test_a_document_that_is_attached_again_is_the_same_once(site: RegistrySite):
    repository, digest = an_image(site)
    first = attached.attach(repository, digest, CYCLONEDX, DOCUMENT)
    other = attached.attach(repository, digest, SPDX, DOCUMENT)
    assert attached.attach(repository, digest, CYCLONEDX, DOCUMENT) == first
    assert sorted(listed(repository, digest)) == sorted([first, other])


def test_an_index_has_the_manifests_that_run_and_no_attestations(site: RegistrySite):
    child = site.image("app", "2026-11-22T00:00:00Z")
    other = {"digest": f"sha256:{'0' * 64}", "platform": {"os": "unknown"}}
    index = {"mediaType": oci.INDEX, "manifests": [{"digest": child, "platform": {"os": "linux"}}, other]}
    digest = site.put("app", index)
    assert attached.manifests(Repository.at(site.address, "app", insecure=True), digest) == [child]


def test_what_is_not_there_is_named(site: RegistrySite):
    repository, digest = an_image(site)
    missing = f"sha256:{'0' * 64}"
    with pytest.raises(RefusedError, match=f"app@{missing} is not in the registry"):
        attached.subject(repository, missing)
    with pytest.raises(RefusedError, match=f"the attached document {missing} is not in the registry"):
        attached.document(f"{repository.name}@{digest}", missing, insecure=True)


def test_a_reference_without_a_digest_is_refused():
    with pytest.raises(RefusedError, match="names no digest"):
        attached.repository_of("registry.example.com/app:latest", insecure=False)


def test_content_that_is_not_what_its_digest_says_is_refused(site: RegistrySite):
    # given a registry whose storage was changed
    repository, digest = an_image(site)
    artifact = attached.attach(repository, digest, CYCLONEDX, DOCUMENT)
    held = site.held("app")
    blob = oci.sha256(DOCUMENT)
    held.blobs[blob] = b'{"components":["tampered"]}'
    held.manifests[digest] = b'{"mediaType":"tampered"}'
    # then neither a document nor a manifest is taken for what it was
    with pytest.raises(ToolchainError, match=f"other content than {blob}"):
        attached.document(f"{repository.name}@{digest}", artifact, insecure=True)
    with pytest.raises(ToolchainError, match=f"other content than {digest}"):
        attached.subject(repository, digest)


def test_an_index_that_somebody_attached_is_no_signature_and_no_document(site: RegistrySite):
    repository, digest = an_image(site)
    index: dict[str, Any] = {"mediaType": oci.INDEX, "manifests": [], "subject": {"digest": digest}}
    listed = [{"digest": site.put("app", each)} for each in (index, index | {"artifactType": CYCLONEDX})]
    site.put("app", {"mediaType": oci.INDEX, "manifests": listed}, digest.replace(":", "-"))
    assert not attached.believed(repository, digest, lambda: False)
    assert list(attached.documents(repository, digest, CYCLONEDX)) == []


def documents(at: str, number: str) -> dict[str, dict[str, Any]]:
    return {
        CYCLONEDX: {"serialNumber": f"urn:uuid:{number}", "metadata": {"timestamp": at}, "components": []},
        SPDX: {"documentNamespace": f"https://x/{number}", "creationInfo": {"created": at}, "packages": []},
    }


@pytest.mark.parametrize("kind", [CYCLONEDX, SPDX])
def test_an_sbom_is_the_same_whenever_it_is_written(kind: str):
    digest = f"sha256:{'a' * 64}"
    one = steady(kind, documents("2026-11-22T00:00:00Z", "1")[kind], digest)
    two = steady(kind, documents("2027-01-01T00:00:00Z", "2")[kind], digest)
    assert one == two
    assert LONG_AGO.encode() in one


@pytest.mark.parametrize("kind", [CYCLONEDX, SPDX])
def test_an_sbom_of_another_image_has_another_number(kind: str):
    document = documents("2026-11-22T00:00:00Z", "1")
    assert steady(kind, document[kind], "sha256:a") != steady(kind, document[kind], "sha256:b")
