"""Nothing is brought that a stack does not use."""

from __future__ import annotations

from pathlib import Path

import pytest

from cli.needs import ENGINE, docker, looks_up_cluster, needs, readable
from components.spec.loading import load_file
from components.spec.settings import Settings
from toolchain.environment import Docker

ROOT = Path(__file__).resolve().parents[3]
OWN = "127.0.0.1:5001"


def settings(stack: str, **overrides: str) -> Settings:
    return load_file(ROOT / f"Pulumi.{stack}.yaml", overrides).settings


def test_dev_builds_with_the_services_of_this_machine() -> None:
    wanted = needs(settings("dev"), OWN)
    assert wanted.services
    assert "docker-build" in wanted.tools


def test_a_stack_that_promotes_builds_nothing() -> None:
    wanted = needs(settings("prod"), OWN)
    assert not wanted.services
    assert "docker-build" not in wanted.tools


def test_a_stack_without_secrets_and_monitoring_needs_no_random_values() -> None:
    plain = settings("prod", SLIPWAY__MONITORING="null")
    assert needs(plain, OWN).tools == ENGINE


@pytest.mark.parametrize(
    ("overrides", "services"),
    [
        ({"SLIPWAY__REGISTRY": "{address: registry.example.com}"}, True),
        ({"SLIPWAY__REGISTRY": "{address: registry.example.com, builder: {name: mine}}"}, False),
        ({"SLIPWAY__REGISTRY__BUILDER__NAME": "mine"}, True),
    ],
)
def test_services_are_those_of_the_registry_or_the_builder(overrides: dict[str, str], services: bool) -> None:
    assert needs(settings("dev", **overrides), OWN).services == services


def test_generated_secrets_need_their_provider() -> None:
    generated = settings("dev", SLIPWAY__SECRETS="{db: {generated: {}}}")
    assert "random" in needs(generated, OWN).tools


@pytest.mark.parametrize(
    ("target", "machines_engine"), [("{kind: docker}", True), ("{kind: docker, host: 'ssh://deploy@host'}", False)]
)
def test_a_stack_for_docker_needs_its_provider_and_an_engine_unless_it_names_one(
    target: str, machines_engine: bool
) -> None:
    wanted = needs(settings("dev", SLIPWAY__TARGET=target), OWN)
    assert "docker" in wanted.tools
    assert "kubernetes" not in wanted.tools
    assert wanted.docker_host is machines_engine


def test_other_stacks_need_nothing_of_docker() -> None:
    wanted = needs(settings("dev"), OWN)
    assert "docker" not in wanted.tools
    assert not wanted.docker_host


@pytest.mark.parametrize(
    ("stack", "overrides", "use"),
    [
        ("dev", {}, Docker(own_registry=True, own_builder=True)),
        ("staging", {}, Docker(own_registry=False, own_builder=True)),
        ("staging", {"SLIPWAY__REGISTRY__BUILDER__NAME": "mine"}, Docker(own_registry=False, own_builder=False)),
        ("staging", {"SLIPWAY__ENVIRONMENT__TIER": "none"}, Docker()),
    ],
)
def test_registry_and_builder_are_slipways_own_or_somebody_elses(
    stack: str, overrides: dict[str, str], use: Docker
) -> None:
    assert docker(readable(ROOT / f"Pulumi.{stack}.yaml", overrides), OWN) == use


@pytest.mark.parametrize(
    ("stack", "overrides", "looks_up"),
    [
        ("dev", {}, False),
        ("staging", {}, True),
        ("staging", {"SLIPWAY__TARGET__KUBECONFIG": "~/.kube/staging"}, False),
        ("staging", {"SLIPWAY__ENVIRONMENT__TIER": "none"}, False),
    ],
)
def test_a_stack_that_names_a_context_alone_looks_its_cluster_up(
    stack: str, overrides: dict[str, str], looks_up: bool
) -> None:
    assert looks_up_cluster(readable(ROOT / f"Pulumi.{stack}.yaml", overrides)) == looks_up
