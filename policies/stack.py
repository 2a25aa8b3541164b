"""The objects of a stack, as the engine gives them to a stack policy."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import cast

from pulumi_policy import PolicyResource

from policies.docker_image import running_object
from policies.docker_words import CONTAINER, IMAGE
from policies.facts import KINDS, fact
from policies.finding import Finding
from policies.plain import Path, plain
from policies.predicates import Parameters
from policies.resources import brings_objects
from policies.rules.supply_chain import COMPONENT_TYPE, declared
from policies.together import Together
from policies.view import Manifest, carries_pods, group_kinds, resource_manifests


class Stack:
    """The objects of a stack.

    Args:
        resources: The stack's resources.
        parameters: The settings of the rules that will ask.
        secrets: Paths that are secret in every resource.

    Attributes:
        objects: What joins ask.
        unreadable: The resources that could not be read, and why.
    """

    def __init__(self, resources: Iterable[PolicyResource], parameters: Parameters, secrets: frozenset[Path]) -> None:
        self.unreadable: list[tuple[PolicyResource, Exception]] = []
        self._of: dict[int, PolicyResource] = {}
        self._secrets = secrets
        images: list[dict[str, object]] = []
        facts: list[Manifest] = []
        pulled: dict[object, object] = {}
        containers: list[PolicyResource] = []
        opaque = False
        for resource in resources:
            kind = resource.resource_type
            if kind == COMPONENT_TYPE:
                body, _ = plain(resource.props)
                images.append(cast("dict[str, object]", body))
            elif kind == IMAGE:
                body, _ = plain(resource.props)
                image = cast("dict[str, object]", body)
                pulled[image.get("imageId")] = image.get("name")
            elif kind == CONTAINER:
                containers.append(resource)
            elif brings_objects(kind):
                opaque = True
            elif carries_pods(kind) or not KINDS.isdisjoint(group_kinds(kind)):
                facts += self._facts(resource)
        references, doubtful = declared(images, parameters)
        self.objects = Together(
            facts,
            parameters,
            part=opaque or bool(self.unreadable),
            references=references,
            doubtful=doubtful,
            hosted=tuple(self._running(container, pulled) for container in containers),
        )

    def resource_of(self, finding: Finding) -> PolicyResource | None:
        """The resource that a finding is about; None when it is about the stack."""
        return self._of.get(id(finding.manifest))

    def _running(self, container: PolicyResource, pulled: Mapping[object, object]) -> Manifest:
        body, secrets = plain(container.props)
        made = running_object(cast("dict[str, object]", body), pulled, secrets | self._secrets)
        self._of[id(made)] = container
        return made

    def _facts(self, resource: PolicyResource) -> Iterator[Manifest]:
        try:
            body, secrets = plain(resource.props)
            namespace = _provider_namespace(resource)
            found = resource_manifests(resource.resource_type, cast("dict[str, object]", body), secrets | self._secrets)
            kept = [made for manifest in found if (made := fact(manifest, namespace)) is not None]
        except Exception as error:
            self.unreadable.append((resource, error))
            return
        for made in kept:
            self._of[id(made)] = resource
            yield made


def _provider_namespace(resource: PolicyResource) -> str | None:
    """The namespace that the provider puts objects into which name none."""
    if resource.provider is None:
        return None
    body, _ = plain(cast("Mapping[str, object]", resource.provider.props))
    namespace = cast("dict[str, object]", body).get("namespace")
    return namespace if isinstance(namespace, str) and namespace else None
