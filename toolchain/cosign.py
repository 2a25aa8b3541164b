"""Signatures and signed statements about images, made and checked by cosign: with keys of our own, or keyless.

With a key no transparency log and no signing service take part: nothing about an image leaves for the web, and a closed
network can do it. Passwords and tokens go through the environment, never through arguments.
"""

import base64
import json
import os
import re
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from toolchain import oci
from toolchain.environment import DEV_PASSPHRASE
from toolchain.errors import ToolchainError
from toolchain.home import Home
from toolchain.keyless import SERVICES, Identity, KeylessSigner, no_token
from toolchain.scratch import scratch_folder
from toolchain.signing_programs import PASSWORD_VARIABLE, started

CACHE_VARIABLE = "TUF_ROOT"
"""Where cosign keeps what it fetched of Sigstore's public instance."""

TIMEOUT_S = 300.0

SIGNING = ("https://sigstore.dev/cosign/sign/v1", "cosign container image signature")
"""What a signature states; anything else that a key has signed about an image is an attestation, and signs nothing."""

Trusted = str | Identity
"""Who must have signed: the holder of a public key, in the PEM form, or of an identity."""

_UNANSWERED = re.compile(r'\b(?:GET|HEAD) "?https?://|trusted root', re.IGNORECASE)
"""Stands in what cosign says when a registry did not answer as one, or what is trusted could not be had: that is no
verdict on a signature."""

_TOKEN = re.compile(r"\bID token|(?<!processing the )identity token")
"""Stands in what cosign says when it does not know who signs. Fulcio, who refuses one, speaks of `processing` it."""

_SIGSTORE = re.compile(r"Fulcio|TUF|[Rr]ekor|timestamp|trusted root")
"""Stands in what cosign says when another than the registry failed."""


@dataclass(frozen=True)
class Signer:
    """A private key that may be used.

    Attributes:
        file: the key, encrypted.
        password: what opens it.
    """

    file: Path
    password: str

    def flags(self, _: Path) -> list[str]:
        """How cosign is told."""
        return [f"--key={self.file}", "--use-signing-config=false", "--tlog-upload=false", "--yes"]

    @property
    def environ(self) -> Mapping[str, str]:
        """The password, as cosign reads it."""
        return {PASSWORD_VARIABLE: self.password}


def key_file(home: Home, key: str) -> Path:
    """Where the private key with an id is kept."""
    return home.keys / f"{key}.key"


def signer(home: Home, key: str) -> Signer:
    """The private key with an id.

    Raises:
        ToolchainError: it is not on this machine.
    """
    file = key_file(home, key)
    if not file.is_file():
        raise ToolchainError(
            f"the private key {key} is not on this machine: {file} does not exist",
            "bring it from its backup (`slipway keys restore FILE`), or sign with a new one (`slipway keys rotate`)",
        )
    return Signer(file, os.environ.get(PASSWORD_VARIABLE, DEV_PASSPHRASE))


def new_key(home: Home, password: str) -> tuple[bytes, str]:
    """Makes a key: the private half, encrypted, and the public half, both in the PEM form.

    Raises:
        ToolchainError: cosign cannot be had.
    """
    with scratch_folder(home.run / "steps", "key") as folder:
        _run(home, ["generate-key-pair", "--output-key-prefix=new"], {PASSWORD_VARIABLE: password}, cwd=folder)
        return (folder / "new.key").read_bytes(), (folder / "new.pub").read_text(encoding="utf-8")


def public_half(home: Home, key: Signer) -> str:
    """The public half of a private key, in the PEM form.

    Raises:
        ToolchainError: the password does not open it.
    """
    return _run(home, ["public-key", f"--key={key.file}"], key.environ)


def sign(home: Home, reference: str, key: Signer | KeylessSigner, *, insecure: bool, older: bool = False) -> None:
    """Signs an image by digest; an index with all that it lists.

    Args:
        home: where cosign is.
        reference: the image, by digest.
        key: signs it.
        insecure: whether the registry speaks plain HTTP.
        older: whether in the form before bundles, under a tag, which is the one in which admission controllers read
            signatures of keys.

    Raises:
        ToolchainError: the password does not open the key, there is no token, or the registry or a service failed.
    """
    with scratch_folder(home.run / "steps", "sign") as folder:
        how = [*key.flags(folder), *_form(older), *_registry(insecure)]
        _run(home, ["sign", "--recursive", *how, reference], key.environ)


