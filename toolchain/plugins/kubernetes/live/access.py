"""The way to an API server: its address, whom to trust, and who speaks."""

import base64
import binascii
import ipaddress
import os
import ssl
import tempfile
import threading
import urllib.parse
import urllib.request
from collections.abc import Mapping
from pathlib import Path

from toolchain.plugins.base import ProviderError
from toolchain.plugins.base_values import Properties
from toolchain.plugins.kubernetes import kubeconfig
from toolchain.plugins.kubernetes.live import exec_plugin
from toolchain.plugins.kubernetes.live.fields import flag, section, text

_POD_CREDENTIALS = Path("/var/run/secrets/kubernetes.io/serviceaccount")


class NoClusterError(ProviderError):
    """No cluster is configured."""


class Access:
    """One user's way to one cluster.

    Args:
        cluster: The kubeconfig's `cluster` section.
        user: Its `user` section.

    Raises:
        ProviderError: Something in them is missing or of no use; credentials are not quoted.
    """

    def __init__(self, cluster: Properties, user: Properties) -> None:
        server = urllib.parse.urlsplit(text(cluster, "server"))
        if server.scheme not in ("http", "https") or not server.hostname:
            raise ProviderError(f"the kubeconfig's server {text(cluster, 'server')!r} is no http or https address")
        self.secure = server.scheme == "https"
        self.host = server.hostname
        self.port = server.port or (443 if self.secure else 80)
        self.prefix = server.path.rstrip("/")
        self.server_name = text(cluster, "tls-server-name") or self.host
        self.proxy = _proxy(text(cluster, "proxy-url"), server.scheme, self.host)
        self._cluster = cluster
        self._user = user
        self._lock = threading.Lock()
        self._printed: exec_plugin.Credential | None = None
        self._context: ssl.SSLContext | None = None
        if "auth-provider" in user and "exec" not in user:
            raise ProviderError(
                "the kubeconfig's user has an `auth-provider`, which Kubernetes 1.26 dropped: get one with `exec`"
            )

    @property
    def address(self) -> str:
        """The server, for messages."""
        return f"{'https' if self.secure else 'http'}://{self.host}:{self.port}{self.prefix}"

    def headers(self) -> dict[str, str]:
        """Returns the headers that say who speaks.

        Raises:
            ProviderError: The credentials cannot be had.
        """
        headers: dict[str, str] = {}
        if token := self._token():
            headers["Authorization"] = f"Bearer {token}"
        elif name := text(self._user, "username"):
            pair = f"{name}:{text(self._user, 'password')}".encode()
            headers["Authorization"] = f"Basic {base64.b64encode(pair).decode()}"
        if someone := text(self._user, "as"):
            headers["Impersonate-User"] = someone
        return headers

    def context(self) -> ssl.SSLContext:
        """Returns what connections are secured with.

        Raises:
            ProviderError: A certificate cannot be read.
        """
        certificate = self._credential().certificate if "exec" in self._user else ("", "")
        with self._lock:
            if self._context is None:
                self._context = self._make_context(certificate)
            return self._context

    def renew(self) -> bool:
        """Forgets credentials that a program printed; whether there were any, so that a call is worth repeating."""
        with self._lock:
            had = self._printed is not None
            self._printed = self._context = None
        return had

    def _token(self) -> str:
        if token := text(self._user, "token"):
            return token
        if path := text(self._user, "tokenFile"):
            return _read(path).decode().strip()  # each time, since such files are rotated
        return self._credential().token if "exec" in self._user else ""

    def _credential(self) -> exec_plugin.Credential:
        with self._lock:
            if self._printed is None or self._printed.expired:
                self._printed = exec_plugin.run(section(self._user, "exec"))
                self._context = None
            return self._printed

    def _make_context(self, printed: tuple[str, str]) -> ssl.SSLContext:
        authority = _content(self._cluster, "certificate-authority")
        try:
            context = ssl.create_default_context(cadata=authority.decode() if authority else None)
            if flag(self._cluster, "insecure-skip-tls-verify"):
                context.check_hostname = False
                context.verify_mode = ssl.CERT_NONE
            # Small private clusters sign with certificates that lack what newer Pythons insist on.
            context.verify_flags &= ~getattr(ssl, "VERIFY_X509_STRICT", 0)
            certificate, key = (
                (printed[0].encode(), printed[1].encode())
                if all(printed)
                else (_content(self._user, "client-certificate"), _content(self._user, "client-key"))
            )
            if certificate:
                _load(context, certificate, key)
        except (ssl.SSLError, UnicodeDecodeError):
            raise ProviderError("a certificate or key in the kubeconfig is not readable") from None
        return context


def find(config: Properties, context: str = "", cluster: str = "") -> Access:
    """Returns the way that a kubeconfig says, or, without one, that of the pod this runs in.

    Raises:
        NoClusterError: There is none.
        ProviderError: There is one, but it is of no use.
    """
    found = kubeconfig.active_cluster(config, context or None, cluster or None)
    if isinstance(found, dict):
        return Access(found, kubeconfig.active_user(config, context or None))
    if context:
        raise NoClusterError(f"the kubeconfig has no context {context!r}, or that context's cluster is missing")
    if not config.get("contexts") and (inside := _in_pod(os.environ)):
        return inside
    if config.get("contexts"):
        raise NoClusterError("the kubeconfig has no current context: choose one with `kubectl config use-context`")
    raise NoClusterError(
        "there is no kubeconfig: neither the provider's `kubeconfig`, nor $KUBECONFIG, nor ~/.kube/config"
    )


def _in_pod(environment: Mapping[str, str]) -> Access | None:
    host, port = environment.get("KUBERNETES_SERVICE_HOST"), environment.get("KUBERNETES_SERVICE_PORT")
    token = _POD_CREDENTIALS / "token"
    if not host or not port or not token.exists():
        return None
    server = f"https://[{host}]:{port}" if ":" in host else f"https://{host}:{port}"
    return Access(
        {"server": server, "certificate-authority": str(_POD_CREDENTIALS / "ca.crt")}, {"tokenFile": str(token)}
    )


def _proxy(configured: str, scheme: str, host: str) -> tuple[str, int] | None:
    """Returns host and port of the HTTP proxy to the server, if it is reached through one."""
    url = configured
    if not url and not _is_local(host) and not urllib.request.proxy_bypass(host):
        url = urllib.request.getproxies().get(scheme, "")
    if not url:
        return None
    parts = urllib.parse.urlsplit(url if "//" in url else f"http://{url}")
    if parts.scheme != "http" or not parts.hostname:
        raise ProviderError(
            "the proxy to the cluster is not of the form http://host:port, the only one that works here"
        )
    return parts.hostname, parts.port or 80


def _is_local(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _content(entries: Properties, key: str) -> bytes:
    """Returns what `<key>-data` holds, or the file that `<key>` names."""
    if data := text(entries, f"{key}-data"):
        try:
            return base64.b64decode(data)
        except (binascii.Error, ValueError):
            raise ProviderError(f"the kubeconfig's {key}-data is not base64") from None
    path = text(entries, key)
    return _read(path) if path else b""


def _read(path: str) -> bytes:
    try:
        return Path(path).read_bytes()
    except OSError as error:
        raise ProviderError(f"the kubeconfig names {path}, which cannot be read: {error.strerror}") from None


def _load(context: ssl.SSLContext, certificate: bytes, key: bytes) -> None:
    # Python reads client certificates from files only; this one is for this user only, and gone at once.
    with tempfile.NamedTemporaryFile(prefix="slipway-client-") as file:
        file.write(certificate + b"\n" + key)
        file.flush()
        context.load_cert_chain(file.name)
