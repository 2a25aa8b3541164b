"""Who may call a workload, and whom it may call."""

import ipaddress
from typing import Annotated

from pydantic import AfterValidator, Field

from components.spec.base import Items, Spec
from components.spec.checked import Checked, Checks, exactly_one
from components.spec.refusal import Refusal, refused
from components.spec.values import Name, NamespaceName, Port


def _cidr(text: str) -> str:
    try:
        return str(ipaddress.ip_network(text))
    except ValueError:
        raise refused(
            Refusal(
                allowed="a network in CIDR notation, with no bits set beyond its prefix",
                mend="write for example `10.20.0.0/16`",
            )
        ) from None


Cidr = Annotated[str, AfterValidator(_cidr), Field(examples=["10.20.0.0/16"])]
"""A network in CIDR notation."""


class Peer(Checked):
    """The other side of a connection: exactly one of a workload, a namespace and a network."""

    workload: Name | None = None
    """A workload of this environment."""

    namespace: NamespaceName | None = None
    """All pods of another namespace."""

    cidr: Cidr | None = None
    """A network outside the cluster."""

    ports: Items[Port] = ()
    """TCP ports; left out, those that the workload serves for a caller, and all of them for whom it calls."""

    def checks(self) -> Checks:
        """One kind of peer, and one only."""
        yield exactly_one(
            self,
            ("workload", "namespace", "cidr"),
            "exactly one of `workload`, `namespace` and `cidr`",
            "write one list entry for each",
        )


class Network(Spec):
    """What passes. Everything else is refused, except look-ups of names."""

    allow_from: Items[Peer] = ()
    """Who may call the workload."""

    allow_to: Items[Peer] = ()
    """Whom the workload may call."""
