"""Tells Prometheus how it stands, and whoever runs the container that it lives, and that what it keeps is sound."""

import ipaddress
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from volume_backup.agent import Agent, State


def exposition(state: State) -> str:
    """The state in Prometheus' text format; what is not known is left out."""
    lines = [
        "# TYPE backup_runs_total counter",
        f'backup_runs_total{{result="success"}} {state.succeeded}',
        f'backup_runs_total{{result="failure"}} {state.failed}',
        "# TYPE backup_last_duration_seconds gauge",
        f"backup_last_duration_seconds {state.seconds:.3f}",
        "# TYPE backup_check_failed gauge",
        f"backup_check_failed {int(state.check_failed)}",
    ]
    moments = {
        "backup_last_success_timestamp_seconds": state.last_success,
        "backup_last_check_timestamp_seconds": state.last_check,
    }
    for name, moment in moments.items():
        if moment is not None:
            lines += [f"# TYPE {name} gauge", f"{name} {moment:.3f}"]
    return "\n".join(lines) + "\n"


def server(agent: Agent, port: int) -> ThreadingHTTPServer:
    """A server of `/metrics`, `/health`, `/ready` and `/sound`; what is sent to `/now` from within lets the agent act.

    Sound is what has been saved in time, and was whole when last read. Ready is whoever answers: the container is in
    the workload's pod, which must not stop serving for want of a repository.
    """

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            texts = {"/metrics": exposition(agent.state), "/health": "ok\n", "/ready": "ok\n", "/sound": "ok\n"}
            if self.path == "/sound" and (trouble := agent.trouble()):
                self._answer(HTTPStatus.SERVICE_UNAVAILABLE, f"{trouble}\n")
            elif self.path in texts:
                self._answer(HTTPStatus.OK, texts[self.path])
            else:
                self._answer(HTTPStatus.NOT_FOUND, "not found\n")

        def do_POST(self) -> None:
            if self.path != "/now" or not ipaddress.ip_address(self.client_address[0]).is_loopback:
                self._answer(HTTPStatus.FORBIDDEN, "not from there\n")
            elif agent.ask():
                self._answer(HTTPStatus.OK, "done\n")
            else:
                self._answer(HTTPStatus.INTERNAL_SERVER_ERROR, "failed: see the container's log\n")

        def _answer(self, status: HTTPStatus, text: str) -> None:
            self.send_response(status)
            self.send_header("Content-Type", "text/plain; version=0.0.4; charset=utf-8")
            self.end_headers()
            self.wfile.write(text.encode())

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002  # the base's own name
            """Nothing: who asks comes every few seconds."""

    return ThreadingHTTPServer(("", port), Handler)
