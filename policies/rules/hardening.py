"""Hardening: what a pod can do without, beyond the Pod Security Standards."""

from __future__ import annotations

from policies.plain import UNKNOWN, Unknown
from policies.predicates import (
    AllOf,
    AnyOf,
    AtLeast,
    AtMost,
    Chosen,
    Contains,
    Empty,
    Equals,
    Field,
    Matches,
    Missing,
    Not,
    Parameters,
    Same,
    Setting,
    container,
    item,
    pod,
)
from policies.rule import ADVISED, ON_REQUEST, Parameter
from policies.rules import placement
from policies.rules.build import (
    CORE,
    about,
    has_unknown,
    judged,
    listed,
    mapping,
    of_container,
    of_pod,
    pod_rule,
)

_SECURITY = f"{CORE}.SecurityContextArgs"
_VOLUMES = pod("volumes", "list")
_ADD = container("securityContext.capabilities.add", "list")
_DROP = container("securityContext.capabilities.drop", "list")

DROP_NET_RAW = pod_rule(
    about(
        "drop-net-raw",
        "Drop NET_RAW",
        "medium",
        "With raw sockets a container can forge packets, and answer for its neighbours.",
        "drop ALL, or at least NET_RAW, and do not add it",
        f'{_SECURITY}(capabilities={CORE}.CapabilitiesArgs(drop=["ALL"]))',
        cis="5.2.8",
    ),
    of_container(AnyOf((Contains(_DROP, "ALL"), Contains(_DROP, "NET_RAW"))), _DROP, "must contain ALL or NET_RAW"),
    of_container(Not(Contains(_ADD, "NET_RAW")), _ADD, "must not contain NET_RAW"),
)
_READ_ONLY = container("securityContext.readOnlyRootFilesystem", "bool")
READ_ONLY_ROOTFS = pod_rule(
    about(
        "read-only-rootfs",
        "Read-only root filesystem",
        "medium",
        "What cannot be written cannot be replaced by an intruder.",
        "set securityContext.readOnlyRootFilesystem to true, and mount an emptyDir where files are written",
        f"{_SECURITY}(read_only_root_filesystem=True)",
        nsa="Immutable container file systems",
    ),
    of_container(Equals(_READ_ONLY, True), _READ_ONLY, "must be true"),
)
LOWEST_ID = Parameter("lowestId", {"type": "integer"}, 10000, "The lowest user and group that a container should have.")
_IDS = {
    part: (container(f"securityContext.{part}", "int"), pod(f"securityContext.{part}", "int"))
    for part in ("runAsUser", "runAsGroup")
}
HIGH_UID_GID = pod_rule(
    about(
        "high-uid-gid",
        "High UID and GID",
        "low",
        "A number that some user of the node has too gives the container that user's files, should it get out.",
        "set runAsUser and runAsGroup to numbers of at least 10000",
        f"{_SECURITY}(run_as_user=10001, run_as_group=10001)",
        levels=ADVISED,
        decision="Advice, since Pod Security asks for a user that is not root and no more.",
    ),
    *(
        of_container(
            AnyOf(
                (
                    AtLeast(own, Setting(LOWEST_ID.name)),
                    AllOf((Missing(own), AtLeast(inherited, Setting(LOWEST_ID.name)))),
                )
            ),
            own,
            "must be high, here or on the pod",
        )
        for own, inherited in _IDS.values()
    ),
    parameters=(LOWEST_ID,),
)
_GROUP = item("", "int")
_GROUP_WANTED = "must not be 0, nor above the highest"
_FS_GROUP = pod("securityContext.fsGroup", "int")
HIGHEST_GROUP = Parameter("highestGroup", {"type": "integer"}, None, "The highest group. Not set: any but 0.")


def _in_range(field: Field) -> AllOf:
    return AllOf((Not(Equals(field, 0)), AtMost(field, Setting(HIGHEST_GROUP.name))))


def _group(field: Field) -> AnyOf:
    return AnyOf((Missing(field), _in_range(field)))


