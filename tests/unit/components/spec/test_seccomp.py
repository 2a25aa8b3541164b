"""A seccomp profile that is no profile is told with its place, before anything runs with it."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from components.spec.seccomp import ACTIONS, ALLOWING, ARCHITECTURES, LARGEST, NEEDED, OPERATORS, wrongs

DENY: dict[str, Any] = {"names": ["ptrace"], "action": "SCMP_ACT_ERRNO"}
ARGUMENT: dict[str, Any] = {"index": 0, "value": 1, "op": "SCMP_CMP_EQ"}


def profile(**changes: Any) -> dict[str, Any]:
    return {"defaultAction": "SCMP_ACT_ALLOW", "syscalls": [DENY], **changes}


def rule(**changes: Any) -> dict[str, Any]:
    return profile(syscalls=[{**DENY, **changes}])


@pytest.mark.parametrize(
    ("written", "at", "found"),
    [
        ("[", "", "text that is not JSON"),
        ("[" * 60_000, "", "text that is not JSON"),
        ("[]", "", "an empty list"),
        (profile(comment="x" * LARGEST), "", "bytes"),
        ({"syscalls": [DENY]}, "defaultAction", "nothing"),
        (profile(defaultAction="SCMP_ACT_DENY"), "defaultAction", "'SCMP_ACT_DENY'"),
        (profile(defaultAction="SCMP_ACT_NOTIFY"), "defaultAction", "'SCMP_ACT_NOTIFY'"),
        (profile(archMap=[]), "archMap", "an unknown key `archMap`"),
        (profile(architectures=["x86_64"]), "architectures[0]", "'x86_64'"),
        (profile(architectures="SCMP_ARCH_X86"), "architectures", "'SCMP_ARCH_X86'"),
        (profile(defaultErrnoRet=-1), "defaultErrnoRet", "-1"),
        (profile(syscalls={}), "syscalls", "an empty mapping"),
        (profile(syscalls=["ptrace"]), "syscalls[0]", "'ptrace'"),
        (profile(syscalls=[{"names": ["ptrace"]}]), "syscalls[0].action", "nothing"),
        (rule(names=[]), "syscalls[0].names", "an empty list"),
        (rule(names=["Ptrace()"]), "syscalls[0].names[0]", "'Ptrace()'"),
        (rule(action="deny"), "syscalls[0].action", "'deny'"),
        (rule(errnoRet=5000), "syscalls[0].errnoRet", "5000"),
        (rule(includes={}), "syscalls[0].includes", "an unknown key `includes`"),
        (rule(args={}), "syscalls[0].args", "an empty mapping"),
        (rule(args=["0"]), "syscalls[0].args[0]", "'0'"),
        (rule(args=[{**ARGUMENT, "index": 6}]), "syscalls[0].args[0].index", "6"),
        (rule(args=[{**ARGUMENT, "value": "1"}]), "syscalls[0].args[0].value", "'1'"),
        (rule(args=[{**ARGUMENT, "op": "=="}]), "syscalls[0].args[0].op", "'=='"),
        (profile(syscalls=[]), "", "a profile that forbids nothing"),
        (profile(defaultAction="SCMP_ACT_KILL"), "syscalls", "no rule that allows `execve` and `exit_group`"),
    ],
)
def test_what_is_wrong_is_told_with_its_place(written: object, at: str, found: str) -> None:
    told = list(wrongs(written if isinstance(written, str) else json.dumps(written)))

    assert [wrong[0] for wrong in told] == [at]
    assert found in told[0][1]
    assert all(told[0][1:])


NAMES = st.lists(st.sampled_from(["ptrace", "mkdir", "chmod", "clone3"]), min_size=1, max_size=3)
RULES = st.fixed_dictionaries(
    {"names": NAMES, "action": st.sampled_from(ACTIONS)},
    optional={
        "errnoRet": st.integers(0, 4095),
        "args": st.lists(
            st.fixed_dictionaries(
                {"index": st.integers(0, 5), "value": st.integers(0, 2**64 - 1), "op": st.sampled_from(OPERATORS)}
            ),
            max_size=2,
        ),
    },
)


@given(
    default=st.sampled_from(ACTIONS),
    architectures=st.lists(st.sampled_from(ARCHITECTURES), max_size=2),
    rules=st.lists(RULES, max_size=3),
)
def test_what_forbids_something_and_lets_programs_start_is_a_profile(
    default: str, architectures: list[str], rules: list[dict[str, Any]]
) -> None:
    always = {"names": [*NEEDED], "action": "SCMP_ACT_ALLOW"}
    written = {"defaultAction": default, "architectures": architectures, "syscalls": [always, *rules]}
    forbids = {default, *(each["action"] for each in rules)} - {*ALLOWING}

    assert bool(list(wrongs(json.dumps(written)))) == (not forbids)
