"""Add-ons live apart from the workloads, and the guardrails let them do what they must and no more."""

import pytest

from components.configuration import Refused
from policies.values.waiver import ANNOTATION
from tests.support.full_stack import FULL, PROMOTIONS, STORED
from tests.unit.components.judging import judged
from tests.unit.components.program import run
from tests.unit.components.recorder import Declared, Recording

REGISTRY = "registry.example.com"


@pytest.fixture(name="recording", scope="module")
def recorded() -> Recording:
    with pytest.MonkeyPatch.context() as patched:
        return run(patched, "prod", preview=False, stored=STORED, promotions=PROMOTIONS, **FULL)


def apart(recording: Recording) -> list[Declared]:
    """What is declared in the add-ons' namespace, and that itself."""
    found = [each for each in recording.resources if each.type.startswith("kubernetes:")]
    return [each for each in found if "full-nodes" in (each.inputs["metadata"].get("namespace"), _name(each))]


def _name(each: Declared) -> str:
    return str(each.inputs["metadata"]["name"])


def test_each_pool_of_nvidias_has_a_plugin_in_the_other_namespace(recording: Recording):
    assert sorted(_name(each) for each in recording.of_type("DaemonSet")) == [
        "apparmor",
        "gpus-a100",
        "gpus-cut",
        "gpus-new",
        "gpus-shared",
        "mps-shared",
        "profiles",
    ]
    assert {each.inputs["metadata"]["namespace"] for each in recording.of_type("DaemonSet")} == {"full-nodes"}


def test_the_guardrails_find_nothing_beside_what_is_waived_and_every_waiver_is_needed(recording: Recording):
    found = judged(recording, REGISTRY)
    names = {each.name: waived(each) for each in apart(recording)}

    objections: dict[str, set[str]] = {name: set() for name in names}
    for name, rule in found.found:
        if name in names:
            objections[name].add(rule)
    assert objections == names


def waived(each: Declared) -> set[str]:
    annotations = each.inputs["metadata"].get("annotations", {})
    return {name.removeprefix(ANNOTATION) for name in annotations if name.startswith(ANNOTATION)}


def test_a_node_gets_the_labels_of_its_pool_and_of_its_gpus(recording: Recording):
    labels = {_name(each): each.inputs["metadata"]["labels"] for each in recording.of_type("NodePatch")}

    assert labels["gpu-node-1"]["example.com/pool"] == "shared"
    assert labels["gpu-node-1"]["nvidia.com/gpu.sharing-strategy"] == "mps"
    assert labels["gpu-node-2"]["nvidia.com/gpu.product"] == "NVIDIA-A100-SXM4-80GB-MIG-1g.10gb"


def test_a_workload_with_a_profile_of_its_own_waits_until_its_nodes_have_it(recording: Recording):
    (keeper,) = [each for each in recording.of_type("DaemonSet") if each.name == "profiles"]
    (worker,) = [each for each in recording.of_type("StatefulSet") if each.name == "worker"]
    assert keeper.urn in worker.dependencies
    (config,) = [each for each in recording.of_type("ConfigMap") if each.name == "profiles-config"]
    container = worker.inputs["spec"]["template"]["spec"]["containers"][0]
    profile = container["securityContext"]["seccompProfile"]
    assert profile == {"type": "Localhost", "localhostProfile": f"slipway/{next(iter(config.inputs['data']))}"}
    assert "mkdir" in next(iter(config.inputs["data"].values()))


def test_an_apparmor_profile_of_its_own_is_loaded_under_the_name_that_its_pods_ask_for(recording: Recording):
    (loader,) = [each for each in recording.of_type("DaemonSet") if each.name == "apparmor"]
    (worker,) = [each for each in recording.of_type("StatefulSet") if each.name == "worker"]
    assert loader.urn in worker.dependencies
    (config,) = [each for each in recording.of_type("ConfigMap") if each.name == "apparmor-config"]
    ((name, text),) = config.inputs["data"].items()
    container = worker.inputs["spec"]["template"]["spec"]["containers"][0]
    assert container["securityContext"]["appArmorProfile"] == {"type": "Localhost", "localhostProfile": name}
    assert f"\nprofile {name} flags=(" in text
    (volume,) = [each for each in loader.inputs["spec"]["template"]["spec"]["volumes"] if "configMap" in each]
    assert volume["configMap"]["name"] == config.inputs["metadata"]["name"]


def test_a_profile_that_is_none_is_refused_with_its_place(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("SLIPWAY__WORKLOADS__WORKER__SECCOMP_PROFILE", "README.md")

    with pytest.raises(Refused, match=r"README\.md\n  found:   text that is not JSON"):
        run(monkeypatch, "prod", preview=False, stored=STORED, promotions=PROMOTIONS, **FULL)
