"""Writing a resource provider in Python: the small base that the stand-in plugins share.

A provider is one class and two lines:

    class Shells(Provider):
        name = "shells"
        version = "1.2.3"

        def check(self, request: CheckRequest) -> CheckResult:
            return CheckResult(request.new_inputs)

        def diff(self, request: DiffRequest) -> DiffResult:
            return DiffResult(changes=request.old_inputs != request.new_inputs)

        def create(self, request: CreateRequest) -> CreateResult:
            if request.preview:
                return CreateResult("", {**request.properties, "pearl": UNKNOWN})
            return CreateResult("shell-1", {**request.properties, "pearl": Secret("white")})

    if __name__ == "__main__":
        main(Shells())  # of base_service

Run it as `python -m toolchain.plugins.shells ENGINE_ADDRESS`; a script that does so must `exec` it.

- Requests and results are the dataclasses below; values are those of `base_values` (`Secret`, `Unknown`, whole numbers
  as `int`).
- Calls come in many threads at a time: a provider guards what it shares between them.
- To refuse, raise `ProviderError` (plain sentences for the user), or return `CheckResult(…, failures)` from `check`.
- To report a resource that exists but did not get ready, raise `InitFailedError`: the engine records it and tries an
  update next time.
- Any other exception is a bug of the provider: the user sees one sentence that names the plugin, the call and the log,
  never a traceback or a value.
- Words for the user while something takes long go through `Provider.engine`.
- `cancel` is called when the user presses Ctrl-C and before the process ends: wake whatever waits. It must not end the
  process.

This stands on the protocol's stubs rather than on the SDK's experimental provider;
`docs/decisions/0003-standin-plugin-base.md` says why.
"""

import enum
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import grpc

from toolchain.plugins.base_engine import EngineLog
from toolchain.plugins.base_rpc import PluginError
from toolchain.plugins.base_values import Properties

__all__ = [
    "Autonaming",
    "CheckFailure",
    "CheckRequest",
    "CheckResult",
    "ConfigureRequest",
    "CreateRequest",
    "CreateResult",
    "DeleteRequest",
    "DiffKind",
    "DiffRequest",
    "DiffResult",
    "InitFailedError",
    "InvokeRequest",
    "InvokeResult",
    "PropertyDiff",
    "Provider",
    "ProviderError",
    "ReadRequest",
    "ReadResult",
    "UpdateRequest",
]


class ProviderError(PluginError):
    """A refusal or failure of a provider: plain sentences for the user, without secret values, and a gRPC status."""


class InitFailedError(ProviderError):
    """The resource exists, but did not become what it should.

    Args:
        message: Plain sentences, without secret values.
        resource_id: The resource's id.
        properties: Its state so far.
        inputs: The inputs to record with it.
        reasons: What went wrong, one sentence each.
    """

    def __init__(
        self, message: str, *, resource_id: str, properties: Properties, inputs: Properties, reasons: Sequence[str]
    ) -> None:
        super().__init__(message)
        self.resource_id = resource_id
        self.properties = properties
        self.inputs = inputs
        self.reasons = reasons


@dataclass(frozen=True, slots=True, kw_only=True)
class _ResourceRequest:
    """What every call about one resource carries.

    Attributes:
        urn: `urn:pulumi:<stack>::<project>::<types of the parents and the resource, joined by $>::<name>`.
    """

    urn: str

    @property
    def type(self) -> str:
        """The resource's type token, such as `random:index/randomPet:RandomPet`."""
        return self.urn.split("::", 3)[2].rpartition("$")[2]

    @property
    def name(self) -> str:
        """The resource's name in the program."""
        return self.urn.split("::", 3)[3]


@dataclass(frozen=True, slots=True)
class Autonaming:
    """How the user's configuration (`pulumi:autonaming`) wants names to be made.

    Attributes:
        proposed_name: The name to use.
        mode: `PROPOSE` (the provider may adapt it), `ENFORCE` (use it as it is) or `DISABLE` (a name must be given).
    """

    proposed_name: str
    mode: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckRequest(_ResourceRequest):
    """New inputs to validate and complete.

    Attributes:
        random_seed: The engine's seed for names, new for each run unless a plan is followed.
        autonaming: The user's wish for names, if there is one.
    """

    new_inputs: Properties
    old_inputs: Properties = field(default_factory=Properties)
    random_seed: bytes = b""
    autonaming: Autonaming | None = None


@dataclass(frozen=True, slots=True)
class CheckFailure:
    """One reason to refuse inputs; `property` is its path, or empty if it concerns several."""

    property: str
    reason: str


@dataclass(frozen=True, slots=True)
class CheckResult:
    """Completed inputs, and the failures if there are any."""

    inputs: Properties
    failures: Sequence[CheckFailure] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ConfigureRequest:
    """The provider's own configuration.

    Attributes:
        args: The values, as `check_config` returned them.
        variables: The same as text, under `<package>:config:<key>`.
    """

    args: Properties
    variables: Mapping[str, str] = field(default_factory=dict[str, str])


class DiffKind(enum.Enum):
    """What happens to one property. The names are the protocol's."""

    ADD = "ADD"
    ADD_REPLACE = "ADD_REPLACE"
    DELETE = "DELETE"
    DELETE_REPLACE = "DELETE_REPLACE"
    UPDATE = "UPDATE"
    UPDATE_REPLACE = "UPDATE_REPLACE"


