"""The strict check of manifests, against a small set of definitions and against Kubernetes' own."""

import copy
import json
import time
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from toolchain.home import Home
from toolchain.manifest_check import Checker, Problem, check_folder
from toolchain.schemas import SchemasUnavailableError, definitions

_META = "io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta"
_QUANTITY = "io.k8s.apimachinery.pkg.api.resource.Quantity"

SMALL: dict[str, Any] = {
    _META: {
        "type": "object",
        "properties": {
            "name": {"type": "string"},
            "labels": {"type": "object", "additionalProperties": {"type": "string"}},
            "creationTimestamp": {"$ref": "#/definitions/Time"},
        },
    },
    "Time": {"type": "string", "format": "date-time"},
    _QUANTITY: {"type": "string"},
    "IntOrString": {"type": "string", "format": "int-or-string"},
    "Raw": {"type": "object"},
    "Anything": {},
    "Ship": {
        "type": "object",
        "required": ["hull"],
        "x-kubernetes-group-version-kind": [{"group": "apps", "version": "v1", "kind": "Ship"}],
        "properties": {
            "apiVersion": {"type": "string"},
            "kind": {"type": "string"},
            "metadata": {"$ref": f"#/definitions/{_META}"},
            "hull": {"$ref": "#/definitions/Hull"},
        },
    },
    "Hull": {
        "type": "object",
        "properties": {
            "length": {"type": "integer", "format": "int32"},
            "afloat": {"type": "boolean"},
            "draught": {"type": "number"},
            "load": {"$ref": f"#/definitions/{_QUANTITY}"},
            "port": {"$ref": "#/definitions/IntOrString"},
            "papers": {"type": "string", "format": "byte"},
            "crew": {"type": "array", "items": {"type": "string"}},
            "extension": {"$ref": "#/definitions/Raw"},
            "anything": {"$ref": "#/definitions/Anything"},
            "value": {"type": "integer"},
        },
    },
    "Secret": {
        "type": "object",
        "x-kubernetes-group-version-kind": [{"group": "", "version": "v1", "kind": "Secret"}],
        "properties": {
            "apiVersion": {"type": "string"},
            "kind": {"type": "string"},
            "metadata": {"$ref": f"#/definitions/{_META}"},
            "data": {"type": "object", "additionalProperties": {"type": "string", "format": "byte"}},
            "immutable": {"type": "boolean"},
        },
    },
}


def ship(**hull: Any) -> dict[str, Any]:
    return {"apiVersion": "apps/v1", "kind": "Ship", "metadata": {"name": "a"}, "hull": hull}


def problems(document: Any) -> list[Problem]:
    return list(Checker(SMALL, "1.36").check(document))


def test_an_object_that_fits_its_schema_has_no_problem() -> None:
    assert problems(ship(length=3, afloat=True, draught=1.5, load="4Gi", crew=["x"])) == []


def test_an_unknown_field_is_refused_with_the_field_that_was_meant() -> None:
    [problem] = problems(ship(lenght=3))
    assert (problem.path, problem.found) == ("hull.lenght", "an unknown field")
    assert problem.allowed.startswith("did you mean length? one of afloat, anything, crew")


def test_a_field_that_is_wrong_in_case_only_is_named() -> None:
    [problem] = problems(ship(Length=3))
    assert problem.allowed.startswith("did you mean length?")


