"""What Gatekeeper's templates ask for, in the words of this catalogue: rules, their settings, and waivers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

Json = dict[str, Any]

_WAIVED = {"reason": "exempted there", "owner": "gatekeeper", "expires": "9999-12-31"}


@dataclass(frozen=True)
class Asked:
    """A template with its parameters, said here.

    Attributes:
        rules: The rules that together are the template.
        settings: Their parameters.
        waivers: What it exempts.
    """

    rules: tuple[str, ...]
    settings: Json = field(default_factory=dict[str, Any])
    waivers: tuple[Json, ...] = ()


Said = Callable[[Json], Asked]


def plainly(*rules: str, **settings: Any) -> Said:
    """A template without parameters that matter, but for exempted images, which are waivers here."""

    def said(given: Json) -> Asked:
        return exempted(Asked(rules, settings), given)

    return said


def exempted(asked: Asked, given: Json) -> Asked:
    """With a waiver for every image that the template exempts."""
    images = [image_pattern(each) for each in given.get("exemptImages", [])]
    made = tuple({"rule": rule, "image": image, **_WAIVED} for rule in asked.rules for image in images)
    return Asked(asked.rules, asked.settings, made)


def image_pattern(text: str) -> str:
    """An image as a waiver names it: registry and repository in full, without its tag."""
    name = text.rpartition(":")[0] if ":" in text.rpartition("/")[2] else text
    if name == "*" or "." in name.partition("/")[0]:
        return name
    return f"docker.io/{name}" if "/" in name else f"docker.io/library/{name}"


def repositories(given: Json) -> list[str]:
    """Prefixes of repositories as whole path segments below a registry."""
    made: list[str] = []
    for each in given.get("repos", given.get("allowedImages", [])):
        folder = each.removesuffix("*")
        made.append(image_pattern(folder + "x").removesuffix("/x") if folder.endswith("/") else image_pattern(folder))
    return made


def ceiling(part: str) -> Said:
    """Limits or requests that have to be there, and no more than so much; -1 stands for any."""

    def said(given: Json) -> Asked:
        most = {name: value for name, value in given.items() if value != "-1"}
        rules = tuple(f"{name}-{part}" for name in most)
        return Asked((*rules, "limit-ratio"), {f"highest{part.title()}s": most, "highestLimitRatio": 1_000_000})

    return said


def resources(given: Json) -> Asked:
    names = [f"{name}-{part.removesuffix('s')}" for part in ("limits", "requests") for name in given.get(part, [])]
    return Asked(tuple(names))


def ratios(given: Json) -> Asked:
    present = ("cpu-limit", "memory-limit", "cpu-request", "memory-request")
    ratio = float(given["ratio"])
    settings: Json = {"highestLimitRatio": ratio}
    if "cpuRatio" in given:
        settings["highestCpuLimitRatio"] = float(given["cpuRatio"])
    return Asked((*present, "limit-ratio"), settings)


def capabilities(given: Json) -> Asked:
    return Asked(("capabilities-restricted" if given.get("requiredDropCapabilities") else "capabilities-baseline",))


def host_network(given: Json) -> Asked:
    rules = ("host-ports",) if given.get("hostNetwork") else ("host-network", "host-ports")
    return exempted(Asked(rules), given)


def seccomp(given: Json) -> Asked:
    optional = "not configured" in given["allowedProfiles"]
    return exempted(Asked(("seccomp-baseline" if optional else "seccomp-required",)), given)


def removed_api(given: Json) -> Asked:
    minor = max(25, int(str(given["k8sVersion"]).partition(".")[2]))
    return Asked(("deprecated-api",), {"kubernetesVersion": f"1.{minor}"})


def range_of_replicas(given: Json) -> Asked:
    (only,) = given["ranges"]
    return Asked(("min-replicas",), {"fewestReplicas": only["min_replicas"], "mostReplicas": only["max_replicas"]})


def autoscaler(given: Json) -> Asked:
    (only,) = given["ranges"]
    settings = {"fewestReplicas": only["min_replicas"], "mostReplicas": only["max_replicas"]}
    return Asked(("hpa-sane", "dangling-hpa"), settings)


def wanted_labels(given: Json) -> Asked:
    patterns = {each["key"]: each["allowedRegex"] for each in given["labels"] if "allowedRegex" in each}
    names = [each["key"] for each in given["labels"]]
    settings = {"requiredLabels": names, "requiredNamespaceLabels": names, "labelPatterns": patterns}
    return Asked(("required-labels", "namespace-labels"), settings)


def wanted_annotations(given: Json) -> Asked:
    patterns = {each["key"]: each["allowedRegex"] for each in given["annotations"]}
    settings = {"requiredLabels": [], "requiredAnnotations": list(patterns), "annotationPatterns": patterns}
    return Asked(("required-labels",), settings)


def storage_class(given: Json) -> Asked:
    allowed = given.get("allowedStorageClasses")
    settings = {"allowedStorageClasses": allowed} if allowed else {}
    return Asked(("storage-class", "storage-class-templates"), settings)


def groups(given: Json) -> Asked:
    """A range of groups; none at all is one that nothing is in."""
    if "rule" not in given:
        return Asked(("root-groups",))
    return Asked(("root-groups",), {"highestGroup": max((each["max"] for each in given["ranges"]), default=0)})


CONTROLS: dict[str, Said] = {
    "allow-privilege-escalation": plainly("allow-privilege-escalation"),
    "allowedrepos": lambda given: Asked(("image-registry",), {"allowedRegistries": repositories(given)}),
    "allowedreposv2": lambda given: Asked(("image-registry",), {"allowedRegistries": repositories(given)}),
    "apparmor": plainly("apparmor"),
    "automount-serviceaccount-token": plainly("automount-sa-token"),
    "block-endpoint-edit-default-role": plainly("rbac-other"),
    "block-loadbalancer-services": plainly(
        "service-type", allowedServiceTypes=["ClusterIP", "ExternalName", "NodePort"]
    ),
    "block-nodeport-services": plainly(
        "service-type", allowedServiceTypes=["ClusterIP", "ExternalName", "LoadBalancer"]
    ),
    "block-wildcard-ingress": plainly("ingress-host"),
    "capabilities": capabilities,
    "containerlimits": ceiling("limit"),
    "containerrequests": ceiling("request"),
    "containerresourceratios": ratios,
    "containerresources": resources,
    "disallowanonymous": lambda given: Asked(("rbac-system-groups",), {"publicRoles": given.get("allowedRoles", [])}),
    "disallowedrepos": lambda given: Asked(("image-registry",), {"deniedRegistries": repositories(given)}),
    "disallowedtags": lambda given: exempted(Asked(("image-tag",), {"disallowedTags": given["tags"]}), given),
    "disallowinteractive": plainly("interactive-tty"),
    "ephemeralstoragelimit": lambda given: Asked(("ephemeral-storage", "limit-ratio"), {"highestLimits": given}),
    "externalip": lambda given: Asked(("external-ips",), {"allowedExternalIPs": given["allowedIPs"]}),
    "flexvolume-drivers": plainly("volume-types"),
    "forbidden-sysctls": plainly("sysctls"),
    "fsgroup": groups,
    "horizontalpodautoscaler": autoscaler,
    "host-filesystem": plainly("host-path"),
    "host-namespaces": plainly("host-pid", "host-ipc"),
    "host-network-ports": host_network,
    "host-probes-lifecycle": plainly("probe-host"),
    "host-process": plainly("windows-host-process"),
    "httpsonly": plainly("ingress-tls"),
    "imagedigests": plainly("image-digest"),
    "poddisruptionbudget": plainly("pdb-blocking", "pdb-vs-replicas"),
    "privileged-containers": plainly("privileged"),
    # Before the version in which a user namespace makes the difference.
    "proc-mount": plainly("proc-mount", kubernetesVersion="1.34"),
    "read-only-root-filesystem": plainly("read-only-rootfs"),
    "replicalimits": range_of_replicas,
    "requiredannotations": wanted_annotations,
    "requiredlabels": wanted_labels,
    "requiredprobes": plainly("liveness-probe", "readiness-probe"),
    "seccomp": seccomp,
    "seccompv2": seccomp,
    "selinux": plainly("selinux"),
    "storageclass": storage_class,
    "uniqueingresshost": plainly("unique-ingress-path"),
    "uniqueserviceselector": plainly("unique-selector"),
    "users": plainly("run-as-non-root"),
    "verifydeprecatedapi": removed_api,
    "volumes": plainly("volume-types"),
}
