"""The small values that specifications are made of: names, ports, quantities, paths, durations.

Each type refuses with what is allowed and how to mend it; none of them needs a regular expression to be understood.
"""

import re
from collections.abc import Callable
from decimal import Decimal
from typing import Annotated

from pydantic import AfterValidator, BeforeValidator, Field, WithJsonSchema

from components.spec.refusal import Refusal, refused
from policies.values.quantity import parse_quantity

DNS_LABEL_LIMIT = 63
"""RFC 1123: the longest label of a DNS name, hence of a Kubernetes name that becomes a host name."""

NAME_LIMIT = 46
"""The longest workload or secret name: a pod's name adds `-`, ten characters of its ReplicaSet, `-` and five of its own
to the workload's, and the whole stays a DNS label (63 - 17 = 46)."""

PORT_NAME_LIMIT = 15
"""RFC 6335: the longest service name, which Kubernetes takes over for names of ports."""

_DNS_LABEL = re.compile(r"[a-z]([-a-z0-9]*[a-z0-9])?")
OBJECT_NAME = re.compile(r"[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*")
_LABEL_VALUE = re.compile(r"[A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?")
_ENV_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_LABEL_KEY = re.compile(r"([a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?/)?[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?")
_FILE_NAME = re.compile(r"[-._A-Za-z0-9]+")
_CONFIG_KEY = re.compile(r"[A-Za-z][A-Za-z0-9]*")
_METRIC_NAME = re.compile(r"[A-Za-z_:][A-Za-z0-9_:]*")
_LABEL_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_DURATION = re.compile(r"([1-9][0-9]{0,5})([smhd])")


def matching(pattern: re.Pattern[str], limit: int, allowed: str, example: str) -> AfterValidator:
    """Refuses a text that the pattern does not match whole, or that is longer than the limit, with an example."""

    def check(text: str) -> str:
        if len(text) > limit:
            raise refused(
                Refusal(
                    allowed=f"{allowed}, at most {limit} characters",
                    mend=f"shorten it: it has {len(text)} characters, {len(text) - limit} too many",
                )
            )
        if not pattern.fullmatch(text):
            raise refused(Refusal(allowed=f"{allowed}, at most {limit} characters", mend=f"write it like `{example}`"))
        return text

    return AfterValidator(check)


LABEL_WORDS = "lower-case letters, digits and `-`, beginning with a letter and not ending with `-`"

Name = Annotated[str, matching(_DNS_LABEL, NAME_LIMIT, LABEL_WORDS, "python-api")]
"""The name of a workload, an image or a secret."""

NamespaceName = Annotated[str, matching(_DNS_LABEL, DNS_LABEL_LIMIT, LABEL_WORDS, "slipway-dev")]
"""The name of a Kubernetes namespace."""

ObjectName = Annotated[
    str,
    matching(OBJECT_NAME, 253, "the name of an object, as `kubectl get` lists it", "volume-data-store-0-20270131"),
]
"""The name of an object of a cluster that may be longer than a DNS label: of a node, a claim or what is made of one."""

PortName = Annotated[str, matching(_DNS_LABEL, PORT_NAME_LIMIT, LABEL_WORDS, "metrics")]
"""The name of a port."""

LabelValue = Annotated[
    str,
    matching(
        _LABEL_VALUE,
        DNS_LABEL_LIMIT,
        "letters, digits, `-`, `_` and `.`, beginning and ending with a letter or a digit",
        "platform-team",
    ),
]
"""The value of a Kubernetes label."""

LabelKey = Annotated[
    str,
    matching(
        _LABEL_KEY,
        317,
        "the name of a Kubernetes label, perhaps with a domain and `/` before it",
        "models.example.com/llama",
    ),
]
"""The name of a Kubernetes label."""

EnvName = Annotated[str, matching(_ENV_NAME, 128, "letters, digits and `_`, not beginning with a digit", "LOG_LEVEL")]
"""The name of an environment variable."""

FileName = Annotated[
    str, matching(_FILE_NAME, 253, "a file name of letters, digits, `-`, `_` and `.`, without a folder", "app.yaml")
]
"""The name of a file in a ConfigMap, which is also its key there."""

