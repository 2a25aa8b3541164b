"""GPUs: dear, not divisible by itself, and handed out by the node's own rules."""

from __future__ import annotations

from policies.meaning import quantity
from policies.plain import UNKNOWN, Unknown
from policies.predicates import (
    AnyOf,
    AtLeast,
    Empty,
    Equals,
    Field,
    Matches,
    Missing,
    Not,
    OneOf,
    Parameters,
    Positive,
    Predicate,
    SomeItem,
    container,
    item,
    obj,
    pod,
)
from policies.rule import About, Parameter, Profile, Severity
from policies.rules.build import (
    CORE,
    JOBS,
    about,
    has_unknown,
    judged,
    listed,
    mapping,
    of_container,
    of_pod,
    pod_rule,
)

_GPU: tuple[Profile, ...] = ("gpu",)
NAMES = (
    "nvidia.com/gpu",
    "nvidia.com/gpu.shared",
    "nvidia.com/mig-1g.5gb",
    "nvidia.com/mig-1g.10gb",
    "nvidia.com/mig-2g.10gb",
    "nvidia.com/mig-2g.20gb",
    "nvidia.com/mig-3g.20gb",
    "nvidia.com/mig-3g.40gb",
    "nvidia.com/mig-4g.20gb",
    "nvidia.com/mig-4g.40gb",
    "nvidia.com/mig-7g.40gb",
    "nvidia.com/mig-7g.80gb",
    "amd.com/gpu",
    "gpu.intel.com/i915",
    "gpu.intel.com/xe",
)
"""What the vendors' device plugins call their devices."""

_SNIPPET = (
    "kubernetes.core.v1.ResourceRequirementsArgs(\n"
    '    requests={"cpu": "4", "memory": "16Gi"},\n'
    '    limits={"memory": "16Gi", "nvidia.com/gpu": "1"},\n'
    ")"
)


def _about(rule_id: str, title: str, severity: Severity, rationale: str, mend: str, snippet: str = _SNIPPET) -> About:
    return about(rule_id, title, severity, rationale, mend, snippet, profiles=_GPU)


def _has_gpu(part: str) -> Predicate:
    names = (Field("item", ("resources", part, name), "quantity") for name in NAMES)
    return SomeItem(pod("containers", "list"), AnyOf(tuple(Not(Missing(field)) for field in names)))


_WITHOUT = Not(AnyOf((_has_gpu("limits"), _has_gpu("requests"))))
MOST_GPUS = Parameter("mostGpus", {"type": "integer"}, 8, "The most GPUs that a container may have.")


def _count(value: object, parameters: Parameters) -> str | Unknown | None:
    resources = mapping(value)
    requests, limits = (mapping(resources.get(part)) for part in ("requests", "limits"))
    if UNKNOWN in (resources.get("requests"), resources.get("limits")):
        return UNKNOWN
    for name in NAMES:
        request, limit = requests.get(name), limits.get(name)
        if request is UNKNOWN or limit is UNKNOWN:
            return UNKNOWN
        if request is None and limit is None:
            continue
        amount = quantity(limit)
        if amount is None:
            return "there is a request without a limit"
        if amount < 1 or amount != int(amount):
            return "the limit is not a whole number of at least 1"
        if request is not None and quantity(request) != amount:
            return "the request is not the limit"
        if amount > int(str(parameters[MOST_GPUS.name])):
            return "the limit is above the most that a container may have"
    return None


_RESOURCES = container("resources", "any")
GPU = pod_rule(
    _about(
        "gpu",
        "GPUs as limits",
        "high",
        "A GPU is handed out whole, by its limit: a request without a limit or beside another one is refused, and "
        "without a ceiling one workload takes a node's all.",
        "set the limit to a whole number, and leave the request out or set it to the same",
    ),
    of_container(
        judged("compares quantities under any of the vendors' names", _RESOURCES, _count),
        _RESOURCES,
        "must name GPUs by a limit",
    ),
    parameters=(MOST_GPUS,),
)
_MEMORY = item("resources.limits.memory", "quantity")
GPU_MEMORY = pod_rule(
    _about(
        "gpu-memory",
        "Memory beside GPUs",
        "medium",
        "Weights pass through the node's memory: a pod without a bound there is killed, or kills, with its GPU idle.",
        "set resources.limits.memory and resources.requests.cpu",
    ),
    *(
        of_pod(Positive(field), field, "must be a quantity above zero", pod("containers", "list"))
        for field in (_MEMORY, item("resources.requests.cpu", "quantity"))
    ),
    unless=_WITHOUT,
)
_NAME, _VALUE = item("name", "string"), item("value", "string")
_DEVICE = item("hostPath.path", "string")
GPU_BYPASS = pod_rule(
    _about(
        "gpu-bypass",
        "GPUs past the scheduler",
        "critical",
        "A container that names devices itself uses GPUs that were given to somebody else.",
        "ask for GPUs with a limit, and remove the variable or the volume",
    ),
    of_container(
        AnyOf((Not(Equals(_NAME, "NVIDIA_VISIBLE_DEVICES")), Empty(_VALUE), OneOf(_VALUE, ("void", "none")))),
        _VALUE,
        "must not name devices",
        container("env", "list"),
    ),
    of_pod(Not(Matches(_DEVICE, "^/+dev/(nvidia|dri|kfd)")), _DEVICE, "must not be a device", pod("volumes", "list")),
)


