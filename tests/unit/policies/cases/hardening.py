"""Hardening."""

from tests.unit.policies.cases.case import (
    ALL_LISTS,
    Case,
    fails,
    passes,
    pod_of,
    secured,
    secured_pod,
    with_container,
)
from tests.unit.policies.cases.pod_security import in_containers


def host_path(path: str, **mount: object) -> dict[str, object]:
    return pod_of(
        {"volumes": [{"name": "v", "hostPath": {"path": path}}, {"name": "w", "emptyDir": {}}]},
        [{"name": "a", "volumeMounts": [{"name": "w", "mountPath": "/w"}, {"name": "v", "mountPath": "/v", **mount}]}],
    )


RUNTIMES = ("docker", "containerd/containerd", "crio/crio", "cri-dockerd", "podman/podman", "buildkit/buildkitd")
NODE_FOLDERS = ("/boot", "/dev", "/etc", "/lib", "/proc", "/root", "/sys", "/usr", "/var/lib/kubelet")
NODE_NAMESPACES = ("default", "kube-system", "kube-public", "kube-node-lease")
CASES: list[Case] = [
    *in_containers(
        "drop-net-raw",
        "securityContext.capabilities",
        ({"drop": ["ALL"]}, {"drop": ["NET_RAW"]}, {"drop": ["NET_RAW"], "add": ["CHOWN"]}),
        (None, {"drop": ["CHOWN"]}, {"drop": ["ALL"], "add": ["NET_RAW"]}),
    ),
    *in_containers("read-only-rootfs", "securityContext.readOnlyRootFilesystem", (True,), (False, None)),
    *in_containers(
        "high-uid-gid",
        "securityContext",
        ({"runAsUser": 10000, "runAsGroup": 10000},),
        ({"runAsUser": 9999, "runAsGroup": 10000}, {"runAsUser": 10000, "runAsGroup": 9999}, {"runAsUser": 10000}),
    ),
    *passes("high-uid-gid", secured_pod(runAsUser=10000, runAsGroup=10000)),
    *fails(
        "high-uid-gid",
        pod_of(
            {"securityContext": {"runAsUser": 10000, "runAsGroup": 10000}},
            [{"name": "a", "securityContext": {"runAsUser": 1}}],
        ),
        pod_of(
            {"securityContext": {"runAsUser": 10000, "runAsGroup": 10000}},
            [{"name": "a", "securityContext": {"runAsGroup": 1}}],
        ),
    ),
    *fails("high-uid-gid", secured_pod(runAsUser=1, runAsGroup=1)),
    *passes("high-uid-gid", secured(runAsUser=500, runAsGroup=500), lowestId=500),
    *in_containers("root-groups", "securityContext.runAsGroup", (None, 1), (0,)),
    *fails(
        "root-groups",
        secured_pod(runAsGroup=0),
        secured_pod(fsGroup=0),
        secured_pod(supplementalGroups=[1, 0]),
    ),
    *passes("root-groups", secured_pod(runAsGroup=1, fsGroup=1, supplementalGroups=[1])),
    *(
        case
        for where in ALL_LISTS
        for case in (
            *passes("root-groups", secured(where, runAsGroup=10), highestGroup=10),
            *fails("root-groups", secured(where, runAsGroup=11), highestGroup=10),
        )
    ),
    *fails(
        "root-groups",
        secured_pod(runAsGroup=11),
        secured_pod(fsGroup=11),
        secured_pod(supplementalGroups=[11]),
        highestGroup=10,
    ),
    *passes("root-groups", secured_pod(runAsGroup=10, fsGroup=10, supplementalGroups=[10]), highestGroup=10),
    *in_containers("security-context-present", "securityContext", ({"runAsUser": 1},), (None, {})),
    *passes("security-context-present", secured_pod(runAsUser=1)),
    *in_containers(
        "linux-hardening",
        "securityContext",
        (
            {"seccompProfile": {"type": "RuntimeDefault"}},
            {"appArmorProfile": {"type": "RuntimeDefault"}},
            {"seLinuxOptions": {"type": "container_t"}},
            {"capabilities": {"drop": ["ALL"]}},
        ),
        (None, {"runAsUser": 1}, {"capabilities": {"add": ["CHOWN"]}}),
    ),
    *passes(
        "linux-hardening",
        secured_pod(seccompProfile={"type": "RuntimeDefault"}),
        secured_pod(appArmorProfile={"type": "RuntimeDefault"}),
        secured_pod(seLinuxOptions={"type": "container_t"}),
    ),
    *fails("runtime-socket", *(host_path(f"/run/{name}.sock") for name in RUNTIMES), host_path("/run/docker.sock/")),
    *passes("runtime-socket", pod_of(), host_path("/data"), host_path("/data/docker.socket")),
    *fails("sensitive-host-paths", *map(host_path, ("/", "//", "//etc", "/etc/ssl", "/proc/1", *NODE_FOLDERS))),
    *passes("sensitive-host-paths", pod_of(), *map(host_path, ("/etcetera", "/data/etc", "/var/lib", "/data/"))),
    *fails("writable-host-path", host_path("/data"), host_path("/data", readOnly=False)),
    *(
        case
        for where in ALL_LISTS[1:]
        for case in fails(
            "writable-host-path",
            pod_of(
                {
                    "volumes": [{"name": "v", "hostPath": {"path": "/data"}}],
                    where: [{"name": "s", "volumeMounts": [{"name": "v", "mountPath": "/v"}]}],
                }
            ),
        )
    ),
    *passes("writable-host-path", pod_of(), host_path("/data", readOnly=True)),
    *fails("automount-sa-token", pod_of(), pod_of({"automountServiceAccountToken": True})),
    *passes("automount-sa-token", pod_of({"automountServiceAccountToken": False})),
    *fails("automount-sa-token", pod_of({"automountServiceAccountToken": True}), tokenSaidBy="account"),
    *passes(
        "automount-sa-token",
        pod_of(),
        pod_of({"automountServiceAccountToken": False}),
        tokenSaidBy="account",
    ),
    *fails("default-sa", pod_of(), pod_of({"serviceAccountName": "default"}), pod_of({"serviceAccountName": ""})),
    *fails("default-sa", pod_of({"serviceAccount": "default"}), pod_of({"serviceAccount": ""})),
    *passes("default-sa", pod_of({"serviceAccountName": "web"}), pod_of({"serviceAccount": "web"})),
    *fails(
        "deprecated-sa-field",
        pod_of({"serviceAccount": "web"}),
        pod_of({"serviceAccount": "web", "serviceAccountName": "shop"}),
    ),
    *passes("deprecated-sa-field", pod_of(), pod_of({"serviceAccountName": "web"}), pod_of({"serviceAccount": ""})),
    *passes("deprecated-sa-field", pod_of({"serviceAccount": "web", "serviceAccountName": "web"})),
    *in_containers("interactive-tty", "tty", (None, False), (True,)),
    *in_containers("interactive-tty", "stdin", (None, False), (True,)),
    *in_containers(
        "privileged-ports", "ports", (None, [{"containerPort": 1024}], [{"name": "x"}]), ([{"containerPort": 1023}],)
    ),
    *in_containers(
        "ssh-port", "ports", (None, [{"containerPort": 2222}]), ([{"containerPort": 80}, {"containerPort": 22}],)
    ),
    *fails("host-aliases", pod_of({"hostAliases": [{"ip": "127.0.0.1", "hostnames": ["x"]}]})),
    *passes("host-aliases", pod_of(), pod_of({"hostAliases": []})),
    *in_containers(
        "sudo-entrypoint", "command", (None, ["/app/pseudo", "x"]), (["sudo", "x"], ["sh", "-c", "a && sudo b"])
    ),
    *in_containers("sudo-entrypoint", "args", (None, ["sudoku"]), (["/usr/bin/sudo"], ["-c", "sudo x"])),
    *fails("ephemeral-containers", with_container("ephemeralContainers")),
    *passes("ephemeral-containers", pod_of(), pod_of({"ephemeralContainers": []})),
    *fails("default-namespace", pod_of(), *(pod_of(namespace=name) for name in NODE_NAMESPACES)),
    *passes("default-namespace", *(pod_of(namespace=name) for name in ("shop", "default-2", "my-default"))),
    *fails("runtime-class", pod_of(), pod_of({"runtimeClassName": "runc"})),
    *passes("runtime-class", *(pod_of({"runtimeClassName": name}) for name in ("gvisor", "kata"))),
    *fails(
        "toleration-controlplane",
        *(
            pod_of({"tolerations": [{"key": "gpu"}, {"key": f"node-role.kubernetes.io/{name}", "operator": "Exists"}]})
            for name in ("master", "control-plane")
        ),
        pod_of({"tolerations": [{"operator": "Exists"}]}),
        pod_of({"nodeSelector": {"node-role.kubernetes.io/master": ""}}),
        pod_of({"nodeSelector": {"node-role.kubernetes.io/control-plane": "true"}}),
    ),
    *passes(
        "toleration-controlplane",
        pod_of(),
        pod_of({"tolerations": [{"key": "nvidia.com/gpu"}], "nodeSelector": {"disk": "fast"}}),
        pod_of({"tolerations": [{"key": "my.node-role.kubernetes.io/master"}]}),
        pod_of({"tolerations": [{"key": "node-role.kubernetes.io/masters"}]}),
    ),
    *fails("max-containers", pod_of(containers=[{"name": f"c{n}"} for n in range(5)])),
    *passes("max-containers", pod_of(containers=[{"name": f"c{n}"} for n in range(4)])),
    *passes("max-containers", pod_of(containers=[{"name": f"c{n}"} for n in range(5)]), mostContainers=5),
]
