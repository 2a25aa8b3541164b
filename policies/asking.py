"""One place that knows which rules are asked of what: of objects, of a program's resources, of Dockerfiles."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Iterator, Mapping

from policies.docker_container import container_object, is_number
from policies.docker_image import image_object
from policies.docker_words import CONTAINER, IMAGE, IMAGE_WORDS, in_its_words, rules_for
from policies.dockerfile import KIND, DockerfileError, dockerfile_object, read
from policies.evaluate import compile_rules, evaluate
from policies.finding import Finding
from policies.image_build import BUILDS, ImageBuild, image_build
from policies.plain import Path
from policies.predicates import Parameters
from policies.program import resource_object
from policies.rule import ObjectRule, SingleRule
from policies.view import Manifest, carries_pods, group_kinds, resource_manifests


class Questions:
    """Rules ready to be asked of one thing at a time.

    Args:
        rules: The rules.
        parameters: A value for every parameter that they read.
    """

    def __init__(self, rules: Iterable[SingleRule], parameters: Parameters) -> None:
        chosen = tuple(rules)

        def of(subject: str) -> list[SingleRule]:
            return [rule for rule in chosen if (rule.subject if isinstance(rule, ObjectRule) else "object") == subject]

        objects = of("object")
        self._objects = compile_rules(objects, parameters)
        containers = list(rules_for(CONTAINER, objects))
        self._containers = compile_rules(containers, parameters)
        # Where such an image is from is asked of what pulls it.
        numbered = (rule for rule in containers if rule.about.id not in IMAGE_WORDS)
        self._numbered = compile_rules(numbered, parameters)
        self._images = compile_rules(rules_for(IMAGE, objects), parameters)
        self._resources = compile_rules(of("resource"), parameters)
        self._dockerfiles = compile_rules(of("dockerfile"), parameters)
        self._kinds = frozenset(kind for rule in objects for kind in rule.kinds)
        self._pods = any(not isinstance(rule, ObjectRule) for rule in objects)
        self._asked: dict[str, bool] = {}

    def concern(self, resource_type: str) -> bool:
        """Whether anything is asked of a program's resource of this type: known without a look at its inputs."""
        known = self._asked.get(resource_type)
        if known is None:
            known = self._concern(resource_type)
            self._asked[resource_type] = known
        return known

    def _concern(self, resource_type: str) -> bool:
        return (
            bool(self._resources.of(resource_type, with_pods=False))
            or (self._pods and carries_pods(resource_type))
            or not self._kinds.isdisjoint(group_kinds(resource_type))
            or (resource_type == CONTAINER and bool(self._containers.of(resource_type, with_pods=True)))
            or (resource_type == IMAGE and bool(self._images.of(resource_type, with_pods=True)))
            or (resource_type in BUILDS and bool(self._dockerfiles.of(KIND, with_pods=False)))
        )

    def of_object(self, manifest: Manifest) -> Iterable[Finding]:
        """What the rules find in a Kubernetes object; see `evaluate`."""
        return evaluate(manifest, self._objects)

    def of_resource(
        self,
        resource_type: str,
        inputs: dict[str, object],
        secrets: frozenset[Path],
        options: Mapping[str, object],
    ) -> Iterator[Finding]:
        """What the rules find in a program's resource.

        Args:
            resource_type: Its type token.
            inputs: Its plain inputs.
            secrets: Paths of secret values in them.
            options: How the program wants it treated: `protect`, `ignoreChanges`, `retainOnDelete`.

        Yields:
            What is violated or not known yet.
        """
        if resource_type.startswith("kubernetes:"):
            for manifest in resource_manifests(resource_type, inputs, secrets):
                if manifest.kind:
                    yield from self.of_object(manifest)
        if resource_type == CONTAINER:
            rules = self._numbered if is_number(inputs.get("image")) else self._containers
            yield from in_its_words(evaluate(container_object(inputs, secrets), rules))
        if resource_type == IMAGE:
            yield from in_its_words(evaluate(image_object(inputs, secrets), self._images))
        if self._resources.of(resource_type, with_pods=False):
            yield from evaluate(resource_object(resource_type, inputs, secrets, options), self._resources)
        build = image_build(resource_type, inputs)
        if build is not None:
            yield from self._of_build(resource_type, build)

    def _of_build(self, resource_type: str, build: ImageBuild) -> Iterator[Finding]:
        empty = Manifest("", resource_type, (), {}, ())
        try:
            instructions = read(build.text) if build.text is not None else None
        except DockerfileError:
            instructions = None
        if instructions is None:
            for compiled in self._dockerfiles.of(KIND, with_pods=False):
                yield Finding(compiled.rule.about, "unknown", empty, None, build.at, "must be readable here")
            return
        manifest = dockerfile_object(instructions, build.arguments, build.target)
        for finding in evaluate(manifest, self._dockerfiles):
            yield dataclasses.replace(finding, manifest=empty, path=(*build.at, *finding.path))

    def of_dockerfile(self, text: str) -> Iterable[Finding]:
        """What the rules find in a Dockerfile.

        Args:
            text: Its text.

        Returns:
            What is violated or not known yet.

        Raises:
            DockerfileError: It is none.
        """
        return evaluate(dockerfile_object(read(text)), self._dockerfiles)
