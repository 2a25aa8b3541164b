"""The fused policies, through the SDK's own service: levels, messages, configuration, the stack rule."""

from typing import Any

import pytest
from pulumi_policy import Policy, ResourceValidationPolicy

from policies import policy_parts
from policies import stack as stack_of
from policies.pack import WorkloadsPolicy, policies
from policies.plain import SENTINELS
from policies.predicates import PythonOnly, container
from policies.rule import About, Check, PodRule
from tests.unit.policies.analyzer import Analyzer, Diagnostic, urn
from tests.unit.policies.objects import DIGEST, FIRST, Json, bad_pod_spec, deployment, good_pod_spec, pod, token

REGISTRIES = ["registry.example.com/slipway"]
UNKNOWN = min(SENTINELS)
IMAGE = "slipway:index:VerifiedImage"


def workloads(**config: Any) -> Analyzer:
    return Analyzer(
        {"workloads": {"enforcementLevel": "mandatory", "allowedRegistries": REGISTRIES, **config}}, policies(FIRST)
    )


def said(analyzer: Analyzer, body: Json) -> list[Diagnostic]:
    return analyzer.analyze(token(body), body)


def rules(diagnostics: list[Diagnostic]) -> set[str]:
    return {d.message.split("\n")[1].split(" ")[0] for d in diagnostics}


def test_a_good_object_is_not_mentioned() -> None:
    assert said(workloads(), deployment(good_pod_spec())) == []


def test_a_message_names_rule_object_container_field_wish_mending_and_urn() -> None:
    body = deployment(good_pod_spec())
    body["spec"]["template"]["spec"]["initContainers"][0]["image"] = "nginx:latest"
    (found,) = [d for d in said(workloads(), body) if "image-tag" in d.message]
    assert found.message == (
        "Workloads run as non-root, within limits, from pinned images.\n"
        'image-tag (medium): Deployment front/shop, init container "setup": '
        "spec.template.spec.initContainers[0].image must have a digest or a tag that does not move (the tag is one of "
        "the disallowed tags). Mend: name the image by its digest, or at least by a tag that never moves. "
        f"[{urn('kubernetes:apps/v1:Deployment', 'res')}]"
    )


@pytest.mark.parametrize("level", ["advisory", "mandatory"])
def test_a_rule_has_the_level_of_its_policy(level: str) -> None:
    found = said(workloads(enforcementLevel=level), deployment(bad_pod_spec()))
    assert {d.level for d in found} == {level}
    assert rules(found) == set(FIRST)


@pytest.mark.parametrize(("policy_level", "rule_level"), [("mandatory", "advisory"), ("advisory", "mandatory")])
def test_a_rule_may_have_a_level_of_its_own(policy_level: str, rule_level: str) -> None:
    analyzer = workloads(enforcementLevel=policy_level, rules={"cpu-limit": rule_level})
    found = said(analyzer, deployment(bad_pod_spec()))
    assert {d.level for d in found if "cpu-limit (" in d.message} == {rule_level}
    assert {d.level for d in found if "cpu-limit (" not in d.message} == {policy_level}


def test_a_disabled_rule_is_not_asked() -> None:
    found = said(workloads(rules={"cpu-limit": "disabled"}), deployment(bad_pod_spec()))
    assert rules(found) == set(FIRST) - {"cpu-limit"}


def test_a_disabled_policy_leaves_its_followers_silent() -> None:
    analyzer = workloads(rules={"cpu-limit": "advisory"})
    said(analyzer, deployment(bad_pod_spec()))
    silent = Analyzer({"workloads": {"enforcementLevel": "disabled"}})
    assert said(silent, deployment(bad_pod_spec())) == []


def test_what_was_handed_over_for_one_resource_is_not_said_of_the_next() -> None:
    analyzer = workloads(rules={"cpu-limit": "advisory"})
    said(analyzer, deployment(bad_pod_spec()))
    assert said(analyzer, deployment(good_pod_spec())) == []
    assert analyzer.analyze("kubernetes:core/v1:ConfigMap", {}) == []


def test_without_a_configuration_everything_is_mandatory() -> None:
    assert {d.level for d in said(Analyzer({}, policies(FIRST)), deployment(bad_pod_spec()))} == {"mandatory"}


def test_unknown_values_are_told_once_for_a_resource_and_stop_nothing() -> None:
    body = deployment(good_pod_spec())
    for each in body["spec"]["template"]["spec"]["containers"]:
        each["image"] = UNKNOWN
    (found,) = said(workloads(), body)
    assert found.level == "advisory"
    assert found.message.split("\n")[1].startswith(
        "not checked yet, since the update has to make the values first: Deployment front/shop: "
        "image-tag, image-digest, image-registry at spec.template.spec.containers[0].image; "
    )


