"""A workload's waivers are on its objects, where the guardrails find them."""

import json
from typing import Any, cast

from components.manifests.deployment import deployment
from components.manifests.waivers import waived
from policies.catalogue import POD_RULES, parameters
from policies.evaluate import compile_rules, evaluate
from policies.view import manifests
from policies.waivers import Waivers
from tests.unit.components.manifests.test_deployment import environment, workload

SAID = {"rule": "high-uid-gid", "reason": "the image's own user", "owner": "team-shop", "expires": "9999-12-31"}


def test_without_waivers_an_object_stays_as_it_is() -> None:
    given = {"metadata": {"name": "api"}}
    assert waived(given, workload()) is given


def test_each_waiver_is_an_annotation_with_all_that_was_said() -> None:
    given = {"metadata": {"name": "api", "annotations": {"a": "b"}}}
    made = waived(given, workload(waivers=[{**SAID, "ticket": "SHOP-12"}]))["metadata"]["annotations"]
    assert set(made) == {"a", "waive.slipway.dev/high-uid-gid"}
    assert json.loads(made["waive.slipway.dev/high-uid-gid"]) == {
        "reason": "the image's own user",
        "owner": "team-shop",
        "expires": "9999-12-31",
        "ticket": "SHOP-12",
        "source": "component",
    }
    assert given["metadata"]["annotations"] == {"a": "b"}


def test_the_guardrails_find_it_and_know_its_source() -> None:
    made = waived(
        deployment(environment(), "api", workload(user=1000, waivers=[SAID]), "a@sha256:0", {}),
        workload(waivers=[SAID]),
    )
    (manifest,) = manifests(cast("Any", made))
    settings = {name: parameter.default for name, parameter in parameters(POD_RULES).items()}
    found = list(evaluate(manifest, compile_rules([POD_RULES["high-uid-gid"]], settings)))
    assert found
    waivers = [Waivers().answer(each).waiver for each in found]
    assert {waiver.source for waiver in waivers if waiver is not None} == {"component"}
    assert None not in waivers
