"""What the Docker API says of a container, as properties: pure functions from its JSON."""

from toolchain.plugins.base_values import Properties, Value
from toolchain.plugins.docker.container_config import MEGABYTE, NANO, nano_cpus
from toolchain.plugins.docker.fields import Answer, blocks, label_blocks, number, part, text, texts
from toolchain.plugins.docker.ownership import without_owner

CHANGING = (
    *("memory", "memoryReservation", "memorySwap", "cpuShares", "cpuSet", "cpuPeriod", "cpuQuota", "cpus"),
    *("restart", "maxRetryCount", "mustRun", "name"),
)
"""What can become different while a container exists, by `docker update` and the like: a refresh looks at these."""


def outputs(found: Answer) -> Properties:
    """Returns what Docker alone says."""
    state, network = part(found, "State"), part(found, "NetworkSettings")
    return {
        "bridge": str(network.get("Bridge") or ""),
        "exitCode": int(state.get("ExitCode") or 0),
        "networkDatas": [
            {
                "networkName": name,
                "gateway": str(one.get("Gateway") or ""),
                "ipAddress": str(one.get("IPAddress") or ""),
                "ipPrefixLength": int(one.get("IPPrefixLen") or 0),
                "globalIpv6Address": str(one.get("GlobalIPv6Address") or ""),
                "globalIpv6PrefixLength": int(one.get("GlobalIPv6PrefixLen") or 0),
                "ipv6Gateway": str(one.get("IPv6Gateway") or ""),
                "macAddress": str(one.get("MacAddress") or ""),
            }
            for name, one in sorted(part(network, "Networks").items())
        ],
    }


def properties(found: Answer) -> Properties:
    """Returns everything that can be read back as inputs, also what was left to Docker."""
    config, host = part(found, "Config"), part(found, "HostConfig")
    log = part(host, "LogConfig")
    return {
        **_limits(host),
        "name": str(found.get("Name") or "").lstrip("/"),
        "image": str(config.get("Image") or ""),
        "hostname": str(config.get("Hostname") or ""),
        "domainname": str(config.get("Domainname") or ""),
        "command": _list(config.get("Cmd")),
        "entrypoints": _list(config.get("Entrypoint")),
        "envs": _list(config.get("Env")),
        "labels": label_blocks(without_owner(config.get("Labels") or {})),
        "user": str(config.get("User") or ""),
        "workingDir": str(config.get("WorkingDir") or ""),
        "tty": config.get("Tty") is True,
        "stdinOpen": config.get("OpenStdin") is True,
        "stopSignal": str(config.get("StopSignal") or ""),
        "stopTimeout": int(config.get("StopTimeout") or 0),
        "healthcheck": _healthcheck(part(config, "Healthcheck")),
        "rm": host.get("AutoRemove") is True,
        "readOnly": host.get("ReadonlyRootfs") is True,
        "privileged": host.get("Privileged") is True,
        "publishAllPorts": host.get("PublishAllPorts") is True,
        "init": host.get("Init") is True,
        "dns": _list(host.get("Dns")),
        "dnsOpts": _list(host.get("DnsOptions")),
        "dnsSearches": _list(host.get("DnsSearch")),
        "securityOpts": _list(host.get("SecurityOpt")),
        "groupAdds": _list(host.get("GroupAdd")),
        "capabilities": {"adds": _list(host.get("CapAdd")), "drops": _list(host.get("CapDrop"))},
        "tmpfs": dict(part(host, "Tmpfs")),
        "sysctls": dict(part(host, "Sysctls")),
        "storageOpts": dict(part(host, "StorageOpt")),
        "logDriver": str(log.get("Type") or ""),
        "logOpts": dict(part(log, "Config")),
        "shmSize": int(host.get("ShmSize") or 0) // MEGABYTE,
        "cgroupParent": str(host.get("CgroupParent") or ""),
        "ipcMode": str(host.get("IpcMode") or ""),
        "pidMode": str(host.get("PidMode") or ""),
        "usernsMode": str(host.get("UsernsMode") or ""),
        "networkMode": str(host.get("NetworkMode") or ""),
        "runtime": str(host.get("Runtime") or ""),
        "platform": str(found.get("Platform") or ""),
        "ports": ports(found),
        "ulimits": [
            {"name": str(one["Name"]), "soft": int(one["Soft"]), "hard": int(one["Hard"])}
            for one in host.get("Ulimits") or ()
        ],
        "hosts": [
            dict(zip(("host", "ip"), str(one).split(":", 1), strict=False)) for one in host.get("ExtraHosts") or ()
        ],
        "volumes": [_volume(str(one)) for one in host.get("Binds") or ()],
        "mounts": [_mount(one) for one in host.get("Mounts") or ()],
        "networksAdvanced": _networks(found),
        "mustRun": is_running(found),
    }


