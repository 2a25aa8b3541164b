"""Pod Security: what a pod's processes may be. Exactly the conditions of Kubernetes' Pod Security Standards."""

from __future__ import annotations

from policies.predicates import (
    KEY,
    AllOf,
    AnyOf,
    Contains,
    Empty,
    Equals,
    Field,
    Matches,
    Missing,
    Not,
    OneOf,
    OnlyKeys,
    Predicate,
    Since,
    container,
    item,
    pod,
    template,
)
from policies.rule import STANDARD, About, Check, PodRule, Profile, Reference, Severity
from policies.rules.parameters import KUBERNETES_VERSION

_BASELINE_PSS = "Pod Security Standards, baseline"
_RESTRICTED_PSS = "Pod Security Standards, restricted"
_NSA = Reference("NSA-CISA Kubernetes Hardening Guide 1.2", "Non-root containers and rootless container engines")
_CIS = Reference("CIS Kubernetes Benchmark 1.8", "5.2.7")
_RESTRICTED: tuple[Profile, ...] = ("restricted", "production")
_ONLY_BASELINE: tuple[Profile, ...] = ("baseline",)
"""For a condition that restricted replaces by a stricter one of its own."""

_WINDOWS = AllOf((Since("1.25"), Equals(pod("os.name", "string"), "windows")))
_SECURITY = "kubernetes.core.v1.SecurityContextArgs"
_POD_SPEC = "kubernetes.core.v1.PodSpecArgs"


def _rule(
    rule_id: str,
    title: str,
    severity: Severity,
    control: str,
    rationale: str,
    mend: str,
    snippet: str,
    checks: tuple[Check, ...],
    *,
    cis: str = "",
    profiles: tuple[Profile, ...] = STANDARD,
    unless: Predicate | None = None,
    decision: str = "",
) -> PodRule:
    standard = _BASELINE_PSS if "baseline" in profiles else _RESTRICTED_PSS
    references = [Reference(standard, control)]
    if cis:
        references.append(Reference("CIS Kubernetes Benchmark 1.8", cis))
    about = About(rule_id, title, severity, rationale, mend, snippet, tuple(references), decision, profiles)
    return PodRule(about, checks, unless=unless, parameters=(KUBERNETES_VERSION,))


def _everywhere(path: str, require: tuple[Predicate, Predicate], wanted: str) -> tuple[Check, ...]:
    """The same asked of the pod's security context and of each container's."""
    return (
        Check("pod", require[0], pod(path, "string"), wanted),
        Check("container", require[1], container(path, "string"), wanted),
    )


def _unset_or(field: Field, *values: str) -> Predicate:
    return AnyOf((Missing(field), OneOf(field, values)))


def _not_true(field: Field) -> Predicate:
    return Not(Equals(field, True))


_PRIVILEGED = container("securityContext.privileged", "bool")
PRIVILEGED = _rule(
    "privileged",
    "Privileged containers",
    "critical",
    "Privileged Containers",
    "A privileged container has every device and capability of the node: whoever is in it owns the node.",
    "remove securityContext.privileged, and add the one capability that is needed",
    f"{_SECURITY}(privileged=False)",
    (Check("container", _not_true(_PRIVILEGED), _PRIVILEGED, "must not be true"),),
    cis="5.2.2",
)


