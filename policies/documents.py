"""Reads Kubernetes objects from YAML and JSON files and folders, and survives whatever else is in them."""

from __future__ import annotations

import json
import os
import re
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import cast

import yaml

from policies.yaml_reader import MAX_DEPTH, RefusedError, read_yaml

SUFFIXES = frozenset({".yaml", ".yml", ".json"})
"""What is read in a folder. A file that is named itself is read whatever its suffix."""

MAX_BYTES = 20 * 2**20
"""The largest file that is read: twenty times what Kubernetes accepts as one object, with room for many."""

_DOCKERFILE = re.compile(
    r"(?i)(dockerfile|containerfile)(\.(?!ya?ml$|json$|dockerignore$)[\w.-]+)?|[\w.-]+\.(dockerfile|containerfile)"
)


@dataclass(frozen=True, slots=True)
class Document:
    """One document of a file.

    Attributes:
        file: The file, as it was named or found.
        index: Its number in the file, from 0.
        body: What it holds.
    """

    file: str
    index: int
    body: object


@dataclass(frozen=True, slots=True)
class DockerfileText:
    """The body of a document that is a Dockerfile.

    Attributes:
        text: Its text.
    """

    text: str


@dataclass(frozen=True, slots=True)
class Unreadable:
    """A file, or the rest of one, that could not be read.

    Attributes:
        file: The file, as it was named or found.
        reason: Why, in a few words.
    """

    file: str
    reason: str


def files(paths: Iterable[str]) -> Iterator[str]:
    """Finds what there is to read.

    Args:
        paths: Files, folders (with their subfolders; links to folders are not followed), or `-` for standard input.

    Yields:
        The files in order, and `-`.
    """
    for path in paths:
        if path != "-" and os.path.isdir(path):
            yield from _files(path)
        else:
            yield path


def read_file(path: str) -> Iterator[Document | Unreadable]:
    """Reads a file.

    Args:
        path: The file, or `-` for standard input.

    Yields:
        Its documents in order; what could not be read in its place.
    """
    if path == "-":
        yield from _documents("-", sys.stdin.buffer.read(MAX_BYTES + 1))
    else:
        yield from _file(path)


def read(paths: Iterable[str]) -> Iterator[Document | Unreadable]:
    """Reads files, folders and standard input, as `files` finds them.

    Args:
        paths: What to read.

    Yields:
        The documents in order, and what could not be read in its place; reading then goes on with the next file.
    """
    for file in files(paths):
        yield from read_file(file)


def is_dockerfile(path: str) -> bool:
    """Whether a file is a Dockerfile, by its name: `Dockerfile`, `Dockerfile.gpu`, `a.Dockerfile`, `Containerfile`."""
    return _DOCKERFILE.fullmatch(Path(path).name) is not None


def _files(folder: str) -> Iterator[str]:
    for root, folders, files in os.walk(folder):
        folders.sort()
        for name in sorted(files):
            if Path(name).suffix.lower() in SUFFIXES or is_dockerfile(name):
                yield os.path.join(root, name)


def _file(path: str) -> Iterator[Document | Unreadable]:
    try:
        with open(path, "rb") as stream:
            data = stream.read(MAX_BYTES + 1)
    except OSError as error:
        yield Unreadable(path, error.strerror or type(error).__name__)
        return
    yield from _documents(path, data)


def _documents(file: str, data: bytes) -> Iterator[Document | Unreadable]:
    if len(data) > MAX_BYTES:
        yield Unreadable(file, f"larger than {MAX_BYTES // 2**20} MiB")
        return
    if is_dockerfile(file):
        try:
            yield Document(file, 0, DockerfileText(data.decode()))
        except ValueError:
            yield Unreadable(file, "no text")
        return
    index = 0
    try:
        for body in _parse(file, data):
            yield Document(file, index, body)
            index += 1
    except RefusedError as error:
        yield Unreadable(file, f"document {index} {error}")
    except yaml.MarkedYAMLError as error:
        at = f", line {error.problem_mark.line + 1}" if error.problem_mark is not None else ""
        yield Unreadable(file, f"no YAML{at}: {error.problem or 'it cannot be read'}")
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        yield Unreadable(file, f"neither YAML nor JSON ({type(error).__name__})")


def _parse(file: str, data: bytes) -> Iterator[object]:
    if not file.lower().endswith(".json"):
        yield from read_yaml(data)
        return
    body = json.loads(data)
    if _too_deep(body):
        raise RefusedError("is nested too deeply")
    yield body


def _too_deep(body: object) -> bool:
    """Whether a value is nested deeper than what reads it can follow."""
    level = [body]
    for _ in range(MAX_DEPTH):
        inner: list[object] = []
        for value in level:
            if isinstance(value, dict):
                inner += cast("dict[object, object]", value).values()
            elif isinstance(value, list):
                inner += cast("list[object]", value)
        if not inner:
            return False
        level = inner
    return True
