"""Policies that let a cluster run signed images only: of the right keys, for the right repositories."""

from __future__ import annotations

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
from tests.support.signature_crds import NAMES, SPECS, closed
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


def made(kind: str, workspace: Workspace, image: dict[str, Any]) -> list[dict[str, Any]]:
    return list(yaml.safe_load_all(text(KINDS[kind], workspace, settings(image))))


@pytest.mark.parametrize("image", [BUILD, PROMOTE], ids=["built", "promoted"])
@pytest.mark.parametrize("kind", KINDS)
def test_a_policy_is_what_its_controller_takes(workspace: Workspace, kind: str, image: dict[str, Any]):
    for policy in made(kind, workspace, image):
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


def test_the_repositories_are_those_that_run_by_digest(workspace: Workspace):
    repository = settings(BUILD).registry.name_of("api")
    (policy,) = made("policy-controller", workspace, BUILD)
    assert policy["spec"]["images"] == [{"glob": f"{repository}@**"}]
    (other,) = made("kyverno", workspace, BUILD)
    assert other["spec"]["rules"][0]["verifyImages"][0]["imageReferences"] == [f"{repository}@*"]


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
