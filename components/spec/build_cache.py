"""Where builds keep their cache."""

from collections.abc import Iterator
from typing import Annotated, Literal

from pydantic import Field

from components.spec import defaults
from components.spec.base import Spec
from components.spec.checked import Checked, Checks
from components.spec.refusal import Refusal
from components.spec.values import AbsolutePath
from policies.values.tag import branch_word

WORD = 100
"""Characters of a branch in a cache's name; the rest of a tag's 128 is the architecture's."""


class S3(Spec):
    """A bucket. Keys come from where the AWS tools look for them: variables, the shared files, the machine's role."""

    bucket: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$", examples=["team-build-cache"])]
    """The bucket."""

    region: Annotated[str, Field(pattern=r"^[a-z0-9-]{1,32}$", examples=["eu-central-1"])]
    """The bucket's region."""

    endpoint: Annotated[str, Field(pattern=r"^https://[^/@,]+/?$", examples=["https://minio.example.com"])] | None = (
        None
    )
    """The address of a service that speaks S3; left out, Amazon's."""


class Cache(Checked):
    """The build cache that outlives a builder; each branch has its own, and reads that of `fallback`, too."""

    enabled: bool = defaults.REGISTRY_CACHE["prod"]
    """Whether builds read and write it. False in `dev`, whose builder keeps a cache of its own; true elsewhere."""

    kind: Literal["registry", "inline", "gha", "s3", "local"] = "registry"
    """Where it is: `registry`, beside the image; `inline`, in the image; `gha`, at GitHub; `s3`, in a bucket; `local`,
    in a folder."""

    branch: Annotated[str, Field(min_length=1, max_length=255, examples=["feature/login"])] = "main"
    """The branch whose cache is read and written; CI sets it."""

    fallback: Annotated[str, Field(min_length=1, max_length=255, examples=["main"])] = "main"
    """The branch whose cache is read where the own one does not help."""

    s3: S3 | None = None
    """The bucket of the kind `s3`."""

    folder: Annotated[AbsolutePath, Field(examples=["/var/cache/slipway"])] | None = None
    """The folder of the kind `local`."""

    def checks(self) -> Checks:
        """What belongs to a kind is there, and nothing of another."""
        yield self._belongs("s3")
        yield self._belongs("folder", of="local")

    def _belongs(self, field: str, of: str = "s3") -> Iterator[Refusal]:
        given = getattr(self, field) is not None
        if given != (self.kind == of):
            yield Refusal(
                at=(field,) if given else ("kind",),
                found=f"the kind `{self.kind}` {'with' if given else 'without'} the field `{field}`",
                allowed=f"the field `{field}` with the kind `{of}`, and only with it",
                mend=f"set `kind: {of}`, or remove `{field}`" if given else f"add `{field}`, or choose another kind",
            )

    @property
    def words(self) -> tuple[str, ...]:
        """The names under which it is read, the own one first; it is written under that."""
        return tuple(dict.fromkeys(branch_word(branch, WORD) for branch in (self.branch, self.fallback)))
