"""A Sigstore of a test's own: an OpenID issuer, a certificate authority that speaks as Fulcio does, and timestamps.

It has no transparency log, as private ones often have none. openssl makes certificates and timestamps; the shortest
life that it gives a certificate is a day.
"""

from __future__ import annotations

import base64
import json
import subprocess
import time
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.unit.toolchain.sites import Answer, Request, served
from toolchain import install
from toolchain.home import Home
from toolchain.progress import Progress

FULCIO, TIMESTAMPS = "/api/v2/signingCert", "/timestamps"

ISSUER_EXTENSION = "1.3.6.1.4.1.57264.1.8"
"""https://github.com/sigstore/fulcio/blob/main/docs/oid-info.md"""

TIMESTAMP_CONFIGURATION = """\
[ tsa ]
serial = serial
signer_digest = sha256
default_policy = 1.2.3.4
digests = sha256, sha384, sha512
ess_cert_id_alg = sha256
"""


@dataclass(frozen=True)
class Sigstore:
    """The services.

    Attributes:
        folder: their keys and certificates.
        address: where they answer.
        root: what is trusted of them, as JSON.
    """

    folder: Path
    address: str
    root: str

    @property
    def services(self) -> Mapping[str, str]:
        """Where they are asked."""
        return {"fulcio": self.address, "timestamps": self.address + TIMESTAMPS}

    def token(self, subject: str, key: str = "issuer") -> str:
        """An OpenID token that says who somebody is; valid if it is the issuer's key that signs."""
        now = int(time.time())
        claims = {"iss": self.address, "aud": "sigstore", "sub": subject, "iat": now, "exp": now + 600}
        said = f"{_encoded({'alg': 'RS256', 'typ': 'JWT'})}.{_encoded(claims)}"
        return f"{said}.{_url64(_openssl(self.folder, 'dgst', '-sha256', '-sign', f'{key}.key', data=said.encode()))}"


@contextmanager
def a_sigstore(folder: Path) -> Generator[Sigstore]:
    """The services, which answer inside the block."""
    for key in ("issuer", "stranger"):
        _openssl(folder, "genrsa", "-out", f"{key}.key", "2048")
    _openssl(folder, "rsa", "-in", "issuer.key", "-pubout", "-out", "issuer.pub")
    _authority(folder, "fulcio", "keyUsage=critical,keyCertSign\nbasicConstraints=critical,CA:true,pathlen:0")
    _authority(folder, "authority", "keyUsage=critical,keyCertSign\nbasicConstraints=critical,CA:true")
    _timestamper(folder)

    def answer(request: Request) -> Answer:
        if request.path == FULCIO:
            return _certified(folder, request)
        if request.path == TIMESTAMPS:
            (folder / "query").write_bytes(request.body)
            reply = _openssl(folder, "ts", "-reply", "-queryfile", "query", "-config", "tsa.cnf", "-section", "tsa",
                             "-signer", "tsa.pem", "-inkey", "tsa.key", "-chain", "authority.pem")  # fmt: skip
            return Answer(200, reply, {"Content-Type": "application/timestamp-reply"})
        return Answer(404)

    with served(answer) as port:
        address = f"http://127.0.0.1:{port}"
        (folder / "tsa-chain.pem").write_text((folder / "tsa.pem").read_text() + (folder / "authority.pem").read_text())
        program = install.ensure(["cosign"], Home.from_environment(), Progress())["cosign"]
        parts = [f"--fulcio=url={address},certificate-chain=fulcio.pem"]
        parts += [f"--tsa=url={address}{TIMESTAMPS},certificate-chain=tsa-chain.pem"]
        subprocess.run([str(program), "trusted-root", "create", *parts, "--out=root.json"], cwd=folder, check=True)
        yield Sigstore(folder, address, (folder / "root.json").read_text())


def _authority(folder: Path, name: str, extensions: str) -> None:
    _openssl(folder, "ecparam", "-name", "prime256v1", "-genkey", "-noout", "-out", f"{name}.key")
    subject = ["-subj", f"/O=tests/CN={name}", "-days", "30"]
    added = [part for line in extensions.splitlines() for part in ("-addext", line)]
    _openssl(folder, "req", "-x509", "-key", f"{name}.key", *subject, *added, "-out", f"{name}.pem")


def _timestamper(folder: Path) -> None:
    _openssl(folder, "ecparam", "-name", "prime256v1", "-genkey", "-noout", "-out", "tsa.key")
    _openssl(folder, "pkey", "-in", "tsa.key", "-pubout", "-out", "tsa.pub")
    extensions = "keyUsage=critical,digitalSignature\nextendedKeyUsage=critical,timeStamping\n"
    (folder / "tsa.pem").write_bytes(_issued(folder, "authority", "tsa.pub", "/O=tests/CN=tsa", extensions))
    (folder / "tsa.cnf").write_text(TIMESTAMP_CONFIGURATION)
    (folder / "serial").write_text("01\n")


def _certified(folder: Path, request: Request) -> Answer:
    """A certificate for a key, made out to whom the token names, if the token is the issuer's and the key theirs."""
    token = str(request.headers["Authorization"]).removeprefix("Bearer ")
    said, _, signature = token.rpartition(".")
    claims = json.loads(_unurl64(said.partition(".")[2]))
    wanted: dict[str, Any] = json.loads(request.body)["publicKeyRequest"]
    (folder / "wanted.pub").write_text(wanted["publicKey"]["content"])
    if not _verifies(folder, "issuer.pub", said.encode(), _unurl64(signature)):
        return Answer(401, b"the token is not the issuer's")
    proof = base64.b64decode(wanted["proofOfPossession"])
    if not _verifies(folder, "wanted.pub", claims["sub"].encode(), proof):
        return Answer(400, b"the key is somebody else's")
    extensions = (
        "keyUsage=critical,digitalSignature\nextendedKeyUsage=codeSigning\nsubjectAltName=critical,@named\n"
        f"{ISSUER_EXTENSION}=ASN1:UTF8String:{claims['iss']}\n[named]\nURI={claims['sub']}\n"
    )
    chain = [
        _issued(folder, "fulcio", "wanted.pub", "/", extensions).decode(),
        (folder / "fulcio.pem").read_text(),
    ]
    told = {"signedCertificateEmbeddedSct": {"chain": {"certificates": chain}}}
    return Answer(200, json.dumps(told).encode(), {"Content-Type": "application/json"})


def _issued(folder: Path, by: str, public: str, subject: str, extensions: str) -> bytes:
    (folder / "extensions").write_text(extensions)
    return _openssl(folder, "x509", "-new", "-force_pubkey", public, "-subj", subject, "-days", "1",
                    "-CA", f"{by}.pem", "-CAkey", f"{by}.key", "-extfile", "extensions")  # fmt: skip


def _verifies(folder: Path, public: str, data: bytes, signature: bytes) -> bool:
    (folder / "signature").write_bytes(signature)
    command = ["openssl", "dgst", "-sha256", "-verify", public, "-signature", "signature"]
    return subprocess.run(command, cwd=folder, input=data, capture_output=True, check=False).returncode == 0


def _openssl(folder: Path, *arguments: str, data: bytes = b"") -> bytes:
    done = subprocess.run(["openssl", *arguments], cwd=folder, input=data, capture_output=True, check=False)
    assert done.returncode == 0, done.stderr.decode()
    return done.stdout


def _encoded(content: Mapping[str, Any]) -> str:
    return _url64(json.dumps(content).encode())


def _url64(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


def _unurl64(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
