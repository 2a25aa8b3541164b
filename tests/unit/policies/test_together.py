"""The index of objects: built once, asked in time that does not grow with everything else."""

import time
from typing import cast

import pytest

from policies.facts import fact
from policies.labels import Selector, chooses, equality, label_selector
from policies.plain import SENTINELS, UNKNOWN, plain
from policies.together import DEFAULT_NAMESPACE
from policies.view import manifests
from tests.unit.policies.cases.case import Json, thing
from tests.unit.policies.cases.join_objects import NAMESPACE, named, service, serving
from tests.unit.policies.joined import ask, said, together

CHOICES: list[tuple[object, object, bool | None]] = [
    ({"matchLabels": {"a": "1"}}, {"a": "1", "b": "2"}, True),
    ({"matchLabels": {"a": "1"}}, {"a": "2"}, False),
    ({"matchLabels": {"a": "1"}}, {}, False),
    ({"matchLabels": {"a": "1"}}, {"a": UNKNOWN}, None),
    ({"matchLabels": {"a": UNKNOWN}}, {"a": "1"}, None),
    ({"matchLabels": {"a": UNKNOWN, "b": "1"}}, {"a": "1", "b": "2"}, False),
    ({"matchLabels": {"a": "1"}}, UNKNOWN, None),
    ({}, UNKNOWN, True),
    (UNKNOWN, {"a": "1"}, None),
    ({"matchExpressions": [{"key": "a", "operator": "In", "values": ["1", "2"]}]}, {"a": "2"}, True),
    ({"matchExpressions": [{"key": "a", "operator": "In", "values": ["1"]}]}, {}, False),
    ({"matchExpressions": [{"key": "a", "operator": "In", "values": UNKNOWN}]}, {"a": "2"}, None),
    ({"matchExpressions": [{"key": "a", "operator": "NotIn", "values": ["1"]}]}, {}, True),
    ({"matchExpressions": [{"key": "a", "operator": "NotIn", "values": ["1"]}]}, {"a": "1"}, False),
    ({"matchExpressions": [{"key": "a", "operator": "Exists"}]}, {"a": "1"}, True),
    ({"matchExpressions": [{"key": "a", "operator": "DoesNotExist"}]}, {"a": "1"}, False),
    ({"matchExpressions": [{"key": "a", "operator": "Near", "values": []}]}, {"a": "1"}, None),
    ({"matchExpressions": [UNKNOWN]}, {"a": "1"}, None),
]


@pytest.mark.parametrize(("selector", "labels", "truth"), CHOICES)
def test_a_selector_chooses_in_three_values(selector: object, labels: object, truth: bool | None) -> None:
    assert chooses(label_selector(selector), labels) is truth


def test_a_selector_that_asks_for_nothing_is_empty() -> None:
    assert label_selector({}).empty
    assert equality(None).empty
    assert not equality({"a": "1"}).empty
    assert not label_selector(UNKNOWN).empty


def test_a_fact_holds_no_value_of_a_secret() -> None:
    for kind, part in (("Secret", "stringData"), ("ConfigMap", "data")):
        body: Json = thing(f"v1/{kind}", **{part: {"token": "canary", "later": min(SENTINELS)}})
        (manifest,) = manifests(cast("Json", plain(body)[0]))
        kept = fact(manifest)
        assert kept is not None
        assert "canary" not in str(kept)
        assert kept.body[part] == {"token": "", "later": UNKNOWN}


def test_a_fact_is_small_and_keeps_a_waiver() -> None:
    body = serving(container={"env": [], "command": ["x" * 10_000]})
    body["metadata"]["annotations"] = {"waive.slipway.dev/pdb-exists": "{}", "other": "x" * 10_000}
    (manifest,) = manifests(body)
    kept = fact(manifest)
    assert kept is not None
    assert len(str(kept)) < 1_000
    assert kept.body["metadata"] == {
        "name": "web",
        "namespace": "shop",
        "annotations": {"waive.slipway.dev/pdb-exists": "{}"},
    }


def test_what_no_join_looks_at_is_not_kept() -> None:
    (manifest,) = manifests(thing("rbac.authorization.k8s.io/v1/Role"))
    assert fact(manifest) is None


def test_a_provider_says_where_objects_are_that_do_not() -> None:
    (manifest,) = manifests({"apiVersion": "v1", "kind": "Service", "metadata": {"name": "a"}})
    kept = fact(manifest, "shop")
    assert kept is not None
    assert kept.body["metadata"] == {"name": "a", "namespace": "shop"}


def test_objects_without_a_namespace_are_in_the_default_one() -> None:
    bare = {**service(), "metadata": {"name": "web"}}
    assert said("dangling-service", bare, serving()) == []
    inside = {**serving("other"), "metadata": {"name": "other", "namespace": DEFAULT_NAMESPACE}}
    assert len(said("dangling-service", bare, inside)) == 1


@pytest.mark.parametrize(
    "maker", ["example.com/v1/Operator", "helm.toolkit.fluxcd.io/v2/HelmRelease", "argoproj.io/v1alpha1/Application"]
)
def test_an_object_of_which_a_controller_makes_others_leaves_it_open(maker: str) -> None:
    assert said("dangling-service", NAMESPACE, service(), thing(maker, {})) == []


def test_a_custom_resource_with_pods_may_give_them_more_labels() -> None:
    rollout = serving("web", "argoproj.io/v1alpha1/Rollout")
    assert said("dangling-service", rollout, service()) == []
    assert said("dangling-service", NAMESPACE, rollout, service(app="other")) == []
    assert said("network-policy", NAMESPACE, rollout) == []


def test_a_workload_whose_namespace_is_not_known_yet_may_be_the_one() -> None:
    drifting = {**serving("b"), "metadata": {"name": "b", "namespace": min(SENTINELS)}}
    assert [verdict for verdict, _, _ in said("dangling-service", NAMESPACE, service(), drifting)] == ["unknown"]


def test_a_selector_of_no_known_label_is_asked_of_every_pod() -> None:
    objects = together([serving(str(number)) for number in range(5)])
    exists = label_selector({"matchExpressions": [{"key": "app", "operator": "Exists"}]})
    assert len(objects.chosen("shop", exists).pods) == 5
    assert objects.chosen("nowhere", Selector({})) == ([], [], False)


def test_the_time_grows_with_the_objects_and_not_with_their_square() -> None:
    def seconds(number: int) -> float:
        bodies = [NAMESPACE]
        for index in range(number):
            bodies += [service(f"s{index}", f"w{index}"), serving(f"w{index}")]
        best = 9e9
        for _ in range(3):
            begun = time.process_time()
            for rule in ("dangling-service", "network-policy", "pdb-exists", "unique-selector"):
                ask(rule, bodies)
            best = min(best, time.process_time() - begun)
        return best

    assert seconds(800) < 16 * seconds(100)


def test_a_secret_name_is_found_but_not_told() -> None:
    sealed = {"4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270", "value": "canary"}
    body = {**service(), "metadata": {"name": sealed, "namespace": "shop"}}
    (finding,) = ask("dangling-service", [NAMESPACE, body])
    assert "canary" not in finding.message()
    assert plain(body)[0] == {**service(), "metadata": {"name": "canary", "namespace": "shop"}}
    assert named("a", service())["metadata"]["name"] == "a"
