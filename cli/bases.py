"""The images that Dockerfiles begin from, held against the registries that they come from."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, get_args

from cli.failures import BadInputError
from components.spec.base_lock import BaseLock, LockedBase
from components.spec.image import Platform
from policies.dockerfile import DockerfileError
from policies.values.image import DEFAULT_REGISTRY, ImageReference
from provider.dockerfile import Build, bases
from toolchain import bases as stand_ins
from toolchain import logins, oci
from toolchain.distribution import Content, Remote
from toolchain.errors import ToolchainError

FOLDER = "images"
"""Where Dockerfiles are, below the checkout."""

HUB, HUB_LOGIN = "registry-1.docker.io", "https://index.docker.io/v1/"
"""Where Docker Hub answers, and what `docker login` calls it."""

PLATFORMS: tuple[Platform, ...] = get_args(Platform)

State = Literal["current", "new", "moved", "gone", "unread", "unused"]

SAID: Mapping[State, str] = {
    "current": "stands for what is locked",
    "new": "is not locked yet",
    "moved": "stands for another image than the one locked",
    "gone": "does not exist any more",
    "unread": "cannot be read",
    "unused": "is locked, and no Dockerfile begins from it",
}


@dataclass(frozen=True)
class Held:
    """A base, held against its registry.

    Attributes:
        reference: as Dockerfiles write it.
        state: what became of it.
        base: what the lock should say of it; None to leave it out.
        told: what is to be added, for people.
    """

    reference: str
    state: State
    base: LockedBase | None
    told: str = ""


def named(checkout: Path) -> list[str]:
    """The images that Dockerfiles of a checkout begin from and that no digest pins in place.

    Raises:
        BadInputError: a Dockerfile that cannot be read, or that names no image.
    """
    found: set[str] = set()
    for file in sorted((checkout / FOLDER).rglob("Dockerfile*")):
        if not file.is_file() or file.suffix == ".dockerignore":
            continue
        try:
            found |= {image for image in bases(file, Build({})) if ImageReference.parse(image).digest is None}
        except (OSError, ValueError, DockerfileError) as error:
            raise BadInputError(
                f"{file.relative_to(checkout)} cannot be read: {error}\n"
                "  allowed: a Dockerfile whose FROM names images\n  mend: correct it"
            ) from error
    return sorted(found)


def remote_of(registry: str, environ: Mapping[str, str]) -> Remote:
    """The registry of a reference, with the login of the Docker configuration; plain HTTP on this machine only."""
    host = registry.partition(":")[0]
    if registry == DEFAULT_REGISTRY:
        return Remote(HUB, login=logins.login(HUB_LOGIN, environ))
    return Remote(registry, insecure=host in ("127.0.0.1", "localhost"), login=logins.login(registry, environ))


def held(lock: BaseLock, wanted: Iterable[str], environ: Mapping[str, str], today: str) -> list[Held]:
    """Holds every base against its registry, by reference.

    Args:
        lock: what is locked.
        wanted: the references that Dockerfiles name.
        environ: where logins are.
        today: the day, for what has moved.
    """
    remotes: dict[str, Remote] = {}

    def remote(registry: str) -> Remote:
        return remotes.setdefault(registry, remote_of(registry, environ))

    made = [_held(name, lock.get(name), remote, today) for name in wanted]
    unused = [Held(name, "unused", None) for name in sorted(set(lock) - {each.reference for each in made})]
    return sorted([*made, *unused], key=lambda each: each.reference)


def _held(name: str, locked: LockedBase | None, remote: Callable[[str], Remote], today: str) -> Held:
    reference = ImageReference.parse(name)
    kept = (locked or LockedBase()).model_copy(update={"stand_in": _stand_in(name)})
    try:
        asked = remote(reference.registry)
        content = asked.manifest(reference.repository, reference.tag or "latest")
        platforms = _platforms(asked, reference.repository, content) if content else {}
    except ToolchainError as error:
        return Held(name, "unread", kept, error.message)
    if content is None:
        return Held(name, "gone", kept, "name one in the Dockerfile that exists")
    if kept.digest == content.digest:
        return Held(name, "current", kept, content.digest)
    there = LockedBase(digest=content.digest, platforms=platforms, since=today, stand_in=kept.stand_in)
    if kept.digest is None:
        return Held(name, "new", there, content.digest)
    return Held(name, "moved", there, f"{kept.digest} → {content.digest}")


def _stand_in(name: str) -> str | None:
    """What is built on where this base is out of reach."""
    return next((f"Debian {base.suite}" for base in stand_ins.BASES if base.name == name), None)


def _platforms(remote: Remote, repository: str, content: Content) -> dict[Platform, str]:
    """The digest of each platform that images are built for; an image without an index is its own.

    Raises:
        ToolchainError: it is no image: a portal in the way answers every question with a page.
    """
    indexed = content.media_type in oci.INDEXES
    if ("manifests" if indexed else "config") not in content.parsed:
        raise ToolchainError(
            f"{remote.address} answers with something else than an image ({content.media_type or 'of no type'})",
            "check the network, then run again",
        )
    if not indexed:
        config = Content("", "", remote.blob(repository, content.parsed["config"]["digest"])).parsed
        return {platform: content.digest for platform in PLATFORMS if platform == _platform(config)}
    # Of two for the same platform, the first counts.
    listed = {_platform(each.get("platform") or {}): each for each in reversed(content.parsed["manifests"])}
    return {platform: str(listed[platform]["digest"]) for platform in PLATFORMS if platform in listed}


def _platform(described: Mapping[str, object]) -> str:
    return f"{described.get('os')}/{described.get('architecture')}"


def refreshed(found: Collection[Held]) -> BaseLock:
    """The lock as it should be: what could not be asked stays."""
    return {each.reference: each.base for each in found if each.base is not None}


def line(each: Held) -> str:
    """One base, for people."""
    return f"{each.reference}  {SAID[each.state]}{f': {each.told}' if each.told else ''}"
