"""How a finding names its object and container."""

from typing import Any

import pytest

from policies.plain import SECRET_SIGNATURE, SENTINELS, SIGNATURE
from tests.unit.policies.objects import findings

UNKNOWN = min(SENTINELS)


def address(metadata: Any, container: Any = None) -> str:
    body = {"kind": "Pod", "metadata": metadata, "spec": {"containers": [{"image": "a", "name": container}]}}
    (found,) = findings(body, "kubernetes:core/v1:Pod", ("memory-limit",))
    return found.message("fallback").split(": ")[0]


@pytest.mark.parametrize(
    ("metadata", "expected"),
    [
        ({"name": "a"}, "Pod a"),
        ({"name": "a", "namespace": "n"}, "Pod n/a"),
        ({"name": UNKNOWN, "namespace": "n"}, "Pod n/(not known yet)"),
        (UNKNOWN, "Pod (not known yet)/(not known yet)"),
        ({"name": {SIGNATURE: SECRET_SIGNATURE, "value": "canary"}}, "Pod (secret)"),
        ({SIGNATURE: SECRET_SIGNATURE, "value": {"name": "canary"}}, "Pod (secret)/(secret)"),
        ({"generateName": "a-"}, "Pod fallback"),
        (None, "Pod fallback"),
        ({"name": "x" * 5000}, "Pod fallback"),
        ({"name": "a\nmandatory"}, "Pod fallback"),
        ({"name": 7}, "Pod fallback"),
    ],
)
def test_an_object_is_called_by_its_own_name_if_that_can_be_told(metadata: Any, expected: str) -> None:
    assert address(metadata) == f"{expected}, container"


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("app", ', container "app"'),
        (None, ", container"),
        (UNKNOWN, ', container "(not known yet)"'),
        ({SIGNATURE: SECRET_SIGNATURE, "value": "canary"}, ', container "(secret)"'),
    ],
)
def test_a_container_is_called_by_its_name_if_that_can_be_told(name: Any, expected: str) -> None:
    assert address({"name": "p"}, name) == f"Pod p{expected}"
