from __future__ import annotations

import json

import pytest

from toolchain.plugins.base import ProviderError
from toolchain.plugins.base_values import Properties
from toolchain.plugins.kubernetes.live.verdict import READY, Phase
from toolchain.plugins.kubernetes.live.wait_for import parse

OBJECT: Properties = {
    "status": {"phase": "Up", "conditions": [{"type": "Ready", "status": "True"}, {"type": "Old", "status": "False"}]}
}


@pytest.mark.parametrize(
    "annotation",
    [
        "jsonpath={.status.phase}=Up",
        "jsonpath={.status.phase}",
        "jsonpath=.status.phase=Up",
        "condition=Ready",
        "condition=Ready=True",
        "condition=Old=false",
        json.dumps(["condition=Ready", "jsonpath={.status.phase}=Up"]),
    ],
)
def test_what_holds_is_ready(annotation: str) -> None:
    assert parse(annotation)(OBJECT) == READY


@pytest.mark.parametrize(
    "annotation",
    [
        "jsonpath={.status.phase}=Down",
        "jsonpath={.status.absent}",
        "condition=Old",
        "condition=Absent",
        json.dumps(["condition=Ready", "condition=Old"]),
    ],
)
def test_what_does_not_hold_is_waited_for(annotation: str) -> None:
    assert parse(annotation)(OBJECT).phase is Phase.WAITING


def test_a_status_about_an_older_specification_is_not_believed() -> None:
    stale: Properties = {**OBJECT, "metadata": {"generation": 2}, "status": {"phase": "Up", "observedGeneration": 1}}

    assert parse("jsonpath={.status.phase}=Up")(stale).phase is Phase.WAITING


@pytest.mark.parametrize("annotation", ["", "phase=Up", "[", "[]", "[1]", "jsonpath=", "jsonpath={.a[}", "condition="])
def test_other_forms_are_refused_by_name(annotation: str) -> None:
    with pytest.raises(ProviderError, match=r"pulumi\.com/waitFor"):
        parse(annotation)
