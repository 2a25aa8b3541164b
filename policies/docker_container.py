"""A container of a Docker host, seen as a pod, so that the rules over pods hold for it too.

`container_object` makes the pod; `policies.docker_words` says what a rule found of it in the words of Docker.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import cast

from policies.docker_words import CONTAINER, PLACES, SECURITY_OPTIONS
from policies.plain import UNKNOWN, Path, Unknown
from policies.view import Container, Manifest, Pod

_RESTARTS = {"always": "Always", "unless-stopped": "Always", "on-failure": "OnFailure", "no": "Never", "": "Never"}
_ROOT = frozenset({"root", "0"})


def container_object(inputs: dict[str, object], secrets: frozenset[Path] = frozenset()) -> Manifest:
    """Makes an object that carries a pod of one container.

    Args:
        inputs: The plain inputs of a `docker.Container`.
        secrets: Paths of secret values in them.

    Returns:
        The object; its kind is the resource's type.
    """
    places: dict[Path, Path] = {}
    container = _container(inputs, places)
    spec: dict[str, object] = {
        "containers": [container],
        "hostNetwork": _is_host(inputs.get("networkMode")),
        "hostPID": _is_host(inputs.get("pidMode")),
        "hostIPC": _is_host(inputs.get("ipcMode")),
        "restartPolicy": _restart(inputs.get("restart")),
        "volumes": _volumes(inputs, container, places),
        "hostAliases": inputs.get("hosts"),
        "securityContext": {"sysctls": _sysctls(inputs), "supplementalGroups": _groups(inputs.get("groupAdds"))},
    }
    pod = Pod((), spec, (Container("container", ("containers", 0), container),), {})
    body: dict[str, object] = {"metadata": {"name": inputs.get("name")}, PLACES: places}
    return Manifest("", CONTAINER, (), body, (pod,), secrets=as_object(secrets))


def as_object(secrets: frozenset[Path]) -> frozenset[Path]:
    """Paths of secret values in a container's inputs as they are in the object that it is seen as."""
    return frozenset(("metadata", *path) if path == ("name",) else path for path in secrets)


def _container(inputs: dict[str, object], places: dict[Path, Path]) -> dict[str, object]:
    return {
        "image": _image(inputs.get("image")),
        "securityContext": _security(inputs, places),
        "resources": {"limits": {"memory": _mebibytes(inputs.get("memory")), "cpu": inputs.get("cpus")}},
        "env": _environment(inputs.get("envs"), places),
        "command": inputs.get("entrypoints"),
        "args": inputs.get("command"),
        "ports": _ports(inputs.get("ports")),
        "livenessProbe": inputs.get("healthcheck"),
        "tty": inputs.get("tty"),
        "stdin": inputs.get("stdinOpen"),
    }


def _items(value: object) -> list[object]:
    return cast("list[object]", value) if isinstance(value, list) else []


def _fields(value: object) -> dict[str, object]:
    return cast("dict[str, object]", value) if isinstance(value, dict) else {}


def _is_host(mode: object) -> object:
    return UNKNOWN if mode is UNKNOWN else mode == "host"


def _restart(policy: object) -> object:
    if policy is UNKNOWN:
        return UNKNOWN
    return _RESTARTS.get(str(policy or "").partition(":")[0], "Never")


def is_number(image: object) -> bool:
    """Whether an image is named by the host's own number: where it is from is known where it was pulled."""
    return isinstance(image, str) and image.startswith("sha256:")


def _image(image: object) -> object:
    # An image's own number is what a host knows it by, and as good as a digest.
    return f"localhost/image@{image}" if is_number(image) else image


def _mebibytes(memory: object) -> object:
    return f"{memory}Mi" if isinstance(memory, int) and not isinstance(memory, bool) else memory


def _security(inputs: dict[str, object], places: dict[Path, Path]) -> dict[str, object]:
    capabilities = inputs.get("capabilities")
    known = _fields(capabilities)
    context: dict[str, object] = {
        "privileged": inputs.get("privileged"),
        "readOnlyRootFilesystem": inputs.get("readOnly"),
        "capabilities": UNKNOWN
        if capabilities is UNKNOWN
        else {"add": _capabilities(known.get("adds")), "drop": _capabilities(known.get("drops"))},
        **_user(inputs.get("user")),
        **_options(inputs.get(SECURITY_OPTIONS)),
    }
    for index in range(len(_items(known.get("adds")))):
        at: Path = ("containers", 0, "securityContext", "capabilities", "add", index)
        places[at] = ("capabilities", "adds", index)
    return context


def _capabilities(names: object) -> object:
    if names is None or names is UNKNOWN:
        return names
    return [name.upper().removeprefix("CAP_") if isinstance(name, str) else name for name in _items(names)]


