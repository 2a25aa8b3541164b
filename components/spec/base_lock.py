"""The images that Dockerfiles begin from, by digest: `images/bases.lock`, written by `slipway bases refresh`.

    docker.io/library/python:3.11-slim-bookworm:
      digest: sha256:…
      platforms:
        linux/amd64: sha256:…
        linux/arm64: sha256:…
      since: '2026-11-22'
      standIn: Debian bookworm

A base that no machine with its registry in reach has refreshed yet has no digest: builds take its tag.
"""

import re
from collections.abc import Mapping
from pathlib import Path as FilePath
from typing import Annotated

import yaml
from pydantic import Field, ValidationError
from pydantic_core import ErrorDetails

from components.spec.base import Spec
from components.spec.document import parse_value
from components.spec.image import BuildImage, Platform
from components.spec.problem import Problem, SpecError
from components.spec.refusal import KIND
from components.spec.waiver import Day

FILE = "images/bases.lock"
"""Below the project."""

Digest = Annotated[str, Field(pattern=r"^sha256:[0-9a-f]{64}$")]


class LockedBase(Spec):
    """What a tag stood for when it was last looked at."""

    digest: Digest | None = None
    """What builds take; none while no machine has asked the registry."""

    platforms: Mapping[Platform, Digest] = {}
    """The image of each platform that images are built for."""

    since: Day | None = None
    """The day on which the tag was first seen to stand for this."""

    stand_in: str | None = None
    """What is built on where the registry is out of reach; none where nothing is."""


class _Lock(Spec):
    bases: Mapping[str, LockedBase]


BaseLock = Mapping[str, LockedBase]
"""Every base, by its reference as Dockerfiles write it."""


def read_base_lock(project: FilePath) -> BaseLock:
    """Reads the lock of a project; one without is empty.

    Raises:
        SpecError: it is malformed.
    """
    try:
        text = (project / FILE).read_text(encoding="utf-8")
        return _Lock.model_validate({"bases": parse_value(text) or {}}).bases
    except FileNotFoundError:
        return {}
    except OSError as error:
        raise SpecError([_problem("", error.strerror or "a file that cannot be read")]) from None
    except (yaml.YAMLError, UnicodeDecodeError):
        raise SpecError([_problem("", "text that is not YAML")]) from None
    except ValidationError as error:
        found = error.errors(include_url=False, include_context=False)
        raise SpecError(
            [_problem(" ".join(str(part) for part in each["loc"][1:]), _found(each)) for each in found]
        ) from None


def _found(error: ErrorDetails) -> str:
    """What stands there, in pydantic's words, unless the refusal is one of ours: its words are not in the message."""
    return repr(error["input"]) if error["type"] == KIND else error["msg"]


def _problem(path: str, found: str) -> Problem:
    allowed = "bases by reference, as `slipway bases refresh` writes them"
    return Problem(FILE, path, found, allowed, "let `slipway bases refresh` write it", None)


def written(lock: BaseLock) -> str:
    """A lock as it is committed: the same bases, the same text."""
    head = "# The images that Dockerfiles here begin from, by digest; `slipway bases refresh` writes this file.\n"
    content = {name: base.model_dump(by_alias=True, exclude_defaults=True) for name, base in lock.items()}
    return head + yaml.safe_dump(content, sort_keys=True, width=200)


def pins(lock: BaseLock, *, stand_ins: bool) -> dict[str, str]:
    """From each base to the same with its digest, as far as it has one.

    Args:
        lock: the lock.
        stand_ins: whether the builder is given stand-ins: those keep their tags, for their digests are others.
    """
    held = {name: base for name, base in lock.items() if not (stand_ins and base.stand_in)}
    return {name: f"{name}@{base.digest}" for name, base in held.items() if base.digest}


def pins_of(image: BuildImage, pins: Mapping[str, str]) -> dict[str, str]:
    """Those of the pins that a build has a use for: what its Dockerfile or its arguments name."""
    file = FilePath(image.folder, image.dockerfile)
    # That it is missing is for the build to say.
    text = file.read_text(encoding="utf-8", errors="replace") if file.is_file() else ""
    named = "\n".join((text, *image.args.values()))
    return {name: pin for name, pin in pins.items() if re.search(rf"(?<![\w./-]){re.escape(name)}(?![\w.-])", named)}
