"""Everything that a stack says, in one frozen value."""

from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import Field, model_validator

from components.spec import checks
from components.spec.addons import Addons
from components.spec.backup import BACKUP, Backup, saved
from components.spec.base import Spec
from components.spec.capacity import demands, summary
from components.spec.cost import cost_summary, uses
from components.spec.environment import Environment
from components.spec.fleet import Fleet, Pool
from components.spec.image import BuildImage, Image
from components.spec.monitoring import Monitoring
from components.spec.order import wanted
from components.spec.prices import Prices
from components.spec.refusal import refused
from components.spec.registry import Registry
from components.spec.secret import Secret
from components.spec.snapshots import SNAPSHOTS, Snapshots, own_workloads
from components.spec.supply_chain import SupplyChain
from components.spec.target import DockerTarget, Target
from components.spec.values import Name
from components.spec.workload import Workload


class Settings(Spec):
    """The settings of one environment."""

    environment: Environment
    """The namespace, its tier, owner and quota."""

    target: Target
    """Where workloads go."""

    registry: Registry
    """Where images go."""

    workloads: Annotated[Mapping[Name, Workload], Field(min_length=1)]
    """The services, by name."""

    secrets: Mapping[Name, Secret] = {}
    """The secrets, by name."""

    bases: Mapping[Name, BuildImage] = {}
    """Images that others of this stack are built on, by name; nothing runs them."""

    fleet: Fleet | None = None
    """The nodes that there are; left out, nobody checks that pods find one."""

    prices: Prices | None = None
    """What things cost; left out, nobody says what the environment does."""

    addons: Addons | None = None
    """What runs on the nodes of a cluster for the workloads; left out, nothing does. Nothing on a Docker host."""

    monitoring: Monitoring | None = None
    """What watches the workloads; left out, nothing does."""

    backup: Backup | None = None
    """What saves volumes; left out, nothing does."""

    snapshots: Snapshots | None = None
    """What takes snapshots of volumes on a cluster; left out, nothing does."""

    supply_chain: SupplyChain | None = None
    """What images go through before they run; left out, nothing."""

    @model_validator(mode="after")
    def _check(self) -> "Settings":
        refusals = tuple(
            checks.cross_checks(
                checks.Parts(
                    self.environment,
                    self.target,
                    self.registry,
                    self.workloads,
                    self.workloads,
                    self.secrets,
                    self.monitoring,
                    self.bases,
                    self.backup,
                    saves=self.backup is not None,
                    fleet=self.fleet,
                    addons=self.addons,
                    snapshots=self.snapshots,
                    takes=self.snapshots is not None,
                    adds=self.addons is not None,
                    verifies=self.supply_chain is not None,
                )
            )
        )
        if refusals:
            raise refused(refusals)
        return self

    @property
    def wanted_workloads(self) -> Mapping[str, Workload]:
        """The workloads that run in this environment: those of no group, and those of a group that is wanted."""
        return wanted(self.environment, self.workloads)

    @property
    def running_workloads(self) -> Mapping[str, Workload]:
        """Those that run here, with what takes snapshots of their volumes, which nothing does on a Docker host."""
        takes = None if isinstance(self.target, DockerTarget) else self.snapshots
        return own_workloads(takes, self.wanted_workloads)

    @property
    def capacity(self) -> dict[str, Any]:
        """What the workloads need at their peak, and what there is; see `components.spec.capacity.summary`."""
        return summary(
            demands(self.running_workloads, self.monitoring, self.backup),
            self.environment.quota,
            self.fleet,
        )

    @property
    def cost(self) -> dict[str, Any] | None:
        """What a month costs, if there are prices; see `components.spec.cost.cost_summary`."""
        return (
            cost_summary(uses(self.running_workloads, self.monitoring, self.backup), self.prices)
            if self.prices
            else None
        )

    @property
    def pools(self) -> Mapping[str, Pool]:
        """The pools of nodes that there are, as far as somebody says."""
        return self.fleet.pools if self.fleet else {}

    @property
    def mounted_secrets(self) -> Mapping[str, Secret]:
        """The secrets that workloads and their backup name. Others, for builds and pulls, stay out of the namespace."""
        named = {name for workload in self.wanted_workloads.values() for name in workload.secrets}
        if self.backup and self.saved_workloads:
            named |= set(self.backup.secrets)
        return {name: secret for name, secret in self.secrets.items() if name in named}

    @property
    def saved_workloads(self) -> Mapping[str, Workload]:
        """The workloads that run here of which something is saved."""
        return saved(self.backup, self.wanted_workloads)

    @property
    def images(self) -> Mapping[str, Image]:
        """Every image that runs, by the name of what runs it."""
        images = {name: workload.image for name, workload in self.wanted_workloads.items()}
        if self.monitoring:
            images |= {name: server.image for name, server in self.monitoring.servers.items()}
        if self.backup and self.saved_workloads:
            images[BACKUP] = self.backup.image
        if self.snapshots and not isinstance(self.target, DockerTarget):
            images[SNAPSHOTS] = self.snapshots.image
        if self.addons and not isinstance(self.target, DockerTarget):
            images |= self.addons.images(self.wanted_workloads)
        return images

    @property
    def builds(self) -> Mapping[str, BuildImage]:
        """Every image that is built, by its name: bases, and what runs."""
        built = {name: image.build for name, image in self.images.items() if image.build}
        return {**self.bases, **built}


def settings_schema() -> dict[str, Any]:
    """The JSON schema of a stack file, for editors: `config` with slipway's keys, beside whatever else Pulumi keeps."""
    schema = Settings.model_json_schema(by_alias=True)
    definitions = schema.pop("$defs")
    for filled in ("Resources", "Amounts"):
        # What is left out of these comes from the tier and the profile, before validation.
        del definitions[filled]["required"]
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "A stack of slipway",
        "type": "object",
        "properties": {
            "config": {
                "type": "object",
                "properties": {f"slipway:{key}": node for key, node in schema["properties"].items()},
                "required": [f"slipway:{key}" for key in schema["required"]],
            }
        },
        "required": ["config"],
        "$defs": definitions,
    }
