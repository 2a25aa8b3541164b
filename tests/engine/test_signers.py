"""Signatures without keys that are kept, by the real cosign and a Sigstore of the tests: right and wrong signers."""

from __future__ import annotations

import uuid
from collections.abc import Generator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from provider.provenance import provenance
from provider.signature import signature, verification
from provider.step import RefusedError
from tests.support.canary import files_below, sightings
from tests.support.pushed import Pushed, pushed_empty, pushed_index
from tests.support.signers import a_signer
from tests.support.sigstore import Sigstore, a_sigstore
from tests.support.small_image import build_small
from tests.support.workbench import copy_checkout
from toolchain import services
from toolchain.errors import ToolchainError
from toolchain.home import Home
from toolchain.progress import Progress

WHO = "https://ci.example.com/shop/deliver.yml"


@pytest.fixture(scope="module")
def sigstore(tmp_path_factory: pytest.TempPathFactory) -> Generator[Sigstore]:
    """A Sigstore, beside this machine's registry."""
    services.up(Home.from_environment(), Progress())
    with a_sigstore(tmp_path_factory.mktemp("sigstore")) as made:
        yield made


def identity(sigstore: Sigstore, **changed: Any) -> dict[str, Any]:
    return {"issuer": sigstore.address, "subject": WHO, "expression": False, "trustedRoot": sigstore.root, **changed}


def signs(sigstore: Sigstore, token: Path, image: Pushed, **changed: Any) -> dict[str, Any]:
    """What a step is told that signs as whom a token names."""
    keyless = {**identity(sigstore, **changed), "services": sigstore.services, "tokenFile": str(token)}
    return {"reference": image.reference, "insecure": True, "keyless": keyless}


def verified(image: Pushed, *trusted: dict[str, Any], **said: str) -> str:
    told = {each["subject"]: each for each in trusted}
    return str(verification({"reference": image.reference, "insecure": True, "trusted": told, **said})["signedBy"])


@pytest.fixture
def token(sigstore: Sigstore, tmp_path: Path) -> Path:
    """A file with a token, as a CI service mounts it."""
    file = tmp_path / "token"
    file.write_text(sigstore.token(WHO) + "\n")
    return file


def test_an_index_and_what_it_lists_are_signed_as_whom_the_token_names(sigstore: Sigstore, token: Path) -> None:
    # given
    one, index = (image := pushed_empty()), pushed_index(image)
    # when
    said = signature(signs(sigstore, token, index))
    # then both verify, by name and by an expression for all of it
    assert said == {"signedBy": WHO}
    assert verified(index, identity(sigstore), source="staging") == WHO
    assert verified(one, identity(sigstore), source="staging") == WHO
    pattern = r"^(?:https://ci\.example\.com/.*)$"
    assert verified(one, identity(sigstore, subject=pattern, expression=True), source="staging") == pattern


@pytest.mark.parametrize(
    "changed",
    [
        {"subject": "https://ci.example.com/other/deliver.yml"},
        {"subject": r"^(?:https://ci\.example\.com/shop)$", "expression": True},
        {"issuer": "https://token.actions.githubusercontent.com"},
    ],
    ids=["another identity", "part of the identity", "another issuer"],
)
def test_a_signature_of_somebody_else_does_not_count(sigstore: Sigstore, token: Path, changed: dict[str, Any]) -> None:
    image = pushed_empty()
    signature(signs(sigstore, token, image))
    with pytest.raises(RefusedError, match="no valid signature by a signer of `staging`"):
        verified(image, identity(sigstore, **changed), source="staging")


def test_a_signature_certified_by_another_sigstore_does_not_count(
    sigstore: Sigstore, token: Path, tmp_path: Path
) -> None:
    image = pushed_empty()
    signature(signs(sigstore, token, image))
    (tmp_path / "other").mkdir()
    with a_sigstore(tmp_path / "other") as other, pytest.raises(RefusedError):
        verified(image, identity(sigstore, trustedRoot=other.root))


def test_a_signature_of_another_image_does_not_count(sigstore: Sigstore, token: Path) -> None:
    # given a signed image, and another one that is given its signature
    image = pushed_empty()
    signature(signs(sigstore, token, image))
    other = pushed_empty()
    moved = replace(other, repository=image.repository)
    image.repository.put_manifest(other.digest, _manifest(other))
    listed = image.repository.manifest(image.digest.replace(":", "-"))
    assert listed
    image.repository.put_manifest(other.digest.replace(":", "-"), listed)
    # then it is refused
    with pytest.raises(RefusedError, match="no valid signature"):
        verified(moved, identity(sigstore))