def imported(found: Answer, image: Answer) -> Properties:
    """Returns the inputs that would make this container of its image: nothing that the image or Docker says anyway."""
    said = properties(found)
    config = part(image, "Config")
    of_image: Properties = {
        "command": _list(config.get("Cmd")),
        "entrypoints": _list(config.get("Entrypoint")),
        "user": str(config.get("User") or ""),
        "workingDir": str(config.get("WorkingDir") or ""),
        "stopSignal": str(config.get("StopSignal") or ""),
        "healthcheck": _healthcheck(part(config, "Healthcheck")),
    }
    by_itself: Properties = {
        "hostname": str(found.get("Id") or "")[:12],
        "runtime": "runc",
        "platform": "linux",
        "shmSize": 64,
        "ipcMode": "private",
        "logDriver": "json-file",
        "capabilities": {"adds": [], "drops": []},
        "mustRun": True,
    }
    if number(said, "memory") * 2 == number(said, "memorySwap"):
        by_itself["memorySwap"] = said["memorySwap"]
    known = {**of_image, **by_itself}
    inputs = {name: value for name, value in said.items() if value and value != known.get(name)}
    inputs["envs"] = [one for one in texts(said, "envs") if one not in _list(config.get("Env"))]
    image_labels = part(config, "Labels")
    inputs["labels"] = [one for one in blocks(said, "labels") if image_labels.get(text(one, "label")) != one["value"]]
    if inputs.get("networksAdvanced"):
        inputs.pop("networkMode", None)
    if "networkMode" in inputs and inputs["networkMode"] in ("default", "bridge"):
        del inputs["networkMode"]
    return {name: value for name, value in inputs.items() if value}


def drifted(inputs: Properties, found: Answer) -> Properties:
    """Returns those inputs that say something else than the container has by now, with what it has."""
    said = properties(found)
    changed: Properties = {}
    for name in CHANGING:
        if inputs.get(name) is not None and not _same(name, inputs[name], said.get(name)):
            changed[name] = said[name]
    return changed


def ports(found: Answer) -> list[Value]:
    """Returns the published ports: those of a running container as they are, else as they were asked for."""
    running = is_running(found)
    bound = part(found, "NetworkSettings", "Ports") if running else part(found, "HostConfig", "PortBindings")
    listed: list[Value] = []
    for name, bindings in sorted(bound.items()):
        internal, _, protocol = name.partition("/")
        for binding in bindings or ():
            port = str(binding.get("HostPort") or "")
            if binding.get("HostIp") == "::":
                continue  # the same port once more
            entry: Properties = {"internal": int(internal), "protocol": protocol, "ip": binding.get("HostIp") or ""}
            if port:
                entry["external"] = int(port)
            listed.append(entry)
    return listed


def is_running(found: Answer) -> bool:
    """Tells whether the container runs; one that is being started again counts as not running."""
    state = part(found, "State")
    return state.get("Running") is True and state.get("Restarting") is not True


def _limits(host: Answer) -> Properties:
    swap = int(host.get("MemorySwap") or 0)
    cpus = int(host.get("NanoCpus") or 0)
    restart = part(host, "RestartPolicy")
    return {
        "memory": int(host.get("Memory") or 0) // MEGABYTE,
        "memoryReservation": int(host.get("MemoryReservation") or 0) // MEGABYTE,
        "memorySwap": swap // MEGABYTE if swap > 0 else swap,
        "cpuShares": int(host.get("CpuShares") or 0),
        "cpuSet": str(host.get("CpusetCpus") or ""),
        "cpuPeriod": int(host.get("CpuPeriod") or 0),
        "cpuQuota": int(host.get("CpuQuota") or 0),
        "cpus": f"{cpus / NANO:.9f}".rstrip("0").rstrip(".") if cpus else "",
        "restart": str(restart.get("Name") or "no"),
        "maxRetryCount": int(restart.get("MaximumRetryCount") or 0),
    }


def _same(name: str, wanted: Value, live: Value) -> bool:
    if name == "cpus" and isinstance(wanted, str) and isinstance(live, str) and wanted and live:
        return nano_cpus(wanted) == nano_cpus(live)
    if name == "mustRun":
        return wanted is not True or live is True  # a container that may stop may also run
    return wanted == live


def _list(value: object) -> list[Value]:
    return [str(item) for item in value] if isinstance(value, list) else []  # pyright: ignore[reportUnknownArgumentType, reportUnknownVariableType] - an answer


def _healthcheck(found: Answer) -> Value:
    if not found:
        return None
    return {
        "tests": _list(found.get("Test")),
        "interval": duration(int(found.get("Interval") or 0)),
        "timeout": duration(int(found.get("Timeout") or 0)),
        "startPeriod": duration(int(found.get("StartPeriod") or 0)),
        "startInterval": duration(int(found.get("StartInterval") or 0)),
        "retries": int(found.get("Retries") or 0),
    }


def duration(nanoseconds: int) -> str:
    """Returns nanoseconds as Go writes them: `1m30s`, `500ms`, `0s`."""
    if nanoseconds < NANO:
        return f"{nanoseconds / 1e6:g}ms" if nanoseconds else "0s"
    hours, rest = divmod(nanoseconds, 3600 * NANO)
    minutes, rest = divmod(rest, 60 * NANO)
    seconds = f"{rest / NANO:g}s"
    return (f"{hours}h" if hours else "") + (f"{minutes}m" if hours or minutes else "") + seconds


def _volume(bind: str) -> Properties:
    source, path, *options = bind.split(":")
    flags = options[0].split(",") if options else []
    made: Properties = {"containerPath": path, "hostPath" if source.startswith("/") else "volumeName": source}
    if "ro" in flags:
        made["readOnly"] = True
    return made


def _mount(found: Answer) -> Properties:
    made: Properties = {"type": str(found.get("Type") or ""), "target": str(found.get("Target") or "")}
    if found.get("Source"):
        made["source"] = str(found["Source"])
    if found.get("ReadOnly"):
        made["readOnly"] = True
    if options := part(found, "TmpfsOptions"):
        made["tmpfsOptions"] = {"sizeBytes": int(options.get("SizeBytes") or 0), "mode": int(options.get("Mode") or 0)}
    return made


def _networks(found: Answer) -> list[Value]:
    networks = part(found, "NetworkSettings", "Networks")
    return [{"name": name} for name in sorted(networks) if name not in ("bridge", "host", "none")]
