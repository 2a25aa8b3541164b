"""Where a service is reached."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from cli.compose_import import forms
from cli.compose_import.service import Service


def open_ports(service: Service) -> None:
    """The ports that it serves, and those that the host publishes."""
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
