"""Which of two versions is the newer one, as each ecosystem sees it."""

from collections.abc import Callable, Mapping
from typing import Any

from provider.versions.debian import debian
from provider.versions.pep440 import pep440
from provider.versions.semver import semver

ORDERS: Mapping[str, Callable[[str], Any]] = {
    "PyPI": pep440,
    "Debian": debian,
    "npm": semver,
    "crates.io": semver,
    "Go": semver,
}
"""From an ecosystem, by OSV's name without a release (`Debian`, not `Debian:12`), to the sorting key of its versions.
Each key raises ValueError for what is no version there."""


def order_of(ecosystem: str) -> Callable[[str], Any] | None:
    """The sorting key of an ecosystem's versions, or None for one whose order is not known here."""
    return ORDERS.get(ecosystem.partition(":")[0])
