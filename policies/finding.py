"""What a rule found, and how it is said. A finding carries paths and rule texts, never a value of the object."""

from __future__ import annotations

from dataclasses import dataclass

from policies.dockerfile import KIND as DOCKERFILE
from policies.names import shown
from policies.plain import Path
from policies.rule import About
from policies.truth import Verdict
from policies.view import Container, Manifest, Role, render

_ROLES: dict[Role, str] = {"container": "container", "init": "init container"}


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
        return shown(self.container.body.get("name"), (*self.container.path, "name"), self.manifest.secrets)

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
        manifest = self.manifest
        name = manifest.name or fallback_name
        if not name and manifest.kind == DOCKERFILE:
            return DOCKERFILE
        name = name or "(no name)"
        return f"{manifest.kind} {manifest.namespace}/{name}" if manifest.namespace else f"{manifest.kind} {name}"

    def where(self) -> str:
        """The field, as people write it."""
        return render(self.path)

    def _container_text(self) -> str:
        if self.container is None:
            return ""
        role = _ROLES.get(self.container.role) or f"{self.container.role} container"
        name = self.container_name()
        return f', {role} "{name}"' if name else f", {role}"