@pytest.mark.parametrize("config", [{"reportUnknown": False}, {"rules": dict.fromkeys(FIRST, "advisory")}])
def test_unknown_values_are_not_told_where_nobody_wants_to_know(config: Json) -> None:
    body = deployment(good_pod_spec())
    body["spec"]["template"]["spec"]["containers"][0]["image"] = UNKNOWN
    assert said(workloads(**config), body) == []


@pytest.mark.parametrize("level", ["advisory", "mandatory"])
def test_a_wrong_configuration_stops_the_run_and_says_everything_at_once(level: str) -> None:
    analyzer = workloads(
        enforcementLevel=level, rules={"cpu-limt": "advisory"}, kubernetesVersion="1.99", allowedRegistries=["nginx"]
    )
    (found,) = said(analyzer, deployment(good_pod_spec()))
    assert found.level == "mandatory"
    lines = found.message.split("\n")
    assert lines[1] == "the configuration of policy workloads is wrong, so nothing was checked:"
    assert [line.split(" is ")[0] for line in lines[2:]] == [
        "allowedRegistries[0]",
        "kubernetesVersion",
        "rules.cpu-limt",
    ]


def test_a_rule_that_fails_in_itself_is_a_violation_that_tells_no_value() -> None:
    def judge(value: object, _: object) -> str:
        raise RuntimeError(str(value))

    image = container("image", "string")
    about = About("broken", "Broken", "low", "", "mend the rule", "")
    broken = PodRule(about, (Check("container", PythonOnly("", image, judge), image, "must not be asked"),))
    analyzer = Analyzer({"workloads": {"enforcementLevel": "mandatory"}}, policies({"broken": broken}, {}))
    (found,) = said(analyzer, pod({"containers": [{"name": "a", "image": "canary"}]}))
    assert found.level == "mandatory"
    assert "broken (low): Pod p: spec could not be checked: the rule itself failed (RuntimeError at test_pack.py:" in (
        found.message
    )
    assert "canary" not in found.message


