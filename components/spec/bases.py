"""Images that others of the stack are built on: each is there, and none is built on itself, however far round."""

from collections.abc import Collection, Iterator, Mapping

from components.spec.graph import Needs, circle, in_order
from components.spec.image import BuildImage
from components.spec.problem import listed, suggestion
from components.spec.refusal import Path, Refusal
from components.spec.workload import Workload


def build_order(bases: Mapping[str, BuildImage]) -> list[str]:
    """The bases, each after those that it is built on; what a circle leaves out, in the order written."""
    return in_order(_needs(bases))


def base_checks(
    bases: Mapping[str, BuildImage | None], workloads: Mapping[str, Workload], workload_names: Collection[str]
) -> Iterator[Refusal]:
    """Every base that is named exists, by a name of its own, and can be built before what names it.

    Args:
        bases: the images of `slipway:bases`, None for one that is malformed.
        workloads: the well-formed workloads.
        workload_names: the names of all of them.
    """
    for name in sorted(set(bases) & set(workload_names)):
        yield Refusal(
            at=("bases", name),
            found=f"a base called `{name}`, as a workload is",
            allowed="a name of its own: it is the name of the image's repository",
            mend="choose another, for example with `-base` at its end",
        )
    for name, workload in workloads.items():
        if workload.image.build:
            yield from _known(("workloads", name, "image", "build"), workload.image.build, bases)
    sound = {name: base for name, base in bases.items() if base}
    needs = _needs(sound)
    for name, base in sound.items():
        yield from _known(("bases", name), base, bases)
        way = circle(name, needs)
        if way and name == min(way):
            yield Refusal(
                at=("bases", name, "bases"),
                found=" → ".join((*way, way[0])),
                allowed="an order in which each can be built after those that it is built on",
                mend="take one of them out",
            )


def _known(at: Path, image: BuildImage, bases: Collection[str]) -> Iterator[Refusal]:
    for argument, base in image.bases.items():
        if base not in bases:
            close = suggestion(base, bases)
            yield Refusal(
                at=(*at, "bases", argument),
                found=f"`{base}`, which is not declared",
                allowed=f"an image under `slipway:bases`: {listed(sorted(bases), 'or')}",
                mend=f"did you mean `{close}`?" if close else "declare it under `slipway:bases`",
            )


def _needs(bases: Mapping[str, BuildImage]) -> Needs:
    return {name: list(base.bases.values()) for name, base in bases.items()}
