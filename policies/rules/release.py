"""Releases: blue and green are alike but for image and colour, and requests go to one of them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from typing import cast

from policies.facts import COLOURS, colour
from policies.labels import equality
from policies.names import metadata_text
from policies.plain import UNKNOWN, Path, Unknown
from policies.rules.build import listed, mapping
from policies.rules.joins.build import join_rule, left_open, spec_of
from policies.together import Carried, Claim, Together, namespace_in
from policies.truth import Truth
from policies.view import Manifest, Pod

_DIFFERENT = frozenset({"image", "imagePullPolicy"})
"""What the halves of a release may differ in, beside the colour."""

_Half = tuple[Manifest, Pod]


def _half(manifest: Manifest, pod: Pod) -> tuple[tuple[object, ...], str] | Unknown | None:
    """What the halves of one release have in common, and this half's colour; None for all other pods."""
    found, name = colour(pod.metadata), metadata_text(manifest.body, "name")
    if isinstance(found, Unknown) or found is None:
        return found
    label, own = found
    bare = _bare(name, own) if isinstance(name, str) else name
    parts = (label, manifest.group_kind, namespace_in(manifest), bare)
    return UNKNOWN if UNKNOWN in parts else (parts, own)


def _halves(objects: Together) -> tuple[list[list[_Half]], list[_Half]]:
    """The halves of each release (workloads of one kind and name, but for the colour), and what may be one."""
    groups: dict[tuple[object, ...], list[_Half]] = defaultdict(list)
    perhaps: list[_Half] = []
    for manifest in objects.carriers:
        for pod in manifest.pods:
            half = _half(manifest, pod)
            if isinstance(half, Unknown):
                perhaps.append((manifest, pod))
            elif half is not None:
                groups[half[0][1:]].append((manifest, pod))
    # One that may be the half of a release needs another one.
    several = len(perhaps) + len(groups) > 1
    return list(groups.values()), perhaps if several else []


def _bare(name: str, own: str) -> str:
    """A name without its colour: `web` for `web-blue`."""
    return "-".join(part for part in name.split("-") if part != own)


def _differences(one: object, other: object, path: Path, colours: frozenset[str]) -> Iterator[tuple[Path, bool]]:
    """Where two pods differ, and whether that is certain."""
    if one is UNKNOWN or other is UNKNOWN:
        yield path, False
    elif isinstance(one, dict) and isinstance(other, dict):
        left, right = cast("dict[str, object]", one), cast("dict[str, object]", other)
        for key in sorted({*left, *right}):
            if key not in _DIFFERENT:
                yield from _differences(left.get(key), right.get(key), (*path, key), colours)
    elif isinstance(one, list) and isinstance(other, list):
        ours, theirs = cast("list[object]", one), cast("list[object]", other)
        if len(ours) != len(theirs):
            yield path, True
        for index, (left_item, right_item) in enumerate(zip(ours, theirs, strict=False)):
            yield from _differences(left_item, right_item, (*path, index), colours)
    elif _colourless(cast("object", one), colours) != _colourless(other, colours):
        yield path, True


def _colourless(value: object, colours: frozenset[str]) -> object:
    if isinstance(value, str):
        for each in colours:
            value = value.replace(each, "")
    return value


def _alike(objects: Together) -> Iterator[Claim]:
    groups, perhaps = _halves(objects)
    for manifest, pod in perhaps:
        yield Claim("unknown", manifest, pod.path, "must be as in the other half, but for image and colour")
    for group in groups:
        first, pod = group[0]
        for manifest, other in group[1:]:
            for path, certain in _differences(pod.spec, other.spec, (), COLOURS):
                problem = f"must be as in {first.name}, but for image and colour"
                yield Claim("violation" if certain else "unknown", manifest, (*other.path, *path), problem)


RELEASE_ALIKE = join_rule(
    "release-alike",
    "Blue and green alike",
    "high",
    "What has been tried in one colour is what will serve in the other only if nothing but the image differs.",
    "make both halves from one description, and change only the image and the colour's label",
    'blue, green = (deployment(colour, images[colour]) for colour in ("blue", "green"))',
    _alike,
    profiles=("release",),
    decision="The halves of a release are workloads of one kind whose pods have a label with the value blue or green, "
    "and whose names are the same without it. Texts may differ by the colour's name.",
)


def _one_colour(objects: Together) -> Iterator[Claim]:
    for service in objects.of("Service"):
        selector, namespace = equality(spec_of(service).get("selector")), namespace_in(service)
        if selector.empty:
            continue
        found = objects.chosen(namespace, selector)
        certain, shared = _several(found.pods), _shared(service)
        perhaps = _several([*found.pods, *found.waiting])
        if perhaps is not False and shared is not True:
            verdict = left_open("violation" if certain else "unknown", *([UNKNOWN] if shared is None else []))
            yield Claim(verdict, service, ("spec", "selector"), "must choose the pods of one colour")


def _several(pods: list[Carried]) -> Truth:
    """Whether pods are of both halves of a release."""
    releases: dict[tuple[object, ...], set[str]] = defaultdict(set)
    perhaps = 0
    for carried in pods:
        half = _half(carried.manifest, carried.pod)
        if isinstance(half, Unknown):
            perhaps += 1
        elif half is not None:
            (label, *_, name), own = half
            releases[label, name].add(own)
    if any(len(colours) > 1 for colours in releases.values()):
        return True
    return None if perhaps and perhaps + len(releases) > 1 else False


def _shared(service: Manifest) -> Truth:
    """Whether a Service is for measuring or for names (headless), and not for requests."""
    spec = spec_of(service)
    ports, address = spec.get("ports"), spec.get("clusterIP")
    names = {UNKNOWN if port is UNKNOWN else mapping(port).get("name") for port in listed(ports)}
    if address == "None" or names == {"metrics"}:
        return True
    return None if UNKNOWN in (ports, address) or (UNKNOWN in names and names <= {"metrics", UNKNOWN}) else False


RELEASE_SELECTOR = join_rule(
    "release-selector",
    "Requests go to one colour",
    "high",
    "A Service that chooses both colours sends requests to what has not been tried yet, or is on its way out.",
    "name the colour in the Service's selector",
    'kubernetes.core.v1.ServiceSpecArgs(selector={"app": "web", "slipway/colour": "blue"}, ports=ports)',
    _one_colour,
    profiles=("release",),
    decision="A headless Service, and one that has the port metrics only, may choose both.",
)

RULES = (RELEASE_ALIKE, RELEASE_SELECTOR)
