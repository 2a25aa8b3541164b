"""Waivers excuse what they are about, until their day, where they are allowed; and never silently."""

import datetime
import json
from pathlib import Path
from typing import Any

import pytest
import yaml

from policies.__main__ import main
from policies.waivers import Waivers, read
from tests.unit.policies.analyzer import Analyzer
from tests.unit.policies.objects import Json, bad_pod_spec, deployment, findings, token

TODAY = datetime.date(2026, 6, 1)
SAID = {"reason": "moves in June", "owner": "team-web", "expires": "2026-06-01"}
RULE = "memory-limit"


def finding() -> Any:
    body = deployment(bad_pod_spec())
    body["metadata"]["labels"] = {"app": "shop"}
    return findings(body, rules=(RULE,))[0]


def waivers(*entries: Json, **fields: Any) -> Waivers:
    made, wrong = read([{"rule": RULE, **SAID, **entry} for entry in entries])
    assert wrong == []
    return Waivers(made, today=TODAY, **fields)


@pytest.mark.parametrize(
    ("selector", "covered"),
    [
        ({}, True),
        ({"rule": "cpu-limit"}, False),
        ({"kind": "Deployment"}, True),
        ({"kind": "Pod"}, False),
        ({"namespace": "fr*"}, True),
        ({"namespace": "back"}, False),
        ({"name": "shop"}, True),
        ({"name": "shop-*"}, False),
        ({"urn": "urn:*::shop"}, True),
        ({"urn": "urn:*::other"}, False),
        ({"labels": {"app": "shop"}}, True),
        ({"labels": {"app": "other"}}, False),
        ({"image": "docker.io/library/nginx"}, True),
        ({"image": "docker.io/library/*"}, True),
        ({"image": "nginx"}, False),
        ({"path": "spec.*.memory"}, True),
        ({"path": "spec.*.cpu"}, False),
    ],
)
def test_a_waiver_excuses_what_its_selector_names(selector: Json, covered: bool) -> None:
    answer = waivers(selector).answer(finding(), "urn:pulumi:prod::p::t::shop")
    assert (answer.waiver is not None) is covered


def test_on_its_last_day_a_waiver_counts_and_then_says_that_it_has_expired() -> None:
    assert waivers({"expires": "2026-06-01"}).answer(finding()).waiver
    answer = waivers({"expires": "2026-05-31"}).answer(finding())
    assert answer.waiver is None
    assert answer.note == "its waiver expired on 2026-05-31"


def test_a_severity_that_nothing_excuses_stays() -> None:
    assert waivers({}, never=["high"]).answer(finding()).waiver is None
    assert waivers({}, never=["low"]).answer(finding()).waiver


@pytest.mark.parametrize(("sources", "counts"), [(["annotation"], True), (["config"], False)])
def test_an_annotation_counts_where_it_is_allowed(sources: list[str], counts: bool) -> None:
    body = deployment(bad_pod_spec())
    body["metadata"]["annotations"] = {f"waive.slipway.dev/{RULE}": json.dumps(SAID)}
    (found, *_) = findings(body, rules=(RULE,))
    answer = Waivers(sources=sources, today=TODAY).answer(found)
    assert (answer.waiver is not None) is counts
    assert counts or answer.note


@pytest.mark.parametrize(
    "text", ["", "{", "[]", "{}", '{"reason": "x", "owner": "y", "expires": "soon"}', '{"rule": 1}']
)
def test_an_annotation_that_is_no_waiver_excuses_nothing(text: str) -> None:
    body = deployment(bad_pod_spec())
    body["metadata"]["annotations"] = {f"waive.slipway.dev/{RULE}": text}
    assert Waivers().answer(findings(body, rules=(RULE,))[0]).waiver is None


@pytest.mark.parametrize(
    ("entry", "problem"),
    [
        ({"rule": RULE}, "waivers[0] lacks reason, owner, expires"),
        ({"rule": RULE, **SAID, "reason": " "}, "waivers[0] lacks reason"),
        ({"rule": RULE, **SAID, "expires": "2026-13-01"}, "waivers[0] has an expiry that is no date"),
        ({"rule": RULE, **SAID, "containers": "x"}, "waivers[0].containers is not known"),
    ],
)
def test_a_waiver_that_lacks_something_is_refused(entry: Json, problem: str) -> None:
    (found,) = read([entry])[1]
    assert found.startswith(problem)


