import pytest

from toolchain.plugins.kubernetes.kinds import (
    GroupVersionKind,
    built_in_scope,
    is_list,
    is_patch,
    kind_of_object,
    kind_of_type,
)


@pytest.mark.parametrize(
    ("token", "expected"),
    [
        ("kubernetes:core/v1:Secret", ("", "v1", "Secret")),
        ("kubernetes:apps/v1:Deployment", ("apps", "v1", "Deployment")),
        ("kubernetes:monitoring.coreos.com/v1:ServiceMonitor", ("monitoring.coreos.com", "v1", "ServiceMonitor")),
    ],
)
def test_a_resource_type_names_a_kind(token: str, expected: tuple[str, str, str]) -> None:
    assert kind_of_type(token) == GroupVersionKind(*expected)


@pytest.mark.parametrize("token", ["random:index/randomPet:RandomPet", "kubernetes:v1:Pod", "kubernetes:apps/v1:", ""])
def test_a_type_of_another_form_is_refused(token: str) -> None:
    with pytest.raises(ValueError, match="is not of the form"):
        kind_of_type(token)


def test_the_core_group_has_two_spellings() -> None:
    assert kind_of_object("v1", "Pod") == kind_of_object("core/v1", "Pod") == ("", "v1", "Pod")


@pytest.mark.parametrize(
    ("api_version", "kind", "namespaced"),
    [
        ("v1", "Pod", True),
        ("v1", "Namespace", False),
        ("v1", "NamespacePatch", False),
        ("v1", "ConfigMapPatch", True),
        ("rbac.authorization.k8s.io/v1", "ClusterRole", False),
        ("admissionregistration.k8s.io/v1", "ValidatingAdmissionPolicy", False),
        ("example.com/v1", "Namespace", None),
        ("apps/v7", "Deployment", None),
    ],
)
def test_built_in_kinds_have_a_scope_and_others_none(api_version: str, kind: str, namespaced: bool | None) -> None:
    assert built_in_scope(kind_of_object(api_version, kind)) is namespaced


def test_only_built_in_kinds_can_be_lists() -> None:
    assert is_list(kind_of_object("apps/v1", "DeploymentList"))
    assert not is_list(kind_of_object("example.com/v1", "AllowList"))


def test_a_custom_kind_that_ends_in_patch_patches_nothing() -> None:
    assert is_patch("kubernetes:apps/v1:DeploymentPatch", "Deployment")
    assert not is_patch("kubernetes:example.com/v1:RoadPatch", "RoadPatch")
