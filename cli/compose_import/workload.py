"""One service of a Compose file as a workload."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from cli.compose_import import guardrails
from cli.compose_import.confinement import confine
from cli.compose_import.environment import state_environment
from cli.compose_import.files import keep_files
from cli.compose_import.health import ask_for_health
from cli.compose_import.image import name_image
from cli.compose_import.ports import open_ports
from cli.compose_import.running import order, run
from cli.compose_import.service import FIELDS, RULES_ALONE, Service
from cli.compose_import.sizes import size
from cli.compose_import.storage import store

_PARTS: tuple[Callable[[Service], None], ...] = (
    guardrails.object_to,
    name_image,
    run,
    state_environment,
    confine,
    size,
    open_ports,
    ask_for_health,
    store,
    keep_files,
    order,
)
"""First what the rules find, which decides on what is proposed."""


def workload(service: Service) -> dict[str, Any]:
    """The proposed workload; what is objected to is noted in `service`, in the order of the fields."""
    for part in _PARTS:
        part(service)
    for key in service.raw:
        looked_at = key in FIELDS and (key not in RULES_ALONE or service.objected(key))
        if not looked_at and not key.startswith("x-"):
            service.object_to(key, "no field of a stack file", "it is left out: see what the service needs it for")
    service.objections.sort(key=lambda each: _rank(service.place(each)))
    return {key: value for key, value in service.workload.items() if value not in (None, [], {})} | (
        {"port": None} if service.workload.get("port", 0) is None else {}
    )


def _rank(place: str) -> int:
    field = place.partition(".")[0].partition("[")[0]
    return FIELDS.index(field) if field in FIELDS else len(FIELDS)
