"""All objects of a run together, as rules that join objects ask for them. Built once, in linear time."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from typing import NamedTuple, cast

from policies.labels import Selector, chooses
from policies.names import metadata_text
from policies.plain import UNKNOWN, Path, Unknown
from policies.predicates import Parameters
from policies.truth import Truth, Verdict
from policies.view import Container, Manifest, Pod, built_in

DEFAULT_NAMESPACE = "default"
"""Where an object is that names no namespace, as kubectl would have it."""

ELSEWHERE = "elsewhere"
"""The setting that names what exists without being among the objects."""

WHOLE_SET = "wholeSet"
"""The setting that says whether what is not among the objects is nowhere."""

_OPAQUE = frozenset(
    {
        "argoproj.io/Application",
        "helm.cattle.io/HelmChart",
        "helm.toolkit.fluxcd.io/HelmRelease",
        "kustomize.toolkit.fluxcd.io/Kustomization",
    }
)
"""Objects of which a controller makes others, of any kind, that nobody here sees."""

_PODLESS_GROUPS = frozenset(
    {
        "autoscaling.k8s.io",
        "bitnami.com",
        "cert-manager.io",
        "external-secrets.io",
        "gateway.networking.k8s.io",
        "keda.sh",
        "snapshot.storage.k8s.io",
    }
)
_PODLESS = frozenset({f"monitoring.coreos.com/{kind}" for kind in ("PodMonitor", "PrometheusRule", "ServiceMonitor")})
"""Custom resources of which no controller makes pods."""


@dataclass(frozen=True, slots=True)
class Claim:
    """What a join says of an object; with its rule it is a finding.

    Attributes:
        verdict: Violated, or not known yet.
        manifest: The object.
        path: The field, from the top of the object.
        problem: What is wrong there, in words that fit after the field's name.
        container: The container, where it is about one.
    """

    verdict: Verdict
    manifest: Manifest
    path: Path
    problem: str
    container: Container | None = None


@dataclass(frozen=True, slots=True)
class Carried:
    """Pods that an object carries.

    Attributes:
        manifest: The object.
        pod: The pods.
        labels: Their labels: a mapping or `UNKNOWN`.
        whole: Whether these are all of their labels.
    """

    manifest: Manifest
    pod: Pod
    labels: object
    whole: bool

    def chosen(self, selector: Selector) -> Truth:
        """Whether a selector chooses them, going by these labels."""
        return chooses(selector, self.labels)


class Chosen(NamedTuple):
    """The pods that a selector chooses.

    Attributes:
        pods: Those that it chooses.
        waiting: The others that may turn out to be chosen, once what is not known yet is.
        beyond: Whether others may be chosen by labels that nobody here will ever see.
    """

    pods: list[Carried]
    waiting: list[Carried]
    beyond: bool


@dataclass(slots=True)
class _Pods:
    """The pods of a namespace, and which of them have a label."""

    everything: list[Carried] = field(default_factory=list[Carried])
    labelled: dict[tuple[str, object], list[Carried]] = field(
        default_factory=lambda: cast("dict[tuple[str, object], list[Carried]]", defaultdict(list))
    )
    uncertain: list[Carried] = field(default_factory=list[Carried])

    def add(self, carried: Carried) -> None:
        self.everything.append(carried)
        labels = carried.labels
        items = cast("dict[str, object]", labels).items() if isinstance(labels, dict) else ()
        if not carried.whole or labels is UNKNOWN or any(value is UNKNOWN for _, value in items):
            self.uncertain.append(carried)
            return
        for name, value in items:
            if isinstance(value, str):
                self.labelled[name, value].append(carried)

    def candidates(self, selector: Selector) -> Iterable[Carried]:
        """Those that a selector can choose: the fewest that one of its labels leaves."""
        lists = [
            self.labelled.get((name, value), []) for name, value in selector.equal.items() if isinstance(value, str)
        ]
        return [*min(lists, key=len), *self.uncertain] if lists else self.everything


class Together:
    """The objects of a run.

    Args:
        objects: What joins keep of each (see `policies.facts`).
        parameters: The settings of the rules that will ask.
        part: Whether these are known to be a part only: the changes of a preview, or all but a file that cannot be
            read. What brings objects that nobody here sees (a Helm release) makes a part of them too.
        references: The `reference` outputs of the stack's VerifiedImage components; None where objects come from
            files, which have no components.
        doubtful: The references of those that carry too little evidence, and what is missing.
        hosted: What runs on a Docker host, which no other object is about.

    Attributes:
        carriers: The objects that carry pods.
        adrift: The pods of which nobody knows yet in which namespace they are.
    """

    def __init__(
        self,
        objects: Iterable[Manifest],
        parameters: Parameters,
        *,
        part: bool = False,
        references: tuple[object, ...] | None = None,
        doubtful: Mapping[str, tuple[str, ...]] | None = None,
        hosted: tuple[Manifest, ...] = (),
    ) -> None:
        self.parameters = parameters
        self.references = references
        self.doubtful = doubtful or {}
        self.hosted = hosted
        self._part = part
        self._elsewhere = cast("list[str]", parameters.get(ELSEWHERE, []))
        self._kinds: dict[str, list[Manifest]] = defaultdict(list)
        self._named: dict[tuple[str, str, str], Manifest] = {}
        self._placed: dict[tuple[str, str], list[Manifest]] = defaultdict(list)
        self._uncertain: set[tuple[str, str]] = set()
        self._makers: set[str] = set()
        self._maker_somewhere = False
        self._pods: dict[str, _Pods] = defaultdict(_Pods)
        self.adrift: list[Carried] = []
        self.carriers: list[Manifest] = []
        for manifest in objects:
            self._add(manifest)

    def _add(self, manifest: Manifest) -> None:
        kind, name, namespace = manifest.group_kind, metadata_text(manifest.body, "name"), namespace_in(manifest)
        self._part = self._part or kind in _OPAQUE
        self._kinds[kind].append(manifest)
        if manifest.pods:
            self.carriers.append(manifest)
        own = built_in(manifest.api_version)
        maker = not own and not manifest.pods and kind not in _PODLESS and kind.partition("/")[0] not in _PODLESS_GROUPS
        if isinstance(namespace, Unknown):
            self._uncertain |= {(kind, _ANYWHERE), *([(PODS, _ANYWHERE)] if manifest.pods else [])}
            self._maker_somewhere = self._maker_somewhere or maker
            self.adrift += _carried(manifest, own=own)
            return
        self._placed[kind, namespace].append(manifest)
        if isinstance(name, str):
            self._named[kind, namespace, name] = manifest
        else:
            self._uncertain.add((kind, namespace))
        if maker:
            self._makers.add(namespace)
        for carried in _carried(manifest, own=own):
            self._pods[namespace].add(carried)

    def of(self, *kinds: str) -> Iterator[Manifest]:
        """The objects of these kinds (`apps/Deployment`; a core kind stands alone)."""
        for kind in kinds:
            yield from self._kinds.get(kind, ())

    def pods(self) -> Iterator[tuple[str, list[Carried]]]:
        """The pods of each namespace that is known."""
        for namespace, pods in self._pods.items():
            yield namespace, pods.everything

    def has_kind_like(self, namespace: str, part: str, but: str) -> Truth:
        """Whether a namespace has objects with this in their kind, but for one kind."""
        kinds = [kind for kind in self._kinds if part in kind and kind != but]
        if any((kind, namespace) in self._placed for kind in kinds):
            return True
        return None if any(self.adrift_kind(kind) for kind in kinds) else False

    def adrift_kind(self, kind: str) -> bool:
        """Whether there is an object of this kind of which nobody knows yet in which namespace it is."""
        return (kind, _ANYWHERE) in self._uncertain

    def placed(self, namespace: str | Unknown, *kinds: str) -> Iterator[Manifest]:
        """The objects of these kinds in a namespace; none in one that is not known."""
        if isinstance(namespace, str):
            for kind in kinds:
                yield from self._placed.get((kind, namespace), ())

    def named(self, kind: str, namespace: str | Unknown, name: str) -> Manifest | None:
        """The object of this kind and name; None where there is none, and in a namespace that is not known."""
        return self._named.get((kind, namespace, name)) if isinstance(namespace, str) else None

    def chosen(self, namespace: str | Unknown, selector: Selector) -> Chosen:
        """The pods of a namespace that a selector chooses.

        Args:
            namespace: The namespace; all pods may be in one that is not known.
            selector: The selector.

        Returns:
            Those that it chooses, and what there is to say of the others.
        """
        found: list[Carried] = []
        if isinstance(namespace, Unknown):
            everywhere = [*self.adrift, *(carried for pods in self._pods.values() for carried in pods.everything)]
            return Chosen(found, [carried for carried in everywhere if carried.chosen(selector) is not False], False)
        pods = self._pods.get(namespace)
        waiting = [carried for carried in self.adrift if carried.chosen(selector) is not False]
        beyond = False
        for carried in pods.candidates(selector) if pods is not None else ():
            truth = carried.chosen(selector)
            if truth:
                found.append(carried)
            elif truth is None:
                waiting.append(carried)
            else:
                beyond = beyond or not carried.whole
        return Chosen(found, waiting, beyond)

    def absent(self, kind: str, namespace: str | Unknown, name: str = "") -> Verdict | None:
        """What may be said of something that is not among the objects.

        Args:
            kind: Its kind, or `PODS`.
            namespace: Where it should be.
            name: What it should be called; empty where anything of the kind would do.

        Returns:
            A violation where all objects are known that could be it; "unknown" where one that is not known yet could;
            None where it may well be elsewhere: nothing is claimed then.
        """
        if isinstance(namespace, Unknown):
            return None if self._nowhere_whole() else "unknown"
        address = f"{kind.rpartition('/')[2]} {namespace}/{name}"
        if any(fnmatchcase(address, pattern) for pattern in self._elsewhere):
            return None
        whole = self._whole(kind, namespace)
        if whole is False:
            return None
        perhaps_there = not {(kind, namespace), (kind, _ANYWHERE)}.isdisjoint(self._uncertain)
        return "unknown" if whole is None or perhaps_there else "violation"

    def _nowhere_whole(self) -> bool:
        said = self.parameters.get(WHOLE_SET, "auto")
        return said == "no" or (said == "auto" and self._part)

    def _whole(self, kind: str, namespace: str) -> Truth:
        if self.parameters.get(WHOLE_SET, "auto") == "yes":
            return True
        if self._nowhere_whole() or (kind == PODS and namespace in self._makers):
            return False
        # Who describes a namespace, or one object of the kind in it, is taken to describe them all.
        described = ("Namespace", "", namespace) in self._named
        if described or (namespace in self._pods if kind == PODS else bool(self._placed.get((kind, namespace)))):
            return None if kind == PODS and self._maker_somewhere else True
        return None if {("Namespace", ""), (kind, _ANYWHERE)} & self._uncertain else False


def _carried(manifest: Manifest, *, own: bool) -> Iterator[Carried]:
    """The pods of an object, of Kubernetes' own kinds or of another."""
    for pod in manifest.pods:
        labels = UNKNOWN if isinstance(pod.metadata, Unknown) else (pod.metadata or {}).get("labels")
        # A patch's labels, and those of a pod that an operator makes, may be more than are written here.
        yield Carried(manifest, pod, labels, own and not manifest.partial)


PODS = "Pod"
"""For `Together.absent`: pods that some object carries."""

_ANYWHERE = "*"
_CLUSTER_WIDE = frozenset({"Namespace"})


def namespace_in(manifest: Manifest) -> str | Unknown:
    """The namespace that an object is in."""
    if manifest.group_kind in _CLUSTER_WIDE:
        return ""
    namespace = metadata_text(manifest.body, "namespace")
    if isinstance(namespace, Unknown):
        return UNKNOWN
    return namespace if isinstance(namespace, str) and namespace else DEFAULT_NAMESPACE
