"""What is wrong with a Dockerfile: what hadolint finds, and what the guardrails' own rules find."""

import json
import subprocess
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import cast

from policies.catalogue import parameters
from policies.dockerfile import DockerfileError, dockerfile_object, read
from policies.evaluate import compile_rules, evaluate
from policies.plain import UNKNOWN
from policies.rules.dockerfile import RULES
from policies.values.severity import Graded
from policies.view import Manifest
from provider.step import RefusedError
from toolchain import install
from toolchain.home import Home
from toolchain.progress import Progress

CONFIG = Path(__file__).with_name("hadolint.yaml")

LEVELS: Mapping[str, Graded] = {"error": "high", "warning": "medium", "info": "low", "style": "low"}
"""hadolint's levels. https://github.com/hadolint/hadolint#rules"""

SHELL_RULES, DOCKERFILE_RULES = "https://www.shellcheck.net/wiki/", "https://github.com/hadolint/hadolint/wiki/"

TIMEOUT_S = 60.0

_OWN = compile_rules(RULES, {each.name: each.default for each in parameters({r.about.id: r for r in RULES}).values()})


@dataclass(frozen=True, order=True)
class Finding:
    """Something wrong in a Dockerfile.

    Attributes:
        line: where, from 1.
        rule: hadolint's code, or the id of a rule of the guardrails.
        severity: how bad it is.
        message: what is wrong.
        fix: what to do about it.
    """

    line: int
    rule: str
    severity: Graded
    message: str
    fix: str


@dataclass(frozen=True)
class Build:
    """What is known of a build before it.

    Attributes:
        arguments: the values of build arguments.
        later: the arguments whose values are known only when it begins.
        target: the stage that is built, None for the last.
        pins: what is taken in the place of the images that it names: from a reference to the same by digest.
    """

    arguments: Mapping[str, str]
    later: Collection[str] = ()
    target: str | None = None
    pins: Mapping[str, str] = field(default_factory=dict[str, str])


def findings(file: Path, build: Build) -> list[Finding]:
    """What is wrong with a Dockerfile, from its first line to its last.

    Args:
        file: the Dockerfile.
        build: what is known of its build.

    Raises:
        RefusedError: it is not there, or is no Dockerfile.
        ToolchainError: hadolint cannot be had.
    """
    try:
        text = file.read_text(encoding="utf-8")
        return sorted({*_of_rules(text, build), *_of_hadolint(text)})
    except (OSError, UnicodeDecodeError, DockerfileError) as error:
        raise RefusedError(f"{file} cannot be read: {error}", "correct it, or the image's `dockerfile`") from None


def bases(file: Path, build: Build) -> list[str]:
    """The images that a Dockerfile begins from, as far as they are known before its build; sorted, each once.

    Raises:
        OSError, DockerfileError: it cannot be read.
    """
    lines = _lines(_object(file.read_text(encoding="utf-8"), build))
    return sorted({image for line in lines.values() if isinstance(image := line.get("image"), str)})


def _object(text: str, build: Build) -> Manifest:
    arguments: dict[str, object] = {**build.arguments, **dict.fromkeys(build.later, UNKNOWN)}
    made = dockerfile_object(read(text), arguments, build.target)
    for line in _lines(made).values():
        if (image := line.get("image")) in build.pins:
            line["image"] = build.pins[str(image)]
    return made


def _lines(manifest: Manifest) -> dict[int, dict[str, object]]:
    return cast("dict[int, dict[str, object]]", manifest.body["lines"])


def _of_rules(text: str, build: Build) -> Iterator[Finding]:
    manifest = _object(text, build)
    last = max(cast("dict[int, object]", manifest.body["lines"]))
    for found in evaluate(manifest, _OWN):
        # What a build argument decides is held against the rules when the image is declared, with the guardrails.
        if found.verdict == "violation":
            line = _line(found.path, manifest, last)
            yield Finding(line, found.about.id, found.about.severity, f"{found.about.title}: {found.problem}",
                          found.about.mend)  # fmt: skip


def _line(path: tuple[object, ...], manifest: Manifest, last: int) -> int:
    """The line that a rule speaks of; what is missing is missing at the end."""
    number = path[1] if path[:1] == ("lines",) else None
    user = manifest.body.get("user")
    if path[:1] == ("user",) and isinstance(user, dict):
        number = user.get("line")  # pyright: ignore[reportUnknownVariableType] - the object is made here
    return number if isinstance(number, int) else last


def _of_hadolint(text: str) -> Iterator[Finding]:
    program = install.ensure(["hadolint"], Home.from_environment(), Progress())["hadolint"]
    # A comment that switches a rule off would do so without a word in review: `ignore` has a reason.
    command = [str(program), f"--config={CONFIG}", "--disable-ignore-pragma", "--no-fail", "--format=json", "-"]
    done = subprocess.run(command, input=text, capture_output=True, text=True, check=False, timeout=TIMEOUT_S)
    if done.returncode:
        raise RefusedError(
            f"hadolint failed: {done.stderr.strip()[-500:]}", "check which `hadolint` is on PATH (`slipway doctor`)"
        )
    yield from parsed(json.loads(done.stdout))


def parsed(report: Iterable[Mapping[str, str | int]]) -> Iterator[Finding]:
    """What hadolint's report in JSON says."""
    for each in report:
        rule = str(each["code"])
        # The message of a syntax error has several lines.
        message = " ".join(str(each["message"]).split())
        page = f"{SHELL_RULES if rule.startswith('SC') else DOCKERFILE_RULES}{rule}"
        yield Finding(int(each["line"]), rule, LEVELS[str(each["level"])], message, f"see {page}")
