"""One service of a Compose file as a workload."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from cli.compose_import import forms
from cli.compose_import.objection import Objection
from components.spec import defaults
from components.spec.secrecy import secret_name, secret_value
from components.spec.workload import secret_variable
from policies.values.image import ImageReference

PROFILES = ("dev", "staging", "prod", "monitoring", "backup")
REVIEW = "imported from a Compose file: say who reviewed the image, and what was looked at"
_PROMOTED = re.compile(r".*@\$\{\w+:\?the digest that (?P<stack>\S+) ran\}")
_SOCKETS = ("docker.sock", "containerd.sock", "podman.sock")

_FIELDS = """
    image build hostname container_name profiles entrypoint command environment labels user read_only privileged
    cap_drop cap_add security_opt ipc tmpfs shm_size pids_limit cpu_shares memswap_limit mem_limit mem_reservation
    cpus deploy volumes configs secrets expose ports depends_on healthcheck restart stop_grace_period logging
    networks network_mode pid env_file
"""
TAKEN_OVER = frozenset(_FIELDS.split())
"""Fields that are looked at; any other is told as one that is not."""


@dataclass
class Service:
    """A service on its way to a workload.

    Attributes:
        name: Its name in the Compose file.
        raw: What the file says of it, with variables replaced where they have a default.
        document: The whole file.
        folder: Where the file is: other files are named from there.
        workload: What is proposed so far.
        objections: What was objected to so far.
    """

    name: str
    raw: Mapping[str, Any]
    document: Mapping[str, Any]
    folder: Path
    workload: dict[str, Any] = field(default_factory=dict[str, Any])
    objections: list[Objection] = field(default_factory=list[Objection])

    def object_to(self, at: str, found: str, mend: str, rule: str | None = None) -> None:
        """Notes what is not as it was."""
        self.objections.append(Objection(f"services.{self.name}.{at}", found, mend, rule))


def workload(service: Service) -> dict[str, Any]:
    """The proposed workload; what is objected to is noted in `service`."""
    for part in _PARTS:
        part(service)
    for key in service.raw:
        if key not in TAKEN_OVER and not key.startswith("x-"):
            service.object_to(key, "no field of a stack file", "it is left out: see what the service needs it for")
    return {key: value for key, value in service.workload.items() if value not in (None, [], {})} | (
        {"port": None} if service.workload.get("port", 0) is None else {}
    )


def _image(service: Service) -> None:
    build, image = service.raw.get("build"), service.raw.get("image")
    if build is not None:
        service.workload["image"] = {"build": _build(service, build)}
    elif image is None:
        folder = f"images/{service.name}"
        service.workload["image"] = {"build": {"folder": folder}}
        service.object_to("image", "neither `image` nor `build`", f"the proposal builds `{folder}`: name the real one")
    elif promoted := _PROMOTED.fullmatch(str(image)):
        service.workload["image"] = {"promote": {"from": promoted["stack"]}}
    else:
        service.workload["image"] = {"external": {"reference": _reference(service, str(image)), "reason": REVIEW}}


def _build(service: Service, build: object) -> dict[str, Any]:
    described = forms.mapping(build) or {"context": build}
    folder = posixpath.normpath(str(described.get("context", ".")))
    if folder.startswith(("/", "..")) or "://" in str(described.get("context")):
        service.object_to("build.context", repr(folder), "put the source below the project, and name its folder")
    made = {
        "folder": folder,
        "dockerfile": described.get("dockerfile"),
        "target": described.get("target"),
        "args": forms.named(described.get("args")),
        "platforms": forms.items(described.get("platforms")),
    }
    for key in sorted(described.keys() - {"context", "dockerfile", "target", "args", "platforms"}):
        service.object_to(
            f"build.{key}", "not a setting of one image", "see `slipway:registry` for caches and builders"
        )
    return {key: value for key, value in made.items() if value and value != "Dockerfile"}


def _reference(service: Service, image: str) -> str:
    try:
        parsed = ImageReference.parse(image)
    except ValueError:
        service.object_to("image", image, "write the whole reference, with a digest", "image-digest")
        return image
    if parsed.digest is None:
        service.object_to("image", image, "add its digest: a tag may name another image tomorrow", "image-digest")
    return image


def _run(service: Service) -> None:
    raw, made = service.raw, service.workload
    made["command"], made["args"] = forms.words(raw.get("entrypoint")), forms.words(raw.get("command"))
    known = [profile for profile in forms.items(raw.get("profiles")) if profile in PROFILES]
    made["profiles"] = known
    for profile in forms.items(raw.get("profiles")):
        if profile not in PROFILES:
            service.object_to("profiles", repr(profile), f"use one of {', '.join(PROFILES)}")
    labels = forms.named(raw.get("labels"))
    made["version"] = labels.get("app.kubernetes.io/version")
    text = str(raw.get("restart", ""))
    policy, _, tries = text.partition(":")
    if not text:
        service.object_to(
            "restart", "nothing: what ends stays ended", f"the proposal has `{defaults.RESTART}`", "restart-policy"
        )
    elif policy in ("always", "unless-stopped", "on-failure", "no"):
        made["restart"] = policy if policy != defaults.RESTART else None
        if tries and tries != str(defaults.RESTARTS_ON_FAILURE):
            service.object_to("restart", text, f"there are {defaults.RESTARTS_ON_FAILURE} tries")


def _environment(service: Service) -> None:
    if "env_file" in service.raw:
        service.object_to(
            "env_file", str(service.raw["env_file"]), "write plain settings to `env`, secrets to `secrets`"
        )
    secrets = [_secret(service, each) for each in forms.items(service.raw.get("secrets"))]
    env: dict[str, str] = {}
    for name, value in forms.named(service.raw.get("environment")).items():
        if name in (secret_variable(each) for each in secrets):
            continue
        if value is None:
            service.object_to(f"environment.{name}", "a value of whoever starts it", "state it, or make it a secret")
        elif value != "" and (secret_name(name) or secret_value(str(value))):
            secrets.append(name.lower().replace("_", "-"))
            service.object_to(
                f"environment.{name}",
                "what looks like a secret (not shown)",
                f"read it from the file that {secret_variable(secrets[-1])} names",
                "secret-literal-env",
            )
        else:
            env[name] = _with_files_of(secrets, str(value).lower() if isinstance(value, bool) else str(value))
            if forms.variables(env[name]):
                service.object_to(f"environment.{name}", "a variable of whoever starts it", "state its value")
    service.workload["env"], service.workload["secrets"] = env, list(dict.fromkeys(secrets))


def _with_files_of(secrets: Sequence[str], text: str) -> str:
    """The text with the paths of secrets as they are now called."""
    folder = f"{defaults.SECRETS_FOLDER}/"
    name = text.removeprefix(folder).lower().replace("_", "-")
    return f"{folder}{name}" if text.startswith(folder) and name in secrets else text


def _secret(service: Service, secret: object) -> str:
    described = forms.mapping(secret) or {"source": secret}
    source = str(described["source"])
    if described.get("target", source) not in (source, f"{defaults.SECRETS_FOLDER}/{source}"):
        service.object_to("secrets", str(described["target"]), f"it is the file {defaults.SECRETS_FOLDER}/{source}")
    return source.lower().replace("_", "-")


def _hardening(service: Service) -> None:
    raw, made = service.raw, service.workload
    user, _, group = str(raw.get("user", "")).partition(":")
    if user.isdigit() and int(user):
        made["user"] = int(user) if int(user) != defaults.USER_ID else None
        made["group"] = int(group) if group.isdigit() and int(group) else int(user)
        made["group"] = made["group"] if made["group"] != defaults.USER_ID else None
    else:
        found = user or "nothing: the image decides, which may be root"
        service.object_to(
            "user", found, f"it runs as {defaults.USER_ID}: see that the image allows it", "run-as-non-root"
        )
    for key, wanted, rule, mend in _MUST_BE:
        if raw.get(key, False) is not wanted:
            service.object_to(key, str(raw.get(key, "nothing")).lower(), mend, rule)
    if "ALL" not in [str(each).upper() for each in forms.items(raw.get("cap_drop"))]:
        service.object_to("cap_drop", "not ALL", "all capabilities are dropped", "capabilities-restricted")
    for capability in forms.items(raw.get("cap_add")):
        service.object_to("cap_add", str(capability), "none is added: use a port above 1023", "capabilities-restricted")
    for key, rule in (("pid", "host-pid"), ("ipc", "host-ipc"), ("network_mode", "host-network")):
        if raw.get(key) == "host":
            service.object_to(key, "host", "it gets its own", rule)
    _options(service)


_MUST_BE: tuple[tuple[str, bool, str, str], ...] = (
    ("read_only", True, "read-only-rootfs", "the root file system is read-only: name in `volumes` what it must write"),
    ("privileged", False, "privileged", "it is not privileged"),
)


def _options(service: Service) -> None:
    options = [str(each).replace("=", ":", 1) for each in forms.items(service.raw.get("security_opt"))]
    if "no-new-privileges:true" not in options and "no-new-privileges" not in options:
        service.object_to("security_opt", "no `no-new-privileges:true`", "it is set", "allow-privilege-escalation")
    for option in options:
        name, _, value = option.partition(":")
        if value == "unconfined":
            service.object_to("security_opt", option, "the engine's own profile holds", f"{name}-baseline")
        elif name == "seccomp":
            service.workload["seccompProfile"] = posixpath.normpath(value)


def _sizes(service: Service) -> None:
    raw, made = service.raw, service.workload
    resources = forms.mapping(forms.mapping(raw.get("deploy")).get("resources"))
    limits, reserved = forms.mapping(resources.get("limits")), forms.mapping(resources.get("reservations"))
    cpu, memory = limits.get("cpus", raw.get("cpus")), limits.get("memory", raw.get("mem_limit"))
    for key, found in (("cpu", cpu), ("memory", memory)):
        if found is None:
            service.object_to(
                "deploy.resources.limits", f"no limit of {key}", "the profile's default holds", f"{key}-limit"
            )
    made["resources"] = {
        "limits": _amounts(cpu, memory),
        "requests": _amounts(reserved.get("cpus"), reserved.get("memory", raw.get("mem_reservation"))),
    }
    made["resources"] = {side: amounts for side, amounts in made["resources"].items() if amounts}
    processes = raw.get("pids_limit", limits.get("pids"))
    made["pidsLimit"] = processes if isinstance(processes, int) and processes > 0 else None
    if made["pidsLimit"] is None:
        service.object_to("pids_limit", "no limit of processes", "the profile's default holds")
    made["shmSize"] = forms.quantity(forms.mebibytes(raw.get("shm_size")))
    for device in forms.items(reserved.get("devices")):
        count = forms.mapping(device).get("count")
        made["gpu"] = {"count": count if isinstance(count, int) else 1}
        if not isinstance(count, int):
            service.object_to("deploy.resources.reservations.devices", f"count {count}", "state how many: here, one")
    for mount in forms.items(raw.get("tmpfs")):
        path, _, options = str(mount).partition(":")
        size = next((part.removeprefix("size=") for part in options.split(",") if part.startswith("size=")), None)
        if path == "/tmp":  # noqa: S108  # the container's own
            made["tmpSize"] = forms.quantity(forms.mebibytes(size))
            made["tmpSize"] = None if made["tmpSize"] == defaults.TMP_SIZE else made["tmpSize"]
        else:
            service.object_to("tmpfs", path, "only `/tmp` is writable memory: set its folder there, or name a volume")
    replicas = forms.mapping(raw.get("deploy")).get("replicas")
    if isinstance(replicas, int) and replicas > 1:
        made["replicas"] = replicas
        service.object_to("deploy.replicas", str(replicas), "a Docker host runs one container of each; a cluster, all")


def _amounts(cpu: object, memory: object) -> dict[str, str]:
    amount = forms.quantity(forms.mebibytes(memory))
    return {**({"cpu": str(cpu)} if cpu is not None else {}), **({"memory": amount} if amount else {})}


def _health(service: Service) -> None:
    check, made = forms.mapping(service.raw.get("healthcheck")), service.workload
    test = check.get("test")
    command: list[Any] = ["CMD-SHELL", test] if isinstance(test, str) else forms.items(test)
    probes: dict[str, Any] = {}
    if (
        check.get("disable")
        or (command and command[0] == "NONE")
        or ("healthcheck" not in service.raw and made["port"])
    ):
        service.object_to(
            "healthcheck", "none", "add `probes.command`, or see that the image brings a check", "liveness-probe"
        )
    elif command:
        rest = [str(word) for word in command[1:]]
        probes["command"] = rest if command[0] == "CMD" else ["/bin/sh", "-c", *rest]
    times = (("interval", "readinessPeriodSeconds"), ("timeout", "timeoutSeconds"), ("start_period", "startupSeconds"))
    for key, name in times:
        amount = forms.seconds(check.get(key))
        if amount is not None:
            probes[name] = amount
    if check.get("retries", defaults.PROBE_FAILURES) != defaults.PROBE_FAILURES:
        service.object_to("healthcheck.retries", str(check["retries"]), f"there are {defaults.PROBE_FAILURES}")
    made["probes"] = probes
    grace = forms.seconds(service.raw.get("stop_grace_period"))
    if grace is not None:
        before = defaults.PRE_STOP if grace > defaults.PRE_STOP + defaults.STOP_MARGIN else 0
        drain = max(grace - before - defaults.STOP_MARGIN, 1)
        usual = (before, drain) == (defaults.PRE_STOP, defaults.DRAIN)
        made["shutdown"] = None if usual else {"preStopSeconds": before, "drainSeconds": drain}


def _ports(service: Service) -> None:
    published = list(forms.ports(service.raw.get("ports")))
    exposed = [int(str(each).partition("/")[0]) for each in forms.items(service.raw.get("expose"))]
    served = list(dict.fromkeys([*exposed, *(each["target"] for each in published if isinstance(each["target"], int))]))
    made = service.workload
    made["port"] = served[0] if served else None
    made["extraPorts"] = [{"name": f"port-{port}", "port": port} for port in served[1:]]
    made["publish"] = list(_published(service, published))


def _published(service: Service, ports: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    for index, each in enumerate(ports):
        target, on_host = each["target"], str(each.get("published") or each["target"])
        if not isinstance(target, int) or not on_host.isdigit() or each.get("protocol", "tcp") != "tcp":
            service.object_to(f"ports[{index}]", f"{target} as {on_host}", "publish single TCP ports")
            continue
        address = each.get("host_ip") or ""
        if not address:
            service.object_to(
                f"ports[{index}]",
                f"{on_host} on every address of the host",
                "the proposal publishes it on the loopback address; `address: all` opens it",
            )
        everywhere = address in ("0.0.0.0", "::")  # noqa: S104  # asked for by the file
        yield {
            "port": target,
            **({"hostPort": int(on_host)} if int(on_host) != target else {}),
            **({"address": "all"} if everywhere else {}),
        }


def _storage(service: Service) -> None:
    made: list[dict[str, Any]] = []
    for index, mount in enumerate(forms.volumes(service.raw.get("volumes"))):
        source, target = str(mount.get("source") or ""), str(mount.get("target"))
        at = f"volumes[{index}]"
        if mount.get("type") == "tmpfs":
            service.object_to(at, target, "only `/tmp` is writable memory")
        elif any(source.endswith(socket) for socket in _SOCKETS):
            service.object_to(at, source, "it is left out: it is root on the host", "runtime-socket")
        elif mount.get("type") == "bind" and mount.get("read_only"):
            _source(service, at, source, target)
        else:
            if mount.get("type") == "bind":
                rule = "writable-host-path"
                service.object_to(at, f"the host's {source}", "the proposal keeps it in a volume: copy it there", rule)
            name = posixpath.basename(target).lower().replace("_", "-").replace(".", "-").strip("-") or "data"
            own = source.removeprefix(f"{service.name}.")
            name = own if re.fullmatch(r"[a-z]([-a-z0-9]*[a-z0-9])?", own) else name
            made.append({"name": name, "path": target, "size": "1Gi"})
            if not source.startswith(f"{service.name}."):
                service.object_to(at, "a volume without a size", "1Gi is proposed: a cluster keeps to it")
    service.workload["volumes"] = made
    if made and service.workload.get("replicas"):
        service.workload["replicas"] = 1


def _source(service: Service, at: str, source: str, target: str) -> None:
    """Source of the host: what development mounts, where something watches it."""
    said = "command" if service.workload.get("command") else "args"
    command = service.workload.get(said)
    if source.startswith(".") and command and "liveReload" not in service.workload:
        service.workload["liveReload"] = {"folder": posixpath.normpath(source), "at": target, "command": command}
        service.workload[said] = []
    else:
        service.object_to(at, f"the host's {source}", "it is left out: copy it into the image, or use `liveReload`")


def _config(service: Service) -> None:
    known, files, folders = forms.mapping(service.document.get("configs")), dict[str, str](), list[str]()
    for index, each in enumerate(forms.items(service.raw.get("configs"))):
        described = forms.mapping(each) or {"source": each}
        target = str(described.get("target") or f"/{described['source']}")
        text = _text(service, forms.mapping(known.get(described["source"])))
        if text is None:
            service.object_to(f"configs[{index}]", str(described["source"]), "its text is not within reach: write it")
            continue
        folders.append(posixpath.dirname(target))
        files[posixpath.basename(target)] = text
    if len(set(folders)) > 1:
        service.object_to("configs", "several folders", "a workload has one folder of plain files")
    service.workload["configFiles"] = {"folder": folders[0], "files": files} if folders else None


def _text(service: Service, config: Mapping[str, Any]) -> str | None:
    if "content" in config:
        return str(config["content"])
    file = service.folder / str(config.get("file", ""))
    return file.read_text(encoding="utf-8") if config.get("file") and file.is_file() else None


def _order(service: Service) -> None:
    before = forms.keyed(service.raw.get("depends_on"))
    service.workload["dependsOn"] = [name.replace("_", "-") for name in before]
    for name, options in before.items():
        if options.get("condition") == "service_completed_successfully":
            service.object_to(f"depends_on.{name}", "waits for its end", "make it a step before the deployment")
        elif options.get("condition") != "service_healthy":
            service.object_to(f"depends_on.{name}", "waits for its start", "the proposal waits until it is healthy")


_PARTS: tuple[Callable[[Service], None], ...] = (
    _image,
    _run,
    _environment,
    _hardening,
    _sizes,
    _ports,
    _health,
    _storage,
    _config,
    _order,
)
