"""Digests as outputs: known, or honestly unknown."""

from typing import cast

import pulumi


def unknown() -> pulumi.Output[str]:
    """A value that only an update can tell. Inside a known object, a preview shows it as such."""
    return cast("pulumi.Output[str]", pulumi.Output.from_input(pulumi.UNKNOWN))


def digest_of(built: pulumi.Output[str]) -> pulumi.Output[str]:
    """The digest of a build. In a preview of a changed image the provider answers with an empty one: it is unknown."""
    return built.apply(_known)


def _known(digest: str | None) -> pulumi.Input[str]:
    if digest:
        return digest
    if pulumi.runtime.is_dry_run():
        return unknown()
    raise pulumi.RunError(
        "A build ended without a digest: was the image pushed? Run again, with `--debug` if it repeats."
    )
