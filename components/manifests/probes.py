"""How Kubernetes sees whether a container has started, lives and is ready."""

from typing import Any

from components.spec import defaults
from components.spec.ports import MAIN_PORT
from components.spec.workload import Workload


def probes(workload: Workload, port: str = MAIN_PORT) -> dict[str, Any]:
    """Startup, liveness and readiness probes; none for a workload that serves nothing and names no command.

    The startup probe holds the other two back until the service has started, whatever a start takes, so that they need
    no delay of their own and can be quick afterwards.
    """
    wanted = workload.probes
    if workload.port is None and not wanted.command:
        return {}
    return {
        "startupProbe": {
            # A server may live long before its model answers.
            **_asked(wanted.readiness_path if workload.model else wanted.liveness_path, workload, port),
            "periodSeconds": defaults.STARTUP_PERIOD,
            "failureThreshold": workload.times.probe_failures,
        },
        "livenessProbe": {
            **_asked(wanted.liveness_path, workload, port),
            "periodSeconds": wanted.liveness_period_seconds,
            "failureThreshold": defaults.PROBE_FAILURES,
        },
        "readinessProbe": {
            **_asked(wanted.readiness_path, workload, port),
            "periodSeconds": wanted.readiness_period_seconds,
            "failureThreshold": defaults.PROBE_FAILURES,
        },
    }


def _asked(path: str, workload: Workload, port: str) -> dict[str, Any]:
    wanted = workload.probes
    how = {"exec": {"command": list(wanted.command)}} if wanted.command else {"httpGet": {"path": path, "port": port}}
    return {**how, "timeoutSeconds": wanted.timeout_seconds}
