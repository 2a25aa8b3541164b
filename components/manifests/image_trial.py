"""How an image is tried before its workload may run it: as its pods will run it."""

from typing import Any

from components.spec import defaults
from components.spec.workload import Workload
from policies.values.quantity import parse_quantity


def image_trial(workload: Workload) -> dict[str, Any]:
    """What a container of the workload's image is given, and what it must answer. Its volumes are empty, and in memory.

    `needs` names what is not there before the workload is: with any of it the image is not started.
    """
    probes = workload.probes
    served = workload.port is not None and not probes.command
    return {
        "user": workload.user,
        "group": workload.group,
        "memory": int(parse_quantity(workload.resources.limits.memory)),
        "processes": workload.pids_limit or defaults.PIDS[workload.profile],
        "environ": {**workload.env, **workload.derived_variables},
        "folders": [each.path for each in workload.volumes],
        "command": [*workload.command, *workload.args] if workload.command else [],
        "port": workload.port or 0,
        "paths": [probes.liveness_path, probes.readiness_path] if served else [],
        "check": list(probes.command),
        "startupSeconds": workload.times.startup,
        "timeoutSeconds": probes.timeout_seconds,
        "graceSeconds": workload.times.grace,
        "needs": ", ".join(_needs(workload)),
    }


def _needs(workload: Workload) -> list[str]:
    return [
        noun
        for noun, wanted in (
            ("secrets", workload.secrets),
            ("configuration files", workload.config_files),
            ("other workloads", workload.depends_on),
            ("a GPU", workload.gpu),
            ("a run of its own, as a job", workload.job),
            ("arguments beside the image's own command", workload.args and not workload.command),
        )
        if wanted
    ]
