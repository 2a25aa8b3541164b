"""Secrets stay recognisable inside the SDK, and where they cannot, names are left out."""

from typing import Any

import pulumi
import pulumi_policy.policy as sdk
import pytest

from policies.pack import policies
from policies.plain import SECRET_SIGNATURE, SIGNATURE, Sealed
from policies.sealing import seal_secrets
from tests.unit.policies.analyzer import Analyzer
from tests.unit.policies.objects import bad_pod_spec, deployment, token

ASSET = {SIGNATURE: "c44067f5952c0a294b673a41bacd8c17", "text": "t"}
SECRET = {SIGNATURE: SECRET_SIGNATURE, "value": ["s"]}


def deserialize(props: dict[str, Any], *args: Any) -> Any:
    return vars(sdk)["deserialize_properties"](props, *args)


def test_only_secrets_are_sealed() -> None:
    assert seal_secrets()
    made = deserialize({"a": [1.0, SECRET], "b": {"c": ASSET, "d": None}})
    sealed = made["a"][1]
    assert isinstance(sealed, Sealed)
    assert sealed.value == ["s"]
    assert isinstance(made["b"]["c"], pulumi.StringAsset)
    assert (made["a"][0], made["b"]["d"]) == (1.0, None)


def test_sealing_twice_changes_nothing() -> None:
    assert seal_secrets()
    first = vars(sdk)["deserialize_properties"]
    assert seal_secrets()
    assert vars(sdk)["deserialize_properties"] is first


def test_a_remediation_gets_what_the_sdk_makes() -> None:
    assert seal_secrets()
    assert deserialize({"a": SECRET}, True)["a"][0] == "s"


def test_a_signature_that_the_sdk_refuses_is_refused() -> None:
    assert seal_secrets()
    with pytest.raises(AssertionError, match="signature"):
        deserialize({"a": {SIGNATURE: "unheard of"}})


def test_with_an_sdk_that_has_no_place_to_seal_names_are_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    original = vars(sdk)["deserialize_properties"]
    monkeypatch.delattr(sdk, "deserialize_properties")
    made = policies()
    monkeypatch.setattr(sdk, "deserialize_properties", original, raising=False)
    body = deployment(bad_pod_spec())
    found = Analyzer({}, made).analyze(token(body), body)
    assert found
    for each in found:
        assert "Deployment (secret)/(secret)" in each.message
        assert '"app"' not in each.message
