"""The pins are read, compared and agree with what else is pinned."""

import tomllib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from toolchain.errors import ToolchainError
from toolchain.gobuild import MODULES
from toolchain.pins import fits, pins, version_in

PROJECT = Path(__file__).parents[3]

versions = st.tuples(st.integers(0, 99), st.integers(0, 99), st.integers(0, 99))


def dotted(version: tuple[int, int, int]) -> str:
    return ".".join(str(part) for part in version)


@given(versions)
def test_a_version_fits_itself(version: tuple[int, int, int]) -> None:
    assert fits(dotted(version), dotted(version))


@given(versions, versions)
def test_of_two_versions_that_differ_at_most_one_fits_the_other(
    one: tuple[int, int, int], other: tuple[int, int, int]
) -> None:
    assert one == other or not (fits(dotted(one), dotted(other)) and fits(dotted(other), dotted(one)))


@pytest.mark.parametrize(
    ("found", "wanted", "fitting"),
    [
        ("3.245.0", "3.245.0", True),
        ("3.250.1", "3.245.0", True),
        ("3.244.9", "3.245.0", False),
        ("4.0.0", "3.245.0", False),
        ("1.26", "1.26.0", False),
        ("1.27", "1.26.0", True),
    ],
)
def test_a_version_fits_if_it_is_of_the_same_major_and_not_older(found: str, wanted: str, fitting: bool) -> None:
    assert fits(found, wanted) is fitting


@pytest.mark.parametrize(
    ("printed", "version"),
    [
        ("v3.245.0\n", "3.245.0"),
        ("runc version 1.1.5+ds1\ncommit: 1.1.5", "1.1.5"),
        ("buildkitd github.com/moby/buildkit v0.31.0 ", "0.31.0"),
        ("mmdebstrap 1.3.5", "1.3.5"),
        ("docker-registry github.com/docker/distribution 2.8.2+ds1", "2.8.2"),
        ("no version here", None),
    ],
)
def test_the_version_is_found_in_what_a_program_prints(printed: str, version: str | None) -> None:
    assert version_in(printed) == version


def test_an_unknown_tool_is_refused_with_the_names_that_are_known() -> None:
    with pytest.raises(ToolchainError, match="no tool is called 'pulum'") as caught:
        pins().tool("pulum")
    assert "pulumi" in caught.value.mend


def test_every_tool_has_an_origin_besides_path() -> None:
    assert [
        tool.name
        for tool in pins().tools.values()
        if not (tool.go or tool.file or tool.apt or tool.wheel or tool.standin)
    ] == []


def test_plugins_are_of_the_versions_that_the_program_imports() -> None:
    project = tomllib.loads((PROJECT / "pyproject.toml").read_text())
    pinned = dict(line.split("==") for line in project["project"]["dependencies"] if "==" in line)
    expected = {"pulumi": "pulumi", "docker-build": "pulumi-docker-build", "kubernetes": "pulumi-kubernetes"}
    expected["random"] = "pulumi-random"
    assert {tool: pins().tool(tool).version for tool in expected} == {t: pinned[p] for t, p in expected.items()}


@pytest.mark.parametrize(
    ("tool", "module"),
    [
        ("pulumi", "github.com/pulumi/pulumi/pkg/v3"),
        ("pulumi-language-python-exec", "github.com/pulumi/pulumi/sdk/v3"),
        ("docker-build", "github.com/pulumi/pulumi-docker-build"),
        ("buildkitd", "github.com/moby/buildkit"),
    ],
)
def test_what_is_built_is_the_version_that_is_pinned(tool: str, module: str) -> None:
    required = (MODULES / "engine" / "go.mod").read_text()
    assert f"\t{module} v{pins().tool(tool).version}" in required


@pytest.mark.parametrize("tool", ["pulumi", "docker-build", "buildkitd"])
def test_what_is_built_says_the_version_that_is_pinned(tool: str) -> None:
    said = [flag.rpartition("=")[2].removeprefix("v") for flag in pins().ldflags["engine"]]
    assert pins().tool(tool).version in said
