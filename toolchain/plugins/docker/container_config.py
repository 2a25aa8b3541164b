"""What the Docker API is told to make of a container's inputs: pure functions from properties to its JSON."""

import re
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from toolchain.plugins.base_values import Properties
from toolchain.plugins.docker.fields import blocks, flag, labels, mapping, number, text, texts

MEGABYTE = 1024 * 1024
NANO = 1_000_000_000

Json = dict[str, Any]

_UNITS = {"ns": 1, "us": 1_000, "µs": 1_000, "ms": 1_000_000, "s": NANO, "m": 60 * NANO, "h": 3600 * NANO}
_DURATION_PART = re.compile(r"(\d+(?:\.\d+)?)(ns|us|µs|ms|s|m|h)")
_UNCONFINED_PATHS = "systempaths=unconfined"


def config(inputs: Properties, owner: Mapping[str, str]) -> Json:
    """Returns the body of the call that creates the container.

    Args:
        inputs: Plain and filled in.
        owner: Labels to add, by which the container is recognised.
    """
    made: Json = {
        "Image": text(inputs, "image"),
        "Hostname": text(inputs, "hostname"),
        "Domainname": text(inputs, "domainname"),
        "User": text(inputs, "user"),
        "WorkingDir": text(inputs, "workingDir"),
        "Tty": flag(inputs, "tty"),
        "OpenStdin": flag(inputs, "stdinOpen"),
        "Env": texts(inputs, "envs"),
        "Labels": {**labels(inputs), **owner},
        "StopSignal": text(inputs, "stopSignal"),
        "HostConfig": _host(inputs),
    }
    if texts(inputs, "command"):
        made["Cmd"] = texts(inputs, "command")
    if texts(inputs, "entrypoints"):
        made["Entrypoint"] = texts(inputs, "entrypoints")
    if inputs.get("stopTimeout") is not None:
        made["StopTimeout"] = number(inputs, "stopTimeout")
    if inputs.get("healthcheck") is not None:
        made["Healthcheck"] = _healthcheck(blocks(inputs, "healthcheck")[0])
    ports = {_port(block): dict[str, str]() for block in blocks(inputs, "ports")}
    if ports:
        made["ExposedPorts"] = ports
    anonymous = {text(block, "containerPath"): dict[str, str]() for block in blocks(inputs, "volumes") if _bare(block)}
    if anonymous:
        made["Volumes"] = anonymous
    if networks := blocks(inputs, "networksAdvanced"):
        # The first one at once, so that the container is never in the default network; the others are joined.
        made["NetworkingConfig"] = {"EndpointsConfig": {text(networks[0], "name"): endpoint(networks[0])}}
    return made


def resources(inputs: Properties) -> Json:
    """Returns the limits that can be changed while the container runs, in the API's units."""
    made: Json = {
        "Memory": number(inputs, "memory") * MEGABYTE,
        "MemoryReservation": number(inputs, "memoryReservation") * MEGABYTE,
        "CpuShares": number(inputs, "cpuShares"),
        "CpusetCpus": text(inputs, "cpuSet"),
    }
    if inputs.get("memorySwap") is not None:
        swap = number(inputs, "memorySwap")
        made["MemorySwap"] = swap * MEGABYTE if swap > 0 else swap
    elif number(inputs, "memory"):
        made["MemorySwap"] = 2 * made["Memory"]  # as Docker itself does, but only for a new container
    if not text(inputs, "cpus"):
        made |= {"CpuPeriod": number(inputs, "cpuPeriod"), "CpuQuota": number(inputs, "cpuQuota")}
    made["RestartPolicy"] = {"Name": text(inputs, "restart"), "MaximumRetryCount": number(inputs, "maxRetryCount")}
    return made


def endpoint(network: Properties) -> Json:
    """Returns how the container joins a network."""
    addresses: Json = {
        "IPv4Address": text(network, "ipv4Address"),
        "IPv6Address": text(network, "ipv6Address"),
        "LinkLocalIPs": texts(network, "linkLocalIps"),
    }
    made: Json = {
        "Aliases": texts(network, "aliases"),
        "IPAMConfig": {key: value for key, value in addresses.items() if value},
        "MacAddress": text(network, "macAddress"),
        "DriverOpts": dict(option.split("=", 1) for option in texts(network, "driverOpts") if "=" in option),
        "GwPriority": number(network, "gwPriority"),
    }
    return {key: value for key, value in made.items() if value}


