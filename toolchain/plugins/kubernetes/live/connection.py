"""The provider's one connection to a cluster: made when it is first needed, or not at all."""

import os
import threading
import time
from typing import TYPE_CHECKING

from toolchain.plugins.base import ProviderError
from toolchain.plugins.base_engine import EngineLog
from toolchain.plugins.base_redaction import Redactor
from toolchain.plugins.kubernetes import kubeconfig
from toolchain.plugins.kubernetes.kinds import GroupVersionKind
from toolchain.plugins.kubernetes.settings import Settings

if TYPE_CHECKING:
    from toolchain.plugins.kubernetes.live.cluster import Cluster

_RETRY_S = 5.0
"""A cluster that could not be reached is not tried again before: a preview of 800 objects must not wait 800 times."""


class Connection:
    """Finds the cluster that is configured.

    Attributes:
        stop: Set when the user presses Ctrl-C.
        redactor: Knows the secrets that passed through this process.
        why: Why there is no cluster, after `reach` returned None.
    """

    def __init__(self) -> None:
        self.stop = threading.Event()
        self.redactor = Redactor()
        self.why = "the provider is not configured"
        self._lock = threading.Lock()
        self._settings = Settings()
        self._engine = EngineLog()
        self._cluster: Cluster | None = None
        self._failed_at: float | None = None
        self._told = False

    def use(self, settings: Settings, engine: EngineLog) -> None:
        """Takes the configuration; nothing is connected yet."""
        with self._lock:
            self._settings, self._engine, self._cluster, self._failed_at = settings, engine, None, None

    def reach(self) -> "Cluster | None":
        """Returns the cluster; None if it cannot be reached, with the reason in `why`."""
        with self._lock:
            if self._cluster is not None:
                return self._cluster
            if self._failed_at is not None and time.monotonic() - self._failed_at < _RETRY_S:
                return None
            try:
                self._cluster = self._connect()
            except ProviderError as error:
                self.why = self.redactor.clean(error.message)
                self._failed_at = time.monotonic()
            return self._cluster

    def close(self) -> None:
        """Closes the connection, if there is one; for a process that lives on without its provider, such as a test."""
        with self._lock:
            if self._cluster is not None:
                self._cluster.close()

    def is_namespaced(self, kind: GroupVersionKind) -> bool | None:
        """Tells whether objects of `kind` live in namespaces; None if there is no cluster, or it does not know."""
        cluster = self.reach()
        if cluster is None:
            return None
        try:
            return cluster.is_namespaced(kind)
        except ProviderError:
            return None

    def is_first_failure(self) -> bool:
        """Tells, once, that the cluster cannot be reached."""
        with self._lock:
            told, self._told = self._told, True
        return not told

    def _connect(self) -> "Cluster":
        # Imported here, since HTTP and TLS cost 0.1 s in each process, and a stack that is rendered needs neither.
        from toolchain.plugins.kubernetes.live import access
        from toolchain.plugins.kubernetes.live.client import Client
        from toolchain.plugins.kubernetes.live.cluster import Cluster
        from toolchain.plugins.kubernetes.live.ground import Ground

        settings = self._settings
        config = kubeconfig.parse(settings.kubeconfig) if settings.kubeconfig else kubeconfig.ambient(os.environ)
        client = Client(access.find(config, settings.context, settings.cluster), self.stop)
        ground = Ground(client, self._engine, self.redactor, self.stop, settings.namespace)
        cluster = Cluster(ground, upsert=settings.upsert)
        cluster.check_reachable()
        return cluster
