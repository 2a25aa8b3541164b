"""A service of a Compose file on its way to a workload."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from cli.compose_import.objection import Objection

_FIELDS = """
    image build hostname container_name profiles entrypoint command environment env_file labels user group_add read_only
    privileged cap_drop cap_add security_opt pid ipc network_mode sysctls devices tty stdin_open extra_hosts tmpfs
    shm_size pids_limit cpu_shares memswap_limit mem_limit mem_reservation cpus deploy volumes configs secrets expose
    ports depends_on healthcheck restart stop_grace_period logging networks
"""
FIELDS = tuple(_FIELDS.split())
"""Fields that are looked at, in the order in which objections are told."""

RULES_ALONE = frozenset({"group_add", "sysctls", "devices", "tty", "stdin_open", "extra_hosts"})
"""Those of them that have no place in a stack file: what no rule objects to is told as left out."""


@dataclass
class Service:
    """A service on its way to a workload.

    Attributes:
        name: Its name in the Compose file.
        raw: What the file says of it, with variables replaced where they have a default.
        document: The whole file.
        folder: Where the file is: other files are named from there.
        workload: What is proposed so far.
        objections: What was objected to so far.
    """

    name: str
    raw: Mapping[str, Any]
    document: Mapping[str, Any]
    folder: Path
    workload: dict[str, Any] = field(default_factory=dict[str, Any])
    objections: list[Objection] = field(default_factory=list[Objection])

    def object_to(self, at: str, found: str, mend: str, rule: str | None = None) -> None:
        """Notes what is not as it was."""
        self.objections.append(Objection(f"services.{self.name}.{at}", found, mend, rule))

    def objected(self, at: str, rule: str | None = None) -> bool:
        """Whether something was objected to at a place, or below it; with a rule, by that one."""
        return any(
            (place == at or place.startswith((f"{at}.", f"{at}["))) and rule in (None, each.rule)
            for each in self.objections
            for place in (self.place(each),)
        )

    def place(self, objection: Objection) -> str:
        """Where an objection's place is in the service."""
        return objection.place.removeprefix(f"services.{self.name}.")
