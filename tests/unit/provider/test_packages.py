"""Package URLs become packages under the names that advisories use."""

from __future__ import annotations

import pytest

from provider.packages import Package, package_of, packages_of


@pytest.mark.parametrize(
    ("url", "package"),
    [
        ("pkg:pypi/Typing_Extensions@4.12.2", Package("PyPI", "typing-extensions", "4.12.2", "Typing_Extensions")),
        ("pkg:npm/%40scope/name@1.0.0", Package("npm", "@scope/name", "1.0.0", "@scope/name")),
        ("pkg:cargo/serde@1.0.1", Package("crates.io", "serde", "1.0.1", "serde")),
        ("pkg:golang/golang.org/x/net@v0.1.0", Package("Go", "golang.org/x/net", "v0.1.0", "golang.org/x/net")),
        ("pkg:generic/python@3.11.2", Package("generic", "python", "3.11.2", "python")),
        (
            "pkg:deb/debian/libssl3@3.0.15-1~deb12u1?arch=amd64&upstream=openssl&distro=debian-12",
            Package("Debian:12", "openssl", "3.0.15-1~deb12u1", "libssl3"),
        ),
        (
            "pkg:deb/debian/libgcc-s1@12.2.0-14?upstream=gcc-12%4012.2.0-13&distro=debian-12",
            Package("Debian:12", "gcc-12", "12.2.0-13", "libgcc-s1"),
        ),
        (
            "pkg:deb/debian/libc%2B%2B1@1%3A14.0-1?distro=debian-12",
            Package("Debian:12", "libc++1", "1:14.0-1", "libc++1"),
        ),
    ],
)
def test_a_package_url_names_a_package(url: str, package: Package):
    assert package_of(url) == package


@pytest.mark.parametrize("url", ["pkg:pypi/unversioned", "pkg:oci/", "pkg:"])
def test_what_has_no_version_is_no_installed_package(url: str):
    assert package_of(url) is None


def test_a_document_names_each_package_once():
    url = "pkg:pypi/h11@0.16.0"
    components = [{"purl": url}, {"purl": url}, {"name": "a file"}]
    assert packages_of({"components": components}) == [Package("PyPI", "h11", "0.16.0", "h11")]
