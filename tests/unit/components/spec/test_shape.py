"""What may stand at a path."""

import pytest

from components.spec import shape
from components.spec.refusal import Path


@pytest.mark.parametrize(
    ("path", "allowed"),
    [
        (("workloads", "api", "port"), "a whole number from 1 to 65535"),
        (("environment", "tier"), "one of `dev`, `staging`, `prod`"),
        (("registry", "insecure"), "`true` or `false`"),
        (("workloads", "api", "extraPorts"), "a list"),
        (("workloads", "api", "extraPorts", 3, "port"), "a whole number from 1 to 65535"),
        (("environment", "quota", "requests", "cpu"), "text or a number"),
        (("nowhere", "at", "all"), "nothing"),
    ],
)
def test_a_path_says_what_is_allowed(path: Path, allowed: str):
    assert shape.allowed_at(path) == allowed


def test_the_keys_of_a_variant_are_those_of_its_kind():
    assert shape.keys_at(("target",), "render") == ("kind", "folder")


def test_a_mapping_of_plain_values_is_open_to_names_and_one_of_workloads_is_not():
    assert shape.open_to_names(("workloads", "api", "env"))
    assert not shape.open_to_names(("workloads",))


@pytest.mark.parametrize("key", ["environment", "target", "registry", "workloads"])
def test_every_part_has_an_example(key: str):
    assert shape.example_at((key,))
