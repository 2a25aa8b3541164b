"""Which manifests of a repository stay, which go, in which order, and why. Nothing here asks anybody."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cached_property

from components.spec.retention import Retention
from policies.values.tag import matches


@dataclass(frozen=True)
class Manifest:
    """One manifest of a repository.

    Attributes:
        digest: Its name.
        tags: The tags that stand for it.
        time: When it was made, with a time zone; asked of images only, not of what belongs to one.
        children: The manifests that it lists, if it is an index: digests, also of those that are gone.
        subject: The digest that it belongs to: it is a signature, an SBOM, an attestation, or a list of these.
    """

    digest: str
    tags: frozenset[str] = frozenset()
    time: datetime | None = None
    children: tuple[str, ...] = ()
    subject: str | None = None


@dataclass(frozen=True)
class Decision:
    """What becomes of an image, and of everything below it and about it."""

    image: Manifest
    stays: bool
    why: str


@dataclass(frozen=True)
class Plan:
    """What becomes of a repository.

    Attributes:
        decisions: One for each image, the newest first, evidence without an image at the end.
        going: Everything that goes, in an order in which it may be interrupted anywhere: what is about an image before
            the image, what is in an index before the index. What is left over then is found again.
    """

    decisions: tuple[Decision, ...]
    going: tuple[str, ...]


def plan(manifests: Mapping[str, Manifest], limits: Retention, used: Mapping[str, str], now: datetime) -> Plan:
    """Decides.

    Args:
        manifests: All manifests of one repository, by digest.
        limits: What the stack file asks for.
        used: The digests that must stay, each with the reason.
        now: The time, with a time zone.
    """
    repository = _Repository(manifests)
    decisions = [_decided(image, repository, limits, used, now) for image in repository.images]
    staying = {digest for each in decisions if each.stays for digest in repository.whole(each.image.digest)}
    staying |= {digest for each in used if each in manifests for digest in repository.whole(each)}
    orphans = [
        Decision(each, each.digest in staying, used.get(each.digest, "what it belongs to is gone"))
        for each in repository.orphans
    ]
    going: dict[str, None] = {}
    for each in (*decisions, *orphans):
        if not each.stays:
            going |= dict.fromkeys(digest for digest in repository.whole(each.image.digest) if digest not in staying)
    return Plan((*decisions, *orphans), tuple(going))


@dataclass(frozen=True)
class _Repository:
    """Manifests, and how they hang together."""

    manifests: Mapping[str, Manifest]
    _about: dict[str, list[str]] = field(default_factory=dict[str, list[str]])

    def __post_init__(self) -> None:
        for each in self.manifests.values():
            if each.subject:
                self._about.setdefault(each.subject, []).append(each.digest)

    @cached_property
    def images(self) -> list[Manifest]:
        """What stands for itself: in no index, about nothing. The newest first."""
        below = {child for each in self.manifests.values() for child in each.children}
        found = [each for each in self.manifests.values() if each.digest not in below and not each.subject]
        return sorted(found, key=lambda each: (-_time(each).timestamp(), each.digest))

    @cached_property
    def orphans(self) -> list[Manifest]:
        """What is about an image that is gone."""
        return [each for each in self.manifests.values() if each.subject and each.subject not in self.manifests]

    def whole(self, digest: str) -> list[str]:
        """A manifest with all that is about it and in it, itself the last."""
        ordered: list[str] = []
        seen: set[str] = set()

        def walk(each: str) -> Iterator[str]:
            if each in seen or each not in self.manifests:
                return
            seen.add(each)
            for about in self._about.get(each, ()):
                yield from walk(about)
            for child in self.manifests[each].children:
                yield from walk(child)
            yield each

        ordered.extend(walk(digest))
        return ordered


def _decided(
    image: Manifest, repository: _Repository, limits: Retention, used: Mapping[str, str], now: datetime
) -> Decision:
    if image.digest in used:
        return Decision(image, True, used[image.digest])
    for digest in repository.whole(image.digest):
        if digest in used and digest in image.children:
            return Decision(image, True, f"holds {digest[:19]}…: {used[digest]}")
    for pattern in limits.keep:
        for tag in sorted(image.tags):
            if matches(pattern, tag):
                return Decision(image, True, f"its tag {tag} is kept")
    newer = sum(_time(other) > _time(image) for other in repository.images)
    age = now - _time(image)
    if newer >= limits.versions:
        return Decision(image, False, f"{newer} are newer, {limits.versions} stay")
    if age > timedelta(days=limits.days):
        return Decision(image, False, f"{age.days} days old, {limits.days} may be")
    return Decision(image, True, f"{age.days} days old, {newer} are newer")


def _time(image: Manifest) -> datetime:
    if image.time is None:
        raise AssertionError(f"the inventory gives every image a time: {image.digest}")
    return image.time
