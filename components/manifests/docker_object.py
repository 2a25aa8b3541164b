"""The shape of a Docker object as plain data, and how its names and labels are made."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from components.spec.environment import Environment
from policies.values.quantity import parse_quantity

DockerObject = dict[str, Any]
"""A Docker object in the words of Pulumi's Docker provider, in camelCase, with its `kind` and `name`."""

MEBIBYTE = 2**20


def docker_object(kind: str, name: str, labels: Mapping[str, Any], **fields: Any) -> DockerObject:
    """An object of a kind; fields that are None are left out."""
    given = {field: value for field, value in fields.items() if value is not None}
    return {
        "kind": kind,
        "name": name,
        "labels": [{"label": label, "value": value} for label, value in sorted(labels.items())],
        **given,
    }


def docker_name(environment: Environment, *parts: str) -> str:
    """A name on the host: all of an environment's begin with its namespace, since a host has none.

    Joined by a character that no part can hold: two things never meet in one name.
    """
    return ".".join((environment.namespace, *parts))


def mebibytes(memory: str) -> int:
    """An amount of memory in whole MiB, which is what the provider takes; never more than was written."""
    return max(int(parse_quantity(memory)) // MEBIBYTE, 1)


def cores(cpu: str) -> str:
    """Processor time in cores, as Docker writes it: `500m` → `0.5`."""
    amount = parse_quantity(cpu).normalize()
    return str(amount.quantize(Decimal(1)) if amount == amount.to_integral() else amount)