def _host_namespace(name: str, rule_id: str, severity: Severity, rationale: str, cis: str) -> PodRule:
    field = pod(name, "bool")
    snake = name[:4] + "_" + name[4:].lower()
    return _rule(
        rule_id,
        f"Host {name[4:]}" if name != "hostNetwork" else "Host network",
        severity,
        "Host Namespaces",
        rationale,
        f"remove {name}",
        f"{_POD_SPEC}({snake}=False, containers=containers)",
        (Check("pod", _not_true(field), field, "must not be true"),),
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
HOST_PORTS = _rule(
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
HOST_PATH = _rule(
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
_BASELINE_CAPABILITIES = (
    "AUDIT_WRITE",
    "CHOWN",
    "DAC_OVERRIDE",
    "FOWNER",
    "FSETID",
    "KILL",
    "MKNOD",
    "NET_BIND_SERVICE",
    "SETFCAP",
    "SETGID",
    "SETPCAP",
    "SETUID",
    "SYS_CHROOT",
)
_ADDED = container("securityContext.capabilities.add", "list")
_DROPPED = container("securityContext.capabilities.drop", "list")
_CAPABILITY = item("", "string")
CAPABILITIES_BASELINE = _rule(
    "capabilities-baseline",
    "Capabilities (baseline)",
    "high",
    "Capabilities",
    "Beyond the capabilities that every container has by default lie those with which it can leave.",
    "remove the capability from securityContext.capabilities.add",
    f'{_SECURITY}(\n    capabilities=kubernetes.core.v1.CapabilitiesArgs(drop=["ALL"], add=["NET_BIND_SERVICE"])\n)',
    (
        Check(
            "container",
            OneOf(_CAPABILITY, _BASELINE_CAPABILITIES),
            _CAPABILITY,
            "must be one of the capabilities that a container has by default, in capitals and without CAP_",
            _ADDED,
        ),
    ),
    cis="5.2.9",
)
_APPARMOR = "securityContext.appArmorProfile.type"
_PROFILES = ("RuntimeDefault", "Localhost")
APPARMOR = _rule(
    "apparmor",
    "AppArmor",
    "medium",
    "AppArmor",
    "Without AppArmor's default profile a process may mount, trace and write where a container has no business.",
    "set securityContext.appArmorProfile.type to RuntimeDefault or Localhost, or leave it out",
    f'{_SECURITY}(\n    app_armor_profile=kubernetes.core.v1.AppArmorProfileArgs(type="RuntimeDefault")\n)',
    (
        *_everywhere(
            _APPARMOR,
            (_unset_or(pod(_APPARMOR, "string"), *_PROFILES), _unset_or(container(_APPARMOR, "string"), *_PROFILES)),
            "must be RuntimeDefault or Localhost",
        ),
        Check(
            "pod",
            AnyOf(
                (
                    Not(Matches(KEY, r"^container\.apparmor\.security\.beta\.kubernetes\.io/")),
                    Matches(item("", "string"), r"^(runtime/default|localhost/.*)?$"),
                )
            ),
            item("", "string"),
            "must be runtime/default or localhost/…",
            template("annotations", "object"),
        ),
    ),
)
_SELINUX = ("", "container_t", "container_init_t", "container_kvm_t")
_SELINUX_WANTED = "must be container_t, container_init_t, container_kvm_t or (from 1.31 on) container_engine_t"


def _selinux_type(field: Field) -> Predicate:
    return AnyOf((_unset_or(field, *_SELINUX), AllOf((Since("1.31"), Equals(field, "container_engine_t")))))


def _selinux(part: str) -> tuple[Check, ...]:
    path = f"securityContext.seLinuxOptions.{part}"
    of_pod, of_container = pod(path, "string"), container(path, "string")
    if part == "type":
        return _everywhere(path, (_selinux_type(of_pod), _selinux_type(of_container)), _SELINUX_WANTED)
    return _everywhere(path, (Empty(of_pod), Empty(of_container)), "must not be set")


SELINUX = _rule(
    "selinux",
    "SELinux options",
    "medium",
    "SELinux",
    "A SELinux user, role or type of one's own choice can be one that is not confined.",
    "remove seLinuxOptions, or name one of the types that are made for containers",
    f'{_SECURITY}(se_linux_options=kubernetes.core.v1.SELinuxOptionsArgs(type="container_t"))',
    (*_selinux("type"), *_selinux("user"), *_selinux("role")),
)
_PROC_MOUNT = container("securityContext.procMount", "string")
_PROC_CHECK = Check("container", _unset_or(_PROC_MOUNT, "Default"), _PROC_MOUNT, "must be Default")
_PROC_WHY = "An unmasked /proc shows and takes settings of the node's kernel."
_PROC_SNIPPET = f'{_SECURITY}(proc_mount="Default")'
_USER_NAMESPACE = AllOf((Since("1.35"), Equals(pod("hostUsers", "bool"), False)))
"""Root in a user namespace of its own is nobody on the node; Pod Security accepts that from 1.35 on."""

PROC_MOUNT = _rule(
    "proc-mount",
    "/proc mount type",
    "medium",
    "/proc Mount Type",
    _PROC_WHY,
    "remove securityContext.procMount",
    _PROC_SNIPPET,
    (_PROC_CHECK,),
    unless=_USER_NAMESPACE,
    decision="From 1.35 on baseline accepts any value in a pod with hostUsers: false.",
)
PROC_MOUNT_RESTRICTED = _rule(
    "proc-mount-restricted",
    "/proc mount type (restricted)",
    "medium",
    "/proc Mount Type",
    _PROC_WHY,
    "remove securityContext.procMount",
    _PROC_SNIPPET,
    (_PROC_CHECK,),
    unless=Not(_USER_NAMESPACE),
    profiles=_RESTRICTED,
    decision="Only asked where proc-mount is not: in a user namespace, from 1.35 on. Restricted accepts nothing there.",
)
_SECCOMP = "securityContext.seccompProfile.type"
_POD_SECCOMP = pod(_SECCOMP, "string")
_CONTAINER_SECCOMP = container(_SECCOMP, "string")
_SECCOMP_SNIPPET = (
    "kubernetes.core.v1.PodSecurityContextArgs(\n"
    '    seccomp_profile=kubernetes.core.v1.SeccompProfileArgs(type="RuntimeDefault")\n'
    ")"
)
SECCOMP_BASELINE = _rule(
    "seccomp-baseline",
    "Seccomp (baseline)",
    "medium",
    "Seccomp",
    "Unconfined opens the kernel calls through which containers have been left before.",
    "set securityContext.seccompProfile.type to RuntimeDefault, or leave it out",
    _SECCOMP_SNIPPET,
    _everywhere(
        _SECCOMP,
        (_unset_or(_POD_SECCOMP, *_PROFILES), _unset_or(_CONTAINER_SECCOMP, *_PROFILES)),
        "must be RuntimeDefault or Localhost",
    ),
    profiles=_ONLY_BASELINE,
    decision="Restricted replaces it by seccomp-required.",
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
SYSCTLS = _rule(
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
_HOST_PROCESS = "securityContext.windowsOptions.hostProcess"
WINDOWS_HOST_PROCESS = _rule(
    "windows-host-process",
    "Windows HostProcess",
    "critical",
    "HostProcess",
    "A HostProcess container on Windows runs on the node, not in a container.",
    "remove windowsOptions.hostProcess",
    f"{_SECURITY}(\n    windows_options=kubernetes.core.v1.WindowsSecurityContextOptionsArgs(host_process=False)\n)",
    (
        Check("pod", _not_true(pod(_HOST_PROCESS, "bool")), pod(_HOST_PROCESS, "bool"), "must not be true"),
        Check(
            "container",
            _not_true(container(_HOST_PROCESS, "bool")),
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
PROBE_HOST = _rule(
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
_ESCALATION = container("securityContext.allowPrivilegeEscalation", "bool")
ALLOW_PRIVILEGE_ESCALATION = _rule(
    "allow-privilege-escalation",
    "Privilege escalation",
    "high",
    "Privilege Escalation",
    "A set-uid program makes a process root that has started as nobody, unless the kernel is told not to let it.",
    "set securityContext.allowPrivilegeEscalation to false",
    f"{_SECURITY}(allow_privilege_escalation=False)",
    (Check("container", Equals(_ESCALATION, False), _ESCALATION, "must be false"),),
    cis="5.2.6",
    profiles=_RESTRICTED,
    unless=_WINDOWS,
)
SECCOMP_REQUIRED = _rule(
    "seccomp-required",
    "Seccomp required",
    "medium",
    "Seccomp (v1.19+)",
    "Where nothing is said, a container runs without any filter of kernel calls on most clusters.",
    "set securityContext.seccompProfile.type to RuntimeDefault on the pod",
    _SECCOMP_SNIPPET,
    (
        Check("pod", _unset_or(_POD_SECCOMP, *_PROFILES), _POD_SECCOMP, "must be RuntimeDefault or Localhost"),
        Check(
            "container",
            AnyOf(
                (
                    OneOf(_CONTAINER_SECCOMP, _PROFILES),
                    AllOf((Missing(_CONTAINER_SECCOMP), OneOf(_POD_SECCOMP, _PROFILES))),
                )
            ),
            _CONTAINER_SECCOMP,
            "must be RuntimeDefault or Localhost, here or on the pod",
        ),
    ),
    profiles=_RESTRICTED,
    unless=_WINDOWS,
    decision="A value that is not allowed fails wherever it stands, also beneath a good one of the pod.",
)
CAPABILITIES_RESTRICTED = _rule(
    "capabilities-restricted",
    "Drop ALL, add only NET_BIND_SERVICE",
    "high",
    "Capabilities (v1.22+)",
    "A program that serves needs none of root's powers but, at most, that of opening a low port.",
    "set securityContext.capabilities.drop to [ALL], and add nothing but NET_BIND_SERVICE",
    f'{_SECURITY}(capabilities=kubernetes.core.v1.CapabilitiesArgs(drop=["ALL"]))',
    (
        Check("container", Contains(_DROPPED, "ALL"), _DROPPED, "must contain ALL"),
        Check("container", Equals(_CAPABILITY, "NET_BIND_SERVICE"), _CAPABILITY, "must be NET_BIND_SERVICE", _ADDED),
    ),
    cis="5.2.10",
    profiles=_RESTRICTED,
    unless=_WINDOWS,
)
_ALLOWED_SOURCES = (
    "configMap",
    "csi",
    "downwardAPI",
    "emptyDir",
    "ephemeral",
    "image",
    "persistentVolumeClaim",
    "projected",
    "secret",
)
_OTHER_SOURCES = (
    "awsElasticBlockStore",
    "azureDisk",
    "azureFile",
    "cephfs",
    "cinder",
    "fc",
    "flexVolume",
    "flocker",
    "gcePersistentDisk",
    "gitRepo",
    "glusterfs",
    "hostPath",
    "iscsi",
    "nfs",
    "photonPersistentDisk",
    "portworxVolume",
    "quobyte",
    "rbd",
    "scaleIO",
    "storageos",
    "vsphereVolume",
)
_VOLUME = item("", "object")
VOLUME_TYPES = _rule(
    "volume-types",
    "Volume types",
    "medium",
    "Volume Types",
    "Volumes that reach past the cluster's own storage reach the node, or a network that nobody watches.",
    "use a persistentVolumeClaim, an emptyDir, a configMap, a secret or another of the allowed sources",
    'kubernetes.core.v1.VolumeArgs(name="data", empty_dir=kubernetes.core.v1.EmptyDirVolumeSourceArgs())',
    (
        Check(
            "pod",
            OnlyKeys(_VOLUME, ("name", *_ALLOWED_SOURCES), ("name", *_ALLOWED_SOURCES, *_OTHER_SOURCES)),
            _VOLUME,
            "must have one of the allowed sources: " + ", ".join(_ALLOWED_SOURCES),
            pod("volumes", "list"),
        ),
    ),
    profiles=_RESTRICTED,
    decision="A volume without a source passes: the API makes an emptyDir of it. An unknown source does not pass.",
)

_POD_NON_ROOT = pod("securityContext.runAsNonRoot", "bool")
_CONTAINER_NON_ROOT = container("securityContext.runAsNonRoot", "bool")
_POD_USER = pod("securityContext.runAsUser", "int")
_CONTAINER_USER = container("securityContext.runAsUser", "int")

RUN_AS_NON_ROOT = PodRule(
    About(
        id="run-as-non-root",
        title="Run as non-root",
        severity="high",
        rationale=(
            "A process that is root in its container is root on the node once it gets out of the container. With "
            "runAsNonRoot the node refuses to start an image whose user is root, whatever the image says."
        ),
        mend="set securityContext.runAsNonRoot to true on the pod, and remove it or set it to true on the container",
        snippet=(
            "kubernetes.core.v1.PodSpecArgs(\n"
            "    security_context=kubernetes.core.v1.PodSecurityContextArgs(run_as_non_root=True),\n"
            "    containers=containers,\n"
            ")"
        ),
        references=(Reference(_RESTRICTED_PSS, "Running as Non-root"), _NSA, _CIS),
        profiles=_RESTRICTED,
        decision=(
            "runAsUser above zero alone is not enough: Pod Security asks for runAsNonRoot, other tools accept either."
        ),
    ),
    checks=(
        Check("pod", Not(Equals(_POD_NON_ROOT, False)), _POD_NON_ROOT, "must not be false"),
        Check(
            "container",
            AnyOf(
                (
                    Equals(_CONTAINER_NON_ROOT, True),
                    AllOf((Missing(_CONTAINER_NON_ROOT), Equals(_POD_NON_ROOT, True))),
                )
            ),
            _CONTAINER_NON_ROOT,
            "must be true, here or on the pod (and then not false here)",
        ),
    ),
    unless=_USER_NAMESPACE,
    parameters=(KUBERNETES_VERSION,),
)

RUN_AS_USER_ZERO = PodRule(
    About(
        id="run-as-user-zero",
        title="runAsUser 0",
        severity="high",
        rationale="User 0 is root, in the container and, once out of it, on the node.",
        mend="set securityContext.runAsUser to the image's own user, such as 10001, or leave it out",
        snippet="kubernetes.core.v1.SecurityContextArgs(run_as_user=10001, run_as_group=10001)",
        references=(Reference(_RESTRICTED_PSS, "Running as Non-root user"), _NSA),
        profiles=_RESTRICTED,
    ),
    checks=(
        Check("pod", Not(Equals(_POD_USER, 0)), _POD_USER, "must not be 0"),
        Check("container", Not(Equals(_CONTAINER_USER, 0)), _CONTAINER_USER, "must not be 0"),
    ),
    unless=_USER_NAMESPACE,
    parameters=(KUBERNETES_VERSION,),
)

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
