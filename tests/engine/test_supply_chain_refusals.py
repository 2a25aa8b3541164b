"""What stops an image on its way to being verified: what is known to be bad in it, and signatures that do not count."""

from __future__ import annotations

import shutil
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from components.spec.keyring import Key, Keyring, keyring_file, read_keyring, written
from policies.values.image import ImageReference
from provider import attached
from provider.provenance import provenance
from provider.repository import Repository
from provider.signature import signature, verification
from provider.step import RefusedError
from tests.support.evidence import attachments, steps
from tests.support.faulty_registry import FaultyRegistry, RegistryFault
from tests.support.pushed import Pushed, pushed
from tests.support.signers import Signer, a_signer
from tests.support.small_image import build_small
from tests.support.workbench import Result, Workbench, copy_checkout
from tests.unit.toolchain.sites import Request
from toolchain import cosign, files, registry
from toolchain.home import Home

VULNERABLE = "h11-0.14.0.dist-info"
UNUSED = {"test": False, "sign": False, "provenance": False}


def up(workbench: Workbench, **extra: str) -> Result:
    return workbench.slipway("up", "--stack", "dev", **extra)


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Workbench:
    """A stack that is up, with an image in which nothing is known to be bad."""
    workbench = copy_checkout(tmp_path_factory.mktemp("running") / "checkout", supply_chain=True)
    build_small(workbench, repository=f"tests/{uuid.uuid4().hex}")
    wanted(workbench)
    said = up(workbench)
    assert said.code == 0, said.text
    return workbench


def wanted(workbench: Workbench, *waivers: dict[str, str]) -> None:
    """Let the stack's images be scanned, and nothing else, with these waivers."""
    stack = workbench.stack_file()
    stack["config"]["slipway:supplyChain"] = {**UNUSED, "scan": {"waivers": list(waivers)}}
    workbench.write_stack_file(stack)


def plant(workbench: Workbench) -> None:
    """Give the image a dependency that an advisory names."""
    folder = workbench.folder / "images" / "python-api"
    (folder / "src" / VULNERABLE).mkdir()
    (folder / "src" / VULNERABLE / "METADATA").write_text("Metadata-Version: 2.1\nName: h11\nVersion: 0.14.0\n")
    (folder / "src" / VULNERABLE / "RECORD").write_text("")
    dockerfile = folder / "Dockerfile"
    dockerfile.write_text(f"{dockerfile.read_text()}COPY src/{VULNERABLE} /app/{VULNERABLE}\n")


def waiver(expires: str) -> dict[str, str]:
    return {
        "advisory": "GHSA-vqfr-h8mv-ghfj",
        "package": "h11",
        "reason": "only our own proxy reaches it",
        "owner": "team-shop",
        "expires": expires,
    }


def test_a_vulnerable_dependency_is_refused_until_it_is_waived(running: Workbench) -> None:
    # given a change of the workload, too
    before = running.rendered()
    plant(running)
    stack = running.stack_file()
    stack["config"]["slipway:workloads"]["python-api"]["env"]["APP_LOG_LEVEL"] = "info"
    running.write_stack_file(stack)
    # when a dependency is bad, then nothing that runs is changed, and the message says all that is needed
    refused = up(running)
    assert refused.code == 1, refused.text
    assert "h11 0.14.0 (PyPI)  GHSA-vqfr-h8mv-ghfj  critical  fixed in 0.16.0" in refused.out
    assert "- advisory: GHSA-vqfr-h8mv-ghfj" in refused.out
    assert "Traceback" not in refused.text
    assert running.rendered() == before
    # when its waiver is over, then it is refused with the date
    wanted(running, waiver("2026-10-01"))
    lapsed = up(running)
    assert lapsed.code == 1, lapsed.text
    assert "the waiver of team-shop for it ended on 2026-10-01" in lapsed.out
    assert running.rendered() == before
    # when it is waived, then it passes
    wanted(running, waiver("2999-01-01"))
    passed = up(running)
    assert passed.code == 0, passed.text
    assert steps(running)["Scan"]["waived"] == ["GHSA-vqfr-h8mv-ghfj in h11"]
    assert running.rendered() != before


@pytest.fixture(scope="module")
def keys() -> Iterator[tuple[Signer, Signer]]:
    """Two keys, gone from the home when the tests are over."""
    with a_signer() as ours, a_signer() as theirs:
        yield ours, theirs


def signed(image: Pushed, key: Signer) -> None:
    signature({"reference": image.reference, "insecure": True, "key": key.id, "public": key.public})