def _user(user: object) -> dict[str, object]:
    if user is UNKNOWN:
        return dict.fromkeys(("runAsUser", "runAsGroup", "runAsNonRoot"), UNKNOWN)
    if not isinstance(user, str) or not user:
        return {}
    name, _, group = user.partition(":")
    made: dict[str, object] = {"runAsNonRoot": name not in _ROOT}
    if name in _ROOT:
        made["runAsUser"] = 0
    elif name.isdigit():
        made["runAsUser"] = int(name)
        made["runAsNonRoot"] = int(name) != 0
    if group in _ROOT:
        made["runAsGroup"] = 0
    elif group.isdigit():
        made["runAsGroup"] = int(group)
    return made


def _options(options: object) -> dict[str, object]:
    """What `securityOpts` comes to; the engine's own profiles hold where it says nothing."""
    if options is UNKNOWN:
        profile = {"type": UNKNOWN}
        return {
            "allowPrivilegeEscalation": UNKNOWN,
            "seccompProfile": profile,
            "appArmorProfile": profile,
            "seLinuxOptions": UNKNOWN,
            "procMount": UNKNOWN,
        }
    said: dict[str, str] = {}
    labels: dict[str, object] = {}
    for option in _items(options):
        if isinstance(option, str):
            name, _, value = option.replace("=", ":", 1).partition(":")
            if name == "label":
                part, _, chosen = value.partition(":")
                labels[part] = chosen
            said[name] = value
    default: object = UNKNOWN if UNKNOWN in _items(options) else None
    guarded = said.get("no-new-privileges")
    made: dict[str, object] = {
        "allowPrivilegeEscalation": default if guarded is None else guarded == "false",
        "seccompProfile": {"type": _profile(said.get("seccomp"), default)},
        "appArmorProfile": {"type": _profile(said.get("apparmor"), default)},
        "procMount": "Unmasked" if said.get("systempaths") == "unconfined" else default,
    }
    if labels:
        # Without labels a container is as confined as a type of one's own choice.
        made["seLinuxOptions"] = {"type": "disabled"} if "disable" in labels else labels
    return made


def _profile(said: str | None, default: object) -> object:
    if said is None:
        return default or "RuntimeDefault"
    return {"unconfined": "Unconfined", "docker-default": "RuntimeDefault", "builtin": "RuntimeDefault"}.get(
        said, "Localhost"
    )


def _environment(variables: object, places: dict[Path, Path]) -> object:
    if variables is None or variables is UNKNOWN:
        return variables
    made: list[object] = []
    for index, variable in enumerate(_items(variables)):
        if isinstance(variable, str):
            name, _, value = variable.partition("=")
            made.append({"name": name, "value": value})
        else:
            made.append(variable)
        places["containers", 0, "env", index] = ("envs", index)
    return made


def _ports(ports: object) -> object:
    if ports is None or ports is UNKNOWN:
        return ports
    return [UNKNOWN if port is UNKNOWN else {"containerPort": _fields(port).get("internal")} for port in _items(ports)]


def _sysctls(inputs: dict[str, object]) -> object:
    sysctls = inputs.get("sysctls")
    return UNKNOWN if sysctls is UNKNOWN else [{"name": name} for name in _fields(sysctls)]


def _groups(groups: object) -> object:
    if groups is UNKNOWN:
        return UNKNOWN
    return [
        int(group) if isinstance(group, str) and group.isdigit() else group
        for group in _items(groups)
        if group != "root"
    ] + [0 for group in _items(groups) if group == "root"]


def _volumes(inputs: dict[str, object], container: dict[str, object], places: dict[Path, Path]) -> object:
    """Volumes, mounts and devices of the host as volumes of a pod, and their mounts."""
    if UNKNOWN in (inputs.get(key) for key in ("volumes", "mounts", "devices")):
        return UNKNOWN
    volumes: list[object] = []
    mounts: list[object] = []
    for key, index, host, read_only in _from_host(inputs):
        places["volumes", len(volumes)] = (key, index)
        name: object = f"{key}-{index}"
        if isinstance(host, Unknown):
            volumes.append(UNKNOWN)
        else:
            volumes.append({"name": name, "hostPath": {"path": host}})
        mounts.append({"name": name, "readOnly": read_only})
    container["volumeMounts"] = mounts
    return volumes


def _from_host(inputs: dict[str, object]) -> Iterator[tuple[str, int, object, object]]:
    for index, volume in enumerate(_items(inputs.get("volumes"))):
        fields = _fields(volume)
        host = UNKNOWN if volume is UNKNOWN else fields.get("hostPath")
        if host is not None:
            yield "volumes", index, host, fields.get("readOnly")
    for index, mount in enumerate(_items(inputs.get("mounts"))):
        fields = _fields(mount)
        kind = UNKNOWN if mount is UNKNOWN else fields.get("type")
        if kind in ("bind", UNKNOWN):
            yield "mounts", index, UNKNOWN if kind is UNKNOWN else fields.get("source"), fields.get("readOnly")
    for index, device in enumerate(_items(inputs.get("devices"))):
        host = UNKNOWN if device is UNKNOWN else _fields(device).get("hostPath")
        # A device is no file that could be left behind: whether it can be written is the device's own matter.
        yield "devices", index, host, True
