"""The registry that images are pushed to, and the builder that makes them."""

from collections.abc import Iterator
from typing import Annotated

from pydantic import AfterValidator, Field

from components.spec import defaults
from components.spec.base import Spec
from components.spec.build_cache import Cache
from components.spec.checked import Checked, Checks
from components.spec.refusal import Refusal, refused
from components.spec.retention import Retention
from components.spec.values import Name, Seconds
from policies.values.image import ImageReference


def _address(text: str) -> str:
    try:
        reference = ImageReference.parse(f"{text}/image")
    except ValueError:
        reference = None
    if reference is None or reference.registry != text:
        raise refused(
            Refusal(
                allowed="a registry's host name, with its port if it has one; no `https://`, no path",
                mend="write for example `registry.example.com` or `127.0.0.1:5001`",
            )
        )
    return text


def _repository(text: str) -> str:
    try:
        ImageReference.parse(f"registry.example.com/{text}/image")
    except ValueError:
        raise refused(
            Refusal(
                allowed="a path of lower-case letters, digits, `.`, `_`, `-` and `/`, without a tag",
                mend="write for example `slipway` or `team/slipway`",
            )
        ) from None
    return text


def _ca_bundle(text: str) -> str:
    if text not in {"host", "none"} and not text.startswith("/"):
        raise refused(
            Refusal(
                allowed="`host`, `none`, or the absolute path of a file of certificates",
                mend="leave it out to use the machine's own, or write for example `/etc/ssl/certs/ca-certificates.crt`",
            )
        )
    return text


class Credentials(Spec):
    """Who pushes and pulls. The password is a secret of the stack, named here and never written here."""

    username: Annotated[str, Field(min_length=1, examples=["ci"])]
    """The registry user."""

    password: Name
    """The name of a secret under `slipway:secrets`."""


class Builder(Spec):
    """What makes images."""

    name: Name = defaults.BUILDER
    """The builder's name, as `docker buildx ls` shows it."""

    ca_bundle: Annotated[str, AfterValidator(_ca_bundle), Field(examples=["host"])] = "host"
    """Certificates for builds behind a TLS-inspecting proxy, given as the build secret `ca-bundle`: `host` (the file
    that `SSL_CERT_FILE` names, if any), `none`, or the path of a file."""

    timeout_seconds: Seconds = defaults.BUILD_SECONDS
    """How long one build may take, with its push: what takes longer is ended, and fails."""


class Registry(Checked):
    """The registry of one environment."""

    address: Annotated[str, AfterValidator(_address), Field(examples=["registry.example.com"])]
    """Host name and port."""

    repository: Annotated[str, AfterValidator(_repository), Field(examples=["slipway"])] = "slipway"
    """The path below which every image gets its repository: `<address>/<repository>/<image>`."""

    insecure: bool = False
    """Whether the registry speaks plain HTTP. Only for one on this machine."""

    credentials: Credentials | None = None
    """Who pushes and pulls; left out, the logins of the Docker configuration are used."""

    builder: Builder = Builder()
    """The BuildKit builder."""

    cache: Cache = Cache()
    """The build cache."""

    retain_images: bool = defaults.RETAIN_IMAGES["prod"]
    """Whether pushed images stay when the stack is destroyed. False in `dev`, true elsewhere: another environment may
    run the digest."""

    retention: Retention = Retention()
    """What `slipway retention` leaves."""

    def checks(self) -> Checks:
        """Plain HTTP stays on this machine."""
        yield self._plain_http()

    def _plain_http(self) -> Iterator[Refusal]:
        host = self.address.rsplit(":", 1)[0]
        if self.insecure and host not in {"127.0.0.1", "localhost", "[::1]"}:
            yield Refusal(
                at=("insecure",),
                found=f"true, for {self.address}",
                allowed="plain HTTP only on this machine (`127.0.0.1`, `localhost`, `[::1]`)",
                mend="remove `insecure`, and give the registry a certificate",
            )

    def name_of(self, image: str) -> str:
        """The full name of an image's repository: `<address>/<repository>/<image>`."""
        return f"{self.address}/{self.repository}/{image}"