def test_inputs_that_cannot_be_read_are_a_violation_that_tells_no_value(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(_: object) -> None:
        raise RuntimeError("canary")

    monkeypatch.setattr(policy_parts, "plain", broken)
    monkeypatch.setattr(stack_of, "plain", broken)
    analyzer = Analyzer({})
    type_, name, body = workload("nginx")
    for found in (analyzer.analyze(type_, body, name), analyzer.analyze_stack([(type_, name, body)])):
        assert [d.level for d in found] == ["mandatory"]
        assert "could not be checked: its inputs could not be read (RuntimeError at test_pack.py:" in found[0].message
        assert "canary" not in found[0].message


def test_policy_names_are_unique() -> None:
    names = [policy.name for policy in policies()]
    assert len(names) == len(set(names))


def test_the_followers_come_after_the_policy_that_hands_to_them() -> None:
    made: list[Policy] = policies()
    assert isinstance(made[0], WorkloadsPolicy)
    assert not any(policy.has_validation() for policy in made[1:] if isinstance(policy, ResourceValidationPolicy))


@pytest.mark.parametrize("path", ["initContainers", "ephemeralContainers"])
def test_the_engine_sees_every_list_of_a_cron_job(path: str) -> None:
    spec = {"containers": [], path: [{"name": "a", "image": "nginx:latest"}]}
    body = {
        "apiVersion": "batch/v1",
        "kind": "CronJob",
        "metadata": {"name": "c"},
        "spec": {"jobTemplate": {"spec": {"template": {"spec": spec}}}},
    }
    found = said(workloads(), body)
    assert any(f"spec.jobTemplate.spec.template.spec.{path}[0].image" in d.message for d in found)


def test_the_engine_sees_a_custom_resource_with_a_pod_template() -> None:
    body = {**deployment(bad_pod_spec()), "apiVersion": "argoproj.io/v1alpha1", "kind": "Rollout"}
    assert rules(said(workloads(), body)) == set(FIRST)


def verified(name: str, reference: Any) -> tuple[str, str, Json]:
    return IMAGE, name, {"reference": reference}


def workload(image: Any, name: str = "shop") -> tuple[str, str, Json]:
    return "kubernetes:apps/v1:Deployment", name, deployment({"containers": [{"name": "app", "image": image}]})


def stack(*resources: tuple[str, str, Json], **config: Any) -> list[Diagnostic]:
    return Analyzer({"stack": {"enforcementLevel": "mandatory", **config}}).analyze_stack(list(resources))


GOOD_IMAGE = f"registry.example.com/slipway/app@{DIGEST}"
OTHER_IMAGE = "registry.example.com/slipway/app@sha256:" + "f" * 64


def test_a_workload_of_a_verified_image_passes() -> None:
    assert stack(workload(GOOD_IMAGE), verified("app", GOOD_IMAGE), verified("b", UNKNOWN)) == []


@pytest.mark.parametrize("image", [OTHER_IMAGE, "nginx:latest", "not an image", None, 7])
def test_a_workload_of_another_image_is_refused(image: Any) -> None:
    (found,) = stack(verified("app", GOOD_IMAGE), workload(image))
    assert found.level == "mandatory"
    assert found.urn == urn("kubernetes:apps/v1:Deployment", "shop")
    assert "verified-image (high): Deployment front/shop" in found.message


@pytest.mark.parametrize("reference", [None, 7, "", "nginx:latest", {"a": 1}])
def test_what_is_no_reference_verifies_nothing(reference: Any) -> None:
    assert len(stack(verified("app", reference), workload(GOOD_IMAGE))) == 1


def test_a_component_without_outputs_verifies_nothing() -> None:
    assert len(stack((IMAGE, "app", {}), workload(GOOD_IMAGE))) == 1


@pytest.mark.parametrize(("image", "reference"), [(UNKNOWN, GOOD_IMAGE), (UNKNOWN, UNKNOWN), (OTHER_IMAGE, UNKNOWN)])
def test_what_is_not_known_yet_is_told_once_and_stops_nothing(image: str, reference: str) -> None:
    (found,) = stack(verified("app", reference), workload(image, "a"), workload(image, "b"))
    assert found.level == "advisory"
    assert found.message.count("verified-image at spec.template.spec.containers[0].image") == 2


def test_an_unknown_reference_hides_no_image_without_a_digest() -> None:
    found = stack(verified("app", UNKNOWN), workload("nginx:1"), workload(UNKNOWN, "b"))
    assert sorted(d.level for d in found) == ["advisory", "mandatory"]


def test_the_configuration_may_add_verified_images() -> None:
    assert stack(workload(GOOD_IMAGE), verifiedImages=[GOOD_IMAGE]) == []


def with_evidence(*kinds: str, source: str = "build") -> tuple[str, str, Json]:
    evidence = dict.fromkeys(kinds, UNKNOWN)
    return IMAGE, "app", {"reference": GOOD_IMAGE, "source": source, "evidence": evidence}


def test_an_image_with_the_wanted_evidence_passes_also_while_its_value_is_not_known() -> None:
    made = with_evidence("folder", "scan", "signedBy")
    assert stack(workload(GOOD_IMAGE), made, wantedEvidence=["scan", "signedBy"]) == []


def test_an_image_without_the_wanted_evidence_is_refused_with_what_is_missing() -> None:
    made = with_evidence("folder", "scan")
    (found,) = stack(workload(GOOD_IMAGE), made, wantedEvidence=["scan", "signedBy", "provenance"])
    assert found.level == "mandatory"
    assert "it carries no evidence of: signedBy, provenance" in found.message


@pytest.mark.parametrize("component", [verified("app", GOOD_IMAGE), (IMAGE, "app", {"reference": GOOD_IMAGE})])
def test_a_component_without_evidence_is_enough_only_where_none_is_wanted(component: tuple[str, str, Json]) -> None:
    assert stack(workload(GOOD_IMAGE), component) == []
    assert len(stack(workload(GOOD_IMAGE), component, wantedEvidence=["scan"])) == 1


def test_somebody_elses_image_has_its_reason_in_place_of_evidence() -> None:
    made = with_evidence("reason", source="external")
    assert stack(workload(GOOD_IMAGE), made, wantedEvidence=["scan"]) == []


def test_the_stack_rule_may_be_disabled() -> None:
    assert stack(workload("nginx"), rules={"verified-image": "disabled"}) == []


def test_a_wrong_configuration_of_the_stack_policy_stops_the_run() -> None:
    (found,) = stack(verifiedImages=["nginx:latest"])
    assert (found.level, "verifiedImages[0] is 'nginx:latest'" in found.message) == ("mandatory", True)


def test_a_stacks_message_prints_no_secret() -> None:
    type_, name, body = workload("nginx")
    body["metadata"]["name"] = {
        "4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270",
        "value": "canary",
    }
    (found,) = stack((type_, name, body))
    assert "canary" not in found.message
    assert "Deployment front/(secret)" in found.message
