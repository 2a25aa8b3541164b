"""What a service is told."""

from __future__ import annotations

from collections.abc import Sequence

from cli.compose_import import forms, guardrails
from cli.compose_import.service import Service
from components.spec import defaults
from components.spec.secrecy import secret_name, secret_value
from components.spec.workload import secret_variable


def state_environment(service: Service) -> None:
    """Its plain settings, and its secrets."""
    if "env_file" in service.raw:
        service.object_to(
            "env_file", str(service.raw["env_file"]), "write plain settings to `env`, secrets to `secrets`"
        )
    secrets = [_secret(service, each) for each in forms.items(service.raw.get("secrets"))]
    env: dict[str, str] = {}
    for name, value in forms.named(service.raw.get("environment")).items():
        if name in (secret_variable(each) for each in secrets):
            continue
        if value is None:
            service.object_to(f"environment.{name}", "a value of whoever starts it", "state it, or make it a secret")
        elif service.objected(f"environment.{name}", "secret-literal-env"):
            secrets.append(name.lower().replace("_", "-"))
        elif value != "" and (secret_name(name) or secret_value(str(value))):
            secrets.append(name.lower().replace("_", "-"))
            service.object_to(f"environment.{name}", "what looks like a secret (not shown)", guardrails.AS_FILE)
        else:
            env[name] = _with_files_of(secrets, forms.plain(value))
            if forms.variables(env[name]):
                service.object_to(f"environment.{name}", "a variable of whoever starts it", "state its value")
    service.workload["env"], service.workload["secrets"] = env, list(dict.fromkeys(secrets))


def _with_files_of(secrets: Sequence[str], text: str) -> str:
    """The text with the paths of secrets as they are now called."""
    folder = f"{defaults.SECRETS_FOLDER}/"
    name = text.removeprefix(folder).lower().replace("_", "-")
    return f"{folder}{name}" if text.startswith(folder) and name in secrets else text


def _secret(service: Service, secret: object) -> str:
    described = forms.mapping(secret) or {"source": secret}
    source = str(described["source"])
    if described.get("target", source) not in (source, f"{defaults.SECRETS_FOLDER}/{source}"):
        service.object_to("secrets", str(described["target"]), f"it is the file {defaults.SECRETS_FOLDER}/{source}")
    return source.lower().replace("_", "-")
