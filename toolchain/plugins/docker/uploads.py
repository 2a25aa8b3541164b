"""Files that are put into a container before it starts."""

import base64
import binascii
import grp
import io
import pwd
import tarfile
from pathlib import Path, PurePosixPath

from toolchain.plugins.base import ProviderError
from toolchain.plugins.base_values import Properties
from toolchain.plugins.docker.fields import blocks, flag, text

_EXECUTABLE = 0o744
_PLAIN = 0o644


def archives(inputs: Properties) -> dict[str, bytes]:
    """Returns the files as one archive for each folder that they go to.

    A container whose own file system is read-only takes files in its writable volumes only, and only when the volume's
    own path is named. So that is what a file goes to, if it lies in one, else to the root folder.

    Args:
        inputs: The container's.

    Raises:
        ProviderError: A source cannot be read, or an owner is unknown.
    """
    mounts = [text(block, "containerPath") for block in blocks(inputs, "volumes")]
    mounts += [text(block, "target") for block in blocks(inputs, "mounts") if text(block, "type") != "tmpfs"]
    sorted_out: dict[str, list[Properties]] = {}
    for upload in blocks(inputs, "uploads"):
        path = PurePosixPath("/", text(upload, "file"))
        inside = [mount for mount in mounts if mount and path.is_relative_to(mount)]
        sorted_out.setdefault(max(inside, key=len, default="/"), []).append(upload)
    return {folder: _archive(folder, uploads) for folder, uploads in sorted_out.items()}


def _archive(folder: str, uploads: list[Properties]) -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as tar:
        for upload in uploads:
            content = _content(upload)
            entry = tarfile.TarInfo(str(PurePosixPath("/", text(upload, "file")).relative_to(folder)))
            entry.size, entry.mode = len(content), _mode(upload)
            entry.uid, entry.gid = _owner(upload), _group(upload)
            tar.addfile(entry, io.BytesIO(content))
    return buffer.getvalue()


def _content(upload: Properties) -> bytes:
    path = text(upload, "file")
    if encoded := text(upload, "contentBase64"):
        try:
            return base64.b64decode(encoded, validate=True)
        except binascii.Error:
            raise ProviderError(f"the contentBase64 of the upload {path} is not in base64") from None
    if source := text(upload, "source"):
        try:
            return Path(source).read_bytes()
        except OSError as error:
            raise ProviderError(
                f"{source}, the source of the upload {path}, cannot be read: {error.strerror}"
            ) from None
    return text(upload, "content").encode()


def _mode(upload: Properties) -> int:
    if permissions := text(upload, "permissions"):
        return int(permissions, 8)
    return _EXECUTABLE if flag(upload, "executable") else _PLAIN


def _owner(upload: Properties) -> int:
    """Returns the user's number; a name is looked up on this machine, as the official plugin does."""
    name = text(upload, "owner") or "0"
    try:
        return int(name) if name.isdecimal() else pwd.getpwnam(name).pw_uid
    except KeyError:
        raise _unknown("owner", name, upload) from None


def _group(upload: Properties) -> int:
    name = text(upload, "group") or "0"
    try:
        return int(name) if name.isdecimal() else grp.getgrnam(name).gr_gid
    except KeyError:
        raise _unknown("group", name, upload) from None


def _unknown(what: str, name: str, upload: Properties) -> ProviderError:
    return ProviderError(f"there is no {what} {name!r} of the upload {text(upload, 'file')}; give its number")
