"""Dockerfiles are read as BuildKit reads them."""

from typing import Any

import pytest

from policies.dockerfile import DockerfileError, dockerfile_object, read, substitute
from policies.plain import UNKNOWN
from tests.unit.policies.cases.case import Json


def lines(text: str, arguments: Json | None = None, target: str | None = None) -> dict[int, Json]:
    made: Any = dockerfile_object(read(text), arguments, target).body["lines"]
    return made


def user(text: str, **more: Any) -> Any:
    return dockerfile_object(read(text), **more).body["user"]


def test_an_instruction_knows_its_line_its_flags_and_its_words() -> None:
    (made, _) = read('FROM --platform=linux/amd64 a AS b\n\n# a comment\ncopy --from=b --chmod=0644 ["x y", "/z"]\n')[
        ::-1
    ]
    assert (made.line, made.name, made.flags, made.words()) == (
        4,
        "COPY",
        {"from": "b", "chmod": "0644"},
        ["x y", "/z"],
    )


def test_a_continued_line_is_one_with_comments_and_empty_lines_left_out() -> None:
    (_, run) = read("FROM a\nRUN one \\\n  # why\n\n  && two\\\n  three\n")
    assert run.text == "one && two three"


def test_a_line_that_ends_in_two_backslashes_ends() -> None:
    assert [each.name for each in read("FROM a\nRUN echo \\\\\nUSER b\n")] == ["FROM", "RUN", "USER"]


def test_a_directive_may_choose_what_continues_a_line() -> None:
    found = read("# syntax=docker/dockerfile:1\n# escape=`\nFROM a\nRUN dir C:\\ `\n  x\nUSER b\n")
    assert [(each.name, each.text) for each in found] == [("FROM", "a"), ("RUN", "dir C:\\ x"), ("USER", "b")]


def test_a_directive_after_a_comment_is_a_comment() -> None:
    found = read("# hello there\n# escape=`\nFROM a\nRUN b \\\n  c\n")
    assert found[-1].text == "b c"


@pytest.mark.parametrize(
    ("text", "bodies"),
    [
        ("RUN <<EOF\necho\nUSER root\nEOF\nUSER b", ["echo\nUSER root"]),
        ("RUN <<-EOF\n\techo\n\tEOF\nUSER b", ["echo"]),
        ('COPY <<"A" <<B /x/\n$x\nA\ny\nB\nUSER b', ["$x", "y"]),
    ],
)
def test_a_heredoc_is_text_and_no_instruction(text: str, bodies: list[str]) -> None:
    found = read(f"FROM a\n{text}")
    assert [each.name for each in found][2:] == ["USER"]
    assert found[1].heredocs == bodies


@pytest.mark.parametrize(
    "text",
    ["", "# only a comment", "FROM a\nINSTALL b", "RUN a", "FROM a\nRUN <<EOF\nno end", "\x00\x01", "x" * (2**20 + 1)],
)
def test_what_is_no_dockerfile_is_refused(text: str) -> None:
    with pytest.raises(DockerfileError, match="this is no Dockerfile"):
        read(text)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("a-$A", "a-1"),
        ("a-${A}b", "a-1b"),
        ("${B:-c}", "c"),
        ("${B-c}", "c"),
        ("${A:+c}", "c"),
        ("${B:+c}", ""),
        ("\\$A", "$"),
        ("$B", UNKNOWN),
        ("$U", UNKNOWN),
    ],
)
def test_a_variable_stands_for_its_value_or_leaves_it_open(text: str, value: object) -> None:
    expected = "$A" if text == "\\$A" else value
    assert substitute(text, {"A": "1", "U": UNKNOWN}) == expected


def test_arguments_above_the_first_stage_name_the_base() -> None:
    text = "ARG BASE=python:3.12\nARG OTHER\nFROM ${BASE}\nFROM $OTHER\n"
    assert [lines(text)[number].get("image") for number in (3, 4)] == ["python:3.12", UNKNOWN]
    assert lines(text, {"BASE": "x", "OTHER": "y:1"})[4]["image"] == "y:1"
    assert lines(text, {"BASE": "x"})[3]["image"] == "x"


def test_an_earlier_stage_and_scratch_are_no_images() -> None:
    text = "FROM a:1 AS Build\nFROM build\nFROM scratch\n"
    assert [line for line, each in lines(text).items() if "image" in each] == [1]


def test_an_argument_above_counts_in_a_stage_only_where_it_is_named() -> None:
    text = "ARG WHO=app\nFROM a\nUSER $WHO\n"
    assert user(text)["name"] is UNKNOWN
    assert user(text.replace("USER", "ARG WHO\nUSER"))["name"] == "app"


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("FROM a\nUSER one\nUSER two", "two"),
        ("FROM a AS b\nUSER one\nFROM b", "one"),
        ("FROM a AS b\nUSER one\nFROM c", None),
        ('FROM a\nENV WHO="one" B=2\nUSER $WHO', "one"),
        ("FROM a\nENV WHO one\nUSER ${WHO}", "one"),
    ],
)
def test_the_user_is_that_of_what_is_built(text: str, name: str | None) -> None:
    assert user(text).get("name") == name


def test_a_target_says_what_is_built() -> None:
    text = "FROM a AS one\nUSER one\nFROM b AS two\nUSER two\n"
    assert user(text, target="one")["name"] == "one"
    assert [lines(text, None, "one")[number]["final"] for number in (1, 3)] == [True, False]
    assert user(text, target="0")["name"] == "one"


def test_a_base_without_a_user_is_told() -> None:
    assert user("FROM a:1 AS b\nFROM b") == {"base": "a:1"}
