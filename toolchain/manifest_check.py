"""The strict check of manifests against Kubernetes' own schemas: no cluster, no web.

Stricter than most validators in one way: an object whose fields are known is closed, so a field that Kubernetes would
drop in silence (`imagePullpolicy`) is refused. Hand-written rather than handed to a JSON Schema library: the published
schemas leave to prose what a quantity is, that a null means "absent", and that an object without listed fields is open;
and a person needs the one field that is wrong, not a tree of failed alternatives.
"""

import base64
import binascii
import difflib
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

from toolchain.home import Home
from toolchain.manifest_yaml import UnreadableManifestError, read_documents
from toolchain.schemas import DEFAULT_VERSION, definitions

_PREFIX = "#/definitions/"
_OBJECT_META = "io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta"
_QUANTITY = "io.k8s.apimachinery.pkg.api.resource.Quantity"

_QUANTITY_GRAMMAR = re.compile(r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([KMGTPE]i|[numkMGTPE]|[eE][+-]?[0-9]+)?")
_DATE_TIME = re.compile(r"\d{4}-\d{2}-\d{2}[Tt]\d{2}:\d{2}:\d{2}(\.\d+)?([Zz]|[+-]\d{2}:\d{2})")
_INTEGER_RANGES = {"int32": (-(2**31), 2**31 - 1), "int64": (-(2**63), 2**63 - 1)}

_SUFFIXES = {".yaml", ".yml", ".json"}

_SILENT_FIELDS = {"value", "data", "stringData", "binaryData"}
"""Fields whose content is never quoted in a message: it may be a secret."""


@dataclass(frozen=True)
class Problem:
    """One thing that is wrong in one place, or one object that could not be checked.

    Attributes:
        file: the manifest's file, relative to the folder that was checked.
        document: the document's index in that file, from 0.
        path: where in the document, `spec.containers[0].image`; empty for the document itself.
        found: what is there, in words; never the content of a secret.
        allowed: what may be there instead.
        refused: False for a custom resource: its body is not described by Kubernetes, so it was not checked.
    """

    file: Path
    document: int
    path: str
    found: str
    allowed: str
    refused: bool = True

    @property
    def message(self) -> str:
        """One line for a person."""
        place = f"{self.file}, document {self.document + 1}" + (f", {self.path}" if self.path else "")
        return f"{place}: found {self.found}; allowed: {self.allowed}" if self.refused else f"{place}: {self.found}"


@dataclass(frozen=True)
class _Finding:
    path: str
    found: str
    allowed: str


class Checker:
    """Checks plain objects against the definitions of one Kubernetes version."""

    def __init__(self, definitions: Mapping[str, Any], version: str) -> None:
        self._definitions = definitions
        self._version = version
        self._kinds: dict[tuple[str, str], str] = {}
        for name, definition in definitions.items():
            for gvk in definition.get("x-kubernetes-group-version-kind", []):
                api_version = f"{gvk['group']}/{gvk['version']}" if gvk["group"] else gvk["version"]
                self._kinds[(api_version, gvk["kind"])] = name
        self._groups = {api_version.rpartition("/")[0] for api_version, _ in self._kinds}

    def check(self, document: Any, file: Path = Path(), index: int = 0) -> Iterator[Problem]:
        """Every problem of one document, objects inside a `v1` `List` included."""
        if not isinstance(document, dict):
            yield Problem(file, index, "", _words(document), "an object with apiVersion and kind")
            return
        yield from self._check_object(cast(dict[str, Any], document), "", file, index)

    def _check_object(self, document: dict[str, Any], path: str, file: Path, index: int) -> Iterator[Problem]:
        at = f"{path}." if path else ""
        for key in ("apiVersion", "kind"):
            if not isinstance(document.get(key), str) or not document[key]:
                found = _words(document[key]) if key in document else "nothing"
                yield Problem(file, index, f"{at}{key}", found, "a text")
                return
        api_version, kind = cast(str, document["apiVersion"]), cast(str, document["kind"])
        if (api_version, kind) == ("v1", "List"):
            items = document.get("items")
            for position, item in enumerate(cast(list[Any], items) if isinstance(items, list) else []):
                if isinstance(item, dict):
                    yield from self._check_object(cast(dict[str, Any], item), f"{at}items[{position}]", file, index)
                else:
                    yield Problem(file, index, f"{at}items[{position}]", _words(item), "an object")
            return

        name = self._kinds.get((api_version, kind))
        if name is None and self._is_custom(api_version):
            described: Mapping[str, Any] = {"$ref": _PREFIX + _OBJECT_META}
            findings = self._walk(document.get("metadata", {}), described, f"{at}metadata", silent=False)
            yield Problem(
                file,
                index,
                path,
                f"{api_version} {kind} is a custom resource: only its metadata was checked",
                "",
                refused=False,
            )
        elif name is None:
            yield Problem(
                file,
                index,
                f"{at}kind",
                f"{api_version} {kind}, which is not in Kubernetes {self._version}",
                self._nearest(api_version, kind),
            )
            return
        else:
            findings = self._walk(document, self._definitions[name], path, silent=kind == "Secret")
        for finding in (*findings, *_nameless(document, kind, at)):
            yield Problem(file, index, finding.path, finding.found, finding.allowed)

    def _is_custom(self, api_version: str) -> bool:
        """Whether a group can belong to a custom resource: Kubernetes' own groups can't, nor can one without a dot."""
        group = api_version.rpartition("/")[0]
        return "." in group and group not in self._groups

    def _nearest(self, api_version: str, kind: str) -> str:
        same_kind = sorted(version for version, each in self._kinds if each == kind)
        if same_kind:
            return f"{kind} in {', '.join(same_kind)}"
        close = difflib.get_close_matches(kind, sorted({each for _, each in self._kinds}), n=3)
        return f"a kind of Kubernetes {self._version}" + (f", perhaps {' or '.join(close)}" if close else "")

    def _walk(self, value: Any, schema: Mapping[str, Any], path: str, *, silent: bool) -> Iterator[_Finding]:
        reference = cast(str | None, schema.get("$ref"))
        if reference is not None:
            name = reference.removeprefix(_PREFIX)
            if name == _QUANTITY:
                yield from _quantity(value, path, silent=silent)
                return
            schema = cast(Mapping[str, Any], self._definitions[name])
        kind = schema.get("type")
        if kind == "object":
            yield from self._walk_object(value, schema, path, silent=silent)
        elif kind == "array":
            if not isinstance(value, list):
                yield _Finding(path, _words(value, silent=silent), "a list")
                return
            for index, item in enumerate(cast(list[Any], value)):
                yield from self._walk(item, schema["items"], f"{path}[{index}]", silent=silent)
        elif kind is not None:  # a schema without a type takes anything
            allowed = _scalar(value, cast(str, kind), cast(str, schema.get("format", "")))
            if allowed:
                yield _Finding(path, _words(value, silent=silent), allowed)

    def _walk_object(self, value: Any, schema: Mapping[str, Any], path: str, *, silent: bool) -> Iterator[_Finding]:
        if not isinstance(value, dict):
            yield _Finding(path, _words(value, silent=silent), "an object")
            return
        fields = cast(dict[Any, Any], value)
        properties = cast(Mapping[str, Any], schema.get("properties", {}))
        others = schema.get("additionalProperties")
        is_open = (not properties and others is None) or bool(schema.get("x-kubernetes-preserve-unknown-fields"))
        for key, content in fields.items():
            at = _join(path, key)
            if not isinstance(key, str):
                yield _Finding(at, f"a key that is {_words(key)}", "a key that is a text")
            elif key in properties:
                # Kubernetes takes a null for "not given".
                if content is not None:
                    yield from self._walk(content, properties[key], at, silent=silent or key in _SILENT_FIELDS)
            elif isinstance(others, dict):
                yield from self._walk(content, cast(Mapping[str, Any], others), at, silent=silent)
            elif not is_open and others is not True:
                yield _Finding(at, "an unknown field", _fields(key, properties))
        for key in cast(list[str], schema.get("required", [])):
            if fields.get(key) is None:
                yield _Finding(_join(path, key), "nothing", f"{_type_of(properties.get(key, {}))}, which is required")


def check_folder(folder: Path, home: Home, version: str = DEFAULT_VERSION) -> list[Problem]:
    """Check every manifest (`.yaml`, `.yml`, `.json`) in a folder and below it.

    Args:
        folder: where the manifests are.
        home: where the schemas are kept; they are fetched there on first use.
        version: the Kubernetes version, such as `1.36`.

    Returns:
        The problems in the order of files and documents. A folder without manifests is a problem: a check that looked
        at nothing must not pass. Entries with `refused=False` only say what could not be checked.

    Raises:
        SchemasUnavailableError: when the version's schemas can't be had.
    """
    checker = Checker(definitions(home, version), version)
    problems: list[Problem] = []
    files = sorted(each for each in folder.rglob("*") if each.suffix in _SUFFIXES and each.is_file())
    if not files:
        found = "no manifest" if folder.is_dir() else "no such folder"
        return [Problem(folder, 0, "", found, "a folder with at least one .yaml, .yml or .json file")]
    for file in files:
        name = file.relative_to(folder)
        try:
            documents = read_documents(file.read_bytes())
        except (UnreadableManifestError, OSError) as error:
            problems.append(Problem(name, 0, "", str(error), "a file that Kubernetes can read"))
            continue
        for index, document in enumerate(documents):
            problems.extend(checker.check(document, name, index))
    return problems


def _nameless(document: Mapping[str, Any], kind: str, at: str) -> Iterator[_Finding]:
    # A review is a question to the API server and has no name; a list's items have theirs.
    if kind.endswith(("Review", "List")):
        return
    metadata = document.get("metadata")
    named: Mapping[str, Any] = cast(Mapping[str, Any], metadata) if isinstance(metadata, dict) else {}
    if not named.get("name") and not named.get("generateName"):
        yield _Finding(f"{at}metadata.name", "nothing", "a name, which is required")


def _quantity(value: Any, path: str, *, silent: bool) -> Iterator[_Finding]:
    number = isinstance(value, int | float) and not isinstance(value, bool)
    if not number and not (isinstance(value, str) and _QUANTITY_GRAMMAR.fullmatch(value)):
        yield _Finding(path, _words(value, silent=silent), "a quantity such as 500m, 2 or 4Gi")


def _scalar(value: Any, kind: str, form: str) -> str:
    """What is allowed instead of a value, or nothing when the value is allowed."""
    whole = isinstance(value, int) and not isinstance(value, bool)
    if form == "int-or-string":
        return "" if whole or isinstance(value, str) else "a whole number or a text"
    if kind == "boolean":
        return "" if isinstance(value, bool) else "true or false"
    if kind == "integer":
        if not whole:
            return "a whole number"
        low, high = _INTEGER_RANGES.get(form, _INTEGER_RANGES["int64"])
        return "" if low <= value <= high else f"a whole number from {low} to {high}"
    if kind == "number":
        return "" if whole or isinstance(value, float) else "a number"
    if not isinstance(value, str):
        return "a text"
    if form == "byte" and not _is_base64(value):
        return "a text in base64"
    if form == "date-time" and not _DATE_TIME.fullmatch(value):
        return "a time such as 2026-01-31T08:00:00Z"
    return ""


def _is_base64(text: str) -> bool:
    try:
        # Go's decoder skips line ends and nothing else.
        base64.b64decode(text.replace("\n", "").replace("\r", ""), validate=True)
    except (binascii.Error, ValueError):
        return False
    return True


def _words(value: Any, *, silent: bool = False) -> str:
    """A value in words: its type, and for a scalar that is no secret its content."""
    match value:
        case None:
            return "null"
        case bool():
            name, content = "", str(value).lower()
        case int() | float():
            name, content = "the number ", str(value)
        case str():
            name, content = "the text ", repr(value if len(value) <= 60 else value[:60] + "…")
        case list():
            return "a list"
        case dict():
            return "an object"
        case _:
            return f"a {type(value).__name__}"
    if silent:
        return {"": "true or false", "the number ": "a number", "the text ": "a text"}[name]
    return name + content


def _fields(key: str, properties: Mapping[str, Any]) -> str:
    close = difflib.get_close_matches(key, properties, n=1)
    by_case = [each for each in properties if each.lower() == key.lower()]
    hint = f"did you mean {(by_case or close)[0]}? " if by_case or close else ""
    return hint + "one of " + ", ".join(sorted(properties))


def _type_of(schema: Mapping[str, Any]) -> str:
    names = {"array": "a list", "string": "a text", "integer": "a whole number", "boolean": "true or false"}
    return names.get(cast(str, schema.get("type", "object")), "an object")


def _join(path: str, key: Any) -> str:
    text = str(key)
    # Keys of labels and annotations hold dots and slashes.
    step = text if re.fullmatch(r"[A-Za-z0-9_$-]+", text) else f"[{text!r}]"
    return f"{path}{step}" if step.startswith("[") or not path else f"{path}.{step}"
