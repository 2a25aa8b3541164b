"""Digests that may run in an environment because another one ran them: `promotions/<stack>.yaml`.

    staging:
      python-api: sha256:…

The file is changed by pull request; its difference is the promotion.
"""

import re
from collections.abc import Iterator, Mapping
from pathlib import Path as FilePath
from typing import Any, cast

import yaml

from components.spec.document import parse_value
from components.spec.image import PromoteImage
from components.spec.problem import Problem, SpecError, show
from components.spec.settings import Settings

FOLDER = "promotions"
"""The folder of the records, below the project."""

Promotions = Mapping[tuple[str, str], str]
"""The digest of each (stack that ran it, image)."""

_DIGEST = re.compile(r"sha256:[0-9a-f]{64}")


def promotion_file(project: FilePath, stack: str) -> FilePath:
    """The record of what may run in a stack."""
    return project / FOLDER / f"{stack}.yaml"


def read_promotions(file: FilePath) -> Promotions:
    """Reads a record; one that does not exist is empty.

    Raises:
        SpecError: it is not a mapping of stacks to images to digests.
    """
    try:
        written = file.read_text(encoding="utf-8")
    except FileNotFoundError:
        return {}
    except UnicodeDecodeError:
        raise SpecError([_problem(f"{FOLDER}/{file.name}", "", "text that is not YAML", None)]) from None
    return parse_promotions(written, file.name)


def parse_promotions(text: str, file: str) -> Promotions:
    """Reads the text of a record, whose file is called `file`.

    Raises:
        SpecError: it is not a mapping of stacks to images to digests.
    """
    name = f"{FOLDER}/{file}"
    try:
        written = parse_value(text)
    except yaml.YAMLError as error:
        mark = error.problem_mark if isinstance(error, yaml.MarkedYAMLError) else None
        line = mark.line + 1 if mark else None
        raise SpecError([_problem(name, "", "text that is not YAML", line)]) from None
    promotions: dict[tuple[str, str], str] = {}
    problems: list[Problem] = []
    for stack, images in _entries(name, "", written, problems):
        for image, digest in _entries(name, stack, images, problems):
            if isinstance(digest, str) and _DIGEST.fullmatch(digest):
                promotions[stack, image] = digest
            else:
                problems.append(_problem(name, f"{stack}.{image}", show(digest), None))
    if problems:
        raise SpecError(problems)
    return promotions


def _entries(name: str, path: str, value: object, problems: list[Problem]) -> Iterator[tuple[str, Any]]:
    if isinstance(value, Mapping):
        yield from ((str(key), below) for key, below in cast("Mapping[Any, Any]", value).items())
    elif value is not None:
        problems.append(_problem(name, path, show(value), None))


def _problem(name: str, path: str, found: str, line: int | None) -> Problem:
    return Problem(
        name,
        path,
        found,
        "a mapping of stack to image to digest (`sha256:` and 64 hexadecimal digits)",
        "write `staging:`, and below it `python-api: sha256:…`",
        line,
    )


def promoted_name(workload: str, source: PromoteImage) -> str:
    """The name of the image that a workload promotes."""
    return source.name or workload


def missing_promotions(settings: Settings, promotions: Promotions, stack: str) -> Iterator[Problem]:
    """What is promoted and no record holds."""
    for workload, described in settings.images.items():
        source = described.source
        if not isinstance(source, PromoteImage):
            continue
        image = promoted_name(workload, source)
        if (source.source, image) not in promotions:
            yield Problem(
                f"{FOLDER}/{stack}.yaml",
                f"{source.source}.{image}",
                f"nothing; `{workload}` promotes it",
                "the digest that ran there",
                f"once `{source.source}` runs it: `slipway promote {source.source} {stack}`, and commit the record",
            )
