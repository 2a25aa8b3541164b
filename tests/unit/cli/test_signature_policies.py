"""Policies that let a cluster run signed images only: of the right keys, for the right repositories."""

from __future__ import annotations

import base64
import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

from cli.failures import BadInputError
from cli.signature_policies import KINDS, text
from cli.workspace import Workspace
from components.spec.keyring import Key, Keyring, read_keyring, written
from components.spec.settings import Settings
from components.spec.tiers import complete
from tests.support.signature_crds import NAMES, ROOT, SPECS, closed
from tests.unit.components import given
from tests.unit.components.program import KEYRING

BUILD = {"build": {"folder": "images/python-api"}}
PROMOTE = {"promote": {"from": "staging"}}
EXTERNAL = {"external": {"reference": f"docker.io/library/redis@sha256:{'0' * 64}", "reason": "official, reviewed"}}
OLD = "-----BEGIN PUBLIC KEY-----\nb2xk\n-----END PUBLIC KEY-----\n"


def settings(image: dict[str, Any], **chain: Any) -> Settings:
    described = given.written(supplyChain={"admission": True, **chain})
    (workload,) = described["workloads"].values()
    workload["image"] = image
    return Settings.model_validate(complete(described), by_alias=True, by_name=False)


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    """A checkout in which two stacks have keys: `staging` is in the middle of a rotation."""
    ring = read_keyring(KEYRING)
    assert ring
    from components.spec.keyring import key_id

    old = Key(id=key_id(OLD), created="2026-08-01", use="verifying", public=OLD)
    (tmp_path / "keys").mkdir()
    (tmp_path / "keys" / "dev.yaml").write_text(KEYRING.read_text())
    (tmp_path / "keys" / "staging.yaml").write_text(written(Keyring(keys=(ring.signing, old))))
    return Workspace(tmp_path, "dev")


def made(kind: str, workspace: Workspace, image: dict[str, Any], **chain: Any) -> list[dict[str, Any]]:
    return list(yaml.safe_load_all(text(KINDS[kind], workspace, settings(image, **chain))))


KEYLESS = {"issuer": "https://ci.example.com", "identity": "https://ci.example.com/deliver"}
OTHERS = {
    "external": {**EXTERNAL["external"], "signedBy": {"issuer": "https://ci.example.com", "identityRegExp": ".+"}}
}
OWN = {"trustedRoot": "root.json", "instance": {"fulcio": "https://f.example.com", "rekor": "https://r.example.com"}}


@pytest.mark.parametrize(
    ("image", "chain"),
    [(BUILD, {}), (PROMOTE, {}), (OTHERS, {}), (BUILD, {"signing": {"keyless": KEYLESS}, "admission": False})],
    ids=["built", "promoted", "somebody else's", "keyless"],
)
@pytest.mark.parametrize("kind", KINDS)
def test_a_policy_is_what_its_controller_takes(
    workspace: Workspace, kind: str, image: dict[str, Any], chain: dict[str, Any]
):
    for policy in made(kind, workspace, image, **chain):
        group, version, _ = NAMES[policy["kind"]]
        assert policy["apiVersion"] == f"{group}/{version}"
        jsonschema.validate(policy["spec"], closed(SPECS[policy["kind"]]))


def test_during_a_rotation_one_of_both_keys_is_enough(workspace: Workspace):
    (policy,) = made("kyverno", workspace, PROMOTE)
    (attestors,) = policy["spec"]["rules"][0]["verifyImages"][0]["attestors"]
    assert attestors["count"] == 1
    assert OLD in [entry["keys"]["publicKeys"] for entry in attestors["entries"]]
    assert len(attestors["entries"]) == 2
    (other,) = made("policy-controller", workspace, PROMOTE)
    assert OLD in [each["key"]["data"] for each in other["spec"]["authorities"]]
    assert len(other["spec"]["authorities"]) == 2


def test_an_identity_counts_in_the_place_of_keys(workspace: Workspace):
    chain: dict[str, Any] = {"signing": {"keyless": KEYLESS}, "admission": False}
    (policy,) = made("policy-controller", workspace, PROMOTE, **chain)
    (authority,) = policy["spec"]["authorities"]
    named = {"issuer": KEYLESS["issuer"], "subject": KEYLESS["identity"]}
    assert authority["keyless"] == {"identities": [named]}
    assert authority["signatureFormat"] == "bundle"
    (other,) = made("kyverno", workspace, PROMOTE, **chain)
    (rule,) = other["spec"]["rules"][0]["verifyImages"]
    assert rule["type"] == "SigstoreBundle"
    assert rule["attestors"][0]["entries"][0]["keyless"].items() >= named.items()


