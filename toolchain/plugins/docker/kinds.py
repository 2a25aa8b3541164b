"""The resources: what each property may hold, its default, and what its change does. Data only.

Types, defaults and effects are those of pulumi-docker 5.2.0, which has them from terraform-provider-docker. Where the
official plugin's update does nothing, the effect here is a replacement; `plugins/docker/__init__.py` lists them.
"""

import enum
from collections.abc import Mapping
from dataclasses import dataclass, field

from toolchain.plugins.base_values import Value


class Shape(enum.Enum):
    """What a value is. A set is a list whose order does not count."""

    TEXT = "text"
    NUMBER = "a whole number"
    FLAG = "true or false"
    LIST = "a list"
    SET = "a list, in any order"
    MAP = "a map of texts"
    BLOCK = "a block"


class Effect(enum.Enum):
    """What a change does to the resource."""

    REPLACE = "a new one takes its place"
    UPDATE = "it is changed as it runs"
    NOTE = "it is written down for later"


@dataclass(frozen=True, slots=True)
class Field:
    """One property.

    Attributes:
        shape: What it holds.
        effect: What its change does.
        default: What counts when it is left out; `None` leaves it to Docker.
        pattern: A regular expression that a text must match in full.
        least: The least number; one that can be changed in place is a limit.
        computed: Whether Docker says what it is where the program does not.
        required: Whether the program must say it.
    """

    shape: Shape
    effect: Effect = Effect.REPLACE
    default: Value = None
    pattern: str = ""
    least: int | None = None
    computed: bool = False
    required: bool = False


@dataclass(frozen=True, slots=True)
class Kind:
    """One type of resource.

    Attributes:
        token: Its type.
        fields: Its inputs by name.
        outputs: What Docker alone says.
        named: Whether a name is made when none is given.
        schema_version: Of the official plugin's state.
    """

    token: str
    fields: Mapping[str, Field]
    outputs: tuple[str, ...]
    named: bool = True
    schema_version: int = 0
    computed: tuple[str, ...] = field(init=False)

    def __post_init__(self) -> None:
        names = (name for name, one in self.fields.items() if one.computed)
        object.__setattr__(self, "computed", (*names, *self.outputs))


TEXT, NUMBER, FLAG, LIST, SET, MAP, BLOCK = Shape
REPLACE, UPDATE, NOTE = Effect

_NAME = r"[a-zA-Z0-9][a-zA-Z0-9_.-]*"
_CPUS = r"\d+([,-]\d+)*"

NETWORK = Kind(
    token="docker:index/network:Network",  # noqa: S106 - a type, no secret
    fields={
        "name": Field(TEXT, pattern=_NAME, computed=True),
        "attachable": Field(FLAG),
        "driver": Field(TEXT, default="bridge"),
        "ingress": Field(FLAG),
        "internal": Field(FLAG, computed=True),
        "ipamConfigs": Field(SET, computed=True),
        "ipamDriver": Field(TEXT, default="default"),
        "ipamOptions": Field(MAP),
        "ipv6": Field(FLAG),
        "labels": Field(SET),
        "options": Field(MAP, computed=True),
    },
    outputs=("scope",),
    schema_version=1,
)

VOLUME = Kind(
    token="docker:index/volume:Volume",  # noqa: S106 - a type, no secret
    fields={
        "name": Field(TEXT, pattern=_NAME, computed=True),
        "cluster": Field(BLOCK),
        "driver": Field(TEXT, default="local"),
        "driverOpts": Field(MAP),
        "labels": Field(SET),
    },
    outputs=("mountpoint",),
    schema_version=1,
)

REMOTE_IMAGE = Kind(
    token="docker:index/remoteImage:RemoteImage",  # noqa: S106 - a type, no secret
    fields={
        "name": Field(TEXT, required=True),
        "build": Field(BLOCK),
        "forceRemove": Field(FLAG, NOTE),
        "keepLocally": Field(FLAG, NOTE),
        "platform": Field(TEXT),
        "pullTriggers": Field(SET),
        "triggers": Field(MAP),
    },
    outputs=("imageId", "repoDigest"),
    named=False,
)

