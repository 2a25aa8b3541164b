"""Reads Kubernetes objects from YAML and JSON files and folders, and survives whatever else is in them."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import cast

import yaml

SUFFIXES = frozenset({".yaml", ".yml", ".json"})
"""What is read in a folder. A file that is named itself is read whatever its suffix."""

MAX_BYTES = 20 * 2**20
"""The largest file that is read: twenty times what Kubernetes accepts as one object, with room for many."""

MAX_NODES = 1_000_000
"""The most values one document may hold once its YAML aliases are written out."""

_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


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


def _files(folder: str) -> Iterator[str]:
    for root, folders, files in os.walk(folder):
        folders.sort()
        for name in sorted(files):
            if Path(name).suffix.lower() in SUFFIXES:
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
    try:
        for index, body in enumerate(_parse(file, data)):
            problem = _oversize(body)
            yield Unreadable(file, f"document {index} {problem}") if problem else Document(file, index, body)
    except yaml.MarkedYAMLError as error:
        at = f", line {error.problem_mark.line + 1}" if error.problem_mark is not None else ""
        yield Unreadable(file, f"no YAML{at}: {error.problem or 'it cannot be read'}")
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        yield Unreadable(file, f"neither YAML nor JSON ({type(error).__name__})")


def _parse(file: str, data: bytes) -> Iterator[object]:
    if file.lower().endswith(".json"):
        yield json.loads(data)
    else:
        yield from yaml.load_all(data, Loader=_LOADER)


def _oversize(body: object) -> str | None:
    """What is wrong with a document's size. Aliases let a few lines stand for more than any memory holds."""
    sizes: dict[int, int] = {}
    open_ids: set[int] = set()

    def size(value: object) -> int:
        children: Iterable[object]
        if isinstance(value, dict):
            children = cast("dict[object, object]", value).values()
        elif isinstance(value, list):
            children = cast("list[object]", value)
        else:
            return 1
        key = id(cast("object", value))
        if key in open_ids:
            raise RecursionError
        if key not in sizes:
            open_ids.add(key)
            sizes[key] = 1 + sum(size(child) for child in children)
            open_ids.discard(key)
        return sizes[key]

    try:
        return f"holds more than {MAX_NODES:,} values" if size(body) > MAX_NODES else None
    except RecursionError:
        return "contains itself, or is nested too deeply"
