"""The repository of an image, asked with the logins of the Docker configuration; its digests are held to their word."""

import os
from dataclasses import dataclass

from toolchain import oci
from toolchain.distribution import Content, Remote
from toolchain.errors import ToolchainError
from toolchain.logins import login


@dataclass(frozen=True)
class Repository:
    """A repository of a registry.

    Attributes:
        remote: the registry.
        path: below it.
    """

    remote: Remote
    path: str

    @classmethod
    def at(cls, registry: str, path: str, *, insecure: bool) -> "Repository":
        """The repository, asked as whoever is logged in."""
        return cls(Remote(registry, insecure, login(registry, os.environ)), path)

    @property
    def name(self) -> str:
        """Registry and path."""
        return f"{self.remote.address}/{self.path}"

    def manifest(self, reference: str) -> Content | None:
        """The manifest that a tag or digest stands for, None if there is none.

        Raises:
            ToolchainError: the registry does not answer as one, or what it gives has another digest.
        """
        found = self.remote.manifest(self.path, reference)
        if found:
            self._check(reference, found.digest)
        return found

    def blob(self, digest: str) -> bytes:
        """A blob's bytes.

        Raises:
            ToolchainError: it is not there, or is not what its digest says.
        """
        data = self.remote.blob(self.path, digest)
        self._check(digest, oci.sha256(data))
        return data

    def put_blob(self, data: bytes) -> str:
        """Stores a blob, unless it is there; gives its digest."""
        return self.remote.put_blob(self.path, data)

    def put_manifest(self, reference: str, content: Content) -> bool:
        """Stores a manifest; whether the registry lists it by its `subject` itself."""
        return self.remote.put_manifest(self.path, reference, content.data, content.media_type)

    def _check(self, wanted: str, found: str) -> None:
        if wanted.startswith("sha256:") and found != wanted:
            raise ToolchainError(
                f"{self.name} gave other content than {wanted}: its digest is {found}",
                "do not use it: find out whether the registry's storage is damaged, or somebody changed it",
            )
