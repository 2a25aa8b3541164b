"""Whatever stands in a stack file, the answer is settings or a list of problems: never a traceback."""

import copy
from collections.abc import Iterator
from typing import Any, cast

from hypothesis import given, settings
from hypothesis import strategies as st

from components.spec.document import ENCRYPTED, Document
from components.spec.loading import load
from components.spec.problem import SpecError
from components.spec.refusal import Path
from tests.unit.components.given import QUOTA, written

RICH = written(
    environment={"tier": "prod", "namespace": "demo", "owner": "platform", "quota": {**QUOTA, "gpus": 4}},
    registry={
        "address": "registry.example.com",
        "credentials": {"username": "ci", "password": "token"},
        "builder": {"name": "ci", "caBundle": "host"},
        "cache": {"enabled": True},
    },
    workloads={
        "api": {
            "image": {
                "build": {
                    "folder": "images/api",
                    "args": {"VERSION": "1"},
                    "platforms": ["linux/amd64"],
                    "secrets": {"pip-token": {"secret": "token"}},
                }
            },
            "profile": "model",
            "replicas": 1,
            "rollout": {"maxSurge": 0, "maxUnavailable": 1},
            "port": 8000,
            "extraPorts": [{"name": "metrics", "port": 9090}],
            "command": ["python"],
            "env": {"LOG_LEVEL": "info"},
            "configFiles": {"folder": "/etc/app", "files": {"a.yaml": "a: 1"}},
            "secrets": ["token"],
            "resources": {"requests": {"cpu": 1, "memory": "1Gi"}, "limits": {"cpu": "2", "memory": "2Gi"}},
            "gpu": {"whole": {"count": 1, "product": "A100"}},
            "shmSize": "1Gi",
            "probes": {"livenessPath": "/health"},
            "shutdown": {"drainSeconds": 9},
            "network": {"allowFrom": [{"workload": "api"}], "allowTo": [{"cidr": "10.0.0.0/8"}]},
        },
        "web": {"image": {"promote": {"from": "staging"}}, "autoscaling": {"min": 1, "max": 2}},
    },
    secrets={"token": {"fromConfig": {"key": "token"}}, "made": {"generated": {"length": 32}}},
)


def paths(value: object, path: Path = ()) -> Iterator[Path]:
    if path:
        yield path
    if isinstance(value, dict):
        for key, below in cast("dict[str, Any]", value).items():
            yield from paths(below, (*path, key))
    if isinstance(value, list):
        for index, below in enumerate(cast("list[Any]", value)):
            yield from paths(below, (*path, index))


def replaced(path: Path, junk: object) -> dict[str, Any]:
    values: Any = copy.deepcopy(RICH)
    here = values
    for part in path[:-1]:
        here = here[part]
    here[path[-1]] = junk
    return values


def document(values: dict[str, Any]) -> Document:
    return Document("Pulumi.junk.yaml", {**values, "token": ENCRYPTED}, {})


def test_without_junk_it_is_well_formed():
    assert load(document(RICH), {}).origins


SCALARS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.text(max_size=20),
    st.sampled_from(["1Gi", "500m", "dev", "/"]),
)
JUNK = st.recursive(
    SCALARS,
    lambda below: st.one_of(
        st.lists(below, max_size=3),
        st.dictionaries(
            st.one_of(st.text(max_size=8), st.sampled_from(["kind", "build", "requests", "key"])), below, max_size=3
        ),
    ),
    max_leaves=6,
)


@settings(max_examples=400)
@given(st.sampled_from(list(paths(RICH))), JUNK)
def test_junk_anywhere_is_a_list_of_problems_or_well_formed(path: Path, junk: object):
    try:
        loaded = load(document(replaced(path, junk)), {})
    except SpecError as error:
        assert error.problems and str(error)  # noqa: PT017, PT018  # either outcome is fine; another exception is not
    else:
        assert loaded.origins


@given(st.dictionaries(st.sampled_from(["environment", "target", "registry", "workloads", "secrets", "x"]), JUNK))
def test_junk_as_a_whole_is_a_list_of_problems(values: dict[str, Any]):
    try:
        load(Document("Pulumi.junk.yaml", values, {}), {})
    except SpecError as error:
        assert error.problems  # noqa: PT017  # either outcome is fine; another exception is not
