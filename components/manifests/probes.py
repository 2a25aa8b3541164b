"""How Kubernetes sees whether a container has started, lives and is ready."""

from typing import Any

from components.spec import defaults
from components.spec.workload import MAIN_PORT, Workload


def probes(workload: Workload) -> dict[str, Any]:
    """Startup, liveness and readiness probes; none for a workload that serves nothing.

    The startup probe holds the other two back until the service has started, whatever a start takes, so that they need
    no delay of their own and can be quick afterwards.
    """
    if workload.port is None:
        return {}
    wanted = workload.probes
    return {
        "startupProbe": {
            **_http(wanted.liveness_path, workload),
            "periodSeconds": defaults.STARTUP_PERIOD,
            "failureThreshold": -(-workload.startup_seconds // defaults.STARTUP_PERIOD),
        },
        "livenessProbe": {
            **_http(wanted.liveness_path, workload),
            "periodSeconds": wanted.liveness_period_seconds,
            "failureThreshold": defaults.PROBE_FAILURES,
        },
        "readinessProbe": {
            **_http(wanted.readiness_path, workload),
            "periodSeconds": wanted.readiness_period_seconds,
            "failureThreshold": defaults.PROBE_FAILURES,
        },
    }


def _http(path: str, workload: Workload) -> dict[str, Any]:
    return {"httpGet": {"path": path, "port": MAIN_PORT}, "timeoutSeconds": workload.probes.timeout_seconds}
