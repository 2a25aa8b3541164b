"""The provider itself: each call of the protocol, put together from the other modules."""

from toolchain.plugins import base, base_diff
from toolchain.plugins.base import DiffKind, InitFailedError, ProviderError
from toolchain.plugins.base_values import UNKNOWN, Properties, Secret, Value, contains_secret, plain_properties
from toolchain.plugins.docker import checking, kinds, settings
from toolchain.plugins.docker.containers import Containers
from toolchain.plugins.docker.engine import Engine
from toolchain.plugins.docker.fields import texts
from toolchain.plugins.docker.images import Images
from toolchain.plugins.docker.kinds import Effect, Field, Kind, Shape
from toolchain.plugins.docker.networks import Networks
from toolchain.plugins.docker.resource import Found, NotReadyError, Resource, Wanted
from toolchain.plugins.docker.volumes import Volumes

VERSION = "5.2.0"


class Docker(base.Provider):
    """Keeps networks, volumes, images and containers on a Docker engine."""

    name = "docker"
    version = VERSION
    accept_resources = False

    def __init__(self) -> None:
        self._engine = Engine()
        made: tuple[Resource, ...] = (
            Containers(self._engine),
            Images(self._engine),
            Networks(self._engine),
            Volumes(self._engine),
        )
        self._resources = {resource.kind.token: resource for resource in made}

    # Its configuration

    def diff_config(self, request: base.DiffRequest) -> base.DiffResult:
        """Replaces the provider, and with it every resource, if another engine is meant."""
        old, new = plain_properties(request.old_inputs or request.old_state), plain_properties(request.new_inputs)
        moves = settings.moved(old, new)
        return base.DiffResult(changes=old != new, replaces=moves, diffs=moves)

    def configure(self, request: base.ConfigureRequest) -> None:
        """Takes the settings; the engine is asked when there is something to ask."""
        self._engine.use(settings.read(request.args, request.variables))
        self._engine.redactor.learn(request.args)

    # Resources

    def check(self, request: base.CheckRequest) -> base.CheckResult:
        """Completes inputs with defaults and a name, and refuses what cannot be made."""
        kind = self._resource(request.type).kind
        self._learn(request.new_inputs)
        inputs = checking.complete(kind, request.new_inputs)
        unnamed = checking.add_name(
            kind,
            inputs,
            request.old_inputs,
            resource_name=request.name,
            seed=request.random_seed,
            wish=request.autonaming,
        )
        failures = [*([unnamed] if unnamed else []), *checking.problems(kind, plain_properties(inputs))]
        return base.CheckResult(inputs, failures)

    def diff(self, request: base.DiffRequest) -> base.DiffResult:
        """Compares what was asked for with what is asked for now, property by property.

        A refresh writes what it found into the recorded inputs, so that a change on the engine is a difference, too.
        """
        kind = self._resource(request.type).kind
        old = _comparable(kind, request.old_inputs or request.old_state)
        new = _comparable(kind, request.new_inputs)
        replacing = [(name,) for name, field in kind.fields.items() if _replaces(field, new.get(name))]
        found = base_diff.without(base_diff.diff(old, new, replacing), request.ignore_changes)
        found = _whole_sets(kind, found)
        replaces = sorted(
            base_diff.render_path(path) for path, diff in found.items() if diff.kind.name.endswith("_REPLACE")
        )
        keeps_name = old.get("name") == new.get("name") and not checking.is_autonamed(request.new_inputs)
        return base.DiffResult(
            changes=bool(found),
            replaces=replaces,
            delete_before_replace=bool(replaces) and keeps_name,
            diffs=sorted({str(path[0]) for path in found}),
            detailed={base_diff.render_path(path): found[path] for path in sorted(found, key=base_diff.render_path)},
        )

    def create(self, request: base.CreateRequest) -> base.CreateResult:
        """Makes the resource; in a preview says what would be known of it."""
        resource = self._resource(request.type)
        if request.preview:
            computed: Properties = dict.fromkeys(resource.kind.computed, UNKNOWN)
            return base.CreateResult("", {**computed, **_foreseen(request.properties)})
        wanted = self._wanted(request.urn, resource.kind, request.properties, request.timeout)
        try:
            found = resource.create(wanted)
        except NotReadyError as error:
            raise self._unready(error, resource.kind, request.properties) from None
        return base.CreateResult(found.id, _state(resource.kind, request.properties, found))

    def read(self, request: base.ReadRequest) -> base.ReadResult | None:
        """Looks at the resource, or takes an existing one in."""
        resource = self._resource(request.type)
        self._learn(request.inputs)
        known = request.inputs or request.properties
        plain = checking.filled(resource.kind, plain_properties(known)) if known else {}
        found = resource.read(request.id, {name: plain[name] for name in resource.kind.fields if name in plain})
        if found is None:
            return None
        inputs = checking.complete(resource.kind, known or found.inputs)
        if checking.DEFAULTS in known:
            inputs[checking.DEFAULTS] = known[checking.DEFAULTS]
        for name, value in found.drifted.items():
            inputs[name] = Secret(value) if contains_secret(inputs.get(name)) else value
        return base.ReadResult(found.id, _state(resource.kind, inputs, found), inputs)

    def update(self, request: base.UpdateRequest) -> Properties:
        """Changes the resource as it runs; in a preview says what would be known of it."""
        resource = self._resource(request.type)
        if request.preview:
            outputs = {name: request.old_state[name] for name in resource.kind.computed if name in request.old_state}
            return {**outputs, **_foreseen(request.new_inputs)}
        wanted = self._wanted(request.urn, resource.kind, request.new_inputs, request.timeout)
        try:
            found = resource.update(request.id, wanted)
        except NotReadyError as error:
            raise self._unready(error, resource.kind, request.new_inputs) from None
        return _state(resource.kind, request.new_inputs, found)

    def delete(self, request: base.DeleteRequest) -> None:
        """Removes the resource, if it is still there."""
        resource = self._resource(request.type)
        resource.delete(request.id, plain_properties(request.old_inputs or request.properties))

    def cancel(self) -> None:
        """Ends every wait."""
        self._engine.stop.set()

    def close(self) -> None:
        """Closes connections; for a process that lives on without its provider, such as a test."""
        self._engine.close()

    # Parts of the above

    def _resource(self, token: str) -> Resource:
        if token not in self._resources:
            raise ProviderError(
                f"slipway's stand-in for the docker plugin has no {token!r}, only {', '.join(sorted(kinds.KINDS))}; "
                f"use the official plugin (`pulumi plugin install resource docker {VERSION}`)"
            )
        return self._resources[token]

    def _learn(self, inputs: Properties) -> None:
        """Remembers what is secret; of a variable of the environment also the value alone, as programs print it."""
        self._engine.redactor.learn(inputs)
        if contains_secret(inputs.get("envs")):
            values = [env.partition("=")[2] for env in texts(plain_properties(inputs), "envs")]
            self._engine.redactor.learn({"values": Secret([*values])})

    def _wanted(self, urn: str, kind: Kind, inputs: Properties, timeout: float) -> Wanted:
        self._learn(inputs)
        return Wanted(urn, checking.filled(kind, plain_properties(inputs)), self.engine, timeout)

    def _unready(self, error: NotReadyError, kind: Kind, inputs: Properties) -> InitFailedError:
        return InitFailedError(
            "; ".join(error.reasons),
            resource_id=error.found.id,
            properties=_state(kind, inputs, error.found),
            inputs=inputs,
            reasons=error.reasons,
        )


