"""Manifests in a folder: one file for each object, under the official plugin's names.

`0-crd/` holds definitions of custom resources, `1-manifest/` all else, so that `kubectl apply -f` in that order works.
Folders have mode 0700 and files 0600, since rendered Secrets are in clear (base64 is no cipher), as with the official
plugin. With `SLIPWAY_RENDER_SECRETS=omit` in the engine's environment a Secret's file keeps its keys and loses its
values, and says so in a comment; whoever applies the manifests supplies the values. A secret value in any other kind is
then an error: without it the manifest would mean something else. The option concerns files as they are written; it
does not touch files of resources that did not change.

Files are replaced atomically: a reader sees the old or the new one, and a plugin killed while writing leaves a
`.tmp-<pid>-<number>` that the next one removes. Writing again what is there, and removing what is gone, are no errors:
that is how an update converges after the engine was killed between file and state.
"""

import itertools
import os
import threading
from contextlib import suppress
from pathlib import Path

from toolchain.plugins.base import ProviderError
from toolchain.plugins.base_values import Properties, Value, contains_secret
from toolchain.plugins.kubernetes.kinds import kind_of_object
from toolchain.plugins.kubernetes.objects import is_core, text
from toolchain.plugins.kubernetes.yaml_writer import dump

OMIT_SECRETS = ("SLIPWAY_RENDER_SECRETS", "omit")

_DEFINITIONS = "0-crd"
_MANIFESTS = "1-manifest"
_FOLDER_MODE = 0o700
_FILE_MODE = 0o600
_TEMPORARY = ".tmp-"
_LEFT_OUT = "# Values left out (SLIPWAY_RENDER_SECRETS=omit): supply them where this manifest is applied.\n"


class RenderFolder:
    """The folder that a provider renders into.

    Args:
        folder: The folder; made when the first file is written.
        omit_secrets: Whether secret values stay out of it.
    """

    def __init__(self, folder: Path, *, omit_secrets: bool = False) -> None:
        self._folder = folder
        self._omit_secrets = omit_secrets
        self._numbers = itertools.count()
        self._lock = threading.Lock()
        self._prepared = False

    def path_of(self, obj: Properties) -> Path:
        """Returns the file of an object.

        Raises:
            ProviderError: The object has no name, or one that cannot be part of a file's name.
        """
        api_version, kind = text(obj, "apiVersion"), text(obj, "kind")
        namespace, name = text(obj, "metadata", "namespace") or "default", text(obj, "metadata", "name")
        for field, value in (("kind", kind), ("metadata.name", name), ("metadata.namespace", namespace)):
            if not value or "/" in value or "\0" in value:
                raise ProviderError(f"a manifest cannot be rendered with {field} {value!r}: its file is named after it")
        group_version = api_version.replace("/", "_").replace(":", "_")
        gvk = kind_of_object(api_version, kind)
        defines = gvk.built_in and kind == "CustomResourceDefinition"
        file_name = f"{group_version}-{kind.lower()}-{namespace}-{name}.yaml"
        return self._folder / (_DEFINITIONS if defines else _MANIFESTS) / file_name

    def write(self, obj: Properties, inputs: Properties) -> None:
        """Writes an object's manifest over whatever is there.

        Args:
            obj: The object, with no secrets marked.
            inputs: The same with its secrets marked.

        Raises:
            ProviderError: The file cannot be written, or secrets cannot be left out of it.
        """
        path = self.path_of(obj)
        content = dump(obj)
        if self._omit_secrets:
            if is_core(obj, "Secret"):
                content = _LEFT_OUT + dump(_without_values(obj))
            elif contains_secret(inputs):
                raise ProviderError(
                    f"{path.name} would hold a secret value, which SLIPWAY_RENDER_SECRETS=omit forbids outside of "
                    "Secrets. Put the value into a Secret and refer to it, or unset the variable"
                )
        try:
            self._prepare()
            self._replace(path, content)
        except OSError as error:
            raise ProviderError(f"cannot write {path}: {error.strerror}. Mend that and run again") from error

    def remove(self, obj: Properties) -> None:
        """Removes an object's manifest, if it is there.

        Raises:
            ProviderError: It is there and cannot be removed.
        """
        path = self.path_of(obj)
        try:
            path.unlink(missing_ok=True)
        except OSError as error:
            raise ProviderError(f"cannot remove {path}: {error.strerror}. Mend that and run again") from error

    def _replace(self, path: Path, content: str) -> None:
        temporary = path.with_name(f"{_TEMPORARY}{os.getpid()}-{next(self._numbers)}")
        descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, _FILE_MODE)
        try:
            with os.fdopen(descriptor, "w", encoding="utf-8", newline="") as file:
                file.write(content)
            temporary.replace(path)
        except BaseException:
            with suppress(OSError):
                temporary.unlink()
            raise

    def _prepare(self) -> None:
        """Makes the folders, and removes what killed plugins left in them; once."""
        with self._lock:
            if self._prepared:
                return
            for folder in (self._folder / _DEFINITIONS, self._folder / _MANIFESTS):
                _make_private(folder)
                for leftover in folder.glob(f"{_TEMPORARY}*"):
                    if not _is_running(leftover.name.removeprefix(_TEMPORARY).partition("-")[0]):
                        leftover.unlink(missing_ok=True)
            self._prepared = True


def _make_private(folder: Path) -> None:
    """Makes `folder` and its missing parents, which `mkdir(parents=True)` would make readable to others."""
    for missing in reversed([folder, *folder.parents]):
        with suppress(FileExistsError):
            if not missing.exists():
                missing.mkdir(_FOLDER_MODE)


def _is_running(process: str) -> bool:
    if not process.isdecimal():
        return False
    try:
        os.kill(int(process), 0)
    except (ProcessLookupError, OverflowError):
        return False
    except PermissionError:
        return True
    return True


def _without_values(secret: Properties) -> Properties:
    return {key: _emptied(value) if key in ("data", "stringData") else value for key, value in secret.items()}


def _emptied(data: Value) -> Value:
    return dict.fromkeys(data, "") if isinstance(data, dict) else None
