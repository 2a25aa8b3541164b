"""An image built from a folder of this project and pushed to the environment's registry."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pulumi
from pulumi_docker_build import (
    BuildContextArgs,
    BuilderConfigArgs,
    ContextArgs,
    DockerfileArgs,
    ExportArgs,
    Image,
    Index,
    Platform,
    SSHArgs,
)

from components.build_cache import cache_args
from components.digest import digest_of
from components.evidence import Evidence
from components.registry import Registry
from components.spec.base_lock import pins_of
from components.spec.build_context import build_context
from components.spec.image import BuildImage

CA_BUNDLE = "ca-bundle"
"""The build secret that holds the machine's certificates; a Dockerfile may mount it, and need not."""

REPRODUCIBLE = ExportArgs(raw="type=image,push=true,rewrite-timestamp=true")
"""Push, with every file's time set to `SOURCE_DATE_EPOCH`: the same tree gives the same digest on any machine, with or
without a cache, so that building again rolls out nothing. https://reproducible-builds.org/specs/source-date-epoch/"""


class ContainerImage(pulumi.ComponentResource):
    """Builds and pushes; what comes out is a digest.

    Attributes:
        reference: `repository@sha256:…`; not known in a preview that would build.
        digest: the digest alone.
        context: the digest of all that the build is given; not known in a preview that would build.
        bases: the references of the images that it is built on, by build argument.
        lint: the step that read its Dockerfile before it was built, or None.
    """

    reference: pulumi.Output[str]
    digest: pulumi.Output[str]
    context: pulumi.Output[str]

    def __init__(
        self,
        name: str,
        spec: BuildImage,
        registry: Registry,
        tag: str,
        secrets: Mapping[str, pulumi.Input[str]] | None = None,
        bases: Mapping[str, pulumi.Input[str]] | None = None,
        lint: Mapping[str, Any] | None = None,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        """Declares the image.

        Args:
            name: the image's name, and the last part of its repository.
            spec: what to build.
            registry: where to push it.
            tag: a name for people; workloads use the digest.
            secrets: the values of `spec.secrets`, by id.
            bases: the references of the images that `spec.bases` names, by build argument.
            lint: what its Dockerfile is held to, or None for nothing.
            opts: Pulumi's options.
        """
        super().__init__("slipway:index:ContainerImage", name, {}, opts)
        self._name, self._spec, self._registry = name, spec, registry
        self._repository = registry.spec.name_of(name)
        self._secrets = {key: pulumi.Output.secret(value) for key, value in (secrets or {}).items()}
        self.bases = dict(bases or {})
        self.lint = None if lint is None else Evidence("Lint", f"{name}-lint", lint, self)
        if registry.ca_bundle is not None:
            self._secrets[CA_BUNDLE] = pulumi.Output.secret(registry.ca_bundle)
        for warning in build_context(Path(spec.folder), spec.dockerfile).warnings:
            pulumi.log.warn(f"{spec.folder}: {warning}. `slipway dockerignore {spec.folder}` helps.", self)
        # The provider cannot read an index back over plain HTTP: there, one build makes it.
        if len(spec.platforms) > 1 and not registry.spec.insecure:
            self.digest = self._index(tag)
        else:
            image = self._image(name, tag, spec.platforms)
            self.digest, self.context = digest_of(image.digest), image.context_hash
        self.reference = pulumi.Output.concat(self._repository, "@", self.digest)
        self.register_outputs({"reference": self.reference, "digest": self.digest})

    def _contexts(self) -> dict[str, str]:
        """Further folders by name, and the digests that stand in the place of bases' tags."""
        pinned = pins_of(self._spec, self._registry.pins)
        return {**self._spec.contexts, **{name: f"docker-image://{pin}" for name, pin in pinned.items()}}

    def _image(self, name: str, tag: str, platforms: Sequence[str]) -> Image:
        """One build: of one platform where that can be, since a build of several exports the cache of only one."""
        spec, registry = self._spec, self._registry
        cache_from, cache_to = cache_args(registry.spec.cache, self._repository, tag, _architecture(platforms))
        return Image(
            name,
            push=False,
            exports=[REPRODUCIBLE],
            tags=[f"{self._repository}:{tag}"],
            context=BuildContextArgs(
                location=spec.folder,
                named={name: ContextArgs(location=place) for name, place in self._contexts().items()} or None,
            ),
            dockerfile=DockerfileArgs(location=f"{spec.folder}/{spec.dockerfile}"),
            target=spec.target,
            build_args={"SOURCE_DATE_EPOCH": "0", **spec.args, **self.bases},
            platforms=[Platform(platform) for platform in platforms] or None,
            builder=BuilderConfigArgs(name=registry.spec.builder.name),
            registries=registry.credentials,
            secrets=self._secrets,
            ssh=[SSHArgs(id=name, paths=list(each.keys) or None) for name, each in spec.ssh.items()] or None,
            # A machine's certificates, and tokens that are renewed, are no reason to build again.
            ignore_secrets_in_diff_calculation=sorted(self._secrets) or None,
            # No commit or time: they would change the digest, and roll out everything, when nothing else changed.
            labels={"org.opencontainers.image.title": self._name},
            build_on_preview=False,
            cache_from=cache_from,
            cache_to=cache_to,
            opts=pulumi.ResourceOptions(
                parent=self,
                retain_on_delete=registry.spec.retain_images,
                depends_on=[self.lint] if self.lint else None,
                custom_timeouts=_within(registry.spec.builder.timeout_seconds),
            ),
        )

    def _index(self, tag: str) -> pulumi.Output[str]:
        """The digest of an index over one image for each platform."""
        images = [
            self._image(f"{self._name}-{architecture}", f"{tag}-{architecture}", [platform])
            for platform in self._spec.platforms
            for architecture in (_architecture([platform]),)
        ]
        registry, self.context = self._registry, images[0].context_hash
        index = Index(
            self._name,
            tag=f"{self._repository}:{tag}",
            sources=[pulumi.Output.concat(self._repository, "@", digest_of(image.digest)) for image in images],
            registry=registry.credentials[0] if registry.credentials else None,
            opts=pulumi.ResourceOptions(
                parent=self,
                retain_on_delete=registry.spec.retain_images,
                custom_timeouts=_within(registry.spec.builder.timeout_seconds),
            ),
        )
        return digest_of(index.ref.apply(lambda ref: ref.rpartition("@")[2] if ref else ""))


def _within(seconds: int) -> pulumi.CustomTimeouts:
    """BuildKit waits for a registry without an end; somebody else has to end it."""
    return pulumi.CustomTimeouts(create=f"{seconds}s", update=f"{seconds}s")


def _architecture(platforms: Sequence[str]) -> str:
    """The architectures of some platforms, as part of a name."""
    return "-".join(platform.rsplit("/", 1)[-1] for platform in platforms)
