"""Seccomp profiles: which calls to the kernel a container may make, in the form that containerd and Docker both take.

The names are those of the OCI runtime specification (`config-linux.md`, Seccomp). What only one of the two reads, such
as Docker's `archMap` and `includes`, would be passed over in silence by the other, so it is refused.
"""

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Set
from typing import Any, cast

from components.spec.problem import Wrong, listed, show, suggestion

LARGEST = 64 * 1024
"""Bytes: twenty times the profile that containerd itself uses; several profiles go into one object of a cluster."""

ALLOWING = ("SCMP_ACT_ALLOW", "SCMP_ACT_LOG")
ACTIONS = (
    *ALLOWING,
    "SCMP_ACT_ERRNO",
    "SCMP_ACT_KILL",
    "SCMP_ACT_KILL_PROCESS",
    "SCMP_ACT_KILL_THREAD",
    "SCMP_ACT_TRAP",
    "SCMP_ACT_TRACE",
)
"""What may happen to a call. `SCMP_ACT_NOTIFY` wants a program that listens, which nobody runs here."""

OPERATORS = tuple(f"SCMP_CMP_{each}" for each in ("NE", "LT", "LE", "EQ", "GE", "GT", "MASKED_EQ"))
ARCHITECTURES = tuple(
    f"SCMP_ARCH_{each}"
    for each in (
        *("X86", "X86_64", "X32", "ARM", "AARCH64", "MIPS", "MIPS64", "MIPS64N32", "MIPSEL", "MIPSEL64", "MIPSEL64N32"),
        *("PPC", "PPC64", "PPC64LE", "S390", "S390X", "PARISC", "PARISC64", "RISCV64", "LOONGARCH64"),
    )
)
NEEDED = ("execve", "exit_group")
"""Calls without which no program starts or ends."""

_CALL = re.compile(r"[a-z_][a-z0-9_]*")
_MOST_ARGUMENTS = 6
_LARGEST_ERRNO = 4095


def wrongs(text: str) -> Iterator[Wrong]:
    """What is wrong with the text of a profile."""
    if len(text.encode()) > LARGEST:
        yield "", f"{len(text.encode())} bytes", f"at most {LARGEST} bytes", "allow by default, and name what is not"
        return
    try:
        profile: object = json.loads(text)
    except (ValueError, RecursionError) as error:
        yield "", f"text that is not JSON: {error}", "a seccomp profile in JSON", "correct it there"
        return
    if not isinstance(profile, dict):
        yield "", show(profile), "an object with `defaultAction`", "write for example " + _EXAMPLE
        return
    yield from _profile(cast("dict[str, Any]", profile))


_EXAMPLE = '`{"defaultAction": "SCMP_ACT_ALLOW", "syscalls": [{"names": ["ptrace"], "action": "SCMP_ACT_ERRNO"}]}`'


def _profile(profile: Mapping[str, Any]) -> Iterator[Wrong]:
    yield from _keys("", profile, ("defaultAction", "defaultErrnoRet", "architectures", "syscalls"), ("defaultAction",))
    if "defaultAction" in profile:
        yield from _one_of("defaultAction", profile["defaultAction"], ACTIONS)
    yield from _number("defaultErrnoRet", profile.get("defaultErrnoRet", 0))
    for index, each in enumerate(_list(profile.get("architectures", []))):
        yield from _one_of(f"architectures[{index}]", each, ARCHITECTURES)
    rules = _list(profile.get("syscalls", []))
    yield from _lists("", profile, ("architectures", "syscalls"))
    sound = True
    for index, rule in enumerate(rules):
        for wrong in _rule(f"syscalls[{index}]", rule):
            sound = False
            yield wrong
    if sound and isinstance(profile.get("syscalls", []), list) and profile.get("defaultAction") in ACTIONS:
        yield from _sense(str(profile["defaultAction"]), cast("list[Mapping[str, Any]]", rules))