def _manifest(image: Pushed) -> Any:
    found = image.repository.manifest(image.digest)
    assert found
    return found


def test_a_key_is_no_identity(sigstore: Sigstore) -> None:
    image = pushed_empty()
    with a_signer() as key:
        signature({"reference": image.reference, "insecure": True, "key": key.id, "public": key.public})
    with pytest.raises(RefusedError):
        verified(image, identity(sigstore))


def test_what_an_image_was_built_from_is_stated_by_an_identity_once(sigstore: Sigstore, token: Path) -> None:
    image = pushed_empty()
    source: dict[str, Any] = dict.fromkeys(("target", "args", "platforms"))
    source |= {"folder": "images/x", "dockerfile": "Dockerfile", "bases": {}, "context": "0" * 64}
    source |= {"contexts": {}, "from": [], "folders": {}}
    told = {**signs(sigstore, token, image), "source": source, "sbom": {"spdx": [f"sha256:{'1' * 64}"]}, "version": "1"}
    said = provenance(told)
    token.unlink()  # what is stated already needs nobody
    assert provenance(told) == said
    with pytest.raises(RefusedError):  # and a statement is no signature
        verified(image, identity(sigstore))


@pytest.mark.parametrize(
    ("written", "told"),
    [
        ("stranger", "Fulcio returned 401: the token is not the issuer's"),
        ("", "there is no OpenID token"),
        ("nonsense", "there is no OpenID token that says who signs, or it is malformed"),
    ],
)
def test_who_does_not_show_who_they_are_signs_nothing(sigstore: Sigstore, token: Path, written: str, told: str) -> None:
    image = pushed_empty()
    token.write_text(sigstore.token(WHO, "stranger") if written == "stranger" else written)
    with pytest.raises(ToolchainError, match=told) as refused:
        signature(signs(sigstore, token, image))
    assert "OpenID token" in str(refused.value) or "signing.keyless" in str(refused.value)
    assert token.read_text() == "" or token.read_text() not in str(refused.value)


def test_who_signs_as_another_than_the_stack_says_is_refused(sigstore: Sigstore, token: Path) -> None:
    token.write_text(sigstore.token("https://ci.example.com/other/deliver.yml"))
    with pytest.raises(RefusedError, match="was signed, but not by") as refused:
        signature(signs(sigstore, token, pushed_empty()))
    assert "signing.keyless" in str(refused.value)


def test_what_is_trusted_is_not_known_without_the_public_instance(sigstore: Sigstore, token: Path) -> None:
    # given an image, and nothing within reach of which to learn whom the public instance trusts
    image = pushed_empty()
    signature(signs(sigstore, token, image))
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TUF_MIRROR", "http://127.0.0.1:9")
        patch.setenv("HTTPS_PROXY", "http://127.0.0.1:9")
        # then that is told, and not that a signature is missing
        with pytest.raises(ToolchainError, match="trusted root"):
            verified(image, identity(sigstore, trustedRoot=""))


def test_a_stack_signs_as_whom_its_delivery_runs_and_keeps_no_token(sigstore: Sigstore, tmp_path: Path) -> None:
    # given a stack that names an identity, and a token in the environment
    workbench = copy_checkout(tmp_path / "checkout", supply_chain=True)
    build_small(workbench, repository=f"tests/{uuid.uuid4().hex}")
    (workbench.folder / "trusted-root.json").write_text(sigstore.root)
    stack = workbench.stack_file()
    keyless = {
        "issuer": sigstore.address,
        "identity": WHO,
        "instance": dict(sigstore.services),
        "trustedRoot": "trusted-root.json",
    }
    stack["config"]["slipway:supplyChain"] = {"test": False, "signing": {"keyless": keyless}}
    workbench.write_stack_file(stack)
    token = sigstore.token(WHO)
    # when it is brought up, and again without anybody who could sign
    done = workbench.slipway("up", "--stack", "dev", SIGSTORE_ID_TOKEN=token)
    assert done.code == 0, done.text
    again = workbench.slipway("up", "--stack", "dev")
    assert again.code == 0, again.text
    # then it is signed by the identity, and the token is nowhere
    (step,) = [each for each in workbench.resources().values() if each["type"] == "supplychain:index:Signature"]
    assert step["outputs"]["signedBy"] == WHO
    home = Home.from_environment()
    kept = files_below(workbench.folder / ".state", workbench.folder / ".rendered", home.logs, home.run)
    said = [("said", (done.text + again.text).encode())]
    assert sightings([*said, *kept], token.rpartition(".")[2]) == []