@pytest.mark.parametrize(
    ("field", "value", "allowed"),
    [
        ("length", "3", "a whole number"),
        ("length", 3.0, "a whole number"),
        ("length", True, "a whole number"),
        ("length", 2**31, "a whole number from -2147483648 to 2147483647"),
        ("afloat", "true", "true or false"),
        ("afloat", 1, "true or false"),
        ("draught", "1.5", "a number"),
        ("load", "4 Gi", "a quantity such as 500m, 2 or 4Gi"),
        ("load", "4GiB", "a quantity such as 500m, 2 or 4Gi"),
        ("load", True, "a quantity such as 500m, 2 or 4Gi"),
        ("port", 1.5, "a whole number or a text"),
        ("port", True, "a whole number or a text"),
        ("papers", "not base64!", "a text in base64"),
        ("crew", "x", "a list"),
        ("extension", [], "an object"),
    ],
)
def test_a_wrong_type_is_refused_with_what_is_allowed(field: str, value: Any, allowed: str) -> None:
    [problem] = problems(ship(**{field: value}))
    assert (problem.path, problem.allowed, problem.refused) == (f"hull.{field}", allowed, True)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("load", 2),
        ("load", 0.5),
        ("load", "1e3"),
        ("load", "-.5"),
        ("load", "100m"),
        ("port", 80),
        ("port", "http"),
        ("papers", "aGVsbG8="),
        ("papers", "aGVs\nbG8="),
        ("draught", 2),
        ("extension", {"any": {"thing": 1}}),
        ("anything", [1, "a"]),
        ("length", None),
    ],
)
def test_what_kubernetes_takes_is_accepted(field: str, value: Any) -> None:
    assert problems(ship(**{field: value})) == []


def test_a_wrong_item_is_named_by_its_place_in_the_list() -> None:
    [problem] = problems(ship(crew=["x", 5]))
    assert (problem.path, problem.found) == ("hull.crew[1]", "the number 5")


def test_a_null_in_a_list_is_refused() -> None:
    [problem] = problems(ship(crew=[None]))
    assert (problem.path, problem.found) == ("hull.crew[0]", "null")


@pytest.mark.parametrize("hull", [{}, {"hull": None}])
def test_a_missing_required_field_is_refused(hull: dict[str, Any]) -> None:
    document = {key: value for key, value in ship().items() if key != "hull"} | hull
    [problem] = problems(document)
    assert (problem.path, problem.found, problem.allowed) == ("hull", "nothing", "an object, which is required")


def test_a_label_must_be_a_text_and_is_named_whatever_its_key() -> None:
    document = ship()
    document["metadata"]["labels"] = {"app.kubernetes.io/version": 1.5}
    [problem] = problems(document)
    assert (problem.path, problem.found) == ("metadata.labels['app.kubernetes.io/version']", "the number 1.5")


def test_a_time_is_checked() -> None:
    document = ship()
    document["metadata"]["creationTimestamp"] = "yesterday"
    [problem] = problems(document)
    assert problem.allowed == "a time such as 2026-01-31T08:00:00Z"


def test_an_object_without_a_name_is_refused() -> None:
    document = ship()
    document["metadata"] = {}
    [problem] = problems(document)
    assert (problem.path, problem.allowed) == ("metadata.name", "a name, which is required")


def test_every_problem_is_reported_at_once() -> None:
    assert [each.path for each in problems(ship(length="x", afloat="y", sail=1))] == [
        "hull.length",
        "hull.afloat",
        "hull.sail",
    ]


@pytest.mark.parametrize("document", ["text", 5, ["a"]])
def test_a_document_that_is_no_object_is_refused(document: Any) -> None:
    [problem] = problems(document)
    assert problem.allowed == "an object with apiVersion and kind"


@pytest.mark.parametrize("key", ["apiVersion", "kind"])
@pytest.mark.parametrize("value", [None, "", 1])
def test_an_object_without_apiversion_or_kind_is_refused(key: str, value: Any) -> None:
    [problem] = problems(ship() | {key: value})
    assert problem.path == key


def test_a_version_that_kubernetes_does_not_serve_is_refused_with_the_one_it_does() -> None:
    [problem] = problems(ship() | {"apiVersion": "apps/v1beta1"})
    assert problem.found == "apps/v1beta1 Ship, which is not in Kubernetes 1.36"
    assert problem.allowed == "Ship in apps/v1"


