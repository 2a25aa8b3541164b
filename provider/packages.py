"""The packages of an image, read from its SBOM."""

import re
import urllib.parse
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

ECOSYSTEMS: Mapping[str, str] = {"pypi": "PyPI", "npm": "npm", "cargo": "crates.io", "golang": "Go", "gem": "RubyGems"}
"""From a package URL's type to OSV's name. https://ossf.github.io/osv-schema/#defined-ecosystems"""

DISTRIBUTIONS: Mapping[str, str] = {"deb": "Debian", "apk": "Alpine"}
"""Package formats of distributions, whose ecosystems carry the release: `Debian:12`."""


@dataclass(frozen=True, order=True)
class Package:
    """A package of an image, under the name that advisories use.

    Attributes:
        ecosystem: OSV's name, with the release where it has one: `PyPI`, `Debian:12`; a package URL's type otherwise.
        name: the name there; of a Debian package, that of its source package.
        version: the installed version of what `name` names.
        installed: the name by which it is installed; differs from `name` for parts of a source package.
    """

    ecosystem: str
    name: str
    version: str
    installed: str


def packages_of(cyclonedx: Mapping[str, Any]) -> list[Package]:
    """The packages of a CycloneDX document, sorted, each once; components without a package URL are no packages."""
    urls = (component.get("purl") for component in cyclonedx.get("components", ()))
    return sorted({package for url in urls if url for package in [package_of(url)] if package})


def package_of(url: str) -> Package | None:
    """The package that a package URL names, None for one without a version.

    https://github.com/package-url/purl-spec
    """
    rest, _, query = url.removeprefix("pkg:").partition("#")[0].partition("?")
    path, _, version = rest.rpartition("@")
    kind, _, name = path.partition("/")
    if not name or not version:
        return None
    qualifiers = dict(urllib.parse.parse_qsl(query))
    version, name = urllib.parse.unquote(version), urllib.parse.unquote(name)
    if kind in DISTRIBUTIONS:
        return _of_distribution(kind, name, version, qualifiers)
    return Package(ECOSYSTEMS.get(kind, kind), normal(ECOSYSTEMS.get(kind, kind), name), version, name)


def _of_distribution(kind: str, name: str, version: str, qualifiers: Mapping[str, str]) -> Package:
    """Advisories of a distribution name source packages: `upstream` has the name, and a version that is another one."""
    installed = name.rpartition("/")[2]
    release = qualifiers.get("distro", "").rpartition("-")[2]
    source, _, source_version = qualifiers.get("upstream", installed).partition("@")
    ecosystem = f"{DISTRIBUTIONS[kind]}:{release}" if release else DISTRIBUTIONS[kind]
    return Package(ecosystem, source, source_version or version, installed)


def normal(ecosystem: str, name: str) -> str:
    """A name in the one spelling that counts: https://packaging.python.org/en/latest/specifications/name-normalization/."""
    return re.sub(r"[-_.]+", "-", name).lower() if ecosystem == "PyPI" else name
