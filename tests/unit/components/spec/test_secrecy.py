"""What looks like a secret, and what only sounds like one."""

import pytest

from components.spec.secrecy import secret_name, secret_value


@pytest.mark.parametrize(
    "name",
    [
        "PASSWORD",
        "DB_PASSWORD",
        "dbPassword",
        "db-password",
        "API_KEY",
        "apiKey",
        "GITHUB_TOKEN",
        "AWS_SECRET_ACCESS_KEY",
        "SIGNING_KEY",
        "CREDENTIALS",
        "BASIC_AUTH",
        "JWT_SECRET",
    ],
)
def test_a_name_that_holds_a_secret_is_seen(name: str):
    assert secret_name(name)


@pytest.mark.parametrize(
    "name",
    [
        "DB_PASSWORD_FILE",
        "LOG_LEVEL",
        "MAX_TOKENS_PER_MINUTE",
        "PUBLIC_KEY",
        "CACHE_KEY",
        "MONKEY",
        "KEYBOARD",
        "AUTHOR",
    ],
)
def test_a_name_that_only_sounds_like_one_passes(name: str):
    assert not secret_name(name)


@pytest.mark.parametrize(
    "text",
    [
        "-----BEGIN RSA PRIVATE KEY-----",
        "AKIAIOSFODNN7EXAMPLE",
        f"ghp_{'a1' * 18}",
        f"glpat-{'a' * 20}",
        f"hf_{'b' * 34}",
        "xoxb-1234567890-abcdef",
        f"sk-ant-{'c' * 24}",
        f"eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.{'x' * 20}",
        "postgres://app:hunter2@db:5432/app",
    ],
)
def test_a_value_with_the_shape_of_a_credential_is_seen(text: str):
    assert secret_value(text)


@pytest.mark.parametrize(
    "text",
    ["info", "https://example.com/path", "http://localhost:8000", "sha256:" + "0" * 64, "task-force", "10.0.0.0/8", ""],
)
def test_an_ordinary_value_passes(text: str):
    assert not secret_value(text)
