"""A resource as the program declares it."""

from dataclasses import dataclass

from toolchain.plugins.base_values import Properties
from toolchain.plugins.kubernetes import objects
from toolchain.plugins.kubernetes.kinds import GroupVersionKind
from toolchain.plugins.kubernetes.live import ownership
from toolchain.plugins.kubernetes.live.fields import text

_SKIP = "pulumi.com/skipAwait"
_MANAGER = "pulumi.com/patchFieldManager"


@dataclass(frozen=True, slots=True, kw_only=True)
class Declared:
    """One resource, as a call of the engine brings it.

    Attributes:
        urn: Its URN.
        obj: The object as the program declares it, without secrets marked.
        inputs: The same with its secrets marked.
        patch: Whether it patches an object of somebody else.
        timeout_s: The user's time limit (customTimeouts), in seconds; 0 for none.
        manager: The field manager that its state names; "" for a new one.
        initial_api_version: The same for the `apiVersion` with which it was created.
    """

    urn: str
    obj: Properties
    inputs: Properties
    patch: bool = False
    timeout_s: float = 0
    manager: str = ""
    initial_api_version: str = ""

    @property
    def name(self) -> str:
        """The object's name."""
        return text(self.obj, "metadata", "name")

    @property
    def kind(self) -> GroupVersionKind:
        """The object's kind."""
        return objects.kind_of(self.obj)

    @property
    def field_manager(self) -> str:
        """Under which name its fields are owned."""
        return self.annotation(_MANAGER) or self.manager or ownership.manager_of(self.urn)

    @property
    def awaited(self) -> bool:
        """Whether to wait for it."""
        return self.annotation(_SKIP) != "true"

    def annotation(self, key: str) -> str:
        """Returns an annotation of the object, or ""."""
        return text(self.obj, "metadata", "annotations", key)

    def state(self, live: Properties) -> Properties:
        """Returns the state to record."""
        return objects.state_of(
            self.obj,
            self.inputs,
            initial_api_version=self.initial_api_version or text(self.obj, "apiVersion"),
            field_manager=self.field_manager,
            live=live,
        )
