import pytest

from toolchain.plugins.base_values import Properties
from toolchain.plugins.kubernetes.immutable import IDENTITY, REPLACE_UNREADY, is_run_anew, replacing_paths


def obj(api_version: str, kind: str, **fields: bool) -> Properties:
    return {"apiVersion": api_version, "kind": kind, **fields}


@pytest.mark.parametrize(
    ("api_version", "kind", "path"),
    [
        ("apps/v1", "Deployment", ("spec", "selector")),
        ("apps/v1", "StatefulSet", ("spec", "volumeClaimTemplates")),
        ("batch/v1", "Job", ("spec", "template")),
        ("v1", "Service", ("spec", "clusterIP")),
        ("core/v1", "PersistentVolumeClaim", ("spec", "storageClassName")),
        ("v1", "PersistentVolume", ("spec", "hostPath")),
        ("v1", "Pod", ("spec", "containers", "[*]", "image")),
        ("rbac.authorization.k8s.io/v1", "RoleBinding", ("roleRef",)),
        ("rbac.authorization.k8s.io/v1", "ClusterRoleBinding", ("roleRef",)),
        ("storage.k8s.io/v1", "StorageClass", ("provisioner",)),
        ("policy/v1beta1", "PodDisruptionBudget", ("spec",)),
        ("v1", "ConfigMap", ("data",)),
        ("v1", "Secret", ("type",)),
    ],
)
def test_some_fields_of_a_kind_cannot_change(api_version: str, kind: str, path: tuple[str, ...]) -> None:
    assert path in replacing_paths(obj(api_version, kind))


@pytest.mark.parametrize(
    ("api_version", "kind"),
    [("apps/v1beta1", "Deployment"), ("policy/v1", "PodDisruptionBudget"), ("example.com/v1", "Deployment")],
)
def test_of_all_else_only_the_name_and_namespace_are_fixed(api_version: str, kind: str) -> None:
    assert replacing_paths(obj(api_version, kind)) == IDENTITY


@pytest.mark.parametrize("kind", ["Secret", "ConfigMap"])
def test_data_may_change_in_place_where_the_provider_says_so_and_the_object_does_not_object(kind: str) -> None:
    def data_is_fixed(*, mutable: bool, immutable: bool) -> bool:
        it = obj("v1", kind, immutable=immutable)
        return ("data",) in replacing_paths(it, secret_mutable=mutable, config_map_mutable=mutable)

    assert data_is_fixed(mutable=False, immutable=False)
    assert not data_is_fixed(mutable=True, immutable=False)
    assert data_is_fixed(mutable=True, immutable=True)


def test_the_type_of_a_secret_is_fixed_even_if_its_data_is_not() -> None:
    assert ("type",) in replacing_paths(obj("v1", "Secret"), secret_mutable=True)


def job(status: str, wanted: str = "true") -> Properties:
    return {
        **obj("batch/v1", "Job"),
        "metadata": {"annotations": {REPLACE_UNREADY: wanted}},
        "status": {"conditions": [{"type": "Failed", "status": status}]},
    }


def test_a_job_that_failed_is_made_anew_if_it_says_so() -> None:
    assert is_run_anew(job("True"), job("True"))
    assert not is_run_anew(job("True"), job("False"))
    assert not is_run_anew(job("True", wanted="false"), job("True"))
    assert not is_run_anew({**job("True"), "kind": "CronJob"}, job("True"))