def _shown(inputs: Properties) -> Properties:
    return {name: value for name, value in inputs.items() if not name.startswith("__")}


def _replaces(field: Field, value: Value) -> bool:
    """Tells whether a change to this value needs a new resource; Docker cannot take a limit away in place."""
    unlimited = field.effect is Effect.UPDATE and field.least is not None and not value
    return field.effect is Effect.REPLACE or unlimited


def _foreseen(inputs: Properties) -> Properties:
    """Returns what a preview knows; a port that is left to Docker is not known yet."""
    shown = _shown(inputs)
    ports = shown.get("ports")
    if isinstance(ports, list):
        shown["ports"] = [{"external": UNKNOWN, **port} if isinstance(port, dict) else port for port in ports]
    return shown


def _state(kind: Kind, inputs: Properties, found: Found) -> Properties:
    """Returns the state to record: what the program said, secrets marked, and what Docker says beyond it."""
    state: Properties = {**found.outputs}
    for name, value in _shown(inputs).items():
        known = name in found.outputs and name == "ports"  # with the ports that were left to Docker
        state[name] = found.outputs[name] if known and not contains_secret(value) else value
    if kind.schema_version:
        state["__meta"] = f'{{"schema_version":"{kind.schema_version}"}}'
    return state


def _comparable(kind: Kind, inputs: Properties) -> Properties:
    """Returns what counts in a comparison: plain values with all defaults; what is empty is as good as left out."""
    plain = checking.filled(kind, plain_properties(inputs))
    known = {name: value for name, value in plain.items() if name in kind.fields}
    kept = {name: value for name, value in known.items() if value not in ("", [], {})}
    return {name: _sorted(value) if kind.fields[name].shape is Shape.SET else value for name, value in kept.items()}


def _sorted(value: Value) -> Value:
    return sorted(value, key=repr) if isinstance(value, list) else value


def _whole_sets(kind: Kind, found: dict[base_diff.Path, base.PropertyDiff]) -> dict[base_diff.Path, base.PropertyDiff]:
    """Returns the differences with those inside a set as one: its elements have no places of their own."""
    joined: dict[base_diff.Path, base.PropertyDiff] = {}
    for path, diff in found.items():
        whole = kind.fields[str(path[0])].shape is Shape.SET and len(path) > 1
        if whole:
            replaces = diff.kind.name.endswith("_REPLACE")
            joined[path[:1]] = base.PropertyDiff(DiffKind.UPDATE_REPLACE if replaces else DiffKind.UPDATE)
        else:
            joined[path] = diff
    return joined
