"""A model that a workload serves: where its weights are, how large they are, and what they need of a GPU."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Annotated, Literal

from pydantic import Field

from components.spec import defaults
from components.spec.base import Spec
from components.spec.checked import Checked, Checks, exactly_one
from components.spec.gpu_memory import GpuNeed
from components.spec.image import ExternalImage
from components.spec.refusal import Refusal
from components.spec.values import AbsolutePath, LabelKey, LabelValue, Memory, Name
from components.spec.volume import Volume, within
from policies.values.quantity import parse_quantity

Access = Literal["ReadOnlyMany", "ReadWriteMany", "ReadWriteOnce", "ReadWriteOncePod"]
"""Who may mount a claim: pods of many nodes, of one node, or one pod."""


class ModelClaim(Spec):
    """A claim of the namespace that somebody else filled, mounted read-only."""

    name: Annotated[Name, Field(examples=["weights"])]
    """The claim's name."""

    access: Annotated[Access, Field(examples=["ReadOnlyMany"])]
    """Its access mode."""


class NodeLocal(Spec):
    """A claim of local volumes that hold the model on some nodes, which a label tells; mounted read-only."""

    claim: Annotated[Name, Field(examples=["weights-on-nodes"])]
    """The claim's name."""

    label: Annotated[LabelKey, Field(examples=["models.example.com/llama"])]
    """The label that nodes have which hold the model."""

    value: Annotated[LabelValue, Field(examples=["present"])]
    """Its value there."""


class Model(Checked):
    """Weights, in exactly one of five places: `volume`, `claim`, `image`, `nodeLocal` and `preloaded`."""

    path: Annotated[AbsolutePath, Field(examples=["/models"])]
    """The folder in which the container finds it; read-only, but for a `volume` of its own."""

    size: Annotated[Memory, Field(examples=["14Gi"])]
    """The size of its files."""

    bandwidth: Annotated[Memory, Field(examples=["500Mi"])] = defaults.LOAD_BANDWIDTH
    """How much of it is read in a second, where it is stored."""

    warm_up_seconds: Annotated[int, Field(ge=0, le=86_400, examples=[60])] = 0
    """Seconds between the last weight read and the first answer: kernels are compiled, graphs captured."""

    volume: Annotated[Name, Field(examples=["models"])] | None = None
    """One of the workload's own `volumes`, which the program fills itself when it first starts."""

    claim: ModelClaim | None = None
    """A claim that somebody else filled."""

    image: ExternalImage | None = None
    """An OCI image that holds the files, mounted as a volume by its digest."""

    node_local: NodeLocal | None = None
    """Files that some nodes hold already."""

    preloaded: Annotated[Literal[True], Field(examples=[True])] | None = None
    """The workload's own image holds it."""

    gpu_memory: GpuNeed | None = None
    """How much memory it needs of the pod's GPUs."""

    def checks(self) -> Checks:
        """One source, and one only."""
        yield exactly_one(
            self,
            SOURCES,
            "exactly one of `volume`, `claim`, `image`, `nodeLocal` and `preloaded`",
            "keep the place where the model really is",
        )

    @property
    def load_seconds(self) -> int:
        """Seconds that reading it may take, on a day on which storage is slower than stated."""
        return _seconds(self.size, self.bandwidth)

    @property
    def fetch_seconds(self) -> int:
        """Seconds that a node may take to pull the image that holds it; none if none does."""
        return _seconds(self.size, defaults.PULL_BANDWIDTH) if self.image or self.preloaded else 0

    @property
    def pods_at_once(self) -> int | None:
        """How many pods may have it at once, or None for any number."""
        return 1 if self.claim and self.claim.access in ("ReadWriteOnce", "ReadWriteOncePod") else None


SOURCES = ("volume", "claim", "image", "node_local", "preloaded")
"""The fields that say where a model is."""


def _seconds(size: str, bandwidth: str) -> int:
    """Seconds in which so much is read at that pace, with the safety that storage wants, rounded up."""
    return -(-int(parse_quantity(size)) * defaults.LOAD_SAFETY // int(parse_quantity(bandwidth)))


def model_place_checks(model: Model, volumes: Sequence[Volume], taken: Mapping[str, str]) -> Iterator[Refusal]:
    """Its folder is its own, or one of the workload's volumes, which holds it.

    Args:
        model: the model.
        volumes: the workload's own volumes.
        taken: folders that others have, and what is in them.
    """
    own = next((volume for volume in volumes if volume.name == model.volume), None)
    if model.volume and own is None:
        names = ", ".join(f"`{volume.name}`" for volume in volumes) or "it has none"
        yield Refusal(
            at=("model", "volume"),
            found=f"{model.volume!r}, which is no volume of the workload",
            allowed=f"the name of one of its `volumes`: {names}",
            mend=f"add `{{name: {model.volume}, path: {model.path}, size: {model.size}}}` to `volumes`",
        )
    if own and not within(model.path, own.path):
        yield Refusal(
            at=("model", "path"),
            found=f"{model.path!r}, outside its volume",
            allowed=f"`{own.path}`, where the volume `{own.name}` is, or a folder below it",
            mend=f"write `path: {own.path}`",
        )
    if own and parse_quantity(own.size) < parse_quantity(model.size):
        yield Refusal(
            at=("model", "size"),
            found=f"{model.size}, in a volume of {own.size}",
            allowed="a model that its volume holds",
            mend=f"ask for `size: {model.size}` or more in `volumes`",
        )
    if model.volume or model.preloaded:
        return
    folders = {**taken, **{volume.path: f"the volume `{volume.name}`" for volume in volumes}}
    for folder, content in folders.items():
        if within(model.path, folder) or within(folder, model.path):
            yield Refusal(
                at=("model", "path"),
                found=f"{model.path!r}, which meets the folder of {content}",
                allowed="a folder of its own",
                mend="use another, such as `/models`",
            )


def model_pods_checks(model: Model, pods: int) -> Iterator[Refusal]:
    """As many pods as there are at the peak can mount it at once."""
    if model.claim and model.pods_at_once is not None and pods > model.pods_at_once:
        yield Refusal(
            at=("model", "claim", "access"),
            found=f"{model.claim.access}, for {pods} pods at the peak",
            allowed="`ReadOnlyMany` or `ReadWriteMany`, or one pod at any time",
            mend="use an `image` or `nodeLocal`, or set `replicas: 1` with `rollout: {maxSurge: 0, maxUnavailable: 1}`",
        )


def model_memory_checks(model: Model, limit: str, shm_size: str | None) -> Iterator[Refusal]:
    """Without a GPU the weights are in the container's memory, beside `/dev/shm`."""
    shared = parse_quantity(shm_size) if shm_size else 0
    if parse_quantity(model.size) + shared > parse_quantity(limit):
        beside = f" and {shm_size} of `shmSize`" if shm_size else ""
        yield Refusal(
            at=("model", "size"),
            found=f"{model.size}{beside}, with a memory limit of {limit}",
            allowed="a model that fits into the memory limit, as no GPU holds it",
            mend="raise `resources.limits.memory`, lower `shmSize`, or ask for a `gpu`",
        )


def model_on_docker_checks(model: Model) -> Iterator[Refusal]:
    """A Docker host has neither claims nor nodes, and its engine mounts no images."""
    for name in ("claim", "image", "node_local"):
        if getattr(model, name) is not None:
            key = Model.model_fields[name].alias or name
            yield Refusal(
                at=("model", key),
                found=f"`{key}`, on a Docker host",
                allowed="`volume` or `preloaded`: a Docker host has nothing else to mount",
                mend="keep it in one of the workload's `volumes`, which the program fills",
            )
