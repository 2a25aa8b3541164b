"""Settings that anybody may read: as variables and as files. What looks like a secret is none."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Annotated

from pydantic import AfterValidator, Field

from components.spec.base import Spec
from components.spec.refusal import Path, Refusal, refused
from components.spec.secrecy import secret_name, secret_value
from components.spec.values import AbsolutePath, EnvName, EnvValue, FileName

_HIDDEN = "a literal value (not shown)"
_PLAIN = "plain settings only; this name or value looks like a secret"
_MEND_PLAIN = "declare it under `slipway:secrets` and name it in the workload's `secrets`: it becomes a file"


class ConfigFiles(Spec):
    """Plain files that the workload reads, from a ConfigMap whose name follows its content."""

    folder: Annotated[AbsolutePath, Field(examples=["/etc/python-api"])]
    """Where the files appear, read-only."""

    files: Annotated[Mapping[FileName, str], Field(min_length=1, examples=[{"app.yaml": "workers: 2\n"}])]
    """File names and their text."""


def _plain(env: Mapping[str, str]) -> Mapping[str, str]:
    refusals = tuple(
        Refusal(
            at=(name,),
            found=_HIDDEN,
            allowed=_PLAIN,
            mend=_MEND_PLAIN,
        )
        for name, value in env.items()
        if value and (secret_name(name) or secret_value(value))
    )
    if refusals:
        raise refused(refusals)
    return env


Variables = Annotated[Mapping[EnvName, EnvValue], AfterValidator(_plain)]
"""Plain settings by the names of their variables."""


def plain_checks(places: Iterable[tuple[Path, str]]) -> Iterator[Refusal]:
    """No text of these places looks like a secret."""
    for at, text in places:
        if text and secret_value(text):
            yield Refusal(at=at, found=_HIDDEN, allowed=_PLAIN, mend=_MEND_PLAIN)