@dataclass(frozen=True, slots=True)
class PropertyDiff:
    """What happens to one property. `input_diff`: the difference is between inputs, not between state and inputs."""

    kind: DiffKind
    input_diff: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class DiffRequest(_ResourceRequest):
    """The recorded resource (`old_state`, `old_inputs`) against new inputs. `ignore_changes` are property paths."""

    id: str
    old_state: Properties
    new_inputs: Properties
    old_inputs: Properties = field(default_factory=Properties)
    ignore_changes: Sequence[str] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class DiffResult:
    """Whether and how the resource changes.

    Attributes:
        changes: Whether there is anything to do; `None` leaves it to the engine to compare inputs.
        replaces: Property paths because of which the resource must be replaced.
        stables: Properties that no update changes.
        delete_before_replace: Whether the old one must go first.
        diffs: The names of the properties that differ.
        detailed: Property paths (`spec.ports[0].port`) and what happens to them; `None` if the provider does not say.
    """

    changes: bool | None
    replaces: Sequence[str] = ()
    stables: Sequence[str] = ()
    delete_before_replace: bool = False
    diffs: Sequence[str] = ()
    detailed: Mapping[str, PropertyDiff] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CreateRequest(_ResourceRequest):
    """Checked inputs to create. In a preview nothing may happen; `timeout` is the user's, in seconds, 0 for none."""

    properties: Properties
    preview: bool = False
    timeout: float = 0


@dataclass(frozen=True, slots=True)
class CreateResult:
    """The new resource's id (empty in a preview) and state."""

    id: str
    properties: Properties


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadRequest(_ResourceRequest):
    """A resource to look at: a recorded one (refresh), or one to import (no `properties`, only an id)."""

    id: str
    properties: Properties = field(default_factory=Properties)
    inputs: Properties = field(default_factory=Properties)


@dataclass(frozen=True, slots=True)
class ReadResult:
    """What was found."""

    id: str
    properties: Properties
    inputs: Properties


@dataclass(frozen=True, slots=True, kw_only=True)
class UpdateRequest(_ResourceRequest):
    """The recorded resource and the inputs it should have; `preview` and `timeout` as for `CreateRequest`."""

    id: str
    old_state: Properties
    new_inputs: Properties
    old_inputs: Properties = field(default_factory=Properties)
    ignore_changes: Sequence[str] = ()
    preview: bool = False
    timeout: float = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class DeleteRequest(_ResourceRequest):
    """The recorded resource to delete. `timeout` in seconds, 0 for none."""

    id: str
    properties: Properties
    old_inputs: Properties = field(default_factory=Properties)
    timeout: float = 0


@dataclass(frozen=True, slots=True)
class InvokeRequest:
    """A function call: its token and arguments."""

    token: str
    args: Properties
    preview: bool = False


@dataclass(frozen=True, slots=True)
class InvokeResult:
    """What the function returned, or why it refused."""

    value: Properties
    failures: Sequence[CheckFailure] = ()


class Provider:
    """A provider of resources; subclasses override what they need.

    Attributes:
        name: The package's name.
        version: The version of the official plugin that it stands in for.
        accept_secrets: Whether inputs may hold `Secret`; if not, the engine sends plain values, and marks outputs whose
            names are those of secret inputs.
        accept_resources: Whether inputs may hold resource references.
        accept_outputs: Whether inputs may hold `Output`.
        autonaming_configuration: Whether `check` honours `CheckRequest.autonaming`.
        engine: Where messages for the user go; drops them unless `main` runs the provider.
    """

    name: str
    version: str
    accept_secrets = True
    accept_resources = True
    accept_outputs = False
    autonaming_configuration = True
    engine = EngineLog()

    def schema(self) -> str:
        """Returns the package's schema as JSON; here its name and version, since the published SDKs carry the rest."""
        return json.dumps({"name": self.name, "version": self.version})

    def check_config(self, request: CheckRequest) -> CheckResult:
        """Validates the provider's configuration; here anything goes."""
        return CheckResult(request.new_inputs)

    def diff_config(self, request: DiffRequest) -> DiffResult:
        """Compares configurations; here no change replaces the provider."""
        return DiffResult(changes=request.old_inputs != request.new_inputs)

    def configure(self, request: ConfigureRequest) -> None:
        """Takes the configuration; called once, before anything about resources."""

    def check(self, request: CheckRequest) -> CheckResult:
        """Validates and completes inputs."""
        return CheckResult(request.new_inputs)

    def diff(self, request: DiffRequest) -> DiffResult:
        """Compares the recorded resource with new inputs."""
        raise self._unsupported("Diff", request.type)

    def create(self, request: CreateRequest) -> CreateResult:
        """Creates the resource, or in a preview says what it would look like."""
        raise self._unsupported("Create", request.type)

    def read(self, request: ReadRequest) -> ReadResult | None:
        """Looks at a resource; `None` if it is gone."""
        raise self._unsupported("Read", request.type)

    def update(self, request: UpdateRequest) -> Properties:
        """Updates the resource, or in a preview says what it would look like; returns its state."""
        raise self._unsupported("Update", request.type)

    def delete(self, request: DeleteRequest) -> None:
        """Deletes the resource."""
        raise self._unsupported("Delete", request.type)

    def invoke(self, request: InvokeRequest) -> InvokeResult:
        """Calls a function of the package."""
        raise self._unsupported("Invoke", request.token)

    def component_refusal(self, token: str) -> ProviderError:
        """Returns the refusal of a component that the plugin itself would have to make of resources."""
        return self._unsupported("Construct", token)

    def cancel(self) -> None:
        """Wakes whatever waits, so that calls under way end soon."""

    def _unsupported(self, call: str, subject: str) -> ProviderError:
        return ProviderError(
            f"the stand-in plugin for {self.name!r} cannot {call} {subject!r}; use the official plugin for it",
            grpc.StatusCode.UNIMPLEMENTED,
        )
