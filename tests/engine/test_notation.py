"""Signatures in the Notary Project's form, by the real notation: right and wrong keys, and what was tampered with."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from provider import attached
from provider.provenance import provenance
from provider.signature import signature, verification
from provider.step import RefusedError
from tests.support.notary import Authority, an_authority
from tests.support.pushed import Pushed, pushed_empty, pushed_index
from toolchain import notation, services
from toolchain.errors import ToolchainError
from toolchain.home import Home
from toolchain.progress import Progress

SUBJECT = "C=DE,ST=Berlin,O=shop,CN=deliver"


@pytest.fixture(scope="module")
def authorities(tmp_path_factory: pytest.TempPathFactory) -> tuple[Authority, Authority]:
    """Ours, and somebody else's, beside this machine's registry."""
    services.up(Home.from_environment(), Progress())
    folder = tmp_path_factory.mktemp("authorities")
    return an_authority(folder / "ours"), an_authority(folder / "theirs")


def trust(authority: Authority, subject: str = "") -> dict[str, Any]:
    return {"name": subject or "authorities.pem", "certificates": authority.certificate, "subject": subject}


def signs(image: Pushed, authority: Authority, name: str = "deliver", **changed: Any) -> dict[str, Any]:
    """What a step is told that signs with a key of an authority's."""
    key, chain = authority.certified(name)
    told = {**trust(authority), "keyFile": str(key), "chain": chain, **changed}
    return {"reference": image.reference, "insecure": True, "notation": told}


def verified(image: Pushed, trusted: dict[str, Any]) -> str:
    told = {"reference": image.reference, "insecure": True, "source": "staging", "trusted": {trusted["name"]: trusted}}
    return str(verification(told)["signedBy"])


def test_an_index_and_what_it_lists_are_signed_once(authorities: tuple[Authority, Authority]) -> None:
    # given
    ours, _ = authorities
    index = pushed_index(image := pushed_empty())
    told = signs(index, ours)
    # when
    assert signature(told) == {"signedBy": "authorities.pem"}
    # then both verify, and nothing is added by doing it again
    assert [verified(each, trust(ours, SUBJECT)) for each in (index, image)] == [SUBJECT, SUBJECT]
    listed = index.repository.manifest(index.digest.replace(":", "-"))
    signature(told)
    assert index.repository.manifest(index.digest.replace(":", "-")) == listed


def test_what_another_authority_has_certified_does_not_count(authorities: tuple[Authority, Authority]) -> None:
    ours, theirs = authorities
    image = pushed_empty()
    signature(signs(image, theirs))
    with pytest.raises(RefusedError, match="no valid signature by a signer of `staging`"):
        verified(image, trust(ours))


def test_what_is_certified_for_somebody_else_does_not_count(authorities: tuple[Authority, Authority]) -> None:
    ours, _ = authorities
    image = pushed_empty()
    signature(signs(image, ours, "somebody"))
    assert verified(image, trust(ours)) == "authorities.pem"
    with pytest.raises(RefusedError, match="no valid signature"):
        verified(image, trust(ours, SUBJECT))


def test_an_image_that_nobody_signed_is_refused(authorities: tuple[Authority, Authority]) -> None:
    with pytest.raises(RefusedError, match="no valid signature"):
        verified(pushed_empty(), trust(authorities[0]))


def test_a_signature_of_another_image_does_not_count(authorities: tuple[Authority, Authority]) -> None:
    # given a signed image, and another one that is given its signature
    ours, _ = authorities
    image, other = pushed_empty(), pushed_empty()
    signature(signs(image, ours))
    listed = image.repository.manifest(image.digest.replace(":", "-"))
    assert listed
    image.repository.put_manifest(other.digest, attached.subject(other.repository, other.digest))
    image.repository.put_manifest(other.digest.replace(":", "-"), listed)
    # then it is refused
    with pytest.raises(RefusedError, match="no valid signature"):
        verified(replace(other, repository=image.repository), trust(ours))


def test_what_an_image_was_built_from_is_stated_and_signed_once(authorities: tuple[Authority, Authority]) -> None:
    ours, theirs = authorities
    image = pushed_empty()
    source: dict[str, Any] = dict.fromkeys(("target", "args", "platforms"))
    source |= {"folder": "images/x", "dockerfile": "Dockerfile", "bases": {}, "context": "0" * 64}
    source |= {"contexts": {}, "from": [], "folders": {}}
    told = {**signs(image, ours), "source": source, "sbom": {}, "version": "1"}
    said = provenance(told)
    listed = image.repository.manifest(image.digest.replace(":", "-"))
    assert provenance(told) == said
    assert image.repository.manifest(image.digest.replace(":", "-")) == listed
    # a statement is no signature, and what somebody else has stated is not ours
    with pytest.raises(RefusedError):
        verified(image, trust(ours))
    with pytest.raises(RefusedError, match="was signed, but not by"):
        provenance({**told, "notation": {**signs(image, ours)["notation"], **trust(theirs)}})


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"keyFile": "/nowhere/notary.key"}, r"signing\.notation\.key"),
        ({"keyFile": None, "plugin": "azure-kv", "pluginKey": "deliver"}, "install notation's plugin azure-kv"),
    ],
)
def test_a_key_that_is_not_here_is_told(
    authorities: tuple[Authority, Authority], changed: dict[str, Any], told: str
) -> None:
    image = pushed_empty()
    step = signs(image, authorities[0])
    step["notation"] = {name: value for name, value in {**step["notation"], **changed}.items() if value is not None}
    with pytest.raises(ToolchainError, match=told):
        signature(step)


def test_a_registry_that_is_gone_is_no_verdict(authorities: tuple[Authority, Authority], tmp_path: Path) -> None:
    reference = f"127.0.0.1:9/nothing@sha256:{'0' * 64}"
    with pytest.raises(ToolchainError, match="notation verify failed"):
        notation.signed(
            Home.from_environment(), reference, notation.Trust(authorities[0].certificate), insecure=True
        )  # fmt: skip
