import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.unit.toolchain.plugins.replay import CallError, serving
from toolchain.plugins.base import (
    CheckRequest,
    ConfigureRequest,
    CreateRequest,
    DeleteRequest,
    DiffRequest,
    DiffResult,
    InvokeRequest,
    ProviderError,
    ReadRequest,
    UpdateRequest,
)
from toolchain.plugins.base_values import UNKNOWN, Properties, Secret, Value
from toolchain.plugins.kubernetes.provider import Kubernetes

DEPLOYMENT = "kubernetes:apps/v1:Deployment"
CONFIG_MAP = "kubernetes:core/v1:ConfigMap"
SECRET = "kubernetes:core/v1:Secret"


def urn(token: str, name: str = "web") -> str:
    return f"urn:pulumi:dev::project::{token}::{name}"


def provider(**settings: str) -> Kubernetes:
    made = Kubernetes()
    made.configure(ConfigureRequest(args={}, variables={f"kubernetes:config:{k}": v for k, v in settings.items()}))
    return made


@pytest.fixture(autouse=True)
def away_from_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.delenv("KUBECONFIG", raising=False)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "rendered"


@pytest.fixture
def rendering(folder: Path) -> Kubernetes:
    return provider(renderYamlToDirectory=str(folder), namespace="ai")


def files(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.rglob("*") if path.is_file())


def deployment(**spec: Value) -> Properties:
    return {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "web"}, "spec": spec}


def config_map(metadata: Properties, **fields: Value) -> Properties:
    return {"apiVersion": "v1", "kind": "ConfigMap", "metadata": metadata, **fields}


def check(it: Kubernetes, token: str, new: Properties, old: Properties | None = None) -> Properties:
    return it.check(CheckRequest(urn=urn(token), new_inputs=new, old_inputs=old or {}, random_seed=b"seed")).inputs


def create(it: Kubernetes, token: str, new: Properties) -> tuple[str, Properties]:
    made = it.create(CreateRequest(urn=urn(token), properties=check(it, token, new)))
    return made.id, made.properties


def diff(it: Kubernetes, token: str, state: Properties, new: Properties, *, ignore: tuple[str, ...] = ()) -> DiffResult:
    inputs = state["__inputs"]
    assert isinstance(inputs, dict)
    checked = check(it, token, new, inputs)
    return it.diff(DiffRequest(urn=urn(token), id="ai/web", old_state=state, new_inputs=checked, ignore_changes=ignore))


# Check


@pytest.mark.parametrize(
    ("token", "api_version", "kind", "namespace"),
    [
        (DEPLOYMENT, "apps/v1", "Deployment", "ai"),
        ("kubernetes:core/v1:Namespace", "v1", "Namespace", None),
        ("kubernetes:rbac.authorization.k8s.io/v1:ClusterRole", "rbac.authorization.k8s.io/v1", "ClusterRole", None),
        ("kubernetes:example.com/v1:Thing", "example.com/v1", "Thing", "ai"),
        ("kubernetes:apps/v1:DeploymentPatch", "apps/v1", "Deployment", "ai"),
    ],
)
def test_objects_that_live_in_namespaces_get_the_providers(
    token: str, api_version: str, kind: str, namespace: str | None
) -> None:
    checked = check(
        provider(namespace="ai"), token, {"apiVersion": api_version, "kind": kind, "metadata": {"name": "a"}}
    )
    metadata = checked["metadata"]
    assert isinstance(metadata, dict)
    assert metadata.get("namespace") == namespace


@pytest.mark.parametrize("namespace", ["own", UNKNOWN])
def test_a_namespace_that_the_program_gave_stays(namespace: Value) -> None:
    given = config_map({"name": "a", "namespace": namespace})
    assert check(provider(namespace="ai"), CONFIG_MAP, given) == given


def test_a_definition_tells_where_its_objects_live() -> None:
    it = provider(namespace="ai")
    definition: Properties = {
        "apiVersion": "apiextensions.k8s.io/v1",
        "kind": "CustomResourceDefinition",
        "metadata": {"name": "things.example.com"},
        "spec": {"group": "example.com", "names": {"kind": "Thing"}, "scope": "Cluster"},
    }
    thing: Properties = {"apiVersion": "example.com/v1", "kind": "Thing", "metadata": {"name": "a"}}
    check(it, "kubernetes:apiextensions.k8s.io/v1:CustomResourceDefinition", definition)
    assert check(it, "kubernetes:example.com/v1:Thing", thing) == thing