ConfigKey = Annotated[str, matching(_CONFIG_KEY, 64, "letters and digits, beginning with a letter", "databasePassword")]
"""The key of a Pulumi secret, without its `slipway:`."""

MetricName = Annotated[
    str, matching(_METRIC_NAME, 128, "letters, digits, `_` and `:`, not beginning with a digit", "http_requests_total")
]
"""The name of a Prometheus metric."""

LabelName = Annotated[str, matching(_LABEL_NAME, 64, "letters, digits and `_`, not beginning with a digit", "status")]
"""The name of a label of a Prometheus metric."""

_HTTP_URL = re.compile(r"https?://[A-Za-z0-9]([-A-Za-z0-9.]*[A-Za-z0-9])?(:[0-9]{1,5})?(/[-A-Za-z0-9_./]*)?")

HttpUrl = Annotated[
    str, matching(_HTTP_URL, 253, "an address with `http://` or `https://`, without a query", "http://prometheus:9090")
]
"""Where something answers over HTTP."""

Port = Annotated[int, Field(ge=1, le=65535, examples=[8000])]
"""A TCP port."""

Seconds = Annotated[int, Field(ge=1, le=86_400, examples=[30])]
"""A duration in whole seconds, up to a day."""


_UNIT_SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86_400}


def _duration(text: str) -> str:
    if not _DURATION.fullmatch(text):
        raise refused(
            Refusal(
                allowed="a whole number with a unit: `s`, `m`, `h` or `d` for seconds, minutes, hours or days",
                mend="write for example `12h` or `30d`",
            )
        )
    return text


Duration = Annotated[str, AfterValidator(_duration), Field(examples=["15d"])]
"""A length of time, as Prometheus writes it."""


def duration_seconds(text: str) -> int:
    """The length of a `Duration` in seconds."""
    return int(text[:-1]) * _UNIT_SECONDS[text[-1]]


def duration_text(seconds: int) -> str:
    """A number of seconds as a `Duration`, in the largest unit that is whole: 300 → `5m`."""
    unit = next(unit for unit, size in reversed(_UNIT_SECONDS.items()) if seconds % size == 0)
    return f"{seconds // _UNIT_SECONDS[unit]}{unit}"


def _absolute(text: str) -> str:
    parts = text.split("/")
    if not text.startswith("/") or text == "/" or ".." in parts or "" in parts[1:] or ":" in text:
        raise refused(
            Refusal(
                allowed="an absolute path below `/`, without `..`, `//`, `:` or a `/` at its end",
                mend="write the whole path, for example `/etc/python-api`",
            )
        )
    return text


AbsolutePath = Annotated[str, AfterValidator(_absolute)]
"""An absolute path inside a container."""


def _below(text: str) -> bool:
    """Whether a path leads from a folder downwards."""
    return bool(text) and not text.startswith(("/", "~")) and ".." not in text.split("/")


def _project_folder(text: str) -> str:
    if not _below(text):
        raise refused(
            Refusal(
                allowed="a folder below the project, without `..`",
                mend="write it from the project's folder on, as `folder` or `folder/folder`",
            )
        )
    return text.removesuffix("/")


ProjectPath = Annotated[str, AfterValidator(_project_folder)]
"""A folder below the project's."""


def _context_file(text: str) -> str:
    if not _below(text) or text.endswith("/"):
        raise refused(
            Refusal(
                allowed="a file below the image's folder, without `..`",
                mend="write it from that folder on, as `Dockerfile` or `docker/Dockerfile`",
            )
        )
    return text


ContextFile = Annotated[str, AfterValidator(_context_file)]
"""A file below an image's folder."""


