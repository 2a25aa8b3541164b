"""The registry of a stack, to be asked directly."""

from __future__ import annotations

from cli.workspace import Workspace
from components.spec.settings import Settings
from toolchain import logins
from toolchain.distribution import Remote
from toolchain.logins import Login


def remote(workspace: Workspace, settings: Settings) -> Remote:
    """The stack's registry, with the login that builds use: the stack's credentials, else the Docker configuration's.

    Raises:
        ToolchainError: The password cannot be read from the stack, or the login from where it is kept.
    """
    registry = settings.registry
    if registry.insecure:
        return Remote(registry.address, insecure=True)
    if not registry.credentials:
        return Remote(registry.address, login=logins.login(registry.address, workspace.environment()))
    stored = settings.secrets[registry.credentials.password].from_config
    if stored is None:
        raise AssertionError("validated: a registry's password is stored")
    command = ["config", "get", f"slipway:{stored.key}", "--stack", workspace.stack]
    password = workspace.engine.ask(command, secret=True).removesuffix("\n")
    return Remote(registry.address, login=Login(registry.credentials.username, password))
