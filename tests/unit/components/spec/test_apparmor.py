"""An AppArmor profile that a node should not load is told with its place, before anything runs with it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from components.spec.apparmor import FLAGS, renamed, wrongs
from components.spec.seccomp import LARGEST
from tests.support.workbench import CHECKOUT

WHOLE = (CHECKOUT / "tests" / "support" / "profiles" / "worker.apparmor").read_text()


@pytest.mark.parametrize(
    ("text", "at", "found"),
    [
        (f"profile api {{\n{'x' * LARGEST}\n}}\n", "", "bytes"),
        ("", "", "no profile"),
        ("# profile api {\n", "", "no profile"),
        ("/app/** r,\n", "", "no profile"),
        ("profile api {\n}\nprofile other {\n}\n", "", "2 blocks"),
        ("profile api {\n  profile child {\n  }\n}\n", "", "2 blocks"),
        ("profile api flags=(attach_disconnected){\n}\n/bin/sh {\n}\n", "", "2 blocks"),
        ("\n/usr/bin/api {\n}\n", "line 2", "`/usr/bin/api {`"),
        ("profile api /usr/bin/api {\n}\n", "line 1", "`profile api /usr/bin/api {`"),
        ("profile /usr/bin/api {\n}\n", "line 1", "`profile /usr/bin/api {`"),
        ('profile "my api" {\n}\n', "line 1", '`profile "my api" {`'),
        ("profile api flags=(complain) {\n}\n", "line 1", "`complain`"),
        ("profile api flags=(mediate_deleted, unconfined) {\n}\n", "line 1", "`unconfined`"),
        ("profile api {\n  /app/** r,\n", "", "without an end"),
        ("profile api {\n}\n/app/** r,\n", "", "without an end"),
        ("profile api {\n  include <local/api>\n}\n", "line 2", "`include <local/api>`"),
        ("profile api {\n  #include <local/api>\n}\n", "line 2", "`include <local/api>`"),
        ("profile api {\n  #include<local/api>\n}\n", "line 2", "`include <local/api>`"),
        ("profile api {#include <local/api>\n}\n", "line 1", "`include <local/api>`"),
        (
            "profile api {\n  include if exists <abstractions/api>,\n}\n",
            "line 2",
            "`include if exists <abstractions/api>`",
        ),
        ('profile api {\n  include "/etc/shadow"\n}\n', "line 2", '`include "/etc/shadow"`'),
        ("include <abstractions/../../shadow>\nprofile api {\n}\n", "line 1", "`include <abstractions/../../shadow>`"),
    ],
)
def test_what_is_wrong_is_told_with_its_place(text: str, at: str, found: str) -> None:
    told = list(wrongs(text))

    assert [wrong[0] for wrong in told] == [at]
    assert found in told[0][1]
    assert all(told[0][1:])


def test_a_profile_with_one_of_each_form_is_sound() -> None:
    assert list(wrongs(WHOLE)) == []


BEFORE = st.sampled_from(["# profile other {", "abi <abi/3.0>,", "include <tunables/global>", "@{APP}=/app", ""])
RULES = st.sampled_from(
    ["include <abstractions/base>", "#include <abstractions/base>", "# }", "/{a,b}/** r,", '"/a {" r,', "@{APP}/x rw,"]
)


@given(
    before=st.lists(BEFORE, max_size=3),
    name=st.from_regex(r"[a-z][a-z0-9.-]{0,8}", fullmatch=True),
    flags=st.lists(st.sampled_from(FLAGS), max_size=2, unique=True),
    rules=st.lists(RULES, max_size=4),
)
def test_a_sound_profile_gets_another_name_and_nothing_else_of_it_changes(
    before: list[str], name: str, flags: list[str], rules: list[str]
) -> None:
    said = f"flags=({', '.join(flags)}) " if flags else ""
    head, tail = "\n".join([*before, "profile "]), "\n".join([f" {said}{{", *rules, "}\n"])

    assert list(wrongs(head + name + tail)) == []
    assert renamed(head + name + tail, "slipway-api-12345678") == head + "slipway-api-12345678" + tail