ROOT_GROUPS = pod_rule(
    about(
        "root-groups",
        "Root group",
        "medium",
        "Group 0 owns files of the node and of most images: its members can often write what they should not.",
        "name another group than 0",
        f"{CORE}.PodSecurityContextArgs(run_as_group=10001, fs_group=10001, supplemental_groups=[10002])",
        levels=ADVISED,
    ),
    *(
        check
        for own, inherited in (_IDS["runAsGroup"],)
        for check in (
            of_pod(_group(inherited), inherited, _GROUP_WANTED),
            of_container(_group(own), own, _GROUP_WANTED),
        )
    ),
    of_pod(_group(_FS_GROUP), _FS_GROUP, _GROUP_WANTED),
    of_pod(_in_range(_GROUP), _GROUP, _GROUP_WANTED, pod("securityContext.supplementalGroups", "list")),
    parameters=(HIGHEST_GROUP,),
)
_POD_CONTEXT, _CONTEXT = pod("securityContext", "object"), container("securityContext", "object")
SECURITY_CONTEXT_PRESENT = pod_rule(
    about(
        "security-context-present",
        "securityContext present",
        "medium",
        "Where nothing is said, the image decides who runs, and the cluster what it may.",
        "say in a securityContext what the container needs",
        f"{_SECURITY}(run_as_non_root=True, allow_privilege_escalation=False, read_only_root_filesystem=True)",
        cis="5.7.3",
    ),
    of_container(AnyOf((Not(Empty(_CONTEXT)), Not(Empty(_POD_CONTEXT)))), _CONTEXT, "must not be empty"),
)
_MEANS = tuple(
    Not(Empty(where(f"securityContext.{name}", "object")))
    for name in ("seccompProfile", "appArmorProfile", "seLinuxOptions")
    for where in (container, pod)
)
LINUX_HARDENING = pod_rule(
    about(
        "linux-hardening",
        "Linux hardening",
        "medium",
        "Of seccomp, AppArmor, SELinux and dropped capabilities at least one should stand between a flaw and the node.",
        "set a seccompProfile, an appArmorProfile or seLinuxOptions, or drop capabilities",
        f'{_SECURITY}(seccomp_profile={CORE}.SeccompProfileArgs(type="RuntimeDefault"))',
    ),
    of_container(AnyOf((*_MEANS, Not(Empty(_DROP)))), _CONTEXT, "must use at least one of the kernel's means"),
)
_HOST_PATH = item("hostPath.path", "string")
_VOLUME_SNIPPET = f'{CORE}.VolumeArgs(name="data", empty_dir={CORE}.EmptyDirVolumeSourceArgs(size_limit="100Mi"))'
RUNTIME_SOCKET = pod_rule(
    about(
        "runtime-socket",
        "Container runtime's socket",
        "critical",
        "Who can talk to the container runtime can start a container with everything the node has.",
        "remove the volume; build images with BuildKit rootless, and ask the API server about pods",
        _VOLUME_SNIPPET,
        nsa="Securing container runtimes",
    ),
    of_pod(
        Not(Matches(_HOST_PATH, r"(docker|containerd|crio|cri-dockerd|podman|buildkitd)\.sock/*$")),
        _HOST_PATH,
        "must not be a container runtime's socket",
        _VOLUMES,
    ),
)
SENSITIVE_HOST_PATHS = pod_rule(
    about(
        "sensitive-host-paths",
        "Sensitive folders of the node",
        "critical",
        "From these folders the node can be taken over, or everything on it read.",
        "remove the volume, or mount the one folder that is needed",
        _VOLUME_SNIPPET,
    ),
    of_pod(
        Not(Matches(_HOST_PATH, r"^/+$|^/+(boot|dev|etc|lib|proc|root|sys|usr|var/lib/kubelet)(/|$)")),
        _HOST_PATH,
        "must not be one of the folders that the node itself lives in",
        _VOLUMES,
    ),
)


def _writable(value: object, _: Parameters) -> str | Unknown | None:
    spec = mapping(value)
    volumes = spec.get("volumes")
    if has_unknown(volumes):
        return UNKNOWN
    shared = {mapping(volume).get("name") for volume in listed(volumes) if mapping(volume).get("hostPath")} - {None}
    if not shared:
        return None
    lists = [spec.get(key) for key in ("containers", "initContainers", "ephemeralContainers")]
    containers = [each for part in lists for each in listed(part)]
    mounts = [mapping(each).get("volumeMounts") for each in containers]
    if UNKNOWN in lists or UNKNOWN in containers or has_unknown(mounts):
        return UNKNOWN
    for mount in (mapping(mount) for part in mounts for mount in listed(part)):
        if mount.get("name") in shared and mount.get("readOnly") is not True:
            return "a mount of it can be written"
    return None