def nanoseconds(duration: str) -> int:
    """Returns a duration such as `1m30s` in nanoseconds."""
    return sum(int(Decimal(count) * _UNITS[unit]) for count, unit in _DURATION_PART.findall(duration))


def nano_cpus(cpus: str) -> int:
    """Returns a number of processors such as `1.5` in billionths."""
    return int(Decimal(cpus) * NANO)


def _host(inputs: Properties) -> Json:
    made: Json = {
        **resources(inputs),
        "AutoRemove": flag(inputs, "rm"),
        "Privileged": flag(inputs, "privileged"),
        "PublishAllPorts": flag(inputs, "publishAllPorts"),
        "ReadonlyRootfs": flag(inputs, "readOnly"),
        "NetworkMode": _network_mode(inputs),
        "Binds": [_bind(block) for block in blocks(inputs, "volumes") if not _bare(block)],
        "VolumesFrom": [text(block, "fromContainer") for block in blocks(inputs, "volumes") if _from(block)],
        "Mounts": [_mount(block) for block in blocks(inputs, "mounts")],
        "Tmpfs": mapping(inputs, "tmpfs"),
        "PortBindings": _port_bindings(inputs),
        "ExtraHosts": [f"{text(block, 'host')}:{text(block, 'ip')}" for block in blocks(inputs, "hosts")],
        "Ulimits": [
            {"Name": text(block, "name"), "Soft": number(block, "soft"), "Hard": number(block, "hard")}
            for block in blocks(inputs, "ulimits")
        ],
        "Devices": [_device(block) for block in blocks(inputs, "devices")],
        "DeviceCgroupRules": texts(inputs, "deviceCgroupRules"),
        "DeviceRequests": _device_requests(inputs),
        "BlkioDeviceReadBps": _throttles(inputs, "deviceReadBps"),
        "BlkioDeviceReadIOps": _throttles(inputs, "deviceReadIops"),
        "BlkioDeviceWriteBps": _throttles(inputs, "deviceWriteBps"),
        "BlkioDeviceWriteIOps": _throttles(inputs, "deviceWriteIops"),
        "Dns": texts(inputs, "dns"),
        "DnsOptions": texts(inputs, "dnsOpts"),
        "DnsSearch": texts(inputs, "dnsSearches"),
        "GroupAdd": texts(inputs, "groupAdds"),
        "StorageOpt": mapping(inputs, "storageOpts"),
        "Sysctls": mapping(inputs, "sysctls"),
        "ShmSize": number(inputs, "shmSize") * MEGABYTE,
        "CgroupParent": text(inputs, "cgroupParent"),
        "CgroupnsMode": text(inputs, "cgroupnsMode"),
        "IpcMode": text(inputs, "ipcMode"),
        "PidMode": text(inputs, "pidMode"),
        "UsernsMode": text(inputs, "usernsMode"),
        "Runtime": text(inputs, "runtime"),
    }
    for capabilities in blocks(inputs, "capabilities"):
        made |= {"CapAdd": texts(capabilities, "adds"), "CapDrop": texts(capabilities, "drops")}
    options = texts(inputs, "securityOpts")
    made["SecurityOpt"] = [option for option in options if option != _UNCONFINED_PATHS]
    made = {key: value for key, value in made.items() if value not in ("", 0, [], {}, None)}
    if _UNCONFINED_PATHS in options:  # the client's own word for two empty lists
        made |= {"MaskedPaths": [], "ReadonlyPaths": []}
    if text(inputs, "cpus"):
        made["NanoCpus"] = nano_cpus(text(inputs, "cpus"))
    if text(inputs, "logDriver") or mapping(inputs, "logOpts"):
        made["LogConfig"] = {"Type": text(inputs, "logDriver"), "Config": mapping(inputs, "logOpts")}
    if inputs.get("init") is not None:
        made["Init"] = flag(inputs, "init")
    return made


