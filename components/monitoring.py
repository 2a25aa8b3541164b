"""What watches an environment: Prometheus, Alertmanager, and what they need to see the workloads."""

from collections.abc import Mapping
from typing import cast

import pulumi

from components.apply import apply
from components.environment import Environment
from components.manifests import alertmanager, prometheus
from components.manifests.dashboard import dashboard
from components.manifests.network_policy import metrics_policy
from components.manifests.service import metrics_service, service_address
from components.secret_files import SecretFiles
from components.spec.backup import PORT as BACKUP_PORT
from components.spec.backup import Backup, saved
from components.spec.monitoring import ALERTMANAGER, PROMETHEUS, Receiver
from components.spec.monitoring import Monitoring as MonitoringSpec
from components.spec.secret import ConfiguredSecret, Secret
from components.spec.watching import watched
from components.verified_image import VerifiedImage
from components.workload import Workload

_GIVEN = Secret(from_config=ConfiguredSecret(key="alertmanagerConfig"))
"""A secret whose value is made here, of stored ones."""


class Monitoring(pulumi.ComponentResource):
    """Two workloads, what lets Prometheus find and read the others, and a dashboard.

    Attributes:
        workloads: Prometheus and Alertmanager, by name.
    """

    workloads: Mapping[str, Workload]

    def __init__(
        self,
        name: str,
        spec: MonitoringSpec,
        workloads: Mapping[str, Workload],
        environment: Environment,
        images: Mapping[str, VerifiedImage],
        stored: Mapping[str, pulumi.Input[str]],
        opts: pulumi.ResourceOptions | None = None,
        backup: Backup | None = None,
    ) -> None:
        """Declares the monitoring.

        Args:
            name: the component's name.
            spec: its description.
            workloads: the workloads to watch, by name.
            environment: where they, and what watches them, live.
            images: what is run, by name.
            stored: the values of the stack's stored secrets.
            opts: Pulumi's options; give the Kubernetes provider here.
            backup: what saves their volumes, if something does.
        """
        super().__init__("slipway:index:Monitoring", name, {}, opts)
        where, below = environment.spec, pulumi.ResourceOptions(parent=self)
        specs = {each: workload.spec for each, workload in workloads.items()}
        seen, kept = watched(specs), saved(backup, specs)
        ports = {PROMETHEUS: prometheus.PORT, ALERTMANAGER: alertmanager.PORT}
        addresses = {each: service_address(where, each, port) for each, port in ports.items()}
        if seen:
            apply("metrics-network", metrics_policy(where, seen), self, after=[environment.namespace])
        if kept:
            saving = metrics_policy(where, kept, "backup-metrics", BACKUP_PORT)
            apply("backup-metrics-network", saving, self, after=[environment.namespace])
        apply("dashboard", dashboard(where, seen), self, after=[environment.namespace])
        names = [
            # A Service is ready once a pod answers behind it.
            apply(f"{each}-metrics", metrics_service(where, each, one), self, after=workloads[each].ready)
            for each, one in {**kept, **seen}.items()
        ]
        config = {alertmanager.CONFIG_SECRET: pulumi.Output.secret(_config(spec, stored))}
        secrets = SecretFiles(f"{name}-secrets", dict.fromkeys(config, _GIVEN), environment, config, below)
        sender = alertmanager.alertmanager_workload(spec, addresses[ALERTMANAGER])
        collector = prometheus.prometheus_workload(where, spec, specs, addresses[PROMETHEUS], backup)
        verified = [step for image in images.values() for step in image.steps]
        self.workloads = {
            # Names that are looked up before they exist are remembered as missing for a while.
            PROMETHEUS: Workload(
                PROMETHEUS, collector, environment, images[PROMETHEUS], secrets, [*verified, *names], below
            ),
            ALERTMANAGER: Workload(ALERTMANAGER, sender, environment, images[ALERTMANAGER], secrets, verified, below),
        }
        self.register_outputs({"addresses": addresses})


def _config(spec: MonitoringSpec, stored: Mapping[str, pulumi.Input[str]]) -> pulumi.Output[str]:
    values = {name: stored[receiver.webhook] for name, receiver in spec.receivers.items()}

    def text(urls: Mapping[str, str]) -> str:
        found = {name: _url(name, spec.receivers[name], url) for name, url in urls.items()}
        return alertmanager.alertmanager_config(spec, found)

    return pulumi.Output.from_input(cast("Mapping[str, str]", values)).apply(text)


def _url(name: str, receiver: Receiver, text: str) -> str:
    url = text.strip()
    if not url.startswith(("https://", "http://")) or any(character.isspace() for character in url):
        raise pulumi.RunError(
            f"slipway:monitoring.receivers.{name}.webhook\n"
            f"  found:   the secret `{receiver.webhook}`, which holds no URL (not shown)\n"
            "  allowed: a URL that begins with `https://` or `http://`\n"
            "  mend:    store the webhook's URL as that secret's value"
        )
    return url
