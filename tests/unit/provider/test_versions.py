"""Versions stand in the order of their ecosystem: Debian's own comparison, semver's list, PEP 440's."""

from __future__ import annotations

import shutil
import subprocess
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from provider.versions import order_of
from provider.versions.debian import debian
from provider.versions.pep440 import pep440
from provider.versions.semver import semver

# https://www.debian.org/doc/debian-policy/ch-controlfields.html#version, and what follows from it
DEBIAN = (
    "0~~",
    "0~",
    "0",
    "0a",
    "0+b1",
    "1.0~rc1-1",
    "1.0-1~deb12u1",
    "1.0-1",
    "1.0-1+b1",
    "1.0-1.1",
    "1.0.1",
    "1:0.1",
)
# https://semver.org/#spec-item-11
SEMVER = ("1.0.0-alpha", "1.0.0-alpha.1", "1.0.0-alpha.beta", "1.0.0-beta", "1.0.0-beta.2", "1.0.0-beta.11",
          "1.0.0-rc.1", "1.0.0", "1.0.1", "1.10.0", "2.0.0")  # fmt: skip
# https://packaging.python.org/en/latest/specifications/version-specifiers/
PEP440 = ("1.0.dev1", "1.0a1", "1.0b2", "1.0rc1", "1.0", "1.0+local", "1.0.post1", "1.1", "1!0.1")


@pytest.mark.parametrize(
    ("ecosystem", "versions"), [("Debian:12", DEBIAN), ("npm", SEMVER), ("crates.io", SEMVER), ("PyPI", PEP440)]
)
def test_versions_stand_in_their_order(ecosystem: str, versions: tuple[str, ...]):
    order = order_of(ecosystem)
    assert order
    assert all(order(older) < order(newer) for older, newer in pairwise(versions))


@pytest.mark.parametrize(("one", "same"), [("1.0", "1.00"), ("1", "0:1"), ("1.0-0", "1.0"), ("01", "1")])
def test_debian_has_several_spellings_of_a_version(one: str, same: str):
    assert debian(one) == debian(same)


def test_build_metadata_and_a_leading_v_do_not_count():
    assert semver("1.2.3+build") == semver("v1.2.3")


@pytest.mark.parametrize("text", ["", "not a version", "1.0 beta"])
@pytest.mark.parametrize("order", [debian, semver, pep440])
def test_what_is_no_version_is_refused(order: object, text: str):
    with pytest.raises(ValueError):  # noqa: PT011 - three libraries say it in three ways
        order(text)  # type: ignore[operator]


def test_an_ecosystem_without_a_known_order_has_none():
    assert order_of("Hackage") is None


_word = "[0-9abz.+~]{0,7}"
_versions = st.from_regex(f"1{_word}(-1{_word})?", fullmatch=True)


@given(_versions, _versions, _versions)
def test_debians_order_is_an_order(one: str, two: str, three: str):
    keys = sorted(map(debian, (one, two, three)))
    assert keys[0] <= keys[1] <= keys[2]
    assert (debian(one) < debian(two)) + (debian(one) == debian(two)) + (debian(one) > debian(two)) == 1


@given(_versions)
def test_a_tilde_makes_a_debian_version_older_and_a_letter_newer(version: str):
    assert debian(f"{version}~") < debian(version) < debian(f"{version}a")


@pytest.mark.skipif(shutil.which("dpkg") is None, reason="no dpkg on this machine to hold it against")
@settings(max_examples=25)
@given(_versions, _versions)
def test_debians_order_is_dpkgs(one: str, two: str):
    newer = subprocess.run(["dpkg", "--compare-versions", one, "gt", two], check=False).returncode == 0
    assert (debian(one) > debian(two)) == newer