def _network_mode(inputs: Properties) -> str:
    networks = blocks(inputs, "networksAdvanced")
    mode = text(inputs, "networkMode")
    return text(networks[0], "name") if networks and mode in ("", "bridge", "default") else mode


def _healthcheck(block: Properties) -> Json:
    made: Json = {"Test": texts(block, "tests"), "Retries": number(block, "retries")}
    durations = {"Interval": "interval", "Timeout": "timeout", "StartPeriod": "startPeriod"}
    made |= {key: nanoseconds(text(block, name)) for key, name in durations.items()}
    if start_interval := nanoseconds(text(block, "startInterval")):
        made["StartInterval"] = start_interval
    return made


def _port(block: Properties) -> str:
    return f"{number(block, 'internal')}/{text(block, 'protocol')}"


def _port_bindings(inputs: Properties) -> Json:
    made: Json = {}
    for block in blocks(inputs, "ports"):
        external = number(block, "external")
        binding = {"HostIp": text(block, "ip"), "HostPort": str(external) if external else ""}
        made.setdefault(_port(block), []).append(binding)
    return made


def _bare(block: Properties) -> bool:
    """Tells whether a volume is an anonymous one, or another container's."""
    return not (text(block, "hostPath") or text(block, "volumeName"))


def _from(block: Properties) -> bool:
    return bool(text(block, "fromContainer"))


def _bind(block: Properties) -> str:
    source = text(block, "hostPath") or text(block, "volumeName")
    options = ["ro"] if flag(block, "readOnly") else ["rw"]
    if relabel := text(block, "selinuxRelabel"):
        options.append(relabel)
    return f"{source}:{text(block, 'containerPath')}:{','.join(options)}"


def _mount(block: Properties) -> Json:
    kind = text(block, "type")
    made: Json = {
        "Type": kind,
        "Target": text(block, "target"),
        "Source": text(block, "source"),
        "ReadOnly": flag(block, "readOnly"),
    }
    for options in blocks(block, f"{kind}Options"):
        made |= _MOUNT_OPTIONS[kind](options)
    return made


def _bind_options(options: Properties) -> Json:
    return {"BindOptions": {"Propagation": text(options, "propagation")}}


def _volume_options(options: Properties) -> Json:
    made: Json = {"NoCopy": flag(options, "noCopy"), "Labels": labels(options)}
    if text(options, "driverName") or mapping(options, "driverOptions"):
        made["DriverConfig"] = {"Name": text(options, "driverName"), "Options": mapping(options, "driverOptions")}
    if text(options, "subpath"):
        made["Subpath"] = text(options, "subpath")
    return {"VolumeOptions": made}


def _tmpfs_options(options: Properties) -> Json:
    made = {"SizeBytes": number(options, "sizeBytes"), "Mode": number(options, "mode")}
    return {"TmpfsOptions": {key: value for key, value in made.items() if value}}


_MOUNT_OPTIONS = {"bind": _bind_options, "volume": _volume_options, "tmpfs": _tmpfs_options}


def _device(block: Properties) -> Json:
    host = text(block, "hostPath")
    return {
        "PathOnHost": host,
        "PathInContainer": text(block, "containerPath") or host,
        "CgroupPermissions": text(block, "permissions"),
    }


def _device_requests(inputs: Properties) -> list[Json]:
    if gpus := text(inputs, "gpus"):
        chosen = gpus.removeprefix("device=").split(",") if gpus != "all" else []
        return [{"Capabilities": [["gpu"]], **({"DeviceIDs": chosen} if chosen else {"Count": -1})}]
    return [
        {
            "Driver": text(block, "driver"),
            "Count": number(block, "count"),
            "DeviceIDs": texts(block, "deviceIds"),
            "Capabilities": [texts(block, "capabilities")] if texts(block, "capabilities") else [],
            "Options": mapping(block, "options"),
        }
        for block in blocks(inputs, "deviceRequests")
    ]


def _throttles(inputs: Properties, name: str) -> list[Json]:
    return [{"Path": text(block, "path"), "Rate": number(block, "rate")} for block in blocks(inputs, name)]
