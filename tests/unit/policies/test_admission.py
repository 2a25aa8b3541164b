"""Every rule that is data becomes an admission policy with its own id and message."""

from typing import Any

import pytest
import yaml

from policies.__main__ import main
from policies.admission import policies, reasons
from policies.catalogue import POD_RULES
from policies.rules import pod_security
from policies.settings import WORKLOADS_LEVELS, load

Json = dict[str, Any]


def written(**configuration: Any) -> dict[tuple[str, str], Json]:
    settings = load(configuration, POD_RULES, WORKLOADS_LEVELS)
    found: list[Any] = list(policies(POD_RULES, settings, "mandatory"))
    return {(each["kind"], each["metadata"]["name"]): each for each in found}


def test_every_rule_that_is_data_is_written_with_its_binding() -> None:
    everything = written(rules=dict.fromkeys(POD_RULES, "mandatory"))
    data = {f"slipway-{rule_id}" for rule_id, rule in POD_RULES.items() if not reasons(rule)}
    assert {name for kind, name in everything if kind == "ValidatingAdmissionPolicy"} == data
    assert {name for kind, name in everything if kind == "ValidatingAdmissionPolicyBinding"} == data


def test_all_of_pod_security_is_data() -> None:
    assert not [rule.about.id for rule in pod_security.RULES if reasons(rule)]


@pytest.mark.parametrize(("level", "actions"), [("mandatory", ["Deny"]), ("advisory", ["Warn", "Audit"])])
def test_a_binding_does_what_the_level_says(level: str, actions: list[str]) -> None:
    found = written(rules={"privileged": level})
    binding = found["ValidatingAdmissionPolicyBinding", "slipway-privileged"]
    assert binding["spec"]["validationActions"] == actions


def test_a_message_names_rule_field_wish_and_mending() -> None:
    spec = written()["ValidatingAdmissionPolicy", "slipway-privileged"]["spec"]
    assert [each["message"] for each in spec["validations"]] == [
        "privileged (critical): securityContext.privileged must not be true. Mend: remove "
        "securityContext.privileged, and add the one capability that is needed."
    ]


def test_a_version_is_decided_when_the_policy_is_written() -> None:
    def sysctls(version: str) -> str:
        spec = written(kubernetesVersion=version)["ValidatingAdmissionPolicy", "slipway-sysctls"]["spec"]
        return spec["validations"][0]["expression"]

    assert "tcp_rmem" in sysctls("1.32")
    assert "tcp_rmem" not in sysctls("1.31")


def test_the_command_writes_yaml(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["admission", "--rule", "privileged", "--rule", "image-digest"]) == 0
    documents = list(yaml.safe_load_all(capsys.readouterr().out))
    assert [each["metadata"]["name"] for each in documents] == ["slipway-privileged"] * 2
