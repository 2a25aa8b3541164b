"""The resource `Container`."""

import contextlib
import time
from collections.abc import Callable

from toolchain.plugins.base import ProviderError
from toolchain.plugins.base_values import Properties
from toolchain.plugins.docker import container_config, container_state, images, kinds
from toolchain.plugins.docker.causes import LOG_LINES, Failure, of_container
from toolchain.plugins.docker.engine import AbsentError, CancelledError, ConflictError
from toolchain.plugins.docker.fields import Answer, blocks, flag, number, part, text
from toolchain.plugins.docker.ownership import is_ours, owner
from toolchain.plugins.docker.resource import Found, NotReadyError, Resource, Wanted
from toolchain.plugins.docker.uploads import archives

START_S = 20.0
"""How long a container may take to run, or to run again, where nobody waits for its health."""


class Containers(Resource):
    """`Container`: a program of an image, running."""

    kind = kinds.CONTAINER

    def create(self, wanted: Wanted) -> Found:
        """Makes and starts it. What a killed run made under its name is removed first: it may be half of it."""
        name = text(wanted.inputs, "name")
        images.present(
            self.engine, text(wanted.inputs, "image"), text(wanted.inputs, "platform"), wanted.urn, wanted.log
        )
        self._make_room(name, wanted.urn)
        container = self._make(name, wanted)
        try:
            self._furnish(container, wanted)
            if flag(wanted.inputs, "start"):
                self._start(container, name)
        except ProviderError:
            # Nothing of it has run: it is not worth keeping, and its name is needed for the next try.
            with contextlib.suppress(ProviderError):
                self._remove(container, wanted.inputs)
            raise
        return self._ready(container, wanted)

    def read(self, resource_id: str, inputs: Properties) -> Found | None:
        """Looks at it."""
        found = self._look(resource_id)
        if found is None:
            return None
        imported: Properties = {}
        if not inputs:
            image = images.look(self.engine, str(found.get("Image") or ""))
            imported = container_state.imported(found, image or {})
        return self._found(found, inputs or imported, imported)

    def update(self, resource_id: str, wanted: Wanted) -> Found:
        """Changes limits and the restart policy as it runs; starts it if it has stopped."""
        found = self._look(resource_id)
        name = text(wanted.inputs, "name")
        if found is None:
            raise ProviderError(f"the container {name} is gone: run with `--refresh`, which makes it anew")
        if container_state.drifted({**wanted.inputs, "mustRun": False}, found):
            with self.engine.doing(f"changing the limits of the container {name}"):
                # The library's own call takes some of the limits only.
                self.engine.post(f"/containers/{resource_id}/update", container_config.resources(wanted.inputs))
        must_run = flag(wanted.inputs, "mustRun") and flag(wanted.inputs, "start")
        if must_run and part(found, "State").get("Running") is not True:
            try:
                self._start(resource_id, name)
            except ProviderError as error:
                raise NotReadyError(self._found(found, wanted.inputs, {}), error.message) from None
        return self._ready(resource_id, wanted)

    def delete(self, resource_id: str, inputs: Properties) -> None:
        """Stops it, in the time that `destroyGraceSeconds` gives it, and removes it."""
        name = text(inputs, "name") or resource_id[:12]
        grace = number(inputs, "destroyGraceSeconds")
        if grace and not flag(inputs, "attach"):
            with contextlib.suppress(AbsentError), self.engine.doing(f"stopping the container {name}"):
                self.engine.api.stop(resource_id, timeout=grace)
        self._remove(resource_id, inputs)

    # Making

    def _make_room(self, name: str, urn: str) -> None:
        same = self._look(name)
        if same is None:
            return
        if not is_ours(part(same, "Config", "Labels"), urn):
            raise ProviderError(
                f"there is a container {name!r} already, which this resource did not make. Remove it (`docker rm "
                f"--force {name}`), import it with `pulumi import`, or choose another name"
            )
        self._remove(str(same["Id"]), {})

    def _make(self, name: str, wanted: Wanted) -> str:
        made = container_config.config(wanted.inputs, owner(wanted.urn))
        with self.engine.doing(f"making the container {name}"):
            answer: Answer = self.engine.api.create_container_from_config(
                made, name, platform=text(wanted.inputs, "platform") or None
            )
        for warning in answer.get("Warnings") or ():
            wanted.log.warning(wanted.urn, f"the Docker engine says: {warning}")
        return str(answer["Id"])

    def _furnish(self, container: str, wanted: Wanted) -> None:
        """Joins it to its other networks, and puts its files in."""
        for network in blocks(wanted.inputs, "networksAdvanced")[1:]:
            name = text(network, "name")
            with self.engine.doing(f"joining the network {name}"):
                # The library's own call leaves options out.
                data = {"Container": container, "EndpointConfig": container_config.endpoint(network)}
                self.engine.post(f"/networks/{name}/connect", data)
        for folder, archive in archives(wanted.inputs).items():
            with self.engine.doing("uploading files"):
                self.engine.api.put_archive(container, folder, archive)

    def _start(self, container: str, name: str) -> None:
        with self.engine.doing(f"starting the container {name}"):
            self.engine.api.start(container)

    def _remove(self, container: str, inputs: Properties) -> None:
        name = text(inputs, "name") or container[:12]
        volumes = inputs.get("removeVolumes") is not False
        try:
            with contextlib.suppress(AbsentError), self.engine.doing(f"removing the container {name}"):
                self.engine.api.remove_container(container, v=volumes, force=True)
        except ConflictError as error:
            if "already in progress" not in error.message:
                raise
        deadline = time.monotonic() + START_S
        while self._look(container) is not None:
            if time.monotonic() > deadline:
                raise ProviderError(f"the container {name} was to be removed, and is still there")
            self.engine.wait()

    # Waiting

    def _ready(self, container: str, wanted: Wanted) -> Found:
        """Waits until it is as wanted.

        Raises:
            NotReadyError: It is not, and why.
        """
        inputs = wanted.inputs
        try:
            if flag(inputs, "attach"):
                found = self._awaited(container, _has_ended, None)
            elif flag(inputs, "start") and flag(inputs, "wait"):
                limit = wanted.timeout_s or float(number(inputs, "waitTimeout"))
                found = self._settled(container, wanted, healthy=True, seconds=limit)
            elif flag(inputs, "start") and flag(inputs, "mustRun"):
                found = self._settled(container, wanted, healthy=False, seconds=START_S)
            else:
                found = self._awaited(container, lambda _: True, 0.0)
        except CancelledError:
            found = self._look(container) or {"Id": container}
            reason = "interrupted while it got ready; the next run goes on waiting"
            raise NotReadyError(self._found(found, inputs, {}), reason) from None
        return self._found(found, inputs, {})

    def _settled(self, container: str, wanted: Wanted, *, healthy: bool, seconds: float) -> Answer:
        name = text(wanted.inputs, "name")
        said = ""
        failure: Failure | None = None

        def settled(found: Answer) -> bool:
            nonlocal failure, said
            failure = of_container(found, healthy=healthy)
            if failure and failure.sentence != said:
                said = failure.sentence
                wanted.log.status(wanted.urn, self.engine.redactor.clean(f"waiting for {name}: {said}"))
            return failure is None or failure.final

        found = self._awaited(container, settled, seconds)
        last: Failure | None = failure  # a closure changed it
        if last is not None:
            limit = "" if last.final else f" after {seconds:g} s"
            words = self.engine.redactor.clean(f"the container {name} is not ready{limit}: {last.sentence}")
            log = self._log(container) if last.wants_log else ""
            raise NotReadyError(self._found(found, wanted.inputs, {}), words + log)
        return found

    def _awaited(self, container: str, holds: Callable[[Answer], bool], seconds: float | None) -> Answer:
        """Looks at the container until something holds, or for so long."""
        deadline = None if seconds is None else time.monotonic() + seconds
        while True:
            found = self._look(container)
            if found is None:
                raise ProviderError("the container was removed by somebody else while it got ready")
            if holds(found) or (deadline is not None and time.monotonic() > deadline):
                return found
            self.engine.wait()

    def _log(self, container: str) -> str:
        """Returns the last lines that it printed, for a message."""
        try:
            with self.engine.doing("reading the container's log"):
                printed: bytes = self.engine.api.logs(container, stdout=True, stderr=True, tail=LOG_LINES)
        except ProviderError:
            return ""
        lines = self.engine.redactor.clean(printed.decode(errors="replace")).rstrip().splitlines()
        return "\n  it printed:" + "".join(f"\n    {line}" for line in lines) if lines else "\n  it printed nothing"

    # Looking

    def _look(self, container: str) -> Answer | None:
        try:
            with self.engine.doing(f"looking at the container {container[:12]}"):
                return self.engine.api.inspect_container(container)
        except AbsentError:
            return None

    def _found(self, found: Answer, inputs: Properties, imported: Properties) -> Found:
        said = container_state.properties(found)
        outputs = container_state.outputs(found)
        outputs |= {name: said[name] for name in self.kind.computed if name in said}
        if blocks(inputs, "ports"):
            outputs["ports"] = said["ports"]
        if flag(inputs, "attach") and flag(inputs, "logs"):
            with self.engine.doing("reading the container's log"):
                outputs["containerLogs"] = self.engine.api.logs(str(found["Id"])).decode(errors="replace")
        return Found(str(found["Id"]), outputs, container_state.drifted(inputs, found), imported)


def _has_ended(found: Answer) -> bool:
    return part(found, "State").get("Status") in ("exited", "dead")
