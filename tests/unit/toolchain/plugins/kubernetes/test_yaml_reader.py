import pytest

from toolchain.plugins.base import ProviderError
from toolchain.plugins.kubernetes.yaml_reader import read_objects

POD = "apiVersion: v1\nkind: Pod\n"


def test_each_document_is_an_object() -> None:
    assert read_objects(f"---\n{POD}---\n{POD}metadata: {{name: a}}\n...\n") == [
        {"apiVersion": "v1", "kind": "Pod"},
        {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "a"}},
    ]


@pytest.mark.parametrize("source", ["", "---\n---\n", "# nothing\n", "a: 1\n", "kind: Pod\n", "- a\n", "text\n"])
def test_documents_that_are_no_objects_are_passed_over(source: str) -> None:
    assert read_objects(source) == []


def test_scalars_mean_what_they_mean_to_kubernetes() -> None:
    source = f"{POD}it: [1e3, 22:22, 010, 2001-01-01, '1', no, =, !!str 1]\n"
    assert read_objects(source)[0]["it"] == [1000.0, "22:22", 8, "2001-01-01", "1", False, "=", "1"]


def test_keys_are_text_and_merges_are_done() -> None:
    source = f"{POD}base: &base {{a: 1}}\nit: {{<<: *base, 7: a, true: b, null: c}}\n"
    assert read_objects(source)[0]["it"] == {"a": 1, "7": "a", "true": "b", "null": "c"}


def test_json_is_read_too() -> None:
    assert read_objects('{"apiVersion": "v1", "kind": "Pod"}') == [{"apiVersion": "v1", "kind": "Pod"}]


@pytest.mark.parametrize(
    "source", ["a: ]canary", "a: *canary", "a: 'canary", "\tcanary: 1", "a: !!python/name:canary x"]
)
def test_what_is_not_yaml_is_refused_with_its_place_and_without_its_content(source: str) -> None:
    with pytest.raises(ProviderError, match="cannot decode YAML: line 1, column") as refused:
        read_objects(source)
    assert "canary" not in str(refused.value)
