from __future__ import annotations

from toolchain.plugins.kubernetes.live.selectors import of_labels, written


def test_labels_are_written_in_one_order() -> None:
    assert of_labels({"b": "2", "a": "1"}) == "a=1,b=2"


def test_expressions_are_written_as_in_a_url() -> None:
    selector = written(
        {
            "matchLabels": {"app": "web"},
            "matchExpressions": [
                {"key": "tier", "operator": "In", "values": ["a", "b"]},
                {"key": "old", "operator": "NotIn", "values": ["c"]},
                {"key": "x", "operator": "Exists"},
                {"key": "y", "operator": "DoesNotExist"},
            ],
        }
    )

    assert selector == "app=web,tier in (a,b),old notin (c),x,!y"


def test_an_empty_selector_selects_everything() -> None:
    assert written({}) == ""
