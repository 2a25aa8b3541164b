"""The identity of a workload."""

from components.manifests.service_account import service_account
from tests.unit.components.given import environment, workload


def test_an_account_has_no_token():
    found = service_account(environment(), "api", workload(), pulls_with_secret=False)

    assert found["automountServiceAccountToken"] is False
    assert "imagePullSecrets" not in found


def test_an_account_pulls_with_the_registrys_secret_where_there_is_one():
    found = service_account(environment(), "api", workload(), pulls_with_secret=True)

    assert found["imagePullSecrets"] == [{"name": "registry"}]
