"""Mends objects: applies the mendings of rules to plain values, and keeps what helps.

A mending is tried on a copy, and the rule is asked again. It stays only where findings are gone by it and none has
come: so what is mended passes, and mending twice is mending once.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import cast

from policies.evaluate import CompiledRules, compile_rules, evaluate
from policies.finding import Finding
from policies.meaning import Compiled, bound, compile_predicate
from policies.mendings import MENDINGS
from policies.mutations import Append, Copy, Drop, Mending, Mutation, Put, Value
from policies.plain import UNKNOWN, Path
from policies.predicates import Field, Parameters, path_of
from policies.rule import SingleRule
from policies.subject import MalformedError, Subject
from policies.view import Container, Manifest, Pod, with_body

Wanted = Callable[[Finding], bool]
"""Whether a finding is to be mended."""


@dataclass(frozen=True, slots=True)
class _Step:
    """A rule, ready to be asked and mended."""

    rule: CompiledRules
    mending: Mending
    when: Compiled | None


@dataclass(frozen=True, slots=True)
class _Place:
    """Someone to mend: an object, a pod, or a container."""

    pod: Pod | None
    container: Container | None


class Mender:
    """The mendings of rules.

    Args:
        rules: The rules that may be mended; what has no mending is left out.
        parameters: A value for every parameter that they read.
    """

    def __init__(self, rules: Iterable[SingleRule], parameters: Parameters) -> None:
        self._parameters = parameters
        self._steps = tuple(
            _Step(
                compile_rules([rule], parameters),
                mending,
                compile_predicate(mending.when, parameters) if mending.when is not None else None,
            )
            for rule in rules
            if (mending := MENDINGS.get(rule.about.id)) is not None
        )

    def mend(self, manifest: Manifest, wanted: Wanted = lambda finding: True) -> tuple[Manifest, list[Finding]]:
        """Mends an object as far as that goes without judgement.

        A patch is left as it is: what it does not say is said elsewhere.

        Args:
            manifest: The object; it is not changed.
            wanted: Whether a finding is to be mended.

        Returns:
            The mended object (the same one when nothing was mended), and the findings that are gone.
        """
        gone: list[Finding] = []
        if not manifest.partial:
            for step in self._steps:
                manifest = self._mended(manifest, step, wanted, gone)
        return manifest, gone

    def _mended(self, manifest: Manifest, step: _Step, wanted: Wanted, gone: list[Finding]) -> Manifest:
        before = _violations(manifest, step.rule)
        index = 0
        while before:
            # The places are found anew each time, since they hold the object's own parts.
            places = list(_places(manifest, step.mending))
            if index >= len(places):
                break
            place = places[index]
            index += 1
            if not any(_concerns(finding, place) for finding in before.values()):
                continue
            body = self._changed(manifest, step, place)
            if body is None:
                continue
            trial = with_body(manifest, body)
            after = _violations(trial, step.rule)
            mended = [finding for key, finding in before.items() if key not in after]
            if mended and after.keys() <= before.keys() and all(wanted(finding) for finding in mended):
                manifest, before = trial, after
                gone += mended
        return manifest

    def _changed(self, manifest: Manifest, step: _Step, place: _Place) -> dict[str, object] | None:
        """The object's fields with the mending applied; None where it cannot be, or would change nothing."""
        if step.when is not None and not _holds(step.when, manifest, place):
            return None
        body = cast("dict[str, object]", _copied(manifest.body))
        changed = False
        for mutation in step.mending.mutations:
            done = _apply(body, mutation, manifest, place, self._parameters)
            if done is None:
                return None
            changed = changed or done
        return body if changed else None


def with_part(value: object, path: Path, part: object) -> object:
    """A copy of a plain value with another part at a path.

    Args:
        value: The value.
        path: Where; what leads there is in the value.
        part: What to put there.

    Returns:
        The copy; what is beside the path is shared with the value.
    """
    if not path:
        return part
    step, rest = path[0], path[1:]
    if isinstance(step, int):
        items = cast("list[object]", value)
        return [*items[:step], with_part(items[step], rest, part), *items[step + 1 :]]
    mapping = cast("dict[str, object]", value)
    return {**mapping, step: with_part(mapping[step], rest, part)}


def _violations(manifest: Manifest, rule: CompiledRules) -> dict[tuple[str, Path, str], Finding]:
    return {
        (finding.verdict, finding.path, finding.problem): finding
        for finding in evaluate(manifest, rule)
        if finding.verdict == "violation"
    }


