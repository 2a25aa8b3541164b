"""The names that a built image gets beside its tier's, for people: workloads name the digest."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from components.spec.base import Spec
from components.spec.defaults import Tier
from components.spec.refusal import Refusal, refused
from policies.values.tag import LIMIT, Version, branch_word, family

SHA = 12
"""Characters of a commit's id in a tag. Git itself begins with 7 and takes more as a repository grows; a fixed number
gives the same tag in every clone."""


def _version(text: str) -> str:
    try:
        Version.parse(text)
    except ValueError:
        raise refused(
            Refusal(
                allowed="a semantic version without `v` and without build metadata: `1.2.3`, `1.2.3-rc.1`",
                mend="write for example `1.4.0`",
            )
        ) from None
    return text


class Tags(Spec):
    """What an image's tags are made of; left out, the tier's name is the only one."""

    version: Annotated[str, AfterValidator(_version), Field(examples=["1.4.0"])] | None = None
    """The version: gives `1.4.0`, and moves `1.4`, `1` and `latest` where no higher one exists. A pre-release moves
    nothing, and a version that is there already never moves to another digest."""

    git: Literal["sha", "sha256"] | None = None
    """The commit: `sha` gives `<branch>-<sha>`, `sha256` gives `<branch>-sha256-<sha>`."""


@dataclass(frozen=True)
class Commit:
    """What an image is built from.

    Attributes:
        branch: the branch's name; empty if none is checked out.
        sha: the commit's whole id.
        changed: paths of the image's source that the commit does not hold as they are.
    """

    branch: str
    sha: str
    changed: tuple[str, ...] = ()


class DirtyTreeError(ValueError):
    """A source that no commit holds was to get the name of a version or a commit, outside `dev`."""


def image_tags(asked: Tags, tier: Tier, commit: Commit | None, existing: Iterable[str] = ()) -> tuple[str, ...]:
    """The tags that an image gets once its stack is up, without the tier's own.

    Args:
        asked: what the stack file asks for.
        tier: where the image is built. What is built outside `dev` may reach prod: its source is in a commit.
        commit: the source; None outside a repository, where nothing can be said of it and none of it can be named.
        existing: the tags that the repository has.

    Raises:
        DirtyTreeError: the source is not what the commit holds, outside `dev`.
    """
    if commit and commit.changed and tier != "dev":
        raise DirtyTreeError(", ".join(commit.changed))
    named = (commit_tag(asked.git, commit),) if asked.git and commit else ()
    # A version is a promise: what no commit holds cannot be given again.
    released = asked.version and not (commit and commit.changed)
    return (*(family(Version.parse(asked.version), existing) if released and asked.version else ()), *named)


def commit_tag(form: Literal["sha", "sha256"], commit: Commit) -> str:
    """`<branch>-<sha>`, or `<branch>-sha256-<sha>`; with `-dirty` for a source that is not what the commit holds."""
    word = "-sha256" if form == "sha256" else ""
    ending = f"{word}-{commit.sha[:SHA]}{'-dirty' if commit.changed else ''}"
    return f"{branch_word(commit.branch or 'detached', LIMIT - len(ending))}{ending}"
