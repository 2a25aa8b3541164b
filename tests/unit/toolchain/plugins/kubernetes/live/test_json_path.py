from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from toolchain.plugins.base_values import Properties, Value
from toolchain.plugins.kubernetes.live.json_path import find, parse, shown

OBJECT: Properties = {
    "a": {"b.c/d": 1},
    "spec": {"ports": [{"name": "x", "port": 80}, {"name": "y", "port": 81}]},
    "status": {
        "phase": "Ready",
        "conditions": [{"type": "Ready", "status": "True"}, {"type": "Old", "status": "False"}],
    },
}


@pytest.mark.parametrize(
    ("path", "values"),
    [
        ("{.status.phase}", ["Ready"]),
        (".status.phase", ["Ready"]),
        ("status.phase", ["Ready"]),
        ("$.status.phase", ["Ready"]),
        ("{.spec.ports[0].port}", [80]),
        ("{.spec.ports[-1].port}", [81]),
        ("{.spec.ports[*].port}", [80, 81]),
        ("{.a['b.c/d']}", [1]),
        (r"{.a.b\.c/d}", [1]),
        ('{.status.conditions[?(@.type=="Ready")].status}', ["True"]),
        ("{.status.conditions[?(@.type == 'Old')].status}", ["False"]),
        ("{.status.absent}", []),
        ("{.spec.ports[7]}", []),
        ("{.status.phase.deeper}", []),
    ],
)
def test_paths_find_what_is_there(path: str, values: list[Value]) -> None:
    assert find(OBJECT, parse(path)) == values


@pytest.mark.parametrize("path", ["", "{}", "{.a[}", "{..a}", "{.a[?(@.b>1)]}", "{.a", "{range .a}"])
def test_what_is_not_understood_is_refused(path: str) -> None:
    with pytest.raises(ValueError, match="JSONPath"):
        parse(path)


@given(st.text(alphabet="{}.[]*?@='\"ab0-\\$() ", max_size=20))
def test_any_text_is_a_path_or_refused(path: str) -> None:
    try:
        steps = parse(path)
    except ValueError:
        return
    assert isinstance(find(OBJECT, steps), list)


@pytest.mark.parametrize(("value", "text"), [(True, "true"), (None, ""), (3, "3"), ("a", "a")])
def test_values_are_shown_as_kubectl_shows_them(value: Value, text: str) -> None:
    assert shown(value) == text
