"""Alertmanager as a workload of the environment: its configuration, and how it runs."""

from collections.abc import Mapping
from typing import Any

import yaml

from components.spec import defaults
from components.spec.monitoring import NOBODY, PROMETHEUS, Monitoring, Route
from components.spec.network import Network, Peer
from components.spec.probes import Probes
from components.spec.scaling import Shutdown
from components.spec.values import duration_text
from components.spec.volume import Volume
from components.spec.workload import Workload

PORT = 9093
"""Alertmanager's own port."""

DATA = "/alertmanager"
"""Where its volume is mounted."""

CONFIG_SECRET = "alertmanager-config"  # noqa: S105  # the name of a secret
"""The secret that is its configuration: webhooks' URLs are in it, which Debian's version reads from no other file."""


def alertmanager_config(monitoring: Monitoring, urls: Mapping[str, str]) -> str:
    """`alertmanager.yml`: a secret, since it holds the webhooks' URLs.

    Args:
        monitoring: its description.
        urls: the URL of each receiver's webhook.
    """
    receivers = [
        {
            "name": name,
            "webhook_configs": [{"url": urls[name], "send_resolved": receiver.send_resolved}],
        }
        for name, receiver in monitoring.receivers.items()
    ]
    config: dict[str, Any] = {
        "route": {
            "receiver": NOBODY,
            "group_by": ["alertname", "namespace", "workload"],
            "group_wait": f"{monitoring.alertmanager.group_wait_seconds}s",
            "group_interval": duration_text(defaults.GROUP_INTERVAL),
            "repeat_interval": duration_text(defaults.REPEAT_INTERVAL),
            "routes": [_route(route) for route in monitoring.routes],
        },
        # Who was woken by an alert need not be told to mend the same within days.
        "inhibit_rules": [
            {
                "source_matchers": ['severity="page"'],
                "target_matchers": ['severity="ticket"'],
                "equal": ["alertname", "namespace", "workload"],
            }
        ],
        "receivers": [{"name": NOBODY}, *receivers],
    }
    return yaml.safe_dump(config, sort_keys=False)


def _route(route: Route) -> dict[str, Any]:
    wanted = {"severity": route.severity, "owner": route.owner}
    matchers = [f'{label}="{value}"' for label, value in wanted.items() if value]
    return {"receiver": route.receiver, **({"matchers": matchers} if matchers else {})}


def alertmanager_workload(monitoring: Monitoring, address: str) -> Workload:
    """What runs Alertmanager.

    Args:
        monitoring: its description.
        address: the URL at which other pods reach it.
    """
    spec = monitoring.alertmanager
    return Workload(
        image=spec.image,
        replicas=1,
        port=PORT,
        args=(
            f"--config.file={defaults.SECRETS_FOLDER}/{CONFIG_SECRET}",
            f"--storage.path={DATA}",
            # It is alone: no port for others of its kind.
            "--cluster.listen-address=",
            f"--web.external-url={address}",
        ),
        runtime="go",
        secrets=(CONFIG_SECRET,),
        volumes=(Volume(name="data", path=DATA, size=spec.storage),),
        resources=spec.resources,
        probes=Probes(liveness_path="/-/healthy", readiness_path="/-/ready"),
        shutdown=Shutdown(pre_stop_seconds=0),
        network=Network(
            allow_from=(Peer(workload=PROMETHEUS), *spec.allow_from),
            allow_to=tuple(dict.fromkeys(receiver.allow_to for receiver in monitoring.receivers.values())),
        ),
    )