def _rule(at: str, rule: object) -> Iterator[Wrong]:
    if not isinstance(rule, dict):
        yield at, show(rule), "an object with `names` and `action`", "write it in `{` and `}`"
        return
    given = cast("dict[str, Any]", rule)
    yield from _keys(f"{at}.", given, ("names", "action", "errnoRet", "args"), ("names", "action"))
    names = _list(given.get("names"))
    if "names" in given and not names:
        yield f"{at}.names", show(given["names"]), "a list of calls", "name one, such as `ptrace`"
    for index, name in enumerate(names):
        if not (isinstance(name, str) and _CALL.fullmatch(name)):
            yield f"{at}.names[{index}]", show(name), "the name of a call to the kernel", "write it as `man 2` does"
    if "action" in given:
        yield from _one_of(f"{at}.action", given["action"], ACTIONS)
    yield from _number(f"{at}.errnoRet", given.get("errnoRet", 0))
    yield from _lists(f"{at}.", given, ("args",))
    for index, argument in enumerate(_list(given.get("args", []))):
        yield from _argument(f"{at}.args[{index}]", argument)


def _argument(at: str, argument: object) -> Iterator[Wrong]:
    if not isinstance(argument, dict):
        yield at, show(argument), "an object with `index`, `value` and `op`", "write it in `{` and `}`"
        return
    given = cast("dict[str, Any]", argument)
    yield from _keys(f"{at}.", given, ("index", "value", "valueTwo", "op"), ("index", "value", "op"))
    index = given.get("index", 0)
    if type(index) is not int or not 0 <= index < _MOST_ARGUMENTS:
        yield f"{at}.index", show(index), "a whole number from 0 to 5", "a call has six arguments at most"
    for field in ("value", "valueTwo"):
        value = given.get(field, 0)
        if type(value) is not int or not 0 <= value < 2**64:
            yield f"{at}.{field}", show(value), "a whole number of 64 bits", "write the number itself"
    if "op" in given:
        yield from _one_of(f"{at}.op", given["op"], OPERATORS)


def _sense(default: str, rules: Iterable[Mapping[str, Any]]) -> Iterator[Wrong]:
    """A profile that forbids something, and lets a program start."""
    actions = {default, *(str(rule["action"]) for rule in rules)}
    if actions <= set(ALLOWING):
        yield (
            "",
            "a profile that forbids nothing",
            "one that does",
            "leave `seccompProfile` out: the default forbids more",
        )
    if default in ALLOWING:
        return
    allowed = {name for rule in rules if rule["action"] in ALLOWING for name in cast("list[str]", rule["names"])}
    missing = [name for name in NEEDED if name not in allowed]
    if missing:
        yield (
            "syscalls",
            f"no rule that allows {listed(missing, 'and')}",
            "the calls without which no program starts or ends",
            "add them to a rule with `SCMP_ACT_ALLOW`",
        )


def _keys(at: str, given: Mapping[str, Any], known: tuple[str, ...], required: tuple[str, ...]) -> Iterator[Wrong]:
    for key in given:
        if key not in known:
            close = suggestion(key, known)
            mend = f"did you mean `{close}`?" if close else "remove it: not every runtime reads it"
            yield f"{at}{key}", f"an unknown key `{key}`", f"the keys {listed(known, 'and')}", mend
    for key in required:
        if key not in given:
            yield f"{at}{key}".removesuffix("."), "nothing", f"`{key}`, which is required", f"add `{key}`"


def _one_of(at: str, value: object, known: Set[str] | tuple[str, ...]) -> Iterator[Wrong]:
    if value not in known:
        close = suggestion(value, known) if isinstance(value, str) else None
        mend = f"did you mean `{close}`?" if close else f"write for example `{next(iter(known))}`"
        yield at, show(value), f"one of {listed(known, 'and')}", mend


def _number(at: str, value: object) -> Iterator[Wrong]:
    if type(value) is not int or not 0 <= value <= _LARGEST_ERRNO:
        yield at, show(value), f"the number of an error, from 0 to {_LARGEST_ERRNO}", "1 is EPERM"


def _lists(at: str, given: Mapping[str, Any], fields: Iterable[str]) -> Iterator[Wrong]:
    for field in fields:
        if not isinstance(given.get(field, []), list):
            yield f"{at}{field}", show(given[field]), "a list", "write it in `[` and `]`"


def _list(value: object) -> list[Any]:
    return cast("list[Any]", value) if isinstance(value, list) else []
