"""Pod Security, at every version boundary. The suite stands on these; the corpora only confirm."""

from tests.unit.policies.cases.case import (
    ALL_LISTS,
    Case,
    Json,
    fails,
    nested,
    passes,
    pod_of,
    secured,
    secured_pod,
    with_container,
)

WINDOWS = {"os": {"name": "windows"}}
DEFAULT_CAPABILITIES = (
    "AUDIT_WRITE", "CHOWN", "DAC_OVERRIDE", "FOWNER", "FSETID", "KILL", "MKNOD", "NET_BIND_SERVICE", "SETFCAP",
    "SETGID", "SETPCAP", "SETUID", "SYS_CHROOT",
)  # fmt: skip
SYSCTLS = {
    "1.25": (
        "kernel.shm_rmid_forced", "net.ipv4.ip_local_port_range", "net.ipv4.tcp_syncookies",
        "net.ipv4.ping_group_range", "net.ipv4.ip_unprivileged_port_start",
    ),
    "1.27": ("net.ipv4.ip_local_reserved_ports",),
    "1.29": (
        "net.ipv4.tcp_keepalive_time", "net.ipv4.tcp_fin_timeout", "net.ipv4.tcp_keepalive_intvl",
        "net.ipv4.tcp_keepalive_probes",
    ),
    "1.32": ("net.ipv4.tcp_rmem", "net.ipv4.tcp_wmem"),
    "1.37": ("net.ipv4.tcp_slow_start_after_idle", "net.ipv4.tcp_notsent_lowat"),
}  # fmt: skip
BEFORE = {"1.27": "1.26", "1.29": "1.28", "1.32": "1.31", "1.37": "1.36"}
SOURCES = (
    "configMap", "csi", "downwardAPI", "emptyDir", "ephemeral", "image", "persistentVolumeClaim", "projected", "secret",
)  # fmt: skip
OTHER_SOURCES = (
    "awsElasticBlockStore", "azureDisk", "azureFile", "cephfs", "cinder", "fc", "flexVolume", "flocker",
    "gcePersistentDisk", "gitRepo", "glusterfs", "hostPath", "iscsi", "nfs", "photonPersistentDisk", "portworxVolume",
    "quobyte", "rbd", "scaleIO", "storageos", "vsphereVolume", "new",
)  # fmt: skip
PROBES = [
    f"{where}.{action}.host"
    for where in ("livenessProbe", "readinessProbe", "startupProbe", "lifecycle.postStart", "lifecycle.preStop")
    for action in ("httpGet", "tcpSocket")
]
APPARMOR = "container.apparmor.security.beta.kubernetes.io/app"
GOOD_PROFILE = {"type": "RuntimeDefault"}


def sysctl(name: str) -> Json:
    return secured_pod(sysctls=[{"name": name, "value": "1"}])


def volume(source: str) -> Json:
    return pod_of({"volumes": [{"name": "v", "emptyDir": {}}, {"name": "w", source: {}}]})


def everywhere(rule: str, path: str, good: tuple[object, ...], bad: tuple[object, ...]) -> list[Case]:
    """The same field in the pod's security context, and in that of a container of each list."""
    made: list[Case] = []
    for value in bad:
        made += fails(rule, secured_pod(**nested(path, value)))
        made += fails(rule, *(secured(where, **nested(path, value)) for where in ALL_LISTS))
    for value in good:
        made += passes(rule, secured_pod(**nested(path, value)))
        made += passes(rule, *(secured(where, **nested(path, value)) for where in ALL_LISTS))
    return made


def in_containers(rule: str, path: str, good: tuple[object, ...], bad: tuple[object, ...]) -> list[Case]:
    made: list[Case] = []
    for where in ALL_LISTS:
        made += fails(rule, *(with_container(where, **nested(path, value)) for value in bad))
        made += passes(rule, *(with_container(where, **nested(path, value)) for value in good))
    return made


