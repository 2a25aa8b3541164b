import pytest

from toolchain.plugins.base import Autonaming, ProviderError
from toolchain.plugins.base_values import UNKNOWN, Properties
from toolchain.plugins.kubernetes.naming import (
    LONGEST_NAME,
    adopt_name,
    assign_name,
    is_autonamed,
    is_named,
    leaves_name_to_server,
)

AUTONAMED = {"pulumi.com/autonamed": "true"}


def assigned(obj: Properties, resource_name: str = "web", wish: Autonaming | None = None) -> Properties:
    assign_name(obj, resource_name=resource_name, seed=b"seed", wish=wish)
    return obj


def test_a_made_name_begins_with_the_resources_and_is_marked() -> None:
    obj = assigned({"kind": "Pod"})
    metadata = obj["metadata"]
    assert isinstance(metadata, dict)
    assert str(metadata["name"]).startswith("web-")
    assert metadata["annotations"] == AUTONAMED
    assert is_autonamed(obj)


@pytest.mark.parametrize("metadata", [{"name": "mine"}, {"name": UNKNOWN}, {"generateName": "x-"}, UNKNOWN])
def test_an_object_that_has_or_will_get_a_name_is_left_alone(metadata: Properties) -> None:
    assert assigned({"metadata": metadata}) == {"metadata": metadata}


@pytest.mark.parametrize("mode", ["PROPOSE", "ENFORCE"])
def test_the_users_pattern_for_names_wins(mode: str) -> None:
    assert assigned({}, wish=Autonaming("web-dev", mode)) == {"metadata": {"name": "web-dev", "annotations": AUTONAMED}}


def test_no_name_is_made_where_the_user_forbids_it() -> None:
    with pytest.raises(ProviderError, match="autonaming is disabled"):
        assigned({}, wish=Autonaming("", "DISABLE"))


def test_a_made_name_may_be_as_long_as_kubernetes_allows() -> None:
    longest = "n" * (LONGEST_NAME - len("-12345678"))
    assert is_named(assigned({}, longest))
    with pytest.raises(ProviderError, match="has 254 characters; Kubernetes allows 253"):
        assigned({}, longest + "n")


def test_annotations_that_are_not_known_yet_are_not_replaced() -> None:
    obj = assigned({"metadata": {"annotations": UNKNOWN}})
    metadata = obj["metadata"]
    assert isinstance(metadata, dict)
    assert metadata["annotations"] is UNKNOWN
    assert is_named(obj)


def test_a_made_name_stays_until_the_program_gives_another() -> None:
    old: Properties = {"metadata": {"name": "web-1", "annotations": {**AUTONAMED}}}
    unnamed: Properties = {"metadata": {"labels": {"a": "b"}}}
    named: Properties = {"metadata": {"name": "mine"}}
    adopt_name(unnamed, old)
    adopt_name(named, old)
    assert unnamed == {"metadata": {"name": "web-1", "annotations": AUTONAMED, "labels": {"a": "b"}}}
    assert named == {"metadata": {"name": "mine"}}


def test_a_name_that_the_program_gave_is_not_kept_when_it_takes_it_back() -> None:
    unnamed: Properties = {"metadata": {}}
    adopt_name(unnamed, {"metadata": {"name": "mine"}})
    assert unnamed == {"metadata": {}}


@pytest.mark.parametrize("prefix", ["x-", UNKNOWN])
def test_the_server_names_what_has_a_generate_name_only(prefix: str) -> None:
    assert leaves_name_to_server({"metadata": {"generateName": prefix}})
    assert not leaves_name_to_server({"metadata": {"generateName": prefix, "name": "mine"}})
    assert not leaves_name_to_server({"metadata": {}})
