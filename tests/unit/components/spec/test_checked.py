"""A malformed field hides no mistake that does not depend on it, and no check sees one."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from components.spec.document import Document
from components.spec.loading import load
from components.spec.problem import SpecError
from tests.unit.components.given import BUILD, written

MALFORMED: dict[str, Any] = {
    "user": 0,
    "group": "wheel",
    "version": "not a label!",
    "tmpSize": "much",
    "shutdown": {"drainSeconds": 0},
    "probes": {"livenessPath": "health"},
    "gpu": {"whole": {"count": 0.5}},
    "network": {"allowFrom": [{}]},
    "unknown": 1,
}
COMBINATIONS: dict[str, dict[str, Any]] = {
    "replicas": {"replicas": 3, "autoscaling": {"min": 2, "max": 4}},
    "extraPorts": {"port": None, "extraPorts": [{"name": "metrics", "port": 9090}]},
    "shmSize": {"shmSize": "8Gi", "resources": {"requests": {"cpu": 1}, "limits": {"cpu": 2, "memory": "4Gi"}}},
    "configFiles.folder": {"configFiles": {"folder": "/tmp/app", "files": {"a.yaml": "a: 1"}}},
    "args[0]": {"args": ["--token=ghp_" + "canary" * 6]},
}


def told(**workload: Any) -> set[str]:
    """Where the problems of a workload stand, below it."""
    with pytest.raises(SpecError) as caught:
        load(Document("Pulumi.test.yaml", written(workloads={"api": {"image": BUILD, **workload}}), {}), {})
    return {problem.path.removeprefix("slipway:workloads.api").removeprefix(".") for problem in caught.value.problems}


@given(st.sampled_from(sorted(MALFORMED)), st.sampled_from(sorted(COMBINATIONS)))
def test_a_combination_is_told_beside_any_malformed_field(malformed: str, combination: str):
    alone = told(**{malformed: MALFORMED[malformed]})

    assert told(**COMBINATIONS[combination], **{malformed: MALFORMED[malformed]}) == {combination} | alone


def test_what_depends_on_a_malformed_field_is_not_told_yet():
    assert told(replicas=3, autoscaling={"min": 2, "max": "four"}) == {"autoscaling.max"}


def test_a_misspelled_source_is_not_also_a_missing_one():
    assert told(image={"biuld": {"folder": "images/api"}}) == {"image.biuld"}


def test_a_malformed_source_beside_another_is_one_too_many():
    assert told(image={**BUILD, "promote": {"from": "No"}}) == {"image", "image.promote.from"}


def test_checks_below_and_above_a_malformed_field_all_speak():
    assert told(user=0, rollout={"maxSurge": 0, "maxUnavailable": 0}, secrets=["a", "a"]) >= {"user", "rollout"}