WRITABLE_HOST_PATH = pod_rule(
    about(
        "writable-host-path",
        "Writable hostPath",
        "high",
        "What a container writes on the node stays there, and the node may run it.",
        "set readOnly on the mount",
        f'{CORE}.VolumeMountArgs(name="data", mount_path="/data", read_only=True)',
    ),
    of_pod(
        judged("joins a pod's mounts with its volumes", pod("", "any"), _writable),
        _VOLUMES,
        "must not have a hostPath that is mounted for writing",
    ),
)
TOKEN_SAID_BY = Parameter(
    "tokenSaidBy",
    {"type": "string", "enum": ["pod", "account"]},
    "pod",
    "Who has to say that a pod gets no token: the pod, or else its ServiceAccount.",
)
_BY_ACCOUNT = Chosen(Setting(TOKEN_SAID_BY.name), "account")
_AUTOMOUNT = pod("automountServiceAccountToken", "bool")
AUTOMOUNT_SA_TOKEN = pod_rule(
    about(
        "automount-sa-token",
        "Service account token",
        "medium",
        "A token that nothing in the pod needs is one that an intruder can use.",
        "set automountServiceAccountToken to false on the pod, and mount a projected token where one is needed",
        f"{CORE}.PodSpecArgs(automount_service_account_token=False, containers=containers)",
        cis="5.1.6",
        decision="The pod has to say it: what its ServiceAccount says can be changed without a look at the pod. Where "
        "tokenSaidBy is account, a pod that says nothing is automount-sa-token-account's turn.",
    ),
    of_pod(
        AnyOf((Equals(_AUTOMOUNT, False), AllOf((_BY_ACCOUNT, Missing(_AUTOMOUNT))))),
        _AUTOMOUNT,
        "must be false",
    ),
    parameters=(TOKEN_SAID_BY,),
)
_ACCOUNT, _OLD_ACCOUNT = pod("serviceAccountName", "string"), pod("serviceAccount", "string")
DEFAULT_SA = pod_rule(
    about(
        "default-sa",
        "Default service account",
        "medium",
        "What is granted to the default account is granted to every pod of the namespace that names none.",
        "give the workload a ServiceAccount of its own",
        f"{CORE}.PodSpecArgs(service_account_name=account.metadata.name, containers=containers)",
        levels=ADVISED,
        cis="5.1.5",
    ),
    of_pod(
        AnyOf(tuple(AllOf((Not(Empty(field)), Not(Equals(field, "default")))) for field in (_ACCOUNT, _OLD_ACCOUNT))),
        _ACCOUNT,
        "must name an account of the workload's own",
    ),
)
DEPRECATED_SA_FIELD = pod_rule(
    about(
        "deprecated-sa-field",
        "Deprecated field serviceAccount",
        "low",
        "serviceAccount is the old name of serviceAccountName; beside another value there it misleads.",
        "use serviceAccountName",
        f"{CORE}.PodSpecArgs(service_account_name=account.metadata.name, containers=containers)",
        levels=ADVISED,
        decision="The same value in both is accepted: so the API server writes it.",
    ),
    of_pod(
        AnyOf((Empty(_OLD_ACCOUNT), Same(_OLD_ACCOUNT, _ACCOUNT))),
        _OLD_ACCOUNT,
        "must not be set, unless to what serviceAccountName says",
    ),
)
INTERACTIVE_TTY = pod_rule(
    about(
        "interactive-tty",
        "Interactive terminal",
        "low",
        "A service that waits for typing is a shell left open for somebody.",
        "remove tty and stdin",
        f'{CORE}.ContainerArgs(name="app", image=image, tty=False, stdin=False)',
        levels=ADVISED,
    ),
    *(
        of_container(Not(Equals(container(name, "bool"), True)), container(name, "bool"), "must not be true")
        for name in ("tty", "stdin")
    ),
)
_PORT = item("containerPort", "int")
_PORTS = container("ports", "list")
PRIVILEGED_PORTS = pod_rule(
    about(
        "privileged-ports",
        "Privileged ports",
        "low",
        "A port below 1024 needs a power of root's; a Service can offer it all the same.",
        "listen above 1023, and let the Service map the port",
        f"{CORE}.ContainerPortArgs(container_port=8000)",
        levels=ON_REQUEST,
    ),
    of_container(AnyOf((Missing(_PORT), AtLeast(_PORT, 1024))), _PORT, "must be 1024 or above", _PORTS),
)
SSH_PORT = pod_rule(
    about(
        "ssh-port",
        "SSH port",
        "high",
        "A container needs no login of its own: kubectl exec is watched and authorised.",
        "remove the SSH server and its port",
        f"{CORE}.ContainerPortArgs(container_port=8000)",
    ),
    of_container(Not(Equals(_PORT, 22)), _PORT, "must not be 22", _PORTS),
)
_ALIASES = pod("hostAliases", "list")
HOST_ALIASES = pod_rule(
    about(
        "host-aliases",
        "hostAliases",
        "low",
        "A pod with its own idea of names goes past what the cluster's DNS, and who watches it, know.",
        "remove hostAliases, and use a Service of type ExternalName or the DNS",
        f"{CORE}.PodSpecArgs(host_aliases=[], containers=containers)",
        levels=ADVISED,
    ),
    of_pod(Empty(_ALIASES), _ALIASES, "must not be set"),
)
_SUDO = Not(Matches(item("", "string"), r"(^|[\s/;&|])sudo(\s|$)"))
SUDO_ENTRYPOINT = pod_rule(
    about(
        "sudo-entrypoint",
        "sudo at the start",
        "medium",
        "A command that starts with sudo makes root of whoever the image runs as.",
        "run the command as the user that it needs",
        f'{CORE}.ContainerArgs(name="app", image=image, command=["/app/serve"])',
    ),
    *(
        of_container(_SUDO, item("", "string"), "must not call sudo", container(name, "list"))
        for name in ("command", "args")
    ),
)

RULES = (
    DROP_NET_RAW,
    READ_ONLY_ROOTFS,
    HIGH_UID_GID,
    ROOT_GROUPS,
    SECURITY_CONTEXT_PRESENT,
    LINUX_HARDENING,
    RUNTIME_SOCKET,
    SENSITIVE_HOST_PATHS,
    WRITABLE_HOST_PATH,
    AUTOMOUNT_SA_TOKEN,
    DEFAULT_SA,
    DEPRECATED_SA_FIELD,
    INTERACTIVE_TTY,
    PRIVILEGED_PORTS,
    SSH_PORT,
    HOST_ALIASES,
    SUDO_ENTRYPOINT,
    *placement.RULES,
)
