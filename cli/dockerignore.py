"""Writes `.dockerignore` files: nothing enters a build but what its Dockerfile copies."""

from __future__ import annotations

from policies import dockerfile

LEFT_BEHIND = ("**/__pycache__", "**/*.py[co]", "**/.DS_Store")
"""What tools leave in folders that are copied."""

SECRETS = ("**/.git", "**/.venv", "**/node_modules", "**/.env*", "**/*.key", "**/id_rsa*", "**/id_ed25519*")
"""What stays out where all of the folder is copied."""

HEAD = "# Nothing goes into the build but what the Dockerfile copies: a new file beside it (a key, a dump) stays out.\n"
HEAD_OF_ALL = (
    "# The Dockerfile copies the whole folder. Naming what it needs, in `COPY`, would keep out what is new, too.\n"
)


def ignore_text(text: str) -> str:
    """The text of a `.dockerignore` for a Dockerfile.

    Args:
        text: The Dockerfile's text.

    Raises:
        DockerfileError: It is none.
    """
    copied = _copied(text)
    if "." in copied:
        return HEAD_OF_ALL + "".join(f"{pattern}\n" for pattern in (*SECRETS, *LEFT_BEHIND))
    return HEAD + "".join(f"{pattern}\n" for pattern in ("*", *(f"!{path}" for path in copied), *LEFT_BEHIND))


def _copied(text: str) -> list[str]:
    """The paths of the folder that a Dockerfile takes from; `.` for all of it, as far as a variable hides which."""
    found: set[str] = set()
    for instruction in dockerfile.read(text):
        if instruction.name not in ("COPY", "ADD") or "from" in instruction.flags:
            continue
        words = instruction.words() or instruction.text.split()
        for word in words[:-1]:
            if "://" in word or word.startswith("<<"):
                continue
            path = word.strip("\"'").removeprefix("./").strip("/")
            found.add("." if path in ("", ".") or "$" in path else path)
    for instruction in dockerfile.read(text):
        if instruction.name == "RUN" and "type=bind" in (mount := instruction.flags.get("mount", "")):
            found |= _bound(mount)
    return sorted(found)


def _bound(mount: str) -> set[str]:
    """The path of the folder that a step mounts."""
    options = {name: value for name, _, value in (option.partition("=") for option in mount.split(","))}
    if "from" in options:
        return set()
    path = (options.get("source") or options.get("src") or ".").removeprefix("./").strip("/")
    return {path or "."}
