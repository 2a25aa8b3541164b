"""What is stated about a build: all that decided it, and nothing that differs between two builds of the same."""

from __future__ import annotations

from typing import Any

from provider.provenance import predicate, stated

SOURCE: dict[str, Any] = {
    "folder": "images/api",
    "dockerfile": "Dockerfile",
    "target": None,
    "args": {"PYTHON_VERSION": "3.11"},
    "contexts": {"shared": "libraries/shared"},
    "platforms": [],
    "bases": {"BASE": f"registry/slipway/python-base@sha256:{'b' * 64}"},
    "context": "c" * 64,
    "from": ["docker.io/library/python:3.11", f"docker.io/library/debian@sha256:{'e' * 64}"],
    "folders": {"shared": "f" * 64},
}
SBOMS = {"cyclonedx": [f"sha256:{'1' * 64}"], "spdx": [f"sha256:{'2' * 64}"]}


def test_the_parameters_are_those_that_were_given():
    build = predicate(SOURCE, SBOMS, "1")["buildDefinition"]
    assert build["externalParameters"] == {
        "folder": "images/api",
        "dockerfile": "Dockerfile",
        "args": {"PYTHON_VERSION": "3.11"},
        "contexts": {"shared": "libraries/shared"},
    }


def test_every_folder_and_every_base_are_named_by_digest():
    found = predicate(SOURCE, SBOMS, "1")["buildDefinition"]["resolvedDependencies"]
    assert {each["uri"]: each["digest"]["sha256"] for each in found if "digest" in each} == {
        "file:images/api": "c" * 64,
        "file:libraries/shared": "f" * 64,
        f"oci://registry/slipway/python-base@sha256:{'b' * 64}": "b" * 64,
        f"oci://docker.io/library/debian@sha256:{'e' * 64}": "e" * 64,
    }


def test_a_base_that_only_a_tag_names_is_stated_without_a_digest():
    found = predicate(SOURCE, SBOMS, "1")["buildDefinition"]["resolvedDependencies"]
    assert [each for each in found if "digest" not in each] == [
        {"name": "base", "uri": "oci://docker.io/library/python:3.11"}
    ]


def test_the_sboms_are_what_else_came_of_the_build():
    found = predicate(SOURCE, SBOMS, "1")["runDetails"]["byproducts"]
    assert {each["name"]: each["digest"]["sha256"] for each in found} == {
        "sbom (cyclonedx)": "1" * 64,
        "sbom (spdx)": "2" * 64,
    }


def test_the_same_is_stated_in_the_same_words():
    assert stated(predicate(SOURCE, SBOMS, "1")) == stated(predicate(dict(reversed(SOURCE.items())), SBOMS, "1"))


def test_another_source_is_another_statement():
    assert stated(predicate(SOURCE, SBOMS, "1")) != stated(predicate(SOURCE | {"context": "d" * 64}, SBOMS, "1"))