def _text_of_scalar(value: object) -> object:
    """The text an environment variable gets: truth values in lower case, whole numbers as written."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value) if isinstance(value, int) else value


EnvValue = Annotated[
    str,
    BeforeValidator(_text_of_scalar),
    Field(examples=["info"]),
    WithJsonSchema({"type": ["string", "integer", "boolean"]}),
]
"""The value of an environment variable. Fractions want quotes, or `1.10` would lose its zero."""


def read_decimal(value: object, least: Decimal, most: Decimal, otherwise: Refusal) -> str:
    """A number as written, whole or with a fraction, if it is within its bounds; else the refusal."""
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        raise refused(otherwise)
    try:
        fits = least <= Decimal(str(value)) <= most
    except ArithmeticError:
        fits = False
    if not fits:
        raise refused(otherwise)
    return str(value)


_SMALLEST_CPU = Decimal("0.001")
_LARGEST_CPU = Decimal(1024)
_SMALLEST_MEMORY = Decimal(4 * 2**20)
_LARGEST_MEMORY = Decimal(2**50)


_CPU_ALLOWED = "an amount of processor time: cores (`2`, `0.5`) or thousandths of one (`500m`)"
_CPU_MEND = "write for example `500m` for half a core"
_MEMORY_ALLOWED = "an amount of memory in bytes with a suffix: `512Mi`, `2Gi`"
_MEMORY_MEND = "write for example `512Mi` or `2Gi`"


def _check_cpu(text: str, amount: Decimal) -> Refusal | None:
    if amount > _LARGEST_CPU:
        return Refusal(allowed=f"{_CPU_ALLOWED}, at most {_LARGEST_CPU} cores", mend=f"`{text}` is memory? {_CPU_MEND}")
    if amount < _SMALLEST_CPU or amount % _SMALLEST_CPU:
        return Refusal(allowed=f"{_CPU_ALLOWED}, in whole thousandths", mend=_CPU_MEND)
    return None


def _check_memory(text: str, amount: Decimal) -> Refusal | None:
    if text.endswith("m"):
        return Refusal(
            allowed=_MEMORY_ALLOWED,
            mend=f"`m` means a thousandth of a byte here; write `{text[:-1]}Mi`",
        )
    if amount > _LARGEST_MEMORY:
        return Refusal(allowed=f"{_MEMORY_ALLOWED}, at most 1Pi", mend=f"a suffix too many? {_MEMORY_MEND}")
    if amount < _SMALLEST_MEMORY or amount % 1:
        return Refusal(allowed=f"{_MEMORY_ALLOWED}, at least 4Mi", mend=f"a suffix is missing? {_MEMORY_MEND}")
    return None


def _read(value: object, check: Callable[[str, Decimal], Refusal | None], unreadable: Refusal) -> str:
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        raise refused(unreadable)
    try:
        refusal = check(str(value), parse_quantity(value))
    except ValueError:
        refusal = unreadable
    if refusal:
        raise refused(refusal)
    return str(value)


def read_cpu(value: object) -> str:
    """Processor time as written, if it is one; else the refusal."""
    return _read(value, _check_cpu, Refusal(allowed=_CPU_ALLOWED, mend=_CPU_MEND))


def read_memory(value: object) -> str:
    """An amount of memory as written, if it is one; else the refusal."""
    return _read(value, _check_memory, Refusal(allowed=_MEMORY_ALLOWED, mend=_MEMORY_MEND))


def cores_text(amount: Decimal) -> str:
    """Processor time as a person writes it: whole cores, or thousandths."""
    return str(int(amount)) if amount == int(amount) else f"{int(amount * 1000)}m"


def bytes_text(amount: Decimal | int) -> str:
    """Bytes as a person writes them, rounded up: whole gibibytes, or mebibytes."""
    mebibytes = -(-int(amount) // 2**20)
    return f"{mebibytes // 1024}Gi" if mebibytes % 1024 == 0 else f"{mebibytes}Mi"


_QUANTITY_SCHEMA = {"type": ["string", "number"]}

Cpu = Annotated[str, BeforeValidator(read_cpu), WithJsonSchema({**_QUANTITY_SCHEMA, "examples": ["500m"]})]
"""Processor time in cores, as Kubernetes writes it."""

Memory = Annotated[str, BeforeValidator(read_memory), WithJsonSchema({**_QUANTITY_SCHEMA, "examples": ["512Mi"]})]
"""Memory or storage in bytes, as Kubernetes writes it."""
