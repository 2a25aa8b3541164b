"""Pod Security: what a pod's processes may be. Exactly the conditions of Kubernetes' Pod Security Standards."""

from __future__ import annotations

from policies.rules.pod_security.capabilities import CAPABILITIES_BASELINE, CAPABILITIES_RESTRICTED
from policies.rules.pod_security.host import (
    HOST_IPC,
    HOST_NETWORK,
    HOST_PATH,
    HOST_PID,
    HOST_PORTS,
    PRIVILEGED,
    PROBE_HOST,
    WINDOWS_HOST_PROCESS,
)
from policies.rules.pod_security.kernel import PROC_MOUNT, PROC_MOUNT_RESTRICTED, SYSCTLS
from policies.rules.pod_security.profiles import APPARMOR, SECCOMP_BASELINE, SECCOMP_REQUIRED, SELINUX
from policies.rules.pod_security.users import ALLOW_PRIVILEGE_ESCALATION, RUN_AS_NON_ROOT, RUN_AS_USER_ZERO
from policies.rules.pod_security.volumes import VOLUME_TYPES

RULES = (
    PRIVILEGED,
    HOST_NETWORK,
    HOST_PID,
    HOST_IPC,
    HOST_PORTS,
    HOST_PATH,
    CAPABILITIES_BASELINE,
    APPARMOR,
    SELINUX,
    PROC_MOUNT,
    SECCOMP_BASELINE,
    SYSCTLS,
    WINDOWS_HOST_PROCESS,
    PROBE_HOST,
    ALLOW_PRIVILEGE_ESCALATION,
    RUN_AS_NON_ROOT,
    RUN_AS_USER_ZERO,
    SECCOMP_REQUIRED,
    CAPABILITIES_RESTRICTED,
    VOLUME_TYPES,
    PROC_MOUNT_RESTRICTED,
)