_SLICE = "nvidia.com/mig-"
"""How the names of slices begin: they tell the kind of GPU."""

_OF_ANY_KIND = frozenset({"nvidia.com/gpu", "nvidia.com/gpu.shared"})
"""Names that very different GPUs have; the others tell size or driver."""


def _placed(value: object, _: Parameters) -> str | Unknown | None:
    spec = mapping(value)
    if (
        any(has_unknown(spec.get(key)) for key in ("tolerations", "nodeSelector", "affinity"))
        or spec.get("containers") is UNKNOWN
    ):
        return UNKNOWN
    tolerated = any(mapping(each).get("key") in NAMES for each in listed(spec.get("tolerations")))
    chosen = bool(mapping(spec.get("nodeSelector")) or mapping(mapping(spec.get("affinity")).get("nodeAffinity")))
    containers = listed(spec.get("containers"))
    resources = [mapping(mapping(each).get("resources")) for each in containers]
    undecided = any(each is UNKNOWN or has_unknown(mapping(each).get("resources")) for each in containers)
    parts = [mapping(part.get(key)) for part in resources for key in ("limits", "requests")]
    asked = {name for part in parts for name in part if name in NAMES or str(name).startswith(_SLICE)}
    has = bool(asked)
    if has and not tolerated:
        return "there is no toleration of the GPU nodes' taint"
    if asked & _OF_ANY_KIND and not chosen:
        return "neither nodeSelector nor nodeAffinity chooses the kind of GPU"
    # The driver that hands out a claim chooses by the claim's class and selectors.
    claims = any(part.get("claims") for part in resources)
    if tolerated and not has and not claims:
        return UNKNOWN if undecided else "the GPU nodes are tolerated, and no GPU is used"
    return UNKNOWN if undecided and not has else None


GPU_PLACEMENT = pod_rule(
    _about(
        "gpu-placement",
        "On GPU nodes, and only with GPUs",
        "medium",
        "GPU nodes are kept free by a taint, and differ: who uses a GPU has to tolerate the one and choose the other; "
        "who uses none has no business there.",
        "set a toleration of the GPU's taint and a nodeSelector, or remove the toleration",
        f'{CORE}.TolerationArgs(key="nvidia.com/gpu", operator="Exists", effect="NoSchedule")',
    ),
    of_pod(
        judged("joins resources with tolerations", pod("", "any"), _placed),
        pod("tolerations", "list"),
        "must fit the pod's GPUs",
    ),
)
_MEDIUM, _SIZE = item("emptyDir.medium", "string"), item("emptyDir.sizeLimit", "quantity")
GPU_SHARED_MEMORY = pod_rule(
    _about(
        "gpu-shared-memory",
        "Bounded shared memory",
        "medium",
        "A folder in memory without a bound takes all that the container may have, and ends it.",
        "set sizeLimit on the emptyDir of medium Memory",
        f'{CORE}.EmptyDirVolumeSourceArgs(medium="Memory", size_limit="8Gi")',
    ),
    of_pod(
        AnyOf((Not(Equals(_MEDIUM, "Memory")), Positive(_SIZE))),
        _SIZE,
        "must be a quantity above zero",
        pod("volumes", "list"),
    ),
)
_DEADLINES = (
    obj("spec.activeDeadlineSeconds", "int"),
    obj("spec.jobTemplate.spec.activeDeadlineSeconds", "int"),
    pod("activeDeadlineSeconds", "int"),
)
GPU_DEADLINE = pod_rule(
    _about(
        "gpu-deadline",
        "Deadline of a GPU's Job",
        "medium",
        "A Job that hangs keeps its GPU until somebody looks.",
        "set activeDeadlineSeconds on the Job",
        "kubernetes.batch.v1.JobSpecArgs(active_deadline_seconds=86400, template=template)",
    ),
    of_pod(AnyOf(tuple(AtLeast(field, 1) for field in _DEADLINES)), _DEADLINES[2], "must be set, here or on the Job"),
    unless=_WITHOUT,
    kinds=JOBS,
)
_MOUNT, _READ_ONLY = item("name", "string"), item("readOnly", "bool")
GPU_MODEL_READ_ONLY = pod_rule(
    _about(
        "gpu-model-read-only",
        "Models are read only",
        "medium",
        "Weights that a server can write are weights that an intruder can exchange.",
        "set readOnly on the mount",
        f'{CORE}.VolumeMountArgs(name="models", mount_path="/models", read_only=True)',
    ),
    of_container(
        AnyOf((Not(Matches(_MOUNT, "(^|-)(models?|weights)$")), Equals(_READ_ONLY, True))),
        _READ_ONLY,
        "must be true",
        container("volumeMounts", "list"),
    ),
    unless=_WITHOUT,
    roles=("container", "sidecar", "ephemeral"),
)

RULES = (
    GPU,
    GPU_MEMORY,
    GPU_BYPASS,
    GPU_PLACEMENT,
    GPU_SHARED_MEMORY,
    GPU_DEADLINE,
    GPU_MODEL_READ_ONLY,
)
