"""An API server that holds a few objects: enough to replay recordings and to fail in chosen ways."""

from __future__ import annotations

import json
import threading
import urllib.parse
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

Json = dict[str, Any]

KINDS = {
    "/api/v1": [
        ("namespaces", "Namespace", False),
        ("configmaps", "ConfigMap", True),
        ("secrets", "Secret", True),
        ("services", "Service", True),
        ("serviceaccounts", "ServiceAccount", True),
        ("limitranges", "LimitRange", True),
        ("resourcequotas", "ResourceQuota", True),
        ("persistentvolumeclaims", "PersistentVolumeClaim", True),
        ("pods", "Pod", True),
    ],
    "/apis/apps/v1": [("deployments", "Deployment", True), ("statefulsets", "StatefulSet", True)],
    "/apis/autoscaling/v2": [("horizontalpodautoscalers", "HorizontalPodAutoscaler", True)],
    "/apis/batch/v1": [("jobs", "Job", True), ("cronjobs", "CronJob", True)],
    "/apis/networking.k8s.io/v1": [("networkpolicies", "NetworkPolicy", True), ("ingresses", "Ingress", True)],
    "/apis/policy/v1": [("poddisruptionbudgets", "PodDisruptionBudget", True)],
    "/apis/rbac.authorization.k8s.io/v1": [("roles", "Role", True), ("rolebindings", "RoleBinding", True)],
}

PLURALS = {plural for kinds in KINDS.values() for plural, _, _ in kinds}


@dataclass
class FakeApi:
    """What the server holds and has seen.

    Attributes:
        objects: By path.
        answers: What to answer next instead, in order: status and body.
        calls: Method, path and headers of what was called.
    """

    address: str = ""
    objects: dict[str, Json] = field(default_factory=dict[str, Json])
    answers: list[tuple[int, Json]] = field(default_factory=list[tuple[int, Json]])
    calls: list[tuple[str, str, dict[str, str]]] = field(default_factory=list[tuple[str, str, dict[str, str]]])

    @property
    def kubeconfig(self) -> Json:
        """The way to it."""
        return {
            "clusters": [{"name": "fake", "cluster": {"server": self.address}}],
            "users": [{"name": "fake", "user": {"token": "fake-token"}}],
            "contexts": [{"name": "fake", "context": {"cluster": "fake", "user": "fake"}}],
            "current-context": "fake",
        }

    def add(self, obj: Json) -> None:
        """Holds an object."""
        base = f"/apis/{obj['apiVersion']}" if "/" in obj["apiVersion"] else f"/api/{obj['apiVersion']}"
        plural, namespaced = next((plural, scope) for plural, kind, scope in KINDS[base] if kind == obj["kind"])
        metadata = obj["metadata"]
        scope = f"/namespaces/{metadata['namespace']}" if namespaced else ""
        self.objects[f"{base}{scope}/{plural}/{metadata['name']}"] = obj

    def respond(self, method: str, target: str, body: Json | None) -> tuple[int, Json]:
        path = urllib.parse.urlsplit(target).path
        if self.answers:
            return self.answers.pop(0)
        if path == "/version":
            return 200, {"gitVersion": "v1.36.0"}
        if path in KINDS:
            return 200, {"resources": [{"name": n, "kind": k, "namespaced": s} for n, k, s in KINDS[path]]}
        if method == "PATCH" and body is not None:
            self.objects[path] = body
        if method == "GET" and path.rpartition("/")[2] in PLURALS:
            return 200, {"items": []}
        found = self.objects.get(path)
        if method == "DELETE":
            self.objects.pop(path, None)
        if found is None:
            return 404, {"kind": "Status", "message": "not found", "reason": "NotFound"}
        return 200, found


@contextmanager
def fake_api() -> Generator[FakeApi]:
    """Serves one on a port of its own for as long as the block lasts."""
    api = FakeApi()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def handle_any(self) -> None:
            length = int(self.headers.get("Content-Length") or 0)
            body = json.loads(self.rfile.read(length)) if length else None
            api.calls.append((self.command, self.path, dict(self.headers)))
            status, answer = api.respond(self.command, self.path, body)
            data = json.dumps(answer).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(data)))
            self.send_header("Warning", '299 - "old field"') if status == 200 and self.command == "PATCH" else None
            self.end_headers()
            self.wfile.write(data)

        def do_GET(self) -> None:
            self.handle_any()

        def do_PATCH(self) -> None:
            self.handle_any()

        def do_DELETE(self) -> None:
            self.handle_any()

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the name is the base class's
            """Nothing on standard error."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        server.daemon_threads = True
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        api.address = f"http://127.0.0.1:{server.server_port}"
        try:
            yield api
        finally:
            server.shutdown()
            thread.join()