def test_somebody_elses_image_is_held_to_who_signs_it(workspace: Workspace):
    (policy,) = made("policy-controller", workspace, OTHERS)
    assert policy["spec"]["images"] == [{"glob": "docker.io/library/redis@**"}]
    assert policy["spec"]["authorities"][0]["keyless"]["identities"][0]["subjectRegExp"] == "^(?:.+)$"


def test_a_sigstore_of_ones_own_is_trusted_by_policy_controller_and_told_of_kyverno(workspace: Workspace):
    (workspace.checkout / "root.json").write_text(json.dumps(ROOT))
    chain: dict[str, Any] = {"signing": {"keyless": KEYLESS | OWN}, "admission": False}
    root, policy = made("policy-controller", workspace, BUILD, **chain)
    jsonschema.validate(root["spec"], closed(SPECS["TrustRoot"]))
    chains = root["spec"]["sigstoreKeys"]["certificateAuthorities"]
    assert base64.b64decode(chains[0]["certChain"]).startswith(b"-----BEGIN CERTIFICATE-----\nAAAA\n")
    (authority,) = policy["spec"]["authorities"]
    assert authority["keyless"]["trustRootRef"] == authority["ctlog"]["trustRootRef"] == root["metadata"]["name"]
    assert authority["keyless"]["insecureIgnoreSCT"] is True
    with pytest.raises(BadInputError, match="use policy-controller"):
        made("kyverno", workspace, BUILD, **chain)


@pytest.mark.parametrize(
    ("part", "each"),
    [("certificateAuthorities", {}), ("tlogs", "x"), ("tlogs", {**ROOT["tlogs"][0], "hashAlgorithm": 1})],
)
def test_a_root_of_trust_that_policy_controller_cannot_be_told_of_is_named(
    workspace: Workspace, part: str, each: object
):
    (workspace.checkout / "root.json").write_text(json.dumps({**ROOT, part: [each]}))
    chain: dict[str, Any] = {"signing": {"keyless": KEYLESS | OWN}, "admission": False}
    with pytest.raises(BadInputError, match=r"root\.json: a part is not in the form"):
        made("policy-controller", workspace, BUILD, **chain)


def test_a_file_without_a_certificate_trusts_nobody(workspace: Workspace):
    (workspace.checkout / "notary.pem").write_text("")
    chain: dict[str, Any] = {"signing": {"notation": {"certificates": "notary.pem"}}, "admission": False}
    with pytest.raises(BadInputError, match=r"notary\.pem: no certificate"):
        made("kyverno", workspace, BUILD, **chain)


def test_certificates_are_checked_by_kyverno_and_told_of_policy_controller(workspace: Workspace):
    (workspace.checkout / "notary.pem").write_text("-----BEGIN CERTIFICATE-----\n")
    chain: dict[str, Any] = {"signing": {"notation": {"certificates": "notary.pem"}}, "admission": False}
    (policy,) = made("kyverno", workspace, PROMOTE, **chain)
    jsonschema.validate(policy["spec"], closed(SPECS["ClusterPolicy"]))
    (rule,) = policy["spec"]["rules"][0]["verifyImages"]
    assert rule["type"] == "Notary"
    assert rule["attestors"][0]["entries"] == [{"certificates": {"cert": "-----BEGIN CERTIFICATE-----\n"}}]
    with pytest.raises(BadInputError, match="Sigstore only"):
        made("policy-controller", workspace, PROMOTE, **chain)
    chain["signing"]["notation"]["subject"] = "C=DE,ST=Berlin,O=shop"
    with pytest.raises(BadInputError, match="whoever it is made out to"):
        made("kyverno", workspace, PROMOTE, **chain)


def test_the_repositories_are_those_that_run_and_a_tag_is_no_way_around(workspace: Workspace):
    repository = settings(BUILD).registry.name_of("api")
    (policy,) = made("policy-controller", workspace, BUILD)
    assert policy["spec"]["images"] == [{"glob": f"{repository}@**"}]
    (other,) = made("kyverno", workspace, BUILD)
    (rule,) = other["spec"]["rules"][0]["verifyImages"]
    assert rule["imageReferences"] == [f"{repository}@*", f"{repository}:*"]
    assert rule["verifyDigest"] is True


@pytest.mark.parametrize(
    ("image", "chain", "told"),
    [
        (EXTERNAL, {}, "nothing that it runs is signed"),
        (BUILD, {"sign": False}, "nothing that it runs is signed"),
        (BUILD, {"admission": False}, "set `slipway:supplyChain.admission: true`"),
    ],
)
def test_a_stack_whose_images_no_controller_could_check_is_told(
    workspace: Workspace, image: dict[str, Any], chain: dict[str, Any], told: str
):
    with pytest.raises(BadInputError, match=told):
        text(KINDS["kyverno"], workspace, settings(image, **chain))
