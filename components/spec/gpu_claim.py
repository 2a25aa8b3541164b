"""Devices by claim: what the cluster's drivers of dynamic resource allocation hand out (`resource.k8s.io/v1`)."""

import re
from collections.abc import Iterator
from typing import Annotated

from pydantic import AfterValidator, Field

from components.spec.base import Items, Spec
from components.spec.checked import Checked, Checks, exactly_one
from components.spec.gpu_words import Count
from components.spec.refusal import Refusal, refused
from components.spec.values import DNS_LABEL_LIMIT, LABEL_WORDS, OBJECT_NAME, matching

MOST_CHOICES = 8
"""Alternatives of a claim; the API's own bound."""

MOST_SELECTORS = 32
"""Selectors of a request; the API's own bound."""

_LONGEST_SELECTOR = 10 * 1024
_LABEL = re.compile(r"[a-z0-9]([-a-z0-9]*[a-z0-9])?")
_QUOTED = re.compile(r"\"(?:\\.|[^\"\\])*\"|'(?:\\.|[^'\\])*'")
_PAIRS = {")": "(", "]": "[", "}": "{"}


def _selector(text: str) -> str:
    bare = _QUOTED.sub("", text)
    allowed = "an expression of CEL over `device` that is true or false"
    if len(text) > _LONGEST_SELECTOR:
        raise refused(Refusal(allowed=f"{allowed}, at most {_LONGEST_SELECTOR} characters", mend="shorten it"))
    if "device." not in bare:
        raise refused(
            Refusal(
                allowed=allowed,
                mend="ask the device, for example `device.attributes['gpu.nvidia.com'].architecture == 'Hopper'`",
            )
        )
    if not _balanced(bare):
        raise refused(Refusal(allowed=allowed, mend="close every bracket and every quote"))
    return text


def _balanced(bare: str) -> bool:
    """Whether brackets close in turn, in an expression without its quoted texts."""
    opened: list[str] = []
    for character in bare:
        if character in _PAIRS.values():
            opened.append(character)
        elif character in _PAIRS and (not opened or opened.pop() != _PAIRS[character]):
            return False
    return not opened and not {'"', "'"} & set(bare)


DeviceClass = Annotated[
    str,
    matching(OBJECT_NAME, 253, "a device class: lower-case letters, digits, `-` and `.`", "gpu.nvidia.com"),
    Field(examples=["gpu.nvidia.com"]),
]
"""The name of a DeviceClass."""

Selector = Annotated[str, AfterValidator(_selector)]
"""A condition on devices, in CEL."""

Selectors = Annotated[
    Items[Selector],
    Field(max_length=MOST_SELECTORS, examples=[["device.attributes['gpu.nvidia.com'].architecture == 'Hopper'"]]),
]
"""Conditions that a device must all meet."""


class Devices(Spec):
    """So many devices of a class."""

    device_class: DeviceClass
    """The class, as `kubectl get deviceclasses` lists it."""

    count: Count
    """Devices of each pod."""

    selectors: Selectors = ()
    """Conditions that each device meets, in CEL."""


class Choice(Devices):
    """One of several requests, of which the first that can be met is."""

    name: Annotated[str, matching(_LABEL, DNS_LABEL_LIMIT, LABEL_WORDS, "h100"), Field(examples=["h100"])]
    """Its name among them, which the allocation tells."""


class DeviceClaim(Checked):
    """Devices by claim: `exactly` these, or the `firstAvailable` of several."""

    exactly: Devices | None = None
    """These, and no others."""

    first_available: Annotated[Items[Choice], Field(max_length=MOST_CHOICES)] | None = None
    """The first of these that the cluster can give."""

    def checks(self) -> Checks:
        """One way to choose, and alternatives that differ."""
        yield exactly_one(
            self,
            ("exactly", "first_available"),
            "exactly one of `exactly` and `firstAvailable`",
            "keep one, for example `exactly: {deviceClass: gpu.nvidia.com, count: 1}`",
        )
        yield self._several()
        yield self._differ()

    def _several(self) -> Iterator[Refusal]:
        if self.first_available is not None and len(self.first_available) < 2:
            yield Refusal(
                at=("firstAvailable",),
                found=f"{len(self.first_available)} of them",
                allowed="two alternatives or more",
                mend="add what else would do, or write `exactly`",
            )

    def _differ(self) -> Iterator[Refusal]:
        choices = self.first_available or ()
        for index, choice in enumerate(choices):
            if choice.name in [each.name for each in choices[:index]]:
                yield Refusal(
                    at=("firstAvailable", index, "name"),
                    found=f"{choice.name!r}, used already",
                    allowed="each name once",
                    mend="give each alternative a name of its own",
                )
            if _wish(choice) in [_wish(each) for each in choices[:index]]:
                yield Refusal(
                    at=("firstAvailable", index),
                    found=f"`{choice.name}`, which wants what one before it wants",
                    allowed="alternatives that differ: this one is never reached",
                    mend="remove it, or ask for something else",
                )

    @property
    def choices(self) -> tuple[Devices, ...]:
        """What would do, the best first."""
        return (self.exactly,) if self.exactly else self.first_available or ()

    @property
    def count(self) -> int:
        """The most devices that a pod may get."""
        return max(choice.count for choice in self.choices)

    @property
    def resource(self) -> str:
        """How a quota counts devices of the first class."""
        return devices_of(self.choices[0].device_class)


def devices_of(device_class: str) -> str:
    """How a quota counts devices of a class."""
    return f"{device_class}.deviceclass.resource.k8s.io/devices"


def _wish(devices: Devices) -> tuple[str, int, frozenset[str]]:
    return devices.device_class, devices.count, frozenset(devices.selectors)