CONTAINER = Kind(
    token="docker:index/container:Container",  # noqa: S106 - a type, no secret
    fields={
        "attach": Field(FLAG, NOTE, default=False),
        "capabilities": Field(BLOCK),
        "cgroupParent": Field(TEXT),
        "cgroupnsMode": Field(TEXT, pattern="private|host"),
        "command": Field(LIST, computed=True),
        "containerReadRefreshTimeoutMilliseconds": Field(NUMBER, NOTE, default=15000),
        "cpuPeriod": Field(NUMBER, UPDATE, least=0),
        "cpuQuota": Field(NUMBER, UPDATE, least=0),
        "cpuSet": Field(TEXT, UPDATE, pattern=_CPUS),
        "cpuShares": Field(NUMBER, UPDATE, least=0),
        "cpus": Field(TEXT, pattern=r"\d*\.?\d+"),
        "destroyGraceSeconds": Field(NUMBER, NOTE, least=0),
        "deviceCgroupRules": Field(SET),
        "deviceReadBps": Field(SET),
        "deviceReadIops": Field(SET),
        "deviceRequests": Field(SET),
        "deviceWriteBps": Field(SET),
        "deviceWriteIops": Field(SET),
        "devices": Field(SET),
        "dns": Field(SET),
        "dnsOpts": Field(SET),
        "dnsSearches": Field(SET),
        "domainname": Field(TEXT),
        "entrypoints": Field(LIST, computed=True),
        "envs": Field(SET, computed=True),
        "gpus": Field(TEXT, pattern=r"all|device=.+"),
        "groupAdds": Field(SET),
        "healthcheck": Field(BLOCK, computed=True),
        "hostname": Field(TEXT, computed=True),
        "hosts": Field(SET),
        "image": Field(TEXT, required=True),
        "init": Field(FLAG, computed=True),
        "ipcMode": Field(TEXT, computed=True),
        "labels": Field(SET, computed=True),
        "logDriver": Field(TEXT, computed=True),
        "logOpts": Field(MAP),
        "logs": Field(FLAG, NOTE, default=False),
        "maxRetryCount": Field(NUMBER, UPDATE),
        "memory": Field(NUMBER, UPDATE, least=0),
        "memoryReservation": Field(NUMBER, UPDATE, default=0, least=0),
        "memorySwap": Field(NUMBER, UPDATE, least=-1),
        "mounts": Field(SET),
        "mustRun": Field(FLAG, UPDATE, default=True),
        "name": Field(TEXT, pattern=_NAME, computed=True),
        "networkMode": Field(TEXT, default="bridge"),
        "networksAdvanced": Field(SET),
        "pidMode": Field(TEXT),
        "platform": Field(TEXT, computed=True),
        "ports": Field(LIST),
        "privileged": Field(FLAG),
        "publishAllPorts": Field(FLAG),
        "readOnly": Field(FLAG, default=False),
        "removeVolumes": Field(FLAG, NOTE, default=True),
        "restart": Field(TEXT, UPDATE, default="no", pattern="no|on-failure|always|unless-stopped"),
        "rm": Field(FLAG, default=False),
        "runtime": Field(TEXT, computed=True),
        "securityOpts": Field(SET, computed=True),
        "shmSize": Field(NUMBER, least=0, computed=True),
        "start": Field(FLAG, NOTE, default=True),
        "stdinOpen": Field(FLAG, default=False),
        "stopSignal": Field(TEXT, computed=True),
        "stopTimeout": Field(NUMBER, computed=True),
        "storageOpts": Field(MAP),
        "sysctls": Field(MAP),
        "tmpfs": Field(MAP),
        "tty": Field(FLAG, default=False),
        "ulimits": Field(SET),
        "uploads": Field(SET),
        "user": Field(TEXT),
        "usernsMode": Field(TEXT),
        "volumes": Field(SET),
        "wait": Field(FLAG, NOTE, default=False),
        "waitTimeout": Field(NUMBER, NOTE, default=60, least=0),
        "workingDir": Field(TEXT),
    },
    outputs=("bridge", "containerLogs", "exitCode", "networkDatas"),
    schema_version=2,
)

KINDS: Mapping[str, Kind] = {kind.token: kind for kind in (CONTAINER, NETWORK, REMOTE_IMAGE, VOLUME)}

NESTED_DEFAULTS: Mapping[str, Mapping[str, Value]] = {
    "ports": {"ip": "0.0.0.0", "protocol": "tcp"},  # noqa: S104 - Docker's own default
    "devices": {"permissions": "rwm"},
    "healthcheck": {"interval": "0s", "timeout": "0s", "startPeriod": "0s", "startInterval": "0s", "retries": 0},
    "uploads": {"executable": False},
    "deviceRequests": {"driver": "cdi", "count": 0},
}
"""What counts inside the blocks of a container's properties when it is left out."""
