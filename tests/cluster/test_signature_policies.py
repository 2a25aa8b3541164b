"""The API server takes the policies that check signatures, where their definitions are, and refuses a misspelt one."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from cli.signature_policies import KINDS, Policy, Trust, kyverno, policy_controller
from components.spec.keyring import read_keyring
from components.spec.signing import Identity, Notation
from tests.cluster.support import Cluster
from tests.support.signature_crds import NAMES, ROOT, definition
from tests.unit.components.program import KEYRING


@pytest.fixture
def defined(cluster: Cluster) -> Iterator[None]:
    """The controllers' definitions, as far as our policies use them."""
    cluster.apply(definition(kind) for kind in NAMES)
    for group, _, plural in NAMES.values():
        cluster.kubectl("wait", "--for=condition=Established", f"crd/{plural}.{group}", "--timeout=60s")
    yield
    for group, _, plural in NAMES.values():
        cluster.kubectl("delete", f"crd/{plural}.{group}")


def trusts() -> Iterator[tuple[Policy, Trust]]:
    """Whose signatures count, for every controller that can be told."""
    ring = read_keyring(KEYRING)
    assert ring
    for make in KINDS.values():
        yield make, Trust(keys=ring.keys)
        yield make, Trust(identity=Identity(issuer="https://ci.example.com", identity="https://ci.example.com/deliver"))
    yield kyverno, Trust(notation=Notation(certificates="notary.pem"), certificates="-----BEGIN CERTIFICATE-----\n")
    yield policy_controller, Trust(identity=Identity(issuer="https://ci.example.com", identity_reg_exp=".*"), root=ROOT)


def test_the_policies_are_taken_and_nothing_of_them_is_dropped(cluster: Cluster, defined: None) -> None:
    for make, trust in trusts():
        for policy in make("signed", "shop", ["registry.example.com/slipway/api"], trust):
            cluster.apply([policy])
            group, _, plural = NAMES[policy["kind"]]
            assert cluster.get(f"{plural}.{group}", "signed")["spec"] == policy["spec"]
            policy["spec"]["autorities"] = []
            assert "autorities" in cluster.try_apply([policy]).err
