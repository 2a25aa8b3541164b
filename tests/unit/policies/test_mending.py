"""What is mended passes, stays mended, and loses nothing: no secret, no unknown value, no word that somebody said."""

import copy
import json
from typing import Any, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policies.catalogue import POD_RULES, parameters
from policies.evaluate import compile_rules, evaluate
from policies.mending import Mender
from policies.mendings import MENDINGS
from policies.plain import SECRET_SIGNATURE, SENTINELS, SIGNATURE, UNKNOWN, Path, plain
from policies.view import Manifest, manifests, resource_manifests
from tests.unit.policies.analyzer import Analyzer
from tests.unit.policies.cases import CASES
from tests.unit.policies.cases.case import pod_of, secured, thing, with_container, workload
from tests.unit.policies.objects import Json, at, nodes, replaced, token

PARAMETERS: Json = {name: parameter.default for name, parameter in parameters(POD_RULES).items()}
EVERYTHING = compile_rules(POD_RULES.values(), PARAMETERS)
MENDER = Mender(POD_RULES.values(), PARAMETERS)
OBJECTS: list[Json] = [each.body for each in CASES if each.rule in POD_RULES]
CANARY = "canary-5d1f"


def manifest_of(body: Json) -> Manifest:
    made, secrets = plain(body)
    (manifest,) = list(manifests(cast("Json", made), secrets))
    return manifest


def mended(body: Json, *rules: str) -> Any:
    """The object as it is mended under some rules, or under all."""
    mender = Mender((POD_RULES[rule_id] for rule_id in rules), PARAMETERS) if rules else MENDER
    return mender.mend(manifest_of(body))[0].body


def found(manifest: Manifest) -> set[tuple[str, str, Path]]:
    return {(f.about.id, f.verdict, f.path) for f in evaluate(manifest, EVERYTHING)}


@pytest.mark.parametrize("rule", MENDINGS)
def test_every_mending_mends_an_object_that_violates_its_rule(rule: str) -> None:
    single = Mender([POD_RULES[rule]], PARAMETERS)
    asked = compile_rules([POD_RULES[rule]], PARAMETERS)
    passed = [
        case.body
        for case in CASES
        if case.rule == rule and case.violates and not list(evaluate(single.mend(manifest_of(case.body))[0], asked))
    ]
    assert passed


@pytest.mark.parametrize("number", range(0, len(OBJECTS), 40))
def test_mending_takes_findings_away_brings_none_and_is_done_at_once(number: int) -> None:
    for body in OBJECTS[number : number + 40]:
        for before in manifests(cast("Json", plain(body)[0])):
            after, gone = MENDER.mend(before)
            assert found(after) <= found(before), body
            assert found(before) - found(after) >= {(f.about.id, f.verdict, f.path) for f in gone}, body
            again, nothing = MENDER.mend(after)
            assert (again.body, nothing) == (after.body, []), body


def test_an_object_is_not_changed_in_place() -> None:
    body = pod_of()
    before = copy.deepcopy(body)
    assert mended(body) != before
    assert body == before


def said_values(value: Any) -> dict[Path, Any]:
    """Every leaf, and where it stands."""
    return {path: at(value, path) for path in nodes(value) if not isinstance(at(value, path), dict | list)}


# What a mending takes away on purpose.
DROPPED = {"serviceAccount", "ttlSecondsAfterFinished"}


@pytest.mark.parametrize("number", range(0, len(OBJECTS), 40))
def test_what_somebody_has_said_stays(number: int) -> None:
    for body in OBJECTS[number : number + 40]:
        for manifest in manifests(cast("Json", plain(body)[0])):
            after = said_values(MENDER.mend(manifest)[0].body)
            for path, value in said_values(manifest.body).items():
                assert path[-1] in DROPPED or value is None or after[path] == value, (body, path)


@given(st.sampled_from(OBJECTS), st.data(), st.sampled_from(sorted(SENTINELS)))
def test_an_unknown_value_stays_unknown(body: Json, data: st.DataObject, sentinel: str) -> None:
    paths = [path for path in nodes(body) if path[0] not in ("apiVersion", "kind")]
    path = data.draw(st.sampled_from(paths))
    if path[-1] in DROPPED:
        return
    for manifest in manifests(cast("Json", plain(replaced(body, path, sentinel))[0])):
        after, _ = MENDER.mend(manifest)
        inner = path[len(manifest.path) :]
        assert at(after.body, inner) is UNKNOWN


def secret(value: Any) -> Json:
    return {SIGNATURE: SECRET_SIGNATURE, "value": value}


REMEDIATING = Analyzer({"workloads": {"enforcementLevel": "remediate", "remediate": sorted(MENDINGS)}})


@given(st.sampled_from([case.body for case in CASES if case.rule in MENDINGS]), st.data())
def test_in_the_pack_a_secret_stays_a_secret(body: Json, data: st.DataObject) -> None:
    paths = [path for path in nodes(body) if path[0] not in ("apiVersion", "kind") and path[-1] not in DROPPED]
    path = data.draw(st.sampled_from(paths))
    value = secret(at(body, path))
    after = REMEDIATING.remediate(token(body), replaced(body, path, value))
    assert after is None or at(after, path) == value


def test_in_the_pack_unknown_values_pass_through() -> None:
    unknown = min(SENTINELS)
    body = pod_of({"hostname": unknown}, [{"name": "a", "image": unknown}], labels={"app": secret(CANARY)})
    after = REMEDIATING.remediate(token(body), body)
    assert after is not None
    assert after["spec"]["hostname"] == after["spec"]["containers"][0]["image"] == unknown
    assert after["metadata"]["labels"] == {"app": secret(CANARY)}
    assert after["spec"]["securityContext"]["runAsNonRoot"] is True