def verified(image: Pushed, *trusted: Signer) -> str:
    told = {"reference": image.reference, "insecure": True, "source": "staging"}
    return str(verification({**told, "trusted": {key.id: key.public for key in trusted}})["signedBy"])


def image_of(workbench: Workbench) -> str:
    return str(steps(workbench)["Scan"]["reference"])


def test_an_image_that_nobody_signed_is_refused(running: Workbench, keys: tuple[Signer, Signer]) -> None:
    with pytest.raises(RefusedError, match="no valid signature by a signer of `staging`"):
        verified(pushed(image_of(running), "unsigned"), *keys)


def test_an_image_that_another_key_signed_is_refused(running: Workbench, keys: tuple[Signer, Signer]) -> None:
    ours, theirs = keys
    image = pushed(image_of(running), "another key")
    signed(image, theirs)
    with pytest.raises(RefusedError, match=ours.id):
        verified(image, ours)
    assert verified(image, ours, theirs) == theirs.id


def test_a_signature_of_another_image_does_not_count(running: Workbench, keys: tuple[Signer, Signer]) -> None:
    # given a signed image, and a changed one that is given its signature
    ours, _ = keys
    image = pushed(image_of(running), "signed")
    signed(image, ours)
    tampered = pushed(image.reference, "tampered")
    listed = image.repository.manifest(image.digest.replace(":", "-"))
    assert listed
    for each in listed.parsed["manifests"]:
        manifest = attached.subject(image.repository, each["digest"])
        content = manifest.parsed
        for blob in (content["config"], *content["layers"]):
            tampered.repository.put_blob(image.repository.blob(blob["digest"]))
        tampered.repository.put_manifest(each["digest"], manifest)
    tampered.repository.put_manifest(tampered.digest.replace(":", "-"), listed)
    # then it is refused
    with pytest.raises(RefusedError, match="no valid signature"):
        verified(tampered, ours)


@pytest.fixture
def front() -> Iterator[FaultyRegistry]:
    """This machine's registry, behind an address of its own."""
    made = FaultyRegistry(registry.address())
    made.serve()
    yield made
    made.close()


def promote(workbench: Workbench, image: Pushed, front: FaultyRegistry, trusted: Signer) -> None:
    """Let the stack run an image that `staging` ran, whose key is committed."""
    stack = workbench.stack_file()
    config = stack["config"]
    repository = image.repository.path.removesuffix("/python-api")
    config["slipway:registry"] |= {"address": front.address, "repository": repository}
    config["slipway:workloads"]["python-api"]["image"] = {"promote": {"from": "staging"}}
    config["slipway:supplyChain"] = {"scan": {"waivers": [waiver("2999-01-01")]}}
    workbench.write_stack_file(stack)
    (workbench.folder / "promotions" / "dev.yaml").write_text(f"staging:\n  python-api: {image.digest}\n")
    key = Key(id=trusted.id, created="2026-11-22", use="signing", public=trusted.public)
    files.write(keyring_file(workbench.folder, "staging"), written(Keyring(keys=(key,))))


def test_a_stack_runs_only_promoted_images_that_their_stack_signed(
    running: Workbench, keys: tuple[Signer, Signer], front: FaultyRegistry, tmp_path: Path
) -> None:
    # given a stack that runs an image which staging signed and prod may run
    ours, theirs = keys
    shutil.copytree(running.folder, tmp_path / "checkout", symlinks=True)
    workbench = Workbench(tmp_path / "checkout")
    good = pushed(image_of(running), "promoted")
    others = {mark: pushed(good.reference, mark, good.repository) for mark in ("unsigned", "theirs", "changed")}
    signed(good, ours)
    signed(others["theirs"], theirs)
    signed(others["changed"], ours)
    promote(workbench, good, front, ours)
    said = up(workbench)
    assert said.code == 0, said.text
    before = workbench.rendered()
    assert good.digest in "".join(before.values())

    def changed(request: Request) -> bool:
        return request.path.endswith(f"/manifests/{others['changed'].digest}")

    # when one is promoted that nobody signed, another signed, or whose content was changed in the registry
    refusals = {
        "unsigned": "has no valid signature by a signer of `staging`",
        "theirs": "has no valid signature by a signer of `staging`",
        "changed": f"gave other content than {others['changed'].digest}",
    }
    for mark, why in refusals.items():
        promote(workbench, others[mark], front, ours)
        with front.meets(RegistryFault("other content", changed)):
            refused = up(workbench)
        # then it is refused with the reason, and what runs stays
        assert refused.code == 1, refused.text
        assert why in refused.text
        assert "mend: " in refused.text
        assert "Traceback" not in refused.text
        assert workbench.rendered() == before


