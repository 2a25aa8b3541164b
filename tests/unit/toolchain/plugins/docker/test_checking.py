"""Inputs are completed, named and refused before anything is asked of an engine."""

import pytest

from toolchain.plugins.base import Autonaming
from toolchain.plugins.base_values import UNKNOWN, Properties, Secret, Value
from toolchain.plugins.docker import checking
from toolchain.plugins.docker.kinds import CONTAINER, KINDS, NETWORK, Kind, Shape


def named(inputs: Properties, old: Properties | None = None, wish: Autonaming | None = None) -> Value:
    checking.add_name(CONTAINER, inputs, old or {}, resource_name="web", seed=b"seed", wish=wish)
    return inputs.get("name")


def test_what_is_left_out_has_the_official_defaults() -> None:
    inputs = checking.complete(CONTAINER, {"image": "a"})
    assert inputs["restart"] == "no"
    assert inputs["networkMode"] == "bridge"
    assert inputs["mustRun"] is True
    assert "hostname" not in inputs


def test_blocks_are_filled_in_too() -> None:
    filled = checking.filled(CONTAINER, {"ports": [{"internal": 80, "ip": None}], "healthcheck": {"tests": ["NONE"]}})
    assert filled["ports"] == [{"internal": 80, "ip": "0.0.0.0", "protocol": "tcp"}]
    assert filled["healthcheck"] == {
        "tests": ["NONE"],
        "interval": "0s",
        "timeout": "0s",
        "startPeriod": "0s",
        "startInterval": "0s",
        "retries": 0,
    }


def test_secrets_stay_marked() -> None:
    secret = Secret(["A=b"])
    assert checking.complete(CONTAINER, {"image": "a", "envs": secret})["envs"] is secret


def test_a_name_is_made_once_and_kept() -> None:
    first: Properties = {}
    made = named(first)
    assert isinstance(made, str)
    assert made.startswith("web-")
    assert checking.is_autonamed(first)
    assert named({}, first) == made


@pytest.mark.parametrize(("mode", "name"), [("PROPOSE", "web-x"), ("DISABLE", None)])
def test_names_are_made_as_the_configuration_wishes(mode: str, name: str | None) -> None:
    assert named({}, wish=Autonaming("web-x", mode)) == name


def test_a_given_name_is_taken() -> None:
    assert named({"name": "mine"}) == "mine"


@pytest.mark.parametrize(
    ("inputs", "path", "words"),
    [
        ({}, "image", "is missing"),
        ({"restart": "sometimes"}, "restart", "does not match"),
        ({"name": "-web"}, "name", "does not match"),
        ({"memory": -1}, "memory", "at least 0"),
        ({"memory": True}, "memory", "a whole number"),
        ({"command": "ls"}, "command", "a list"),
        ({"uploads": [{"file": "/a"}]}, "uploads[0]", "there is none"),
        ({"uploads": [{"file": "/a", "content": "x", "source": "y"}]}, "uploads[0]", "there is content and source"),
        ({"uploads": [{"file": "/a", "content": "x", "permissions": "640"}]}, "uploads[0].permissions", "four octal"),
        ({"mounts": [{"type": "nfs", "target": "/a"}]}, "mounts[0].type", "none of bind, volume, tmpfs"),
        ({"healthcheck": {"tests": [], "interval": "soon"}}, "healthcheck.interval", "no duration"),
        ({"gpus": "all", "deviceRequests": [{"driver": "cdi"}]}, "gpus", "exclude each other"),
    ],
)
def test_what_cannot_be_made_is_refused_with_its_path(inputs: Properties, path: str, words: str) -> None:
    given = inputs if path == "image" else {"image": "a", **inputs}
    found = list(checking.problems(CONTAINER, checking.complete(CONTAINER, given)))
    assert [failure.property for failure in found] == [path]
    assert words in found[0].reason


@pytest.mark.parametrize("kind", KINDS.values(), ids=lambda kind: kind.token.rpartition(":")[2])
def test_what_is_not_known_yet_is_not_wrong(kind: Kind) -> None:
    assert list(checking.problems(kind, dict.fromkeys(kind.fields, UNKNOWN))) == []


def test_a_network_needs_nothing() -> None:
    assert list(checking.problems(NETWORK, checking.complete(NETWORK, {}))) == []


@pytest.mark.parametrize("kind", KINDS.values(), ids=lambda kind: kind.token.rpartition(":")[2])
def test_defaults_are_of_their_fields_shape(kind: Kind) -> None:
    types = {Shape.TEXT: str, Shape.NUMBER: int, Shape.FLAG: bool}
    wrong = [
        name
        for name, field in kind.fields.items()
        if field.default is not None and not isinstance(field.default, types[field.shape])
    ]
    assert wrong == []
