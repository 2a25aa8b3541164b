"""An image built from a folder of this project and pushed to the environment's registry."""

from collections.abc import Mapping

import pulumi
from pulumi_docker_build import (
    BuildContextArgs,
    BuilderConfigArgs,
    CacheFromArgs,
    CacheFromRegistryArgs,
    CacheMode,
    CacheToArgs,
    CacheToRegistryArgs,
    DockerfileArgs,
    ExportArgs,
    Image,
    Index,
    Platform,
)

from components.digest import digest_of
from components.registry import Registry
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
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        """Declares the image.

        Args:
            name: the image's name, and the last part of its repository.
            spec: what to build.
            registry: where to push it.
            tag: a name for people; workloads use the digest.
            secrets: the values of `spec.secrets`, by id.
            opts: Pulumi's options.
        """
        super().__init__("slipway:index:ContainerImage", name, {}, opts)
        self._name, self._spec, self._registry = name, spec, registry
        self._repository = registry.spec.name_of(name)
        self._secrets = {key: pulumi.Output.secret(value) for key, value in (secrets or {}).items()}
        if registry.ca_bundle is not None:
            self._secrets[CA_BUNDLE] = pulumi.Output.secret(registry.ca_bundle)
        if len(spec.platforms) > 1:
            self.digest = self._index(tag)
        else:
            image = self._image(name, tag, spec.platforms[0] if spec.platforms else None)
            self.digest, self.context = digest_of(image.digest), image.context_hash
        self.reference = pulumi.Output.concat(self._repository, "@", self.digest)
        self.register_outputs({"reference": self.reference, "digest": self.digest})

    def _image(self, name: str, tag: str, platform: str | None) -> Image:
        """One image for one platform: a build for several would export the cache of only one of them."""
        spec, registry, cache = self._spec, self._registry, self._cache(platform)
        return Image(
            name,
            push=False,
            exports=[REPRODUCIBLE],
            tags=[f"{self._repository}:{tag}"],
            context=BuildContextArgs(location=spec.folder),
            dockerfile=DockerfileArgs(location=f"{spec.folder}/{spec.dockerfile}"),
            target=spec.target,
            build_args={"SOURCE_DATE_EPOCH": "0", **spec.args},
            platforms=[Platform(platform)] if platform else None,
            builder=BuilderConfigArgs(name=registry.spec.builder.name),
            registries=registry.credentials,
            secrets=self._secrets,
            # A machine's certificates, and tokens that are renewed, are no reason to build again.
            ignore_secrets_in_diff_calculation=sorted(self._secrets) or None,
            # No commit or time: they would change the digest, and roll out everything, when nothing else changed.
            labels={"org.opencontainers.image.title": self._name},
            build_on_preview=False,
            cache_from=[CacheFromArgs(registry=CacheFromRegistryArgs(ref=cache))] if cache else None,
            cache_to=[CacheToArgs(registry=_stored(cache))] if cache else None,
            opts=pulumi.ResourceOptions(parent=self, retain_on_delete=registry.spec.retain_images),
        )

    def _cache(self, platform: str | None) -> str | None:
        """The registry cache, in a repository of its own: retention of images and of caches then do not meet."""
        cache = self._registry.spec.cache
        architecture = f"-{platform.rsplit('/', 1)[-1]}" if platform else ""
        return f"{self._repository}/cache:{cache.tag}{architecture}" if cache.enabled else None

    def _index(self, tag: str) -> pulumi.Output[str]:
        """The digest of an index over one image for each platform."""
        images = [
            self._image(f"{self._name}-{architecture}", f"{tag}-{architecture}", platform)
            for platform in self._spec.platforms
            for architecture in (platform.rsplit("/", 1)[-1],)
        ]
        self.context = images[0].context_hash
        credentials = self._registry.credentials
        index = Index(
            self._name,
            tag=f"{self._repository}:{tag}",
            sources=[pulumi.Output.concat(self._repository, "@", digest_of(image.digest)) for image in images],
            registry=credentials[0] if credentials else None,
            opts=pulumi.ResourceOptions(parent=self, retain_on_delete=self._registry.spec.retain_images),
        )
        return digest_of(index.ref.apply(lambda ref: ref.rpartition("@")[2] if ref else ""))


def _stored(ref: str) -> CacheToRegistryArgs:
    """Keeps the stages that do not reach the final image, too; a cache that cannot be written fails no build."""
    return CacheToRegistryArgs(
        ref=ref, mode=CacheMode.MAX, image_manifest=True, oci_media_types=True, ignore_error=True
    )
