"""Where a workload's image comes from: built here, promoted from another environment, or someone else's."""

from collections.abc import Iterator, Mapping
from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from components.spec.base import Items, Spec
from components.spec.checked import Checked, Checks, exactly_one
from components.spec.refusal import Refusal, refused
from components.spec.secrecy import secret_name, secret_value
from components.spec.signing import Identity
from components.spec.tags import Tags
from components.spec.values import AbsolutePath, ContextFile, EnvName, EnvValue, Name, ProjectPath
from policies.values.image import ImageReference

Platform = Literal["linux/amd64", "linux/arm64"]
"""An operating system and architecture that images are built for."""


class BuildSecret(Checked):
    """What a build step may read at `/run/secrets/<id>` and no layer keeps: exactly one source."""

    env: EnvName | None = None
    """The environment variable that holds it."""

    file: AbsolutePath | None = None
    """The file that holds it."""

    secret: Name | None = None
    """The name of a secret under `slipway:secrets`."""

    def checks(self) -> Checks:
        """One source, and one only."""
        yield exactly_one(
            self,
            ("env", "file", "secret"),
            "exactly one of `env`, `file` and `secret`",
            "keep the one place where the secret really is",
        )


class SshKeys(Spec):
    """What a build step may log in elsewhere with, while it runs with `RUN --mount=type=ssh,id=<id>`."""

    keys: Items[AbsolutePath] = ()
    """Private keys, or sockets of agents; left out, the agent that `SSH_AUTH_SOCK` names."""


class BuildImage(Checked):
    """An image built from a folder of this project."""

    folder: Annotated[ProjectPath, Field(examples=["images/python-api"])]
    """The build context."""

    dockerfile: Annotated[ContextFile, Field(examples=["Dockerfile"])] = "Dockerfile"
    """The Dockerfile, below the folder."""

    target: Annotated[Name, Field(examples=["runtime"])] | None = None
    """The stage to build; left out, the last."""

    args: Mapping[EnvName, EnvValue] = Field(default={}, examples=[{"PYTHON_VERSION": "3.11"}])
    """Build arguments. They stay readable in the image: not for secrets."""

    platforms: Items[Platform] = ()
    """Platforms to build for; left out, the builder's own. Several make one image per platform, joined by an index."""

    secrets: Mapping[Name, BuildSecret] = {}
    """Secrets for build steps, by id."""

    ssh: Mapping[Name, SshKeys] = Field(default={}, examples=[{"default": {}}])
    """Logins for build steps, by id; `default` is what `RUN --mount=type=ssh` takes."""

    contexts: Mapping[Name, ProjectPath] = Field(default={}, examples=[{"shared": "libraries/shared"}])
    """Further folders of the project, by the name with which `COPY --from=<name>` takes from them."""

    bases: Mapping[EnvName, Name] = Field(default={}, examples=[{"BASE": "python-base"}])
    """Images of this stack that this one is built on: the build argument that gets the reference by digest → the image,
    one of `slipway:bases` or a workload's that is built here. They are built first."""

    tags: Tags = Tags()
    """Names for people, put on the image once its stack is up."""

    def checks(self) -> Checks:
        """Ids, platforms and arguments that are free, and arguments without secrets."""
        yield self._secret_ids()
        yield self._platforms()
        yield self._base_arguments()
        yield self._plain_arguments()

    def _plain_arguments(self) -> Iterator[Refusal]:
        for name, text in self.args.items():
            if text and (secret_name(name) or secret_value(text)):
                yield Refusal(
                    at=("args", name),
                    found="a literal value (not shown)",
                    allowed="plain settings only; this name or value looks like a secret",
                    mend="use `build.secrets`: build arguments stay readable in the image",
                )

    def _base_arguments(self) -> Iterator[Refusal]:
        for argument in sorted(set(self.bases) & set(self.args)):
            yield Refusal(
                at=("bases", argument),
                found=f"a build argument that `args` gives a value, too: {argument}",
                allowed="an argument that gets its value from one place",
                mend="remove it from `args`: the base's digest is known only when it is built",
            )

    def _secret_ids(self) -> Iterator[Refusal]:
        if "ca-bundle" in self.secrets:
            yield Refusal(
                at=("secrets", "ca-bundle"),
                found="a build secret `ca-bundle`",
                allowed="any other id: this one carries the machine's certificates",
                mend="set `slipway:registry.builder.caBundle` instead",
            )

    def _platforms(self) -> Iterator[Refusal]:
        if len(set(self.platforms)) != len(self.platforms):
            yield Refusal(
                at=("platforms",),
                found=", ".join(self.platforms),
                allowed="each platform once",
                mend="remove the second mention",
            )


class PromoteImage(Spec):
    """An image that another environment ran, by the digest recorded in `promotions/<stack>.yaml`."""

    source: Annotated[Name, Field(alias="from", examples=["staging"])]
    """The stack that ran it."""

    name: Name | None = None
    """The image's name; left out, the workload's."""


def _pinned(text: str) -> str:
    allowed = "a full image reference with a digest: `registry/repository@sha256:…` (64 hexadecimal digits)"
    try:
        reference = ImageReference.parse(text)
    except ValueError as problem:
        raise refused(Refusal(allowed=allowed, mend=f"correct it: {problem}")) from None
    if reference.digest is None:
        raise refused(
            Refusal(
                allowed=allowed,
                mend="look the digest up (`docker buildx imagetools inspect <image>`) and add `@sha256:…`: "
                "a tag may name another image tomorrow",
            )
        )
    return text


class ExternalImage(Spec):
    """Someone else's image, by digest, with the reason to trust it."""

    reference: Annotated[
        str, AfterValidator(_pinned), Field(examples=[f"docker.io/library/redis:7.4@sha256:{'0' * 64}"])
    ]
    """The image, pinned by digest."""

    reason: Annotated[str, Field(min_length=10, examples=["official image, signature checked on 2026-11-20"])]
    """Why it may run here: who reviewed what."""

    signed_by: Identity | None = None
    """Who must have signed it, where images go through `slipway:supplyChain`; left out, the reason is all there is."""


ImageSource = BuildImage | PromoteImage | ExternalImage
"""One of the three places an image can come from."""


class Image(Checked):
    """Where an image comes from: exactly one of `build`, `promote` and `external`."""

    build: BuildImage | None = None
    """Build it from a folder of this project."""

    promote: PromoteImage | None = None
    """Take the digest that another environment ran."""

    external: ExternalImage | None = None
    """Take someone else's image."""

    def checks(self) -> Checks:
        """One source, and one only."""
        yield exactly_one(
            self,
            ("build", "promote", "external"),
            "exactly one of `build`, `promote` and `external`",
            "keep one: build it here, promote a recorded digest, or name an external image by digest",
        )

    @property
    def source(self) -> ImageSource:
        """The one that was given."""
        source = self.build or self.promote or self.external
        if source is None:
            raise AssertionError("validated: exactly one source is given")
        return source