@pytest.mark.parametrize("api_version", ["v1", "extensions/v1beta1", "apps/v1"])
def test_a_kind_unknown_to_a_group_of_kubernetes_is_refused(api_version: str) -> None:
    [problem] = problems(ship() | {"apiVersion": api_version, "kind": "Shipp"})
    assert problem.refused
    assert problem.allowed == "a kind of Kubernetes 1.36, perhaps Ship"


def test_a_custom_resource_is_listed_as_not_checked() -> None:
    [problem] = problems(
        {"apiVersion": "x.example.com/v1", "kind": "Boat", "metadata": {"name": "a"}, "spec": {"z": 1}}
    )
    assert not problem.refused
    assert problem.found == "x.example.com/v1 Boat is a custom resource: only its metadata was checked"


def test_the_metadata_of_a_custom_resource_is_checked() -> None:
    document = {"apiVersion": "x.example.com/v1", "kind": "Boat", "metadata": {"name": "a", "labels": {"a": 1}}}
    assert [each.path for each in problems(document) if each.refused] == ["metadata.labels.a"]


def test_objects_inside_a_list_are_checked() -> None:
    document = {"apiVersion": "v1", "kind": "List", "items": [ship(), ship(sail=1), "no object"]}
    assert [each.path for each in problems(document)] == ["items[1].hull.sail", "items[2]"]


@pytest.mark.parametrize(
    "document",
    [
        {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "a"}, "data": {"key": "hunter2!"}},
        {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "a"}, "immutable": "hunter2"},
        ship(value="hunter2"),
    ],
)
def test_what_may_be_a_secret_is_refused_without_being_quoted(document: dict[str, Any]) -> None:
    [problem] = problems(document)
    assert problem.found == "a text"


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=12,
)


@given(_JSON)
def test_any_value_in_a_field_is_accepted_or_refused_in_words(value: Any) -> None:
    for field in SMALL["Hull"]["properties"]:
        assert all(each.message for each in problems(ship(**{field: value})))


@given(st.text(min_size=1, max_size=12).filter(lambda name: name not in SMALL["Hull"]["properties"]), _JSON)
def test_no_unknown_field_passes(name: str, value: Any) -> None:
    assert any(each.found == "an unknown field" for each in problems(ship(**{name: value})))


# --- against the schemas of Kubernetes itself -------------------------------------------------------------------------


@pytest.fixture(scope="session")
def home() -> Home:
    """A home that has the schemas; they are fetched once where a package registry or the web is in reach."""
    found = Home.from_environment()
    try:
        definitions(found)
    except SchemasUnavailableError as error:
        pytest.skip(error.message)
    return found


def deployment() -> dict[str, Any]:
    return {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {"name": "api", "labels": {"app": "api"}},
        "spec": {
            "replicas": 2,
            "selector": {"matchLabels": {"app": "api"}},
            "template": {
                "metadata": {"labels": {"app": "api"}},
                "spec": {
                    "containers": [
                        {
                            "name": "api",
                            "image": "registry.example.com/api@sha256:" + "0" * 64,
                            "ports": [{"containerPort": 8000}],
                            "resources": {"limits": {"cpu": 2, "memory": "4Gi"}},
                            "livenessProbe": {"httpGet": {"path": "/health", "port": "http"}},
                        }
                    ],
                    "volumes": [{"name": "tmp", "emptyDir": {"sizeLimit": "100M"}}],
                },
            },
        },
    }


def _write(folder: Path, *documents: dict[str, Any]) -> Path:
    for index, document in enumerate(documents):
        (folder / f"{index:03}.yaml").write_text(json.dumps(document), encoding="utf-8")
    return folder


def test_a_deployment_is_accepted(home: Home, tmp_path: Path) -> None:
    assert check_folder(_write(tmp_path, deployment()), home) == []