def _places(manifest: Manifest, mending: Mending) -> Iterator[_Place]:
    if mending.scope == "object":
        yield _Place(None, None)
        return
    for pod in manifest.pods:
        if isinstance(pod.spec, dict):
            if mending.scope == "pod":
                yield _Place(pod, None)
            else:
                for each in pod.containers:
                    if not each.partial and isinstance(each.body, dict):
                        yield _Place(pod, each)


def _concerns(finding: Finding, place: _Place) -> bool:
    if place.container is not None:
        return finding.container is not None and finding.container.path == place.container.path
    if place.pod is None:
        return True
    own = finding.path[len(finding.manifest.path) :]
    return own[: len(place.pod.path)] == place.pod.path


def _holds(when: Compiled, manifest: Manifest, place: _Place) -> bool:
    pod = place.pod.spec if place.pod is not None else manifest.body
    body = place.container.body if place.container is not None else pod
    metadata = place.pod.metadata if place.pod is not None else None
    try:
        return when(Subject(pod, body, False, manifest.body, metadata)) is True
    except MalformedError:
        return False


def _apply(
    body: dict[str, object], mutation: Mutation, manifest: Manifest, place: _Place, parameters: Parameters
) -> bool | None:
    """Changes the fields; says whether it did, or None where it cannot."""
    path = _path(mutation.field, place)
    if _secret(path, manifest):
        return None
    match mutation:
        case Put(_, value):
            return _put(body, path, _plain(value, parameters))
        case Append(_, value):
            return _append(body, path, _plain(value, parameters))
        case Copy(_, source):
            where = _path(source, place)
            found = _at(body, where)
            if found is None:
                return False
            return None if found is UNKNOWN or _secret(where, manifest) else _put(body, path, _copied(found))
        case Drop():
            return _drop(body, path)


def _path(field: Field, place: _Place) -> Path:
    pod = place.pod.path if place.pod is not None else ()
    return path_of(field, pod, place.container.path if place.container is not None else pod)


def _secret(path: Path, manifest: Manifest) -> bool:
    """Whether the path leads into, or holds, something secret."""
    return any(path[: len(each)] == each or each[: len(path)] == path for each in manifest.secrets)


def _plain(value: Value, parameters: Parameters) -> object:
    if isinstance(value, tuple):
        return dict(value)
    return bound(value, parameters)


def _put(body: dict[str, object], path: Path, value: object) -> bool | None:
    around = _around(body, path[:-1])
    if around is None:
        return None
    key = cast("str", path[-1])
    found = around.get(key)
    if found is None:
        around[key] = value
        return True
    return False if found == value and type(found) is type(value) else None


def _append(body: dict[str, object], path: Path, value: object) -> bool | None:
    around = _around(body, path[:-1])
    if around is None:
        return None
    key = cast("str", path[-1])
    found = around.get(key)
    if found is None:
        around[key] = [value]
    elif isinstance(found, list):
        cast("list[object]", found).append(value)
    else:
        return None
    return True


def _drop(body: dict[str, object], path: Path) -> bool | None:
    around = _at(body, path[:-1])
    if not isinstance(around, dict) or path[-1] not in around:
        return False
    del cast("dict[str, object]", around)[cast("str", path[-1])]
    return True


def _around(body: dict[str, object], path: Path) -> dict[str, object] | None:
    """The mapping at a path, made where there is none; None where something else is in the way."""
    found: object = body
    for step in path:
        if isinstance(step, int):
            found = cast("list[object]", found)[step]
            continue
        mapping = cast("dict[str, object]", found)
        if mapping.get(step) is None:
            mapping[step] = {}
        found = mapping[step]
        if not isinstance(found, dict | list):
            return None
    return cast("dict[str, object]", found) if isinstance(found, dict) else None


def _at(body: dict[str, object], path: Path) -> object:
    found: object = body
    for step in path:
        if isinstance(step, int):
            found = cast("list[object]", found)[step]
        elif isinstance(found, Mapping):
            found = cast("Mapping[str, object]", found).get(step)
        else:
            return UNKNOWN if found is UNKNOWN else None
    return found


def _copied(value: object) -> object:
    if isinstance(value, dict):
        return {key: _copied(item) for key, item in cast("dict[str, object]", value).items()}
    if isinstance(value, list):
        return [_copied(item) for item in cast("list[object]", value)]
    return value