def test_what_the_pack_mends_it_no_longer_finds() -> None:
    analyzer = Analyzer(
        {"workloads": {"enforcementLevel": "remediate", "profiles": ["restricted"]}, "stack": {"rules": {}}}
    )
    body = pod_of()
    assert {d.level for d in analyzer.analyze(token(body), body)} == {"mandatory"}
    after = analyzer.remediate(token(body), body)
    assert after is not None
    assert analyzer.analyze(token(body), after) == []
    assert analyzer.remediate(token(body), after) is None


@pytest.mark.parametrize("level", ["mandatory", "advisory"])
def test_at_another_level_the_pack_mends_nothing(level: str) -> None:
    body = pod_of()
    assert Analyzer({"workloads": {"enforcementLevel": level}}).remediate(token(body), body) is None


def test_only_the_rules_that_are_named_are_mended() -> None:
    body = pod_of()
    config = {"enforcementLevel": "remediate", "remediate": ["run-as-non-root"]}
    after = Analyzer({"workloads": config}).remediate(token(body), body)
    assert after == {**body, "spec": {**body["spec"], "securityContext": {"runAsNonRoot": True}}}


def test_advice_is_mended_only_where_its_rule_is_named() -> None:
    body = thing("batch/v1/Job", {"template": {"spec": {"containers": []}}})
    config: Json = {"enforcementLevel": "remediate"}
    after = Analyzer({"workloads": config}).remediate(token(body), body)
    assert after is None or "ttlSecondsAfterFinished" not in after["spec"]
    named = Analyzer({"workloads": {**config, "remediate": ["job-ttl"]}}).remediate(token(body), body)
    assert named is not None
    assert named["spec"]["ttlSecondsAfterFinished"] == 86400


def test_what_is_waived_is_not_mended() -> None:
    said = {"reason": "r", "owner": "o", "expires": "9999-01-01"}
    body = pod_of(annotations={"waive.slipway.dev/run-as-non-root": json.dumps(said)})
    config = {"enforcementLevel": "remediate", "remediate": ["run-as-non-root"]}
    assert Analyzer({"workloads": config}).remediate(token(body), body) is None


def test_with_a_wrong_configuration_nothing_is_mended_and_the_validation_says_why() -> None:
    analyzer = Analyzer({"workloads": {"enforcementLevel": "remediate", "tier": "moon"}})
    assert analyzer.remediate(token(pod_of()), pod_of()) is None
    (said,) = analyzer.analyze(token(pod_of()), pod_of())
    assert "the configuration of policy workloads is wrong" in said.message


def test_a_patch_is_left_as_it_is() -> None:
    body = workload(pod={"serviceAccount": "web"})
    (patch,) = resource_manifests("kubernetes:apps/v1:DeploymentPatch", body)
    assert MENDER.mend(patch) == (patch, [])


@pytest.mark.parametrize(
    ("rule", "body"),
    [
        ("allow-privilege-escalation", secured(privileged=True)),
        ("allow-privilege-escalation", secured(capabilities={"add": ["SYS_ADMIN"]})),
        ("allow-privilege-escalation", secured(allowPrivilegeEscalation=True)),
        ("run-as-non-root", pod_of({"securityContext": {"runAsUser": 0}})),
        ("run-as-non-root", secured("initContainers", runAsUser=0)),
        ("run-as-non-root", secured(runAsNonRoot=False)),
        ("drop-net-raw", secured(capabilities={"add": ["NET_RAW"]})),
        ("drop-net-raw", pod_of({"os": {"name": "windows"}})),
        ("linux-hardening", pod_of({"os": {"name": "windows"}})),
        ("automount-sa-token", pod_of({"serviceAccountName": "operator"})),
        ("automount-sa-token", pod_of({"automountServiceAccountToken": True})),
        ("deprecated-sa-field", pod_of({"serviceAccount": "a", "serviceAccountName": "b"})),
        ("image-pull-policy", with_container(image="a:1", imagePullPolicy="IfNotPresent")),
        ("job-ttl", {**thing("batch/v1/Job", {}), "metadata": {"ownerReferences": [{"name": "c"}]}}),
        ("dns-config", pod_of({"dnsConfig": {"options": [{"name": "ndots", "value": "5"}]}})),
        ("gpu", with_container(resources={"requests": {"nvidia.com/gpu": 1}, "limits": {"nvidia.com/gpu": 2}})),
        ("gpu", with_container(resources={"requests": {"nvidia.com/gpu": "500m"}})),
        ("seccomp-required", pod_of({"securityContext": {"seccompProfile": {"type": "Unconfined"}}})),
    ],
)
def test_where_a_person_has_to_look_nothing_is_changed(rule: str, body: Json) -> None:
    assert mended(body, rule) == body


def test_a_pods_setting_is_not_made_for_one_container_where_it_would_change_a_waived_one() -> None:
    body = pod_of(containers=[{"name": "a", "image": "a"}, {"name": "b", "image": "b"}])
    mender = Mender([POD_RULES["run-as-non-root"]], PARAMETERS)
    after, gone = mender.mend(manifest_of(body), lambda finding: finding.container_name() != "b")
    assert (after.body, gone) == (body, [])


def test_one_container_is_mended_beside_another_that_cannot_be() -> None:
    privileged = {"name": "a", "image": "a", "securityContext": {"privileged": True}}
    after = mended(pod_of(containers=[privileged, {"name": "b", "image": "b"}]), "allow-privilege-escalation")
    assert after["spec"]["containers"] == [
        privileged,
        {"name": "b", "image": "b", "securityContext": {"allowPrivilegeEscalation": False}},
    ]
