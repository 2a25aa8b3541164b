"""The stack that stands for every option uses every option."""

from collections.abc import Iterator, Mapping
from typing import Any, cast

import pytest

from components.spec.backup import Repository
from components.spec.base import Spec
from components.spec.build_cache import S3, Cache
from components.spec.docker_host import LiveReload
from components.spec.gpu_memory import GpuNeed
from components.spec.image import BuildSecret
from components.spec.scaling import Autoscaling, Keda
from components.spec.settings import Settings
from components.spec.signing import Identity, Instance, Keyless, Notation, NotationKey, NotationPlugin, Signing
from components.spec.supply_chain import SupplyChain
from components.spec.target import DockerTarget, Fluentd, JsonFile, RenderTarget
from components.spec.workload import Workload
from tests.support.docs import fields
from tests.support.full_stack import FULL, PROMOTIONS, STORED
from tests.unit.components.program import run

_OTHER_MODELS = (S3, Keda, RenderTarget, DockerTarget, JsonFile, Fluentd, LiveReload, Keyless, Instance)
_OTHER_SIGNERS = (Notation, NotationKey, NotationPlugin)
ELSEWHERE = frozenset(
    {
        (BuildSecret, "env"),
        (BuildSecret, "file"),
        (Cache, "s3"),
        (Cache, "folder"),
        (Repository, "volume"),
        (Workload, "live_reload"),
        (GpuNeed, "stated"),
        (Autoscaling, "keda"),
        (SupplyChain, "signing"),
        (Signing, "keyless"),
        (Signing, "notation"),
        (Identity, "identity_reg_exp"),
        (Identity, "trusted_root"),
    }
    | {(model, field) for model in (*_OTHER_MODELS, *_OTHER_SIGNERS) for field in model.model_fields}
)
"""Other ways to say where or how large something is, or who signs; what belongs to another target or tier; what a
cluster has only where somebody installed it."""


def used(value: object) -> Iterator[tuple[type[Spec], str]]:
    """The fields that were written, of a value and all below it."""
    if isinstance(value, Spec):
        for name in value.model_fields_set:
            yield type(value), name
            yield from used(getattr(value, name))
    elif isinstance(value, Mapping):
        for below in cast("Mapping[str, Any]", value).values():
            yield from used(below)
    elif isinstance(value, tuple):
        for below in cast("tuple[Any, ...]", value):
            yield from used(below)


def test_every_field_of_a_stack_file_is_used():
    settings = Settings.model_validate(FULL, by_alias=True, by_name=False)
    known = {(row.model, row.field) for name in fields.TABLES for row in fields.table(name)}

    missing = known - set(used(settings)) - ELSEWHERE
    assert sorted(f"{model.__name__}.{field}" for model, field in missing) == []


def test_it_can_be_deployed(monkeypatch: pytest.MonkeyPatch):
    recording = run(monkeypatch, "prod", preview=False, stored=STORED, promotions=PROMOTIONS, **FULL)

    assert {each.name for each in recording.of_type("Deployment")} == {
        "api",
        "embedder",
        "least",
        "slice",
        "share",
        "amd",
        "intel",
        "claimed",
        "chosen",
        "local",
        "mounted",
        "preloaded",
    }
    assert {each.name for each in recording.of_type("StatefulSet")} == {"worker", "prometheus", "alertmanager"}
    assert {each.name for each in recording.of_type("Job")} == {"migrate"}
    assert {each.name for each in recording.of_type("CronJob")} == {"report", "snapshots"}