def test_an_image_is_signed_and_stated_about_once(running: Workbench, keys: tuple[Signer, Signer]) -> None:
    # given steps that were done, and whose end a killed engine never wrote down
    image, key = pushed(image_of(running), "twice"), keys[0]
    source: dict[str, Any] = dict.fromkeys(("target", "args", "platforms"))
    source |= {"folder": "images/x", "dockerfile": "Dockerfile", "bases": {}, "context": "0" * 64}
    source |= {"contexts": {}, "from": [], "folders": {}}
    told: dict[str, Any] = {"source": source, "sbom": {"spdx": [f"sha256:{'1' * 64}"]}, "version": "1"}
    told |= {"reference": image.reference, "insecure": True, "key": key.id, "public": key.public}
    signed(image, key)
    said = provenance(told)
    first = list(attachments(image.reference))
    # when they are done again, then nothing is added
    signed(image, key)
    assert provenance(told) == said
    assert list(attachments(image.reference)) == first
    assert len(first) == 2


def test_an_image_is_signed_so_that_admission_controllers_can_check_it(
    running: Workbench, keys: tuple[Signer, Signer]
) -> None:
    # given
    image, (ours, theirs), home = pushed(image_of(running), "admission"), keys, Home.from_environment()
    told: dict[str, Any] = {"reference": image.reference, "insecure": True, "key": ours.id, "public": ours.public}
    tag = f"{image.digest.replace(':', '-')}.sig"
    signature(told)
    assert image.repository.manifest(tag) is None
    # when
    signature({**told, "admission": True})
    # then
    assert cosign.signed(home, image.reference, ours.public, insecure=True, older=True)
    assert not cosign.signed(home, image.reference, theirs.public, insecure=True, older=True)
    assert verified(image, ours) == ours.id
    # and once
    first = image.repository.manifest(tag)
    signature({**told, "admission": True})
    assert image.repository.manifest(tag) == first


def test_an_image_that_is_not_there_is_refused(keys: tuple[Signer, Signer], running: Workbench) -> None:
    reference = ImageReference.parse(image_of(running))
    missing = Pushed(Repository.at(reference.registry, reference.repository, insecure=True), f"sha256:{'0' * 64}")
    with pytest.raises(RefusedError, match="is not in the registry"):
        verified(missing, keys[0])


def test_the_next_key_signs_what_another_has_signed_and_both_count(
    running: Workbench, keys: tuple[Signer, Signer]
) -> None:
    old, new = keys
    image = pushed(image_of(running), "rotated")
    signed(image, old)
    signed(image, new)
    assert [verified(image, old), verified(image, new)] == [old.id, new.id]


def test_what_was_signed_before_and_after_a_rotation_verifies_and_a_backup_brings_the_key_back(
    running: Workbench, tmp_path: Path
) -> None:
    # given a stack with a key, and an image that it signed
    home = Home.from_environment()
    password = {cosign.PASSWORD_VARIABLE: "a password of some length"}

    def run(*arguments: str) -> Result:
        done = running.slipway("keys", *arguments, **password)
        assert done.code == 0, done.text
        return done

    def ring() -> tuple[Signer, ...]:
        found = read_keyring(keyring_file(running.folder, "staging"))
        assert found
        return tuple(Signer(each.id, each.public) for each in found.keys)

    def sign_with_password(image: Pushed, key: Signer) -> None:
        cosign.sign(
            home, image.reference, cosign.Signer(cosign.key_file(home, key.id), password[cosign.PASSWORD_VARIABLE]),
            insecure=True,
        )  # fmt: skip

    run("create", "staging")
    (old,) = ring()
    before = pushed(image_of(running), "before")
    sign_with_password(before, old)
    # when the key is rotated
    run("rotate", "staging")
    new, kept = ring()
    assert kept == old
    after = pushed(image_of(running), "after")
    sign_with_password(after, new)
    # then both images verify, each by its own key
    assert [verified(image, *ring()) for image in (before, after)] == [old.id, new.id]
    # when the private keys are lost and brought back, then they sign again
    run("backup", "staging", str(tmp_path / "keys.tar"))
    for key in ring():
        cosign.key_file(home, key.id).unlink()
    with pytest.raises(Exception, match="is not on this machine"):
        cosign.signer(home, new.id)
    run("restore", "staging", str(tmp_path / "keys.tar"))
    again = pushed(image_of(running), "again")
    sign_with_password(again, new)
    assert verified(again, *ring()) == new.id
    # when the old key is retired, then what only it signed is refused
    run("retire", "staging", old.id)
    with pytest.raises(RefusedError):
        verified(before, *ring())
    for key in (old, new):
        cosign.key_file(home, key.id).unlink()