def test_secrets_stay_marked_and_the_data_of_a_secret_always_is() -> None:
    pod: Properties = {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "a", "namespace": "ai"}}
    given: Properties = {**pod, "spec": {"containers": [{"args": [Secret("canary")]}], "hostname": "h"}}
    assert check(provider(), "kubernetes:core/v1:Pod", given)["spec"] == {
        "containers": Secret([{"args": ["canary"]}]),
        "hostname": "h",
    }
    creds: Properties = {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "a"}, "stringData": {"p": "canary"}}
    checked = check(provider(), SECRET, creds)
    assert (checked["data"], "stringData" in checked) == (Secret({"p": "Y2FuYXJ5"}), False)


def test_a_secret_that_is_not_known_yet_keeps_its_fields_and_is_secret() -> None:
    creds: Properties = {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "a"}, "stringData": {"p": UNKNOWN}}
    assert check(provider(), SECRET, creds)["stringData"] == Secret({"p": UNKNOWN})


def test_lists_helm_releases_and_nameless_patches_are_refused() -> None:
    it = provider()
    for token, words in [
        ("kubernetes:apps/v1:DeploymentList", "Declare the items themselves"),
        ("kubernetes:helm.sh/v3:Release", "cannot install Helm releases"),
        ("kubernetes:apps/v1:DeploymentPatch", "require the `.metadata.name` field"),
    ]:
        with pytest.raises(ProviderError, match=words):
            check(it, token, {"apiVersion": "apps/v1", "kind": "Deployment"})


def test_names_made_by_a_server_are_refused() -> None:
    with pytest.raises(ProviderError, match="not supported in Server-Side Apply mode"):
        check(provider(), CONFIG_MAP, config_map({"generateName": "a-"}))


def test_without_server_side_apply_new_objects_are_labelled() -> None:
    it = provider(enableServerSideApply="false")
    checked = check(it, CONFIG_MAP, config_map({"name": "a"}))
    metadata = checked["metadata"]
    assert isinstance(metadata, dict)
    assert metadata["labels"] == {"app.kubernetes.io/managed-by": "pulumi"}
    assert check(it, CONFIG_MAP, config_map({"name": "a"}), checked) == checked


# Create, update, delete


def test_the_life_of_a_rendered_object(rendering: Kubernetes, folder: Path) -> None:
    made, state = create(rendering, DEPLOYMENT, deployment(replicas=1))
    assert made == "ai/web"
    assert files(folder) == ["apps_v1-deployment-ai-web.yaml"]

    new = check(rendering, DEPLOYMENT, deployment(replicas=2))
    updated = rendering.update(UpdateRequest(urn=urn(DEPLOYMENT), id=made, old_state=state, new_inputs=new))
    assert updated["__fieldManager"] == state["__fieldManager"]
    assert "replicas: 2" in (folder / "1-manifest" / "apps_v1-deployment-ai-web.yaml").read_text()

    rendering.delete(DeleteRequest(urn=urn(DEPLOYMENT), id=made, properties=updated))
    rendering.delete(DeleteRequest(urn=urn(DEPLOYMENT), id=made, properties=updated))
    assert files(folder) == []


def test_an_object_whose_file_is_there_already_is_created_all_the_same(rendering: Kubernetes, folder: Path) -> None:
    # As after an engine that was killed between the file and the state.
    create(rendering, DEPLOYMENT, deployment(replicas=1))
    again = provider(renderYamlToDirectory=str(folder), namespace="ai")
    create(again, DEPLOYMENT, deployment(replicas=3))
    assert files(folder) == ["apps_v1-deployment-ai-web.yaml"]
    assert "replicas: 3" in (folder / "1-manifest" / "apps_v1-deployment-ai-web.yaml").read_text()


def test_another_version_of_the_same_object_moves_its_file(rendering: Kubernetes, folder: Path) -> None:
    made, state = create(rendering, DEPLOYMENT, {**deployment(), "apiVersion": "apps/v1beta2"})
    new = check(rendering, DEPLOYMENT, deployment())
    updated = rendering.update(UpdateRequest(urn=urn(DEPLOYMENT), id=made, old_state=state, new_inputs=new))
    assert files(folder) == ["apps_v1-deployment-ai-web.yaml"]
    assert updated["__initialApiVersion"] == "apps/v1beta2"


