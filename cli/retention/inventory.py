"""What a repository holds, read over the distribution API: images, what they are made of, and what is about them."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

from cli.plain import mapping, sequence, text
from cli.retention.plan import Manifest
from toolchain.distribution import Content, Remote

ABOUT = re.compile(r"sha256-([0-9a-f]{64})(?:\.[a-z0-9]+)?")
"""Tags of what belongs to a digest: the list of referrers, where a registry keeps none itself, and the signatures and
attestations of older tools (`.sig`, `.att`, `.sbom`)."""

CONSTANT = datetime(2000, 1, 1, tzinfo=UTC)
"""What is dated before it was built reproducibly, and says nothing of when."""


def inventory(
    remote: Remote, repository: str, known: Mapping[str, datetime], used: Iterable[str], now: datetime
) -> dict[str, Manifest]:
    """All manifests of a repository that something leads to: a tag, a digest in use, another manifest.

    The API lists no manifest that has no tag; what nothing leads to is not found, and stays.

    Args:
        remote: The registry.
        repository: The repository.
        known: When images were made, as far as an earlier run knew.
        used: Digests that may be in this repository without a tag.
        now: The time of an image of which neither itself nor an earlier run tells more: it is seen for the first time.

    Returns:
        The manifests, by digest.

    Raises:
        ToolchainError: The registry refuses, or is gone.
    """
    held: dict[str, Manifest] = {}
    contents: dict[str, Content] = {}
    ahead: list[str] = []

    def meet(reference: str, tag: str | None = None, subject: str | None = None) -> None:
        content = contents.get(reference) or remote.manifest(repository, reference)
        if content is None:
            return
        contents[content.digest] = content
        before = held.get(content.digest)
        if before is None:
            before = _read(content)
            ahead.append(content.digest)
        tags = before.tags | frozenset([tag] if tag else [])
        held[content.digest] = dataclasses.replace(before, tags=tags, subject=subject or before.subject)

    for tag in remote.tags(repository):
        about = ABOUT.fullmatch(tag)
        meet(tag, tag, f"sha256:{about[1]}" if about else None)
    for digest in used:
        meet(digest)
    while ahead:
        each = held[ahead.pop()]
        if each.subject:
            meet(each.subject)
        for digest in (*each.children, *remote.referrers(repository, each.digest)):
            meet(digest)
    below = {child for each in held.values() for child in each.children}
    for digest, each in held.items():
        if digest not in below and not each.subject:
            time = known.get(digest) or _time(remote, repository, contents, each) or now
            held[digest] = dataclasses.replace(each, time=time)
    return held


def _read(content: Content) -> Manifest:
    parsed = content.parsed
    children = (text(mapping(each).get("digest")) for each in sequence(parsed.get("manifests")))
    subject = text(mapping(parsed.get("subject")).get("digest"))
    return Manifest(content.digest, children=tuple(filter(None, children)), subject=subject or None)


def _time(remote: Remote, repository: str, contents: Mapping[str, Content], image: Manifest) -> datetime | None:
    """When an image was made, by its configuration or its annotations; an index is as old as its newest image."""
    times: list[datetime] = []
    for digest in (image.digest, *image.children):
        parsed = contents[digest].parsed if digest in contents else {}
        config = text(mapping(parsed.get("config")).get("digest"))
        configuration = Content("", "", remote.blob(repository, config)).parsed if config else {}
        for said in (configuration.get("created"), _annotated(parsed)):
            if (time := _moment(text(said))) and time > CONSTANT:
                times.append(time)
    return max(times, default=None)


def _annotated(parsed: Mapping[str, Any]) -> object:
    return mapping(parsed.get("annotations")).get("org.opencontainers.image.created")


def _moment(said: str) -> datetime | None:
    try:
        # Python reads six digits of a second's fraction, and Go writes up to nine.
        time = datetime.fromisoformat(re.sub(r"(\.\d{6})\d+", r"\1", said.replace("Z", "+00:00")))
    except ValueError:
        return None
    return time if time.tzinfo else time.replace(tzinfo=UTC)