def test_a_scan_lists_what_is_waived_and_what_no_longer_needs_it(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "a.yaml").write_text(yaml.safe_dump(deployment(bad_pod_spec())))
    said = {**SAID, "expires": "9999-01-01"}
    entries = [{"rule": RULE, **said}, {"rule": RULE, "name": "gone", **said}]
    (tmp_path / "c.json").write_text(json.dumps({"workloads": {"waivers": entries}}))
    options = ["scan", str(tmp_path / "a.yaml"), "--rule", RULE, "--config", str(tmp_path / "c.json")]
    assert main([*options, "--format", "json"]) == 0
    report = json.loads(capsys.readouterr().out)
    assert {finding["waived"]["owner"] for finding in report["findings"]} == {"team-web"}
    assert report["summary"]["waived"] == 3
    assert len(report["summary"]["notes"]) == 1


def test_the_pack_says_that_something_is_waived_and_goes_on() -> None:
    config = {
        "enforcementLevel": "mandatory",
        "profiles": ["gpu"],
        "rules": {RULE: "mandatory"},
        "waivers": [{"rule": RULE, **SAID, "expires": "9999-01-01"}],
    }
    body = deployment(bad_pod_spec())
    said = Analyzer({"workloads": config}).analyze(token(body), body)
    assert {d.level for d in said} == {"advisory"}
    assert all("waived by team-web until 9999-01-01: moves in June" in d.message for d in said)


def annotated(**said: str) -> Json:
    body = deployment(bad_pod_spec())
    body["metadata"]["annotations"] = {f"waive.slipway.dev/{RULE}": json.dumps({**SAID, **said})}
    return body


PROGRAMS = "urn:pulumi:prod::shop::kubernetes:apps/v1:Deployment::web"
COMPONENTS = "urn:pulumi:prod::shop::slipway:index:Workload$kubernetes:apps/v1:Deployment::web"


@pytest.mark.parametrize(
    ("urn", "sources", "counts"),
    [
        (COMPONENTS, ["component"], True),
        (COMPONENTS, ["annotation", "config"], False),
        ("", ["component"], True),
        ("", ["annotation"], False),
        (PROGRAMS, ["component"], False),
        (PROGRAMS, ["annotation"], True),
    ],
)
def test_what_a_component_was_given_is_a_source_of_its_own_that_no_other_resource_can_pretend_to_be(
    urn: str, sources: list[str], counts: bool
) -> None:
    found = findings(annotated(source="component"), rules=(RULE,))[0]
    assert (Waivers(sources=sources, today=TODAY).answer(found, urn).waiver is not None) is counts


FORMATS = ("text", "json", "sarif", "junit", "markdown")


@pytest.mark.parametrize("form", FORMATS)
def test_every_report_has_what_is_waived_what_has_expired_and_what_nothing_needs(
    form: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    # given a waiver that counts, one that has expired, one that nothing needs, and an annotation that is none
    body = deployment(bad_pod_spec())
    body["metadata"]["annotations"] = {
        f"waive.slipway.dev/{RULE}": json.dumps({**SAID, "expires": "9999-01-01", "reason": "is measured"}),
        "waive.slipway.dev/cpu-limit": json.dumps({**SAID, "expires": "2001-02-03"}),
        "waive.slipway.dev/host-network": json.dumps({**SAID, "expires": "9999-01-01"}),
        "waive.slipway.dev/host-pid": json.dumps({"reason": "r"}),
    }
    (tmp_path / "a.yaml").write_text(yaml.safe_dump(body))
    rules = [option for rule in (RULE, "cpu-limit", "host-network", "host-pid") for option in ("--rule", rule)]
    # when
    assert main(["scan", str(tmp_path / "a.yaml"), "--format", form, *rules]) == 1
    # then
    said = capsys.readouterr().out.replace("\\-", "-")
    assert ("is measured" if form == "json" else "aived by team-web until 9999-01-01: is measured") in said
    assert "its waiver expired on 2001-02-03" in said
    assert "the waiver of host-network by team-web (until 9999-01-01) on Deployment shop is not needed" in said
    assert (
        "the annotation waive.slipway.dev/host-pid of Deployment shop excuses nothing: it lacks owner, expires" in said
    )


def test_a_waiver_on_an_object_that_its_rule_does_not_look_at_is_not_called_needless(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    annotations = {f"waive.slipway.dev/{RULE}": json.dumps({**SAID, "expires": "9999-01-01"})}
    service = {"apiVersion": "v1", "kind": "Service", "metadata": {"name": "s", "annotations": annotations}}
    (tmp_path / "a.yaml").write_text(yaml.safe_dump(service))
    assert main(["scan", str(tmp_path / "a.yaml"), "--rule", RULE]) == 0
    assert "not needed" not in capsys.readouterr().out
