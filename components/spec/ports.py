"""The ports of a workload: a main one, and others by name."""

from collections.abc import Iterator, Sequence
from typing import Annotated

from pydantic import Field

from components.spec.base import Spec
from components.spec.refusal import Refusal
from components.spec.values import Port, PortName

MAIN_PORT = "http"
"""The name of a workload's main port."""

METRICS_PORT = "metrics"
"""The name of the port that Prometheus reads: a workload without one is not watched."""


class NamedPort(Spec):
    """A port beside the main one."""

    name: Annotated[PortName, Field(examples=["metrics"])]
    """Its name."""

    port: Annotated[Port, Field(examples=[9090])]
    """Its number."""


def port_checks(port: int | None, extra_ports: Sequence[NamedPort]) -> Iterator[Refusal]:
    """Each port has a name and a number of its own, beside a main one.

    Args:
        port: the main port, if there is one.
        extra_ports: the others.
    """
    if port is None and extra_ports:
        yield Refusal(
            at=("extraPorts",),
            found="ports beside no main port",
            allowed="a main `port` first",
            mend=f"set `port: {extra_ports[0].port}`",
        )
    names = [MAIN_PORT, *(extra.name for extra in extra_ports)]
    numbers = [port, *(extra.port for extra in extra_ports)]
    for index in range(1, len(names)):
        where = ("extraPorts", index - 1)
        if names[index] in names[:index]:
            yield Refusal(
                at=(*where, "name"),
                found=f"{names[index]!r}, used already",
                allowed="each name once; the main port is named `http`",
                mend="give each port a name of its own",
            )
        if numbers[index] in numbers[:index]:
            yield Refusal(
                at=(*where, "port"),
                found=f"{numbers[index]}, used already",
                allowed="each port number once",
                mend="remove the second mention, or correct its number",
            )
