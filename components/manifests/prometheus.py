"""Prometheus as a workload of the environment: its configuration, and how it runs."""

from collections.abc import Collection, Mapping
from typing import Any

import yaml

from components.manifests.alert_rules import alert_rules
from components.manifests.service import metrics_service_name, service_host
from components.spec.backup import PORT as BACKUP_PORT
from components.spec.backup import Backup, backup_name, saved
from components.spec.environment import Environment
from components.spec.monitoring import ALERTMANAGER, PROMETHEUS, Monitoring
from components.spec.network import Network, Peer
from components.spec.plain_settings import ConfigFiles
from components.spec.probes import Probes
from components.spec.scaling import Shutdown
from components.spec.volume import Volume
from components.spec.watching import watched
from components.spec.workload import Workload
from policies.values.quantity import parse_quantity

PORT = 9090
"""Prometheus' own port."""

ALERTMANAGER_PORT = 9093
"""Alertmanager's own port."""

DATA = "/prometheus"
"""Where its volume is mounted."""

_CONFIG = "/etc/prometheus"
_STORAGE_SHARE = 8, 10
"""Of the volume: samples that are not in blocks yet, and room to compact, are not counted by the limit of size."""

_STARTUP_SECONDS = 300
"""It reads back what it had not yet written into blocks, at most two or three hours of samples."""


def prometheus_config(
    environment: Environment, monitoring: Monitoring, seen: Mapping[str, Workload], kept: Collection[str] = ()
) -> str:
    """`prometheus.yml`: the pods of each workload are found by the name of its headless service.

    Args:
        environment: where they are.
        monitoring: how they are watched.
        seen: the workloads that have metrics, by name.
        kept: the names of those whose volumes are saved.
    """
    every = f"{monitoring.prometheus.scrape_seconds}s"
    targets = [
        *(_target(environment, name, name, each.metrics_port, every) for name, each in seen.items()),
        *(_target(environment, backup_name(name), name, BACKUP_PORT, every) for name in kept),
    ]
    sender = f"{service_host(environment, ALERTMANAGER)}:{ALERTMANAGER_PORT}"
    config = {
        "global": {
            "scrape_interval": every,
            "scrape_timeout": f"{min(monitoring.prometheus.scrape_seconds, 10)}s",
            "evaluation_interval": every,
            "external_labels": {
                "namespace": environment.namespace,
                "owner": environment.owner,
                "tier": environment.tier,
            },
        },
        "rule_files": ["rules.yml"],
        "alerting": {"alertmanagers": [{"static_configs": [{"targets": [sender]}]}]},
        "scrape_configs": [
            *targets,
            {"job_name": PROMETHEUS, "static_configs": [{"targets": [f"localhost:{PORT}", sender]}]},
        ],
    }
    return yaml.safe_dump(config, sort_keys=False)


def _target(environment: Environment, job: str, name: str, port: int | None, every: str) -> dict[str, Any]:
    return {
        "job_name": job,
        "dns_sd_configs": [
            {
                "names": [service_host(environment, metrics_service_name(name))],
                "type": "A",
                "port": port,
                "refresh_interval": every,
            }
        ],
        "relabel_configs": [{"target_label": "workload", "replacement": job}],
    }


def prometheus_workload(
    environment: Environment,
    monitoring: Monitoring,
    workloads: Mapping[str, Workload],
    address: str,
    backup: Backup | None = None,
) -> Workload:
    """What runs Prometheus.

    Args:
        environment: where it runs.
        monitoring: its description.
        workloads: all workloads of the environment, by name.
        address: the URL at which other pods reach it.
        backup: what saves their volumes, if something does.
    """
    spec = monitoring.prometheus
    part, whole = _STORAGE_SHARE
    mebibytes = int(parse_quantity(spec.storage)) * part // whole // 2**20
    seen = watched(workloads)
    kept = saved(backup, workloads)
    scraped = [Peer(workload=name, ports=(each.metrics_port,)) for name, each in seen.items() if each.metrics_port]
    scraped += [Peer(workload=name, ports=(BACKUP_PORT,)) for name in kept]
    files = {
        "prometheus.yml": prometheus_config(environment, monitoring, seen, kept),
        "rules.yml": alert_rules(seen, backup, kept),
    }
    return Workload(
        image=spec.image,
        replicas=1,
        port=PORT,
        args=(
            f"--config.file={_CONFIG}/prometheus.yml",
            f"--storage.tsdb.path={DATA}",
            f"--storage.tsdb.retention.time={spec.retention}",
            f"--storage.tsdb.retention.size={mebibytes}MB",
            f"--web.external-url={address}",
        ),
        runtime="go",
        config_files=ConfigFiles(folder=_CONFIG, files=files),
        volumes=(Volume(name="data", path=DATA, size=spec.storage),),
        resources=spec.resources,
        probes=Probes(liveness_path="/-/healthy", readiness_path="/-/ready", startup_seconds=_STARTUP_SECONDS),
        shutdown=Shutdown(pre_stop_seconds=0),
        network=Network(
            allow_from=spec.allow_from,
            allow_to=(*scraped, Peer(workload=ALERTMANAGER, ports=(ALERTMANAGER_PORT,))),
        ),
    )
