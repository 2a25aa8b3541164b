"""The kernel's settings, and how /proc shows them."""

from __future__ import annotations

from policies.predicates import (
    AllOf,
    AnyOf,
    Not,
    OneOf,
    Since,
    container,
    item,
    pod,
)
from policies.rule import Check
from policies.rules.pod_security.build import (
    RESTRICTED,
    SECURITY,
    USER_NAMESPACE,
    pss_rule,
    unset_or,
)

_PROC_MOUNT = container("securityContext.procMount", "string")
_PROC_CHECK = Check("container", unset_or(_PROC_MOUNT, "Default"), _PROC_MOUNT, "must be Default")
_PROC_WHY = "An unmasked /proc shows and takes settings of the node's kernel."
_PROC_SNIPPET = f'{SECURITY}(proc_mount="Default")'
PROC_MOUNT = pss_rule(
    "proc-mount",
    "/proc mount type",
    "medium",
    "/proc Mount Type",
    _PROC_WHY,
    "remove securityContext.procMount",
    _PROC_SNIPPET,
    (_PROC_CHECK,),
    unless=USER_NAMESPACE,
    decision="From 1.35 on baseline accepts any value in a pod with hostUsers: false.",
)
PROC_MOUNT_RESTRICTED = pss_rule(
    "proc-mount-restricted",
    "/proc mount type (restricted)",
    "medium",
    "/proc Mount Type",
    _PROC_WHY,
    "remove securityContext.procMount",
    _PROC_SNIPPET,
    (_PROC_CHECK,),
    unless=Not(USER_NAMESPACE),
    profiles=RESTRICTED,
    decision="Only asked where proc-mount is not: in a user namespace, from 1.35 on. Restricted accepts nothing there.",
)
_SYSCTL = item("name", "string")
_SYSCTLS: tuple[tuple[str, tuple[str, ...]], ...] = (
    (
        "1.25",
        (
            "kernel.shm_rmid_forced",
            "net.ipv4.ip_local_port_range",
            "net.ipv4.ip_unprivileged_port_start",
            "net.ipv4.ping_group_range",
            "net.ipv4.tcp_syncookies",
        ),
    ),
    ("1.27", ("net.ipv4.ip_local_reserved_ports",)),
    (
        "1.29",
        (
            "net.ipv4.tcp_fin_timeout",
            "net.ipv4.tcp_keepalive_intvl",
            "net.ipv4.tcp_keepalive_probes",
            "net.ipv4.tcp_keepalive_time",
        ),
    ),
    ("1.32", ("net.ipv4.tcp_rmem", "net.ipv4.tcp_wmem")),
    ("1.37", ("net.ipv4.tcp_notsent_lowat", "net.ipv4.tcp_slow_start_after_idle")),
)
SYSCTLS = pss_rule(
    "sysctls",
    "Sysctls",
    "medium",
    "Sysctls",
    "A kernel setting that is not confined to the pod's namespaces changes the node for all of its pods.",
    "remove the entry from securityContext.sysctls",
    'kubernetes.core.v1.SysctlArgs(name="net.ipv4.ip_unprivileged_port_start", value="0")',
    (
        Check(
            "pod",
            AnyOf(tuple(AllOf((Since(version), OneOf(_SYSCTL, names))) for version, names in _SYSCTLS)),
            _SYSCTL,
            "must be one of the settings that are safe in this Kubernetes version",
            pod("securityContext.sysctls", "list"),
        ),
    ),
)