def signed(home: Home, reference: str, by: Trusted, *, insecure: bool, older: bool = False) -> bool:
    """Whether an image has a valid signature by somebody, in this form; it says nothing of why not.

    Raises:
        ToolchainError: the registry does not answer as one, or cosign did not end.
    """
    command = ["verify", "--output=json", *_form(older), *_registry(insecure)]
    printed = _checked(home, command, reference, by)
    found: list[dict[str, Any]] = json.loads(printed) if printed else []
    return any(each["critical"]["type"] in SIGNING for each in found)


def attest(
    home: Home,
    reference: str,
    kind: str,
    predicate: Mapping[str, Any],
    key: Signer | KeylessSigner,
    *,
    insecure: bool,
) -> None:
    """Attaches a signed statement to an image.

    Args:
        home: where cosign is.
        reference: the image, by digest.
        kind: cosign's word for the statement's type, or the URI of the type.
        predicate: what is stated.
        key: signs it.
        insecure: whether the registry speaks plain HTTP.

    Raises:
        ToolchainError: the password does not open the key, there is no token, or the registry or a service failed.
    """
    with scratch_folder(home.run / "steps", "attest") as folder:
        file = folder / "predicate.json"
        file.write_text(json.dumps(predicate, sort_keys=True), encoding="utf-8")
        said = [f"--type={kind}", f"--predicate={file}"]
        _run(home, ["attest", *said, *key.flags(folder), *_registry(insecure), reference], key.environ)


def attested(home: Home, reference: str, kind: str, by: Trusted, *, insecure: bool) -> list[dict[str, Any]]:
    """The statements of a type about an image with a valid signature by somebody.

    Raises:
        ToolchainError: the registry does not answer as one, or cosign did not end.
    """
    command = ["verify-attestation", f"--type={kind}", "--output=json", *_registry(insecure)]
    printed = _checked(home, command, reference, by)
    return [_statement(json.loads(line)) for line in (printed or "").splitlines() if line.startswith("{")]


def _statement(envelope: Mapping[str, Any]) -> dict[str, Any]:
    return json.loads(base64.b64decode(envelope["payload"]))


def _checked(home: Home, command: Sequence[str], reference: str, by: Trusted) -> str | None:
    with scratch_folder(home.run / "steps", "check") as folder:
        done = _started(home, [*command, *_trusting(by, folder), reference], {}, None)
        if done.returncode and _UNANSWERED.search(done.stderr):
            raise _failure(command, done)
        return done.stdout if done.returncode == 0 else None


def _trusting(by: Trusted, folder: Path) -> list[str]:
    if isinstance(by, Identity):
        return by.flags(folder)
    file = folder / "key.pub"
    file.write_text(by, encoding="utf-8")
    return [f"--key={file}", "--insecure-ignore-tlog=true"]


def _form(older: bool) -> tuple[str, ...]:
    return ("--new-bundle-format=false",) if older else ()


def _registry(insecure: bool) -> tuple[str, ...]:
    return ("--allow-http-registry",) if insecure else ()


def _run(home: Home, command: Sequence[str], environ: Mapping[str, str], cwd: Path | None = None) -> str:
    done = _started(home, command, environ, cwd)
    if done.returncode == 0:
        return done.stdout
    if "decrypt" in done.stderr or "password" in done.stderr:
        raise ToolchainError(
            "the password does not open the private key",
            f"set {PASSWORD_VARIABLE} to the password that the key was made with",
        )
    if _TOKEN.search(done.stderr):
        raise no_token()
    raise _failure(command, done)


def _failure(command: Sequence[str], done: subprocess.CompletedProcess[str]) -> ToolchainError:
    cause = done.stderr.strip().rpartition("error during command execution: ")[2]
    mend = SERVICES if _SIGSTORE.search(cause) else oci.mend_of(cause)
    return ToolchainError(f"cosign {command[0]} failed: {cause[-700:]}", mend)


def _started(
    home: Home, command: Sequence[str], environ: Mapping[str, str], cwd: Path | None
) -> subprocess.CompletedProcess[str]:
    told = {CACHE_VARIABLE: str(home.sigstore), **environ}
    return started(home, "cosign", command, told, seconds=TIMEOUT_S, cwd=cwd)