def test_a_planted_unknown_field_is_refused_by_file_document_and_path(home: Home, tmp_path: Path) -> None:
    planted = deployment()
    planted["spec"]["template"]["spec"]["containers"][0]["imagePullpolicy"] = "Always"

    [problem] = check_folder(_write(tmp_path, deployment(), planted), home)

    assert problem.message.startswith(
        "001.yaml, document 1, spec.template.spec.containers[0].imagePullpolicy: found an unknown field; "
        "allowed: did you mean imagePullPolicy?"
    )


def test_a_planted_wrong_type_is_refused(home: Home, tmp_path: Path) -> None:
    planted = deployment()
    planted["spec"]["replicas"] = "two"

    [problem] = check_folder(_write(tmp_path, planted), home)

    assert (problem.path, problem.found, problem.allowed) == ("spec.replicas", "the text 'two'", "a whole number")


def test_an_api_that_the_target_version_no_longer_serves_is_refused(home: Home, tmp_path: Path) -> None:
    document = {"apiVersion": "policy/v1beta1", "kind": "PodDisruptionBudget", "metadata": {"name": "a"}, "spec": {}}
    [problem] = check_folder(_write(tmp_path, document), home)
    assert problem.allowed == "PodDisruptionBudget in policy/v1"


def test_a_second_document_of_a_file_is_checked(home: Home, tmp_path: Path) -> None:
    good, bad = json.dumps(deployment()), json.dumps(deployment() | {"extra": 1})
    (tmp_path / "all.yaml").write_text(f"{good}\n---\n{bad}\n", encoding="utf-8")
    [problem] = check_folder(tmp_path, home)
    assert (problem.document, problem.path) == (1, "extra")


def test_an_unreadable_file_is_a_problem_and_the_others_are_still_checked(home: Home, tmp_path: Path) -> None:
    (tmp_path / "000-broken.yaml").write_text("a: [", encoding="utf-8")
    (tmp_path / "001-bad.json").write_text(json.dumps(deployment() | {"extra": 1}), encoding="utf-8")
    assert [each.path for each in check_folder(tmp_path, home)] == ["", "extra"]


@pytest.mark.parametrize("folder", ["", "missing"])
def test_a_check_that_saw_no_manifest_does_not_pass(home: Home, tmp_path: Path, folder: str) -> None:
    [problem] = check_folder(tmp_path / folder, home)
    assert problem.refused


def test_a_custom_resource_definition_with_its_recursive_schema_is_accepted(home: Home, tmp_path: Path) -> None:
    document = {
        "apiVersion": "apiextensions.k8s.io/v1",
        "kind": "CustomResourceDefinition",
        "metadata": {"name": "boats.example.com"},
        "spec": {
            "group": "example.com",
            "scope": "Namespaced",
            "names": {"plural": "boats", "kind": "Boat"},
            "versions": [
                {
                    "name": "v1",
                    "served": True,
                    "storage": True,
                    "schema": {
                        "openAPIV3Schema": {
                            "type": "object",
                            "x-kubernetes-preserve-unknown-fields": True,
                            "properties": {
                                "description": {"type": "string", "default": "none", "enum": ["none", 1]},
                                "any": {"type": "object", "additionalProperties": True},
                            },
                        }
                    },
                }
            ],
        },
    }
    assert check_folder(_write(tmp_path, document), home) == []


def test_twenty_files_take_less_than_a_second(home: Home, tmp_path: Path) -> None:
    _write(tmp_path, *(copy.deepcopy(deployment()) for _ in range(20)))
    began = time.process_time()
    assert check_folder(tmp_path, home) == []
    assert time.process_time() - began < 1.0


def test_no_recorded_manifest_of_the_official_provider_is_refused(home: Home) -> None:
    recorded = Path(__file__).parents[4] / "shared" / "recordings" / "rendered"
    if not recorded.is_dir():
        pytest.skip("the recordings are not on this machine")
    assert [each.message for each in check_folder(recorded, home) if each.refused] == []
