"""YAML is read as PyYAML's own loader reads it, but for what Kubernetes' reader takes for a text."""

from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from policies.yaml_reader import MAX_DEPTH, RefusedError, read_yaml

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text() | st.integers(), inner, max_size=4),
    max_leaves=20,
)


@given(st.lists(VALUES, max_size=3), st.booleans())
def test_whatever_is_written_is_read_as_it_was(documents: list[Any], flow: bool) -> None:
    # A line break such as U+0085 in a text that is written as it is (`allow_unicode`) is folded by any reader.
    text = yaml.safe_dump_all(documents, default_flow_style=flow)
    assert list(read_yaml(text.encode())) == documents


@pytest.mark.parametrize(
    "text",
    [
        "",
        "---\n---\na: 1\n",
        "base: &b {a: 1, b: {c: 2}}\nmade: {<<: *b, a: 3}",
        "base: [&x {a: 1}, &y {a: 2, b: 2}]\nmade:\n  c: 3\n  <<: [*x, *y]",
        "a: &a [1]\nb: *a\nc: [*a, *a]",
        "a: &text hello\nb: *text",
        "[yes, No, ON, ~, null, '', 0x1F, 0o7, 0644, 1_000, -.5, 1e3, 1.5e+3, .inf, 1.0]",
        "a: !!str 5\nb: !!int '5'\nc: !!float 1\nd: !!bool 'yes'\ne: ! 5\nf: !!binary aGk=\ng: !!map {}\nh: !!seq []",
        "'a': \"b\\n\"\n? null\n: |\n  block\n",
        "%YAML 1.1\n---\na: b\n...\n---\nc\n",
        "a: 1\na: 2\n",
    ],
)
def test_a_text_is_read_as_by_pyyaml(text: str) -> None:
    assert list(read_yaml(text.encode())) == list(yaml.safe_load_all(text))


@pytest.mark.parametrize("text", ["2026-11-22", "2026-11-22T10:00:00Z", "2026-99-99", "1:30", "22:22:22.5", "=", "<<"])
def test_what_kubernetes_reads_as_a_text_is_one(text: str) -> None:
    assert list(read_yaml(f"a: {text}".encode())) == [{"a": text}]


def test_the_deepest_document_that_is_taken_is_not_the_next_deeper_one() -> None:
    assert len(list(read_yaml(b"[" * MAX_DEPTH + b"]" * MAX_DEPTH))) == 1
    with pytest.raises(RefusedError, match="nested too deeply"):
        list(read_yaml(b"[" * (MAX_DEPTH + 1) + b"]" * (MAX_DEPTH + 1)))


def test_documents_before_one_that_is_refused_are_read() -> None:
    documents = read_yaml(b"a: 1\n---\na: &a [*a]\n---\nb: 2\n")
    assert next(documents) == {"a": 1}
    with pytest.raises(RefusedError, match="contains itself"):
        next(documents)


@pytest.mark.parametrize("text", ["!!python/name:os.system", "!Ref a", "!!set {a}", "{<<: 1, [a]: 2}", "!!int x: 1"])
def test_what_has_no_meaning_is_an_error(text: str) -> None:
    with pytest.raises((yaml.YAMLError, ValueError)):
        list(read_yaml(text.encode()))
