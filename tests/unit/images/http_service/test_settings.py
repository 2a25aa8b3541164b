from pathlib import Path

import pytest
from http_service.address import Address
from http_service.settings import Settings, SettingsError, load

KEY = "a-key-of-some-length"


def refusal(environ: dict[str, str], secrets: Path = Path("/run/secrets")) -> str:
    with pytest.raises(SettingsError) as error:
        load(Settings, environ, secrets)
    return str(error.value)


def test_an_empty_environment_gives_the_defaults() -> None:
    assert load(Settings, {}) == Settings()


def test_the_default_drain_ends_within_kubernetes_grace_period() -> None:
    pre_stop, margin, grace = 5, 5, 30
    assert pre_stop + Settings().drain_delay_seconds + Settings().drain_seconds + margin <= grace


def test_each_variable_is_read_in_its_type() -> None:
    settings = load(Settings, {"APP_LISTEN": "127.0.0.1:1", "APP_LOG_LEVEL": "debug", "APP_DRAIN_SECONDS": "1.5"})
    assert settings.listen == Address("127.0.0.1", 1)
    assert (settings.log_level, settings.drain_seconds) == ("debug", 1.5)


@pytest.mark.parametrize(
    ("variable", "value", "says"),
    [
        ("APP_LISTEN", "8000", "APP_LISTEN is '8000'; allowed: host:port"),
        ("APP_LOG_LEVEL", "loud", "APP_LOG_LEVEL is 'loud'; input should be 'debug', 'info', 'warning' or 'error'"),
        ("APP_DRAIN_SECONDS", "-1", "APP_DRAIN_SECONDS is '-1'; input should be greater than or equal to 0"),
        ("APP_DRAIN_SECONDS", "nan", "APP_DRAIN_SECONDS is 'nan'; input should be"),
        ("APP_MAX_BODY_BYTES", "1.5", "APP_MAX_BODY_BYTES is '1.5'; input should be a valid integer"),
        ("APP_LOG_LEVLE", "info", "APP_LOG_LEVLE is not a setting; did you mean APP_LOG_LEVEL?"),
        ("APP_QQQ", "x", "APP_QQQ is not a setting"),
    ],
)
def test_a_wrong_variable_is_named_with_what_was_found_and_is_allowed(variable: str, value: str, says: str) -> None:
    assert refusal({variable: value}).startswith(says)


def test_every_wrong_variable_is_named_at_once() -> None:
    assert len(refusal({"APP_LISTEN": "x", "APP_LOG_LEVEL": "x", "APP_OTHER": "x"}).splitlines()) == 3


@pytest.mark.parametrize("name", ["APP_SERVICE_HOST", "APP_PORT", "APP_WEB_PORT_80_TCP_ADDR", "APP_SERVICE_PORT_HTTP"])
def test_what_kubernetes_sets_for_a_service_named_app_is_ignored(name: str) -> None:
    assert load(Settings, {name: "tcp://10.0.0.1:80"}) == Settings()


def test_a_secret_is_read_from_its_file(tmp_path: Path) -> None:
    (tmp_path / "key").write_text(f"{KEY}\n", encoding="utf-8")
    settings = load(Settings, {"APP_API_KEY_FILE": str(tmp_path / "key")}, tmp_path)
    assert settings.api_key is not None
    assert settings.api_key.get_secret_value() == KEY


def test_a_secret_mounted_as_links_as_kubernetes_does_is_read(tmp_path: Path) -> None:
    (tmp_path / "..data").mkdir()
    (tmp_path / "..data" / "key").write_text(KEY, encoding="utf-8")
    (tmp_path / "key").symlink_to("..data/key")
    assert load(Settings, {"APP_API_KEY_FILE": str(tmp_path / "key")}, tmp_path).api_key is not None


def test_a_secret_in_a_variable_is_refused_and_not_repeated() -> None:
    message = refusal({"APP_API_KEY": KEY})
    assert message == "APP_API_KEY is set, but a secret comes from a file: set APP_API_KEY_FILE to its path"


@pytest.mark.parametrize("path", ["key", "/etc/hostname", "{secrets}/../outside", "{secrets}/link"])
def test_a_secret_outside_the_secrets_folder_is_refused(tmp_path: Path, path: str) -> None:
    secrets = tmp_path / "secrets"
    secrets.mkdir()
    (tmp_path / "outside").write_text(KEY, encoding="utf-8")
    (secrets / "link").symlink_to(tmp_path / "outside")
    assert "allowed: a file under" in refusal({"APP_API_KEY_FILE": path.format(secrets=secrets)}, secrets)


@pytest.mark.parametrize(
    ("content", "says"),
    [(None, "it can't be read: No such file"), (b"short", "has 5 characters"), (b"\xff" * 20, "not UTF-8")],
)
def test_an_unusable_secret_file_is_refused_without_its_content(
    tmp_path: Path, content: bytes | None, says: str
) -> None:
    if content is not None:
        (tmp_path / "key").write_bytes(content)
    message = refusal({"APP_API_KEY_FILE": str(tmp_path / "key")}, tmp_path)
    assert says in message
    assert "short" not in message


def test_settings_are_shown_without_their_secrets(tmp_path: Path) -> None:
    (tmp_path / "key").write_text(KEY, encoding="utf-8")
    assert KEY not in repr(load(Settings, {"APP_API_KEY_FILE": str(tmp_path / "key")}, tmp_path))