CASES: list[Case] = [
    *in_containers("privileged", "securityContext.privileged", (None, False), (True,)),
    *fails("host-network", pod_of({"hostNetwork": True})),
    *passes("host-network", pod_of(), pod_of({"hostNetwork": False}), pod_of({"hostPID": True})),
    *fails("host-pid", pod_of({"hostPID": True})),
    *passes("host-pid", pod_of(), pod_of({"hostPID": False})),
    *fails("host-ipc", pod_of({"hostIPC": True})),
    *passes("host-ipc", pod_of(), pod_of({"hostIPC": False})),
    *in_containers(
        "host-ports",
        "ports",
        ([], [{"containerPort": 80}], [{"containerPort": 80, "hostPort": 0}]),
        ([{"containerPort": 80}, {"containerPort": 81, "hostPort": 81}],),
    ),
    *fails("host-path", volume("hostPath")),
    *passes("host-path", pod_of(), volume("emptyDir"), volume("nfs")),
    *in_containers(
        "capabilities-baseline",
        "securityContext.capabilities.add",
        (None, [], *([name] for name in DEFAULT_CAPABILITIES)),
        (["SYS_ADMIN"], ["NET_RAW"], ["chown"], ["CAP_CHOWN"], ["CHOWN", "ALL"]),
    ),
    *everywhere("apparmor", "appArmorProfile.type", (None, "RuntimeDefault", "Localhost"), ("Unconfined", "x")),
    *fails("apparmor", *(pod_of(annotations={APPARMOR: value}) for value in ("unconfined", "runtime/other", "x"))),
    *passes(
        "apparmor",
        *(pod_of(annotations={APPARMOR: value}) for value in ("", "runtime/default", "localhost/", "localhost/mine")),
        pod_of(annotations={"example.com/apparmor": "unconfined"}),
        pod_of(annotations={f"my.{APPARMOR}": "unconfined"}),
    ),
    *everywhere(
        "selinux",
        "seLinuxOptions.type",
        (None, "", "container_t", "container_init_t", "container_kvm_t", "container_engine_t"),
        ("spc_t", "Container_t"),
    ),
    *(
        Case("selinux", body, violates, {"kubernetesVersion": version})
        for body in (
            secured_pod(seLinuxOptions={"type": "container_engine_t"}),
            secured(seLinuxOptions={"type": "container_engine_t"}),
        )
        for version, violates in (("1.30", True), ("1.31", False))
    ),
    *everywhere("selinux", "seLinuxOptions.user", (None, ""), ("system_u",)),
    *everywhere("selinux", "seLinuxOptions.role", (None, ""), ("system_r",)),
    *in_containers("proc-mount", "securityContext.procMount", (None, "Default"), ("Unmasked", "x")),
    *(
        Case(
            "proc-mount",
            pod_of({"hostUsers": host_users}, [{"name": "a", "securityContext": {"procMount": "Unmasked"}}]),
            violates,
            {"kubernetesVersion": version},
        )
        for version, host_users, violates in (
            ("1.34", False, True),
            ("1.35", False, False),
            ("1.35", True, True),
            ("1.35", None, True),
        )
    ),
    *(
        Case(
            "proc-mount-restricted",
            pod_of(
                {
                    "hostUsers": host_users,
                    "containers": [],
                    where: [{"name": "a", "securityContext": {"procMount": value}}],
                }
            ),
            violates,
            {"kubernetesVersion": version},
        )
        for where in ALL_LISTS
        for version, host_users, value, violates in (
            ("1.34", False, "Unmasked", False),  # there proc-mount says it
            ("1.35", False, "Unmasked", True),
            ("1.35", True, "Unmasked", False),
            ("1.35", False, "Default", False),
            ("1.35", False, None, False),
        )
    ),
    *everywhere(
        "seccomp-baseline",
        "seccompProfile.type",
        (None, "RuntimeDefault", "Localhost"),
        ("Unconfined", "runtime/default"),
    ),
    *(
        case
        for since, names in SYSCTLS.items()
        for name in names
        for case in (
            *passes("sysctls", sysctl(name), kubernetesVersion=since),
            *(fails("sysctls", sysctl(name), kubernetesVersion=BEFORE[since]) if since in BEFORE else ()),
        )
    ),
    *fails("sysctls", sysctl("kernel.msgmax"), sysctl("net.core.somaxconn"), kubernetesVersion="1.37"),
    *passes("sysctls", pod_of(), secured_pod(sysctls=[])),
    *everywhere("windows-host-process", "windowsOptions.hostProcess", (None, False), (True,)),
    *(case for path in PROBES for case in in_containers("probe-host", path, (None, ""), ("127.0.0.1", "example.com"))),
    *passes("probe-host", with_container(**nested(PROBES[0], "x")), kubernetesVersion="1.33"),
    *fails("probe-host", with_container(**nested(PROBES[0], "x")), kubernetesVersion="1.34"),
    *in_containers("allow-privilege-escalation", "securityContext.allowPrivilegeEscalation", (False,), (True, None)),
    *passes("allow-privilege-escalation", pod_of(WINDOWS)),
    *fails("allow-privilege-escalation", pod_of({"os": {"name": "linux"}})),
    *in_containers("run-as-non-root", "securityContext.runAsNonRoot", (True,), (False, None)),
    *fails(
        "run-as-non-root",
        pod_of(
            {"securityContext": {"runAsNonRoot": False}}, [{"name": "a", "securityContext": {"runAsNonRoot": True}}]
        ),
        pod_of(
            {"securityContext": {"runAsNonRoot": True}}, [{"name": "a", "securityContext": {"runAsNonRoot": False}}]
        ),
        pod_of({"securityContext": {"runAsUser": 1000}}),
        pod_of(WINDOWS),
    ),
    *passes("run-as-non-root", secured_pod(runAsNonRoot=True)),
    *passes("run-as-non-root", pod_of({"hostUsers": False}), kubernetesVersion="1.35"),
    *fails("run-as-non-root", pod_of({"hostUsers": False}), kubernetesVersion="1.34"),
    *fails("run-as-non-root", pod_of({"hostUsers": True}), kubernetesVersion="1.35"),
    *everywhere("run-as-user-zero", "runAsUser", (None, 1), (0,)),
    *passes(
        "run-as-user-zero", pod_of({"hostUsers": False, "securityContext": {"runAsUser": 0}}), kubernetesVersion="1.35"
    ),
    *fails(
        "run-as-user-zero", pod_of({"hostUsers": False, "securityContext": {"runAsUser": 0}}), kubernetesVersion="1.34"
    ),
    *fails(
        "run-as-user-zero", pod_of({"hostUsers": True, "securityContext": {"runAsUser": 0}}), kubernetesVersion="1.35"
    ),
    *in_containers(
        "seccomp-required", "securityContext.seccompProfile.type", ("RuntimeDefault", "Localhost"), ("Unconfined", None)
    ),
    *passes(
        "seccomp-required", secured_pod(seccompProfile=GOOD_PROFILE), secured_pod(seccompProfile={"type": "Localhost"})
    ),
    *fails(
        "seccomp-required",
        secured_pod(seccompProfile={"type": "Unconfined"}),
        pod_of(
            {"securityContext": {"seccompProfile": {"type": "Unconfined"}}},
            [{"name": "a", "securityContext": {"seccompProfile": GOOD_PROFILE}}],
        ),
        pod_of(
            {"securityContext": {"seccompProfile": GOOD_PROFILE}},
            [{"name": "a", "securityContext": {"seccompProfile": {"type": "Unconfined"}}}],
        ),
    ),
    *passes("seccomp-required", pod_of(WINDOWS)),
    *fails("seccomp-required", pod_of({"os": {"name": "linux"}})),
    *in_containers(
        "capabilities-restricted",
        "securityContext.capabilities",
        ({"drop": ["ALL"]}, {"drop": ["NET_RAW", "ALL"], "add": ["NET_BIND_SERVICE"]}, {"drop": ["ALL"], "add": []}),
        (None, {}, {"drop": ["all"]}, {"drop": ["NET_RAW"]}, {"drop": ["ALL"], "add": ["NET_BIND_SERVICE", "CHOWN"]}),
    ),
    *passes("capabilities-restricted", pod_of(WINDOWS)),
    *fails("capabilities-restricted", pod_of({"os": {"name": "linux"}})),
    *passes("volume-types", pod_of(), *map(volume, SOURCES), pod_of({"volumes": [{"name": "none"}]})),
    *passes("volume-types", pod_of({"volumes": [{"name": "v", "hostPath": None, "emptyDir": {}}]})),
    *fails("volume-types", *map(volume, OTHER_SOURCES)),
]