def test_previews_write_nothing_and_keep_what_is_not_known(rendering: Kubernetes, folder: Path) -> None:
    new = check(rendering, DEPLOYMENT, deployment(image=UNKNOWN))
    made = rendering.create(CreateRequest(urn=urn(DEPLOYMENT), properties=new, preview=True))
    assert (made.id, made.properties) == ("", new)
    update = UpdateRequest(urn=urn(DEPLOYMENT), id="ai/web", old_state={}, new_inputs=new, preview=True)
    assert rendering.update(update) == new
    assert not folder.exists()


def test_the_user_may_name_the_owner_of_fields(rendering: Kubernetes) -> None:
    named = config_map({"name": "a", "annotations": {"pulumi.com/patchFieldManager": "me"}})
    assert create(rendering, CONFIG_MAP, named)[1]["__fieldManager"] == "me"
    other = provider(enableServerSideApply="false", renderYamlToDirectory="rendered")
    assert other._field_manager({}, {}) == "pulumi-kubernetes"  # pyright: ignore[reportPrivateUsage] - no file is needed


def test_without_a_folder_nothing_is_created_updated_or_deleted() -> None:
    it = provider()
    new = check(it, DEPLOYMENT, deployment())
    for call in (
        lambda: it.create(CreateRequest(urn=urn(DEPLOYMENT), properties=new)),
        lambda: it.update(UpdateRequest(urn=urn(DEPLOYMENT), id="a", old_state={}, new_inputs=new)),
        lambda: it.delete(DeleteRequest(urn=urn(DEPLOYMENT), id="a", properties=new)),
    ):
        with pytest.raises(ProviderError, match=r"there is no kubeconfig.*slipway:target: \{kind: render\}"):
            call()


def test_resources_of_a_cluster_that_is_gone_can_be_given_up() -> None:
    it = provider(deleteUnreachable="true")
    it.delete(DeleteRequest(urn=urn(DEPLOYMENT), id="a", properties=deployment()))
    assert it.read(ReadRequest(urn=urn(DEPLOYMENT), id="a")) is None


def test_resources_of_a_cluster_that_is_away_can_be_left_alone() -> None:
    it = provider(skipUpdateUnreachable="true")
    read = it.read(ReadRequest(urn=urn(DEPLOYMENT), id="a", properties={"p": 1}, inputs={"i": 1}))
    assert read is not None
    assert (read.properties, read.inputs) == ({"p": 1}, {"i": 1})
    assert check(it, DEPLOYMENT, deployment(replicas=2), deployment(replicas=1)) == deployment(replicas=1)


# Diff


def test_an_object_with_a_fixed_name_goes_before_its_replacement_comes(rendering: Kubernetes) -> None:
    _, state = create(rendering, CONFIG_MAP, config_map({"name": "a"}, data={"k": "1"}))
    result = diff(rendering, CONFIG_MAP, state, config_map({"name": "a"}, data={"k": "2"}))
    assert (list(result.replaces), result.delete_before_replace) == (["data.k"], True)


@pytest.mark.parametrize("metadata", [{"name": "b"}, {"name": "a", "namespace": "other"}])
def test_an_object_that_moves_stays_until_its_replacement_is_there(rendering: Kubernetes, metadata: Properties) -> None:
    _, state = create(rendering, CONFIG_MAP, config_map({"name": "a"}))
    result = diff(rendering, CONFIG_MAP, state, config_map(metadata))
    assert (len(result.replaces), result.delete_before_replace) == (1, False)


def test_a_job_that_failed_is_replaced_though_nothing_changed(rendering: Kubernetes) -> None:
    job: Properties = {
        "apiVersion": "batch/v1",
        "kind": "Job",
        "metadata": {"name": "migrate", "annotations": {"pulumi.com/replaceUnready": "true"}},
        "spec": {"backoffLimit": 1},
    }
    token = "kubernetes:batch/v1:Job"
    _, state = create(rendering, token, job)
    assert not diff(rendering, token, state, job).changes
    failed: Properties = {**state, "status": {"conditions": [{"type": "Failed", "status": "True"}]}}
    result = diff(rendering, token, failed, job)
    assert (result.changes, list(result.replaces), result.delete_before_replace) == (True, ["metadata"], True)


def test_an_object_with_a_made_name_stays_until_its_replacement_is_there(rendering: Kubernetes) -> None:
    _, state = create(rendering, CONFIG_MAP, config_map({}, data={"k": "1"}))
    result = diff(rendering, CONFIG_MAP, state, config_map({}, data={"k": "2"}))
    assert (list(result.replaces), result.delete_before_replace) == (["data.k"], False)


