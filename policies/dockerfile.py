"""Reads Dockerfiles, as BuildKit does, and makes an object of one that rules can look at.

What BuildKit reads is read: parser directives (`escape`), continued lines with comments among them, heredocs, flags,
the JSON form, stages and their names, and variables in what rules ask for. What a variable stands for is known when it
has a default or the build gives it; else the value is `UNKNOWN`.

The object:

    {"lines": {4: {"instruction": "FROM", "final": True, …}, …},   # a key is the number of the line in the file
     "user": {"name": "10001", "line": 9},                         # who runs in the image that is built
     "healthcheck": True}
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import cast

from policies.plain import UNKNOWN, Unknown
from policies.view import Manifest

KIND = "Dockerfile"

INSTRUCTIONS = frozenset(
    {
        "ADD", "ARG", "CMD", "COPY", "ENTRYPOINT", "ENV", "EXPOSE", "FROM", "HEALTHCHECK", "LABEL", "MAINTAINER",
        "ONBUILD", "RUN", "SHELL", "STOPSIGNAL", "USER", "VOLUME", "WORKDIR",
    }
)  # fmt: skip

_DIRECTIVE = re.compile(r"^#\s*(?P<name>[A-Za-z][A-Za-z0-9]*)\s*=\s*(?P<value>.+?)\s*$")
_FLAG = re.compile(r"^--(?P<name>[a-z][a-z0-9-]*)(?:=(?P<value>\S*))?(?:\s+|$)")
_HEREDOC = re.compile(r"""<<(?P<chomp>-?)(?P<quote>["']?)(?P<name>[A-Za-z0-9_.-]+)(?P=quote)""")
_WITH_HEREDOC = frozenset({"ADD", "COPY", "RUN"})
_PAIR = re.compile(r"""(?P<name>[^\s=]+)=(?P<value>(?:"(?:\\.|[^"\\])*"|'[^']*'|\\.|[^\s"'\\])*)""")
_VARIABLE = re.compile(
    r"\\\$|\$(?:(?P<bare>[A-Za-z_][A-Za-z0-9_]*)|\{(?P<name>[A-Za-z_][A-Za-z0-9_]*)(?::?(?P<how>[-+])(?P<word>[^}]*))?\})"
)
_LONGEST = 2**20


class DockerfileError(ValueError):
    """The text is no Dockerfile; the message says why, with the line."""


@dataclass(slots=True)
class Instruction:
    """One instruction.

    Attributes:
        line: The number of its first line, from 1.
        name: Its name, in capitals.
        flags: Its flags, without the dashes: `{"from": "build"}`.
        text: What follows, in one line.
        heredocs: The texts of its heredocs.
    """

    line: int
    name: str
    flags: dict[str, str]
    text: str
    heredocs: list[str] = field(default_factory=list[str])

    def words(self) -> list[str] | None:
        """The items of the JSON form; None where it is in the shell's."""
        if not self.text.startswith("["):
            return None
        try:
            found: object = json.loads(self.text)
        except ValueError:
            return None
        items = cast("list[object]", found) if isinstance(found, list) else [None]
        return [item for item in items if isinstance(item, str)] if all(isinstance(i, str) for i in items) else None


def read(text: str) -> list[Instruction]:
    """Reads a Dockerfile.

    Args:
        text: The file's text.

    Returns:
        Its instructions, in order; `ONBUILD` is followed by nothing: what it holds is its text.

    Raises:
        DockerfileError: A line is no instruction, or a heredoc has no end.
    """
    if len(text) > _LONGEST:
        raise DockerfileError(f"this is no Dockerfile: it is longer than {_LONGEST // 2**20} MiB")
    lines = text.removeprefix("\ufeff").splitlines()
    escape = _escape(lines)
    found: list[Instruction] = []
    index = 0
    while index < len(lines):
        start, (whole, index) = index, _continued(lines, index, escape)
        if not whole:
            continue
        name, _, rest = whole.partition(" ") if " " in whole else whole.partition("\t")
        name = name.upper()
        if name not in INSTRUCTIONS:
            raise DockerfileError(f"this is no Dockerfile: line {start + 1} begins with no instruction")
        flags, rest = _flags(rest.strip())
        made = Instruction(start + 1, name, flags, rest)
        if name in _WITH_HEREDOC:
            index = _heredocs(made, lines, index)
        found.append(made)
    if not any(each.name == "FROM" for each in found):
        raise DockerfileError("this is no Dockerfile: there is no FROM")
    return found


def _escape(lines: list[str]) -> str:
    """The character that continues a line; a directive at the top may choose it."""
    for line in lines:
        directive = _DIRECTIVE.match(line)
        if directive is None:
            break
        if directive["name"].lower() == "escape" and directive["value"] in ("\\", "`"):
            return directive["value"]
    return "\\"


def _continued(lines: list[str], index: int, escape: str) -> tuple[str, int]:
    """One instruction's text in one line, and where the next begins."""
    parts: list[str] = []
    while index < len(lines):
        line = lines[index].strip() if not parts else lines[index].rstrip()
        index += 1
        # A comment, and an empty line, may stand between the lines of one instruction.
        if line.lstrip().startswith("#") or (parts and not line.strip()):
            if not parts:
                return "", index
            continue
        backslashes = len(line) - len(line.rstrip(escape))
        if backslashes % 2 == 0:
            parts.append(line)
            break
        parts.append(line[:-1])
    return " ".join(part.strip() for part in parts).strip(), index


def _flags(text: str) -> tuple[dict[str, str], str]:
    flags: dict[str, str] = {}
    while (match := _FLAG.match(text)) is not None:
        value = match["value"] or ""
        flags[match["name"]] = f"{flags[match['name']]} {value}" if match["name"] in flags else value
        text = text[match.end() :]
    return flags, text


def _heredocs(instruction: Instruction, lines: list[str], index: int) -> int:
    """Takes the heredocs that an instruction begins; returns where the next instruction begins."""
    for match in _HEREDOC.finditer(instruction.text):
        body: list[str] = []
        while True:
            if index >= len(lines):
                raise DockerfileError(f"this is no Dockerfile: the heredoc of line {instruction.line} has no end")
            line = lines[index].lstrip("\t") if match["chomp"] else lines[index]
            index += 1
            if line == match["name"]:
                break
            body.append(line)
        instruction.heredocs.append("\n".join(body))
    return index


@dataclass(slots=True)
class _Stage:
    """One stage of a build.

    Attributes:
        name: Its name in lower case, or its number.
        base: The number of the stage that it begins with; None for an image.
        known: What its variables stand for.
        user: The last `USER` and its line.
        healthcheck: Whether it has a `HEALTHCHECK`.
    """

    name: str
    base: int | None
    known: dict[str, object]
    user: dict[str, object] = field(default_factory=dict[str, object])
    healthcheck: bool = False


def substitute(text: str, known: Mapping[str, object]) -> object:
    """A text with its variables replaced; `UNKNOWN` where one of them is not known."""
    unknown = False

    def value(match: re.Match[str]) -> str:
        nonlocal unknown
        name = match["bare"] or match["name"]
        if name is None:
            return "$"
        found = known.get(name)
        if match["how"] == "+":
            return match["word"] if found else ""
        if found is None or found == "":
            if match["how"] == "-":
                return str(match["word"])
            # A variable that nobody has set is empty for the builder; here somebody may still give it.
            unknown = True
            return ""
        if found is UNKNOWN:
            unknown = True
        return str(found)

    replaced = _VARIABLE.sub(value, text)
    return UNKNOWN if unknown else replaced


def dockerfile_object(
    instructions: list[Instruction],
    arguments: Mapping[str, object] | Unknown | None = None,
    target: str | Unknown | None = None,
) -> Manifest:
    """Makes an object of a Dockerfile.

    Args:
        instructions: What `read` has read.
        arguments: The build's arguments, or nothing known of them.
        target: The stage that is built, or nothing known of it; the last by default.

    Returns:
        The object, of kind `Dockerfile`.
    """
    given = _Given(arguments)
    global_known: dict[str, object] = {}
    stages: list[_Stage] = []
    lines: dict[int, tuple[int, dict[str, object]]] = {}
    for each in instructions:
        entry: dict[str, object] = {"instruction": each.name, "flags": dict(each.flags), "text": each.text}
        if each.name == "FROM":
            stages.append(_from(each, entry, stages, {**global_known}))
        known = stages[-1].known if stages else global_known
        if each.name == "ARG":
            _arguments(each, entry, known, given, global_known if stages else {})
        elif stages:
            _in_stage(each, entry, stages[-1])
        lines[each.line] = (len(stages) - 1, entry)
    body: dict[str, object] = {"lines": cast("dict[str, object]", {line: entry for line, (_, entry) in lines.items()})}
    if isinstance(target, Unknown) and len(stages) > 1:
        for _, entry in lines.values():
            entry["final"] = UNKNOWN
        return Manifest("", KIND, (), {**body, "user": UNKNOWN, "healthcheck": UNKNOWN}, ())
    final = _final(stages, target if isinstance(target, str) else None)
    # Of a base that is not known, an earlier stage may be the one.
    perhaps = range(final[-1]) if final and _base(lines, final) is UNKNOWN else range(0)
    for stage, entry in lines.values():
        entry["final"] = UNKNOWN if stage in perhaps else stage in final
    chain = [stages[number] for number in final]
    user: dict[str, object] = next((stage.user for stage in chain if stage.user), dict[str, object]())
    body["user"] = user or {"base": _base(lines, final)}
    checked = any(stage.healthcheck for stage in chain)
    body["healthcheck"] = checked or (UNKNOWN if any(stages[number].healthcheck for number in perhaps) else False)
    return Manifest("", KIND, (), body, ())


class _Given:
    """What the build gives; an argument that is null is not given."""

    def __init__(self, arguments: Mapping[str, object] | Unknown | None) -> None:
        self._unknown = isinstance(arguments, Unknown)
        self._values = dict(arguments) if isinstance(arguments, Mapping) else {}

    def get(self, name: str, otherwise: object) -> object:
        """The value of an argument; nothing known where nothing is known of them all."""
        value = self._values.get(name)
        return UNKNOWN if self._unknown else otherwise if value is None else value


def _base(lines: Mapping[int, tuple[int, dict[str, object]]], final: list[int]) -> object:
    """The image at the bottom of what is built."""
    last = final[-1] if final else -1
    return next((entry.get("image") for stage, entry in lines.values() if stage == last), None)


def _final(stages: list[_Stage], target: str | None) -> list[int]:
    """The numbers of the stages that the built image consists of, the last first."""
    number: int | None = len(stages) - 1
    if target:
        number = next((i for i, stage in enumerate(stages) if target.lower() in (stage.name, str(i))), number)
    chain: list[int] = []
    while number is not None and number >= 0:
        chain.append(number)
        number = stages[number].base
    return chain


def _from(instruction: Instruction, entry: dict[str, object], stages: list[_Stage], known: dict[str, object]) -> _Stage:
    words = instruction.text.split()
    image = substitute(words[0], known) if words else ""
    named = len(words) > 2 and words[1].upper() == "AS"
    name = words[2].lower() if named else str(len(stages))
    names = [stage.name for stage in stages]
    base = names.index(image.lower()) if isinstance(image, str) and image.lower() in names else None
    if base is None and image != "scratch":
        entry["image"] = image
    # A stage knows only those of the arguments above it that it names anew.
    inherited = dict(stages[base].known) if base is not None else {}
    return _Stage(name, base, inherited)


def _arguments(
    instruction: Instruction,
    entry: dict[str, object],
    known: dict[str, object],
    given: _Given,
    above: Mapping[str, object],
) -> None:
    held: dict[str, object] = {}
    for word in _words(instruction.text):
        name, equals, default = word.partition("=")
        value = substitute(_unquoted(default), known) if equals else above.get(name)
        held[name] = given.get(name, value)
        known[name] = held[name]
        if not equals:
            held[name] = given.get(name, "")
    entry["arguments"] = held


def _in_stage(instruction: Instruction, entry: dict[str, object], stage: _Stage) -> None:
    match instruction.name:
        case "ENV":
            held = _pairs(instruction.text, stage.known)
            entry["variables"] = held
            stage.known |= held
        case "USER":
            entry["user"] = substitute(_unquoted(instruction.text), stage.known)
            stage.user = {"name": entry["user"], "line": instruction.line}
        case "WORKDIR":
            entry["folder"] = substitute(_unquoted(instruction.text), stage.known)
        case "EXPOSE":
            entry["ports"] = [substitute(port, stage.known) for port in instruction.text.split()]
        case "ADD" | "COPY":
            words = instruction.words() or list(_words(instruction.text))
            sources = [word for word in words[:-1] if not _HEREDOC.match(word)]
            entry["sources"] = [substitute(_unquoted(word), stage.known) for word in sources]
        case "RUN":
            words = instruction.words()
            entry["script"] = " ".join(words) if words else "\n".join([instruction.text, *instruction.heredocs])
        case "CMD" | "ENTRYPOINT":
            entry["exec"] = instruction.words() is not None
        case "HEALTHCHECK":
            stage.healthcheck = instruction.text.strip().upper() != "NONE"
        case _:
            pass


def _pairs(text: str, known: Mapping[str, object]) -> dict[str, object]:
    """The variables of an ENV, in either form: `A=1 B="2"`, or the old `A 1`."""
    first = text.split(maxsplit=1)
    if len(first) == 2 and "=" not in first[0]:
        return {first[0]: substitute(_unquoted(first[1]), known)}
    return {match["name"]: substitute(_unquoted(match["value"]), known) for match in _PAIR.finditer(text)}


def _words(text: str) -> Iterator[str]:
    """The words of a line; a quoted part does not end one."""
    for match in re.finditer(r"""(?:"(?:\\.|[^"\\])*"|'[^']*'|\\.|[^\s"'\\])+""", text):
        yield match[0]


def _unquoted(text: str) -> str:
    return re.sub(r"""(["'])(.*?)\1""", r"\2", text)
