"""The node's own namespaces, ports, folders and processes."""

from __future__ import annotations

from policies.predicates import (
    AnyOf,
    Empty,
    Equals,
    Missing,
    Not,
    Since,
    container,
    item,
    pod,
)
from policies.rule import Check, PodRule, Severity
from policies.rules.pod_security.build import (
    POD_SPEC,
    SECURITY,
    not_true,
    pss_rule,
)

_PRIVILEGED = container("securityContext.privileged", "bool")
PRIVILEGED = pss_rule(
    "privileged",
    "Privileged containers",
    "critical",
    "Privileged Containers",
    "A privileged container has every device and capability of the node: whoever is in it owns the node.",
    "remove securityContext.privileged, and add the one capability that is needed",
    f"{SECURITY}(privileged=False)",
    (Check("container", not_true(_PRIVILEGED), _PRIVILEGED, "must not be true"),),
    cis="5.2.2",
)


def _host_namespace(name: str, rule_id: str, severity: Severity, rationale: str, cis: str) -> PodRule:
    field = pod(name, "bool")
    snake = name[:4] + "_" + name[4:].lower()
    return pss_rule(
        rule_id,
        f"Host {name[4:]}" if name != "hostNetwork" else "Host network",
        severity,
        "Host Namespaces",
        rationale,
        f"remove {name}",
        f"{POD_SPEC}({snake}=False, containers=containers)",
        (Check("pod", not_true(field), field, "must not be true"),),
        cis=cis,
    )


HOST_NETWORK = _host_namespace(
    "hostNetwork",
    "host-network",
    "high",
    "A pod in the node's network reaches services that listen on the node only, and no network policy holds it.",
    "5.2.5",
)
HOST_PID = _host_namespace(
    "hostPID",
    "host-pid",
    "high",
    "A pod that sees the node's processes can read their environment, and signal them.",
    "5.2.3",
)
HOST_IPC = _host_namespace(
    "hostIPC",
    "host-ipc",
    "high",
    "A pod in the node's IPC namespace shares memory with the node's processes.",
    "5.2.4",
)
_HOST_PORT = item("hostPort", "int")
HOST_PORTS = pss_rule(
    "host-ports",
    "Host ports",
    "medium",
    "Host Ports",
    "A host port opens on the node itself, past Services and network policies, and only one pod a node can have it.",
    "remove hostPort, and reach the pod through a Service",
    "kubernetes.core.v1.ContainerPortArgs(container_port=8000)",
    (
        Check(
            "container",
            AnyOf((Missing(_HOST_PORT), Equals(_HOST_PORT, 0))),
            _HOST_PORT,
            "must not be set",
            container("ports", "list"),
        ),
    ),
    cis="5.2.13",
)
_HOST_PATH = item("hostPath", "any")
HOST_PATH = pss_rule(
    "host-path",
    "hostPath volumes",
    "high",
    "HostPath Volumes",
    "A folder of the node in a container is a way out of the container.",
    "use an emptyDir, a configMap, a secret or a persistentVolumeClaim instead",
    'kubernetes.core.v1.VolumeArgs(name="data", empty_dir=kubernetes.core.v1.EmptyDirVolumeSourceArgs())',
    (Check("pod", Missing(_HOST_PATH), _HOST_PATH, "must not be set", pod("volumes", "list")),),
    cis="5.2.12",
    profiles=("baseline", "production"),
    decision="At restricted the rule volume-types has this condition among others.",
)
_HOST_PROCESS = "securityContext.windowsOptions.hostProcess"
WINDOWS_HOST_PROCESS = pss_rule(
    "windows-host-process",
    "Windows HostProcess",
    "critical",
    "HostProcess",
    "A HostProcess container on Windows runs on the node, not in a container.",
    "remove windowsOptions.hostProcess",
    f"{SECURITY}(\n    windows_options=kubernetes.core.v1.WindowsSecurityContextOptionsArgs(host_process=False)\n)",
    (
        Check("pod", not_true(pod(_HOST_PROCESS, "bool")), pod(_HOST_PROCESS, "bool"), "must not be true"),
        Check(
            "container",
            not_true(container(_HOST_PROCESS, "bool")),
            container(_HOST_PROCESS, "bool"),
            "must not be true",
        ),
    ),
)
_HOSTS = tuple(
    container(f"{where}.{action}.host", "string")
    for where in ("livenessProbe", "readinessProbe", "startupProbe", "lifecycle.postStart", "lifecycle.preStop")
    for action in ("httpGet", "tcpSocket")
)
PROBE_HOST = pss_rule(
    "probe-host",
    "Probe / lifecycle host",
    "medium",
    "Host Probes / Lifecycle Hooks",
    "The node's own agent calls the host that a probe names: with it a pod can reach what only the node can.",
    "remove host: the pod itself is then asked",
    'kubernetes.core.v1.HTTPGetActionArgs(path="/health", port=8000)',
    tuple(Check("container", Empty(field), field, "must not be set") for field in _HOSTS),
    unless=Not(Since("1.34")),
)