def test_the_default_namespace_is_no_difference_whether_said_or_not(folder: Path) -> None:
    it = provider(renderYamlToDirectory=str(folder))
    _, state = create(it, CONFIG_MAP, config_map({"name": "a", "namespace": "default"}))
    assert diff(it, CONFIG_MAP, state, config_map({"name": "a"})).changes is False


def test_ignored_differences_are_none(rendering: Kubernetes) -> None:
    _, state = create(rendering, DEPLOYMENT, deployment(replicas=1, paused=True))
    result = diff(rendering, DEPLOYMENT, state, deployment(replicas=2), ignore=("spec.replicas",))
    assert list(result.detailed or {}) == ["spec.paused"]


def test_a_patch_may_change_what_the_object_itself_may_not(rendering: Kubernetes) -> None:
    token = "kubernetes:apps/v1:DeploymentPatch"
    _, state = create(rendering, token, deployment(selector={"a": "1"}))
    assert list(diff(rendering, token, state, deployment(selector={"a": "2"})).replaces) == []


def test_what_is_not_known_yet_is_a_difference(rendering: Kubernetes) -> None:
    _, state = create(rendering, DEPLOYMENT, deployment(selector={"a": "1"}, image="x"))
    result = diff(rendering, DEPLOYMENT, state, deployment(selector={"a": UNKNOWN}, image=UNKNOWN))
    assert list(result.replaces) == ["spec.selector.a"]
    assert list(result.detailed or {}) == ["spec.image", "spec.selector.a"]


def test_rendering_always_reports_a_change_without_differences(folder: Path) -> None:
    it = provider(renderYamlToDirectory=str(folder), alwaysRender="true")
    _, state = create(it, DEPLOYMENT, deployment())
    result = diff(it, DEPLOYMENT, state, deployment())
    assert (result.changes, dict(result.detailed or {})) == (True, {})


# Functions


def test_yaml_is_decoded_with_a_namespace_for_what_lives_in_one() -> None:
    source = "apiVersion: v1\nkind: Pod\n---\napiVersion: v1\nkind: Namespace\nmetadata: {name: b}\n"
    request = InvokeRequest("kubernetes:yaml:decode", {"text": source, "defaultNamespace": "ai"})
    assert provider().invoke(request).value == {
        "result": [
            {"apiVersion": "v1", "kind": "Pod", "metadata": {"namespace": "ai"}},
            {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "b"}},
        ]
    }


@pytest.mark.parametrize(
    ("token", "words"),
    [
        ("kubernetes:helm:template", "cannot template Helm charts"),
        ("kubernetes:kustomize:directory", "cannot build kustomizations"),
        ("kubernetes:other:thing", "unknown Invoke type"),
        ("kubernetes:yaml:decode", "missing required field 'text'"),
    ],
)
def test_functions_that_need_other_tools_are_refused(token: str, words: str) -> None:
    with pytest.raises(ProviderError, match=words):
        provider().invoke(InvokeRequest(token, {}))


def test_components_made_inside_the_plugin_are_refused_with_a_way_out() -> None:
    with serving(provider()) as client, pytest.raises(CallError, match=r"cannot make.*kubernetes\.yaml\.ConfigGroup"):
        client.call("Construct", {"type": "kubernetes:yaml/v2:ConfigFile", "name": "a"})


# Secrets left out, and the program


def test_the_environment_can_keep_secrets_out_of_the_folder(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SLIPWAY_RENDER_SECRETS", "omit")
    it = provider(renderYamlToDirectory=str(folder))
    creds: Properties = {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "a"}, "stringData": {"p": "canary"}}
    _, state = create(it, SECRET, creds)
    assert "Y2FuYXJ5" not in (folder / "1-manifest" / "v1-secret-default-a.yaml").read_text()
    assert state["data"] == Secret({"p": "Y2FuYXJ5"})


def test_the_plugin_starts_without_the_sdk_and_ends_when_asked() -> None:
    program = "import sys; sys.modules['pulumi.output'] = sys.modules['yaml'] = None\nimport runpy\n"
    program += "runpy.run_module('toolchain.plugins.kubernetes', run_name='__main__', alter_sys=True)"
    process = subprocess.Popen([sys.executable, "-c", program, "127.0.0.1:1"], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    with process.stdout:
        assert process.stdout.readline().strip().isdecimal()
    process.send_signal(signal.SIGINT)
    assert process.wait(30) == 0
