"""The grammar of a container image reference, as registries and the Kubernetes node agree on it.

`[registry[:port]/]path[:tag][@algorithm:hex]`, read the way the container tools read it: a first segment is a
registry when it holds a dot or a colon, is `localhost`, or has a capital letter; else the registry is Docker Hub, and
a name of one segment there lives under `library/`. `host:5000` without a slash is a repository `host` with a tag.

Stricter than the tools in three places, each of which would only fail later: a port lies in 1 to 65535, a digest's
algorithm is one the node can verify with exactly its number of digits, and `registry/repository` together has at most
255 characters (the limit that the OCI distribution specification says clients impose).
"""

from __future__ import annotations

import re
from dataclasses import dataclass

DEFAULT_REGISTRY = "docker.io"
"""Where a reference without a registry points."""

MAX_NAME_LENGTH = 255
"""Characters of `registry/repository`, from the OCI distribution specification."""

DIGEST_HEX_LENGTH = {"sha256": 64, "sha384": 96, "sha512": 128}
"""Hexadecimal digits for each algorithm that container runtimes verify."""

_LEGACY_REGISTRY = "index.docker.io"
_COMPONENT = r"[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*"
_PATH = re.compile(rf"{_COMPONENT}(?:/{_COMPONENT})*")
_LABEL = r"[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?"
_REGISTRY = re.compile(rf"(?:{_LABEL}(?:\.{_LABEL})*|\[[0-9A-Fa-f:]+\])(?::(?P<port>[0-9]+))?")
_TAG = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}")
_HEX = re.compile(r"[0-9a-f]+")
_BARE_DIGEST = re.compile(r"[0-9a-f]{64}")
_MAX_PORT = 65535


@dataclass(frozen=True, slots=True)
class ImageReference:
    """One image reference, taken apart.

    Attributes:
        registry: Host, with its port if one was given: `docker.io`, `127.0.0.1:5001`, `[::1]:5000`.
        repository: Path below the registry, in lower case: `library/python`.
        tag: The tag, or None when none was written (no `latest` is made up).
        digest: `algorithm:hex`, or None.
    """

    registry: str
    repository: str
    tag: str | None = None
    digest: str | None = None

    @property
    def name(self) -> str:
        """`registry/repository`, in full."""
        return f"{self.registry}/{self.repository}"

    def __str__(self) -> str:
        tag = f":{self.tag}" if self.tag is not None else ""
        digest = f"@{self.digest}" if self.digest is not None else ""
        return f"{self.name}{tag}{digest}"

    @classmethod
    def parse(cls, text: str) -> ImageReference:
        """Reads a reference; Docker Hub's short forms become `docker.io/library/…`.

        Args:
            text: The reference, without spaces around it.

        Returns:
            The reference, with the registry and the repository in full.

        Raises:
            ValueError: The text is no image reference. The message says what is wrong in a plain sentence, without
                quoting the text (which may be long, or secret).
        """
        if not text:
            raise ValueError("an image reference must not be empty")
        if _BARE_DIGEST.fullmatch(text):
            raise ValueError("an image reference must start with a name; these are 64 hexadecimal digits only")
        rest, at, digest = text.partition("@")
        if at:
            _check_digest(digest)
        registry, remainder = _split_registry(rest)
        repository, colon, tag = remainder.partition(":")
        if colon and not _TAG.fullmatch(tag):
            raise ValueError(
                "an image's tag must be 1 to 128 letters, digits, '_', '.' or '-', not starting with '.' or '-'"
            )
        if registry == DEFAULT_REGISTRY and "/" not in repository:
            repository = f"library/{repository}"
        _check_name(registry, repository)
        return cls(registry, repository, tag if colon else None, digest if at else None)


def _split_registry(rest: str) -> tuple[str, str]:
    first, slash, remainder = rest.partition("/")
    if not slash:
        return DEFAULT_REGISTRY, rest
    if first == _LEGACY_REGISTRY:
        return DEFAULT_REGISTRY, remainder
    if first == "localhost" or "." in first or ":" in first or first != first.lower():
        return first, remainder
    return DEFAULT_REGISTRY, rest


def _check_name(registry: str, repository: str) -> None:
    host = _REGISTRY.fullmatch(registry)
    if host is None:
        raise ValueError("an image's registry must be a host name, an IPv4 address or [an IPv6 address], with :port")
    port = host["port"]
    if port is not None and not (len(port) <= len(str(_MAX_PORT)) and 1 <= int(port) <= _MAX_PORT):
        raise ValueError("an image's registry port must be between 1 and 65535")
    if repository != repository.lower():
        raise ValueError("an image's repository must be in lower case")
    if not _PATH.fullmatch(repository):
        raise ValueError(
            "an image's repository must be segments of lower-case letters and digits, separated by '/', "
            "with '.', '_', '__' or '-' only inside a segment"
        )
    if len(registry) + 1 + len(repository) > MAX_NAME_LENGTH:
        raise ValueError(f"an image's registry and repository must have at most {MAX_NAME_LENGTH} characters together")


def _check_digest(digest: str) -> None:
    algorithm, colon, digits = digest.partition(":")
    length = DIGEST_HEX_LENGTH.get(algorithm) if colon else None
    if length is None:
        raise ValueError(f"an image's digest must start with one of {', '.join(f'{a}:' for a in DIGEST_HEX_LENGTH)}")
    if len(digits) != length or not _HEX.fullmatch(digits):
        raise ValueError(f"an image's {algorithm} digest must have {length} lower-case hexadecimal digits")
