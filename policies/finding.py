"""What a rule found, and how it is said. A finding carries paths and rule texts, never a value of the object."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from policies.plain import UNKNOWN, Path
from policies.rule import About
from policies.view import Container, Manifest, name_of, namespace_of, render

Verdict = Literal["violation", "unknown"]

_SECRET = "(secret)"  # noqa: S105 (what is shown in place of one)
_NOT_KNOWN = "(not known yet)"
# What a name may have at most in Kubernetes; a message must stay a line.
_LONGEST_NAME = 253


@dataclass(frozen=True, slots=True)
class Finding:
    """One answer of a rule that is not "passes".

    Attributes:
        about: The rule.
        verdict: Violated, or not decidable yet.
        manifest: The object.
        container: The container, or None when the finding is about the pod as a whole.
        path: The field, from the top of what was given.
        problem: What is wrong there, in words that fit after the field's name; no values.
    """

    about: About
    verdict: Verdict
    manifest: Manifest
    container: Container | None
    path: Path
    problem: str

    def container_name(self) -> str | None:
        """The container's name; None without a container or a name; a placeholder for a name that is no plain text."""
        if self.container is None or not isinstance(self.container.body, dict):
            return None
        return _shown(self.manifest, (*self.container.path, "name"), self.container.body.get("name"))

    def object_name(self) -> str | None:
        """The object's own name in Kubernetes, or a placeholder, or None."""
        return _shown(self.manifest, ("metadata", "name"), name_of(self.manifest.body))

    def object_namespace(self) -> str | None:
        """The object's namespace in Kubernetes, or a placeholder, or None when it is left to the cluster."""
        return _shown(self.manifest, ("metadata", "namespace"), namespace_of(self.manifest.body))

    def message(self, fallback_name: str = "") -> str:
        """The finding in one line: object, container, field, what is wrong, how to mend it.

        Args:
            fallback_name: What to call an object without a name of its own.

        Returns:
            The line, without the rule's id.
        """
        subject = f"{self.address(fallback_name)}{self._container_text()}"
        return f"{subject}: {self.where()} {self.problem}. Mend: {self.about.mend}."

    def address(self, fallback_name: str = "") -> str:
        """The object, as `Kind namespace/name`."""
        name = self.object_name() or fallback_name or "(no name)"
        namespace = self.object_namespace()
        return f"{self.manifest.kind} {namespace}/{name}" if namespace else f"{self.manifest.kind} {name}"

    def where(self) -> str:
        """The field, as people write it."""
        return render(self.path)

    def _container_text(self) -> str:
        if self.container is None:
            return ""
        role = {"container": "container", "init": "init container"}.get(
            self.container.role, f"{self.container.role} container"
        )
        name = self.container_name()
        return f', {role} "{name}"' if name else f", {role}"


def _shown(manifest: Manifest, path: Path, name: object) -> str | None:
    if any(path[: len(secret)] == secret for secret in manifest.secrets):
        return _SECRET
    if name is UNKNOWN:
        return _NOT_KNOWN
    if not isinstance(name, str) or not name:
        return None
    return name if len(name) <= _LONGEST_NAME and name.isprintable() else None
