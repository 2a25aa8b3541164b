"""Asks the other two by the addresses it is given; tells what it was given itself, and what it may do.

`/store/<key>` and `/api/<path>` are passed on; `/itself` says who and where it is, read from inside.
"""

import hashlib
import http.server
import json
import os
import pathlib
import signal
import sys
import types
import urllib.error
import urllib.request

STORE, API = os.environ["STORE_URL"], os.environ["API_URL"]
WRITABLE = ("/", "/tmp", "/etc", "/data", "/run/secrets", "/dev/shm", "/home", "/var/tmp", "/usr/local/bin")

GROUPS = pathlib.Path("/sys/fs/cgroup")
LIMITS = {
    "memory": ("memory.max", "memory/memory.limit_in_bytes"),
    "processes": ("pids.max", "pids/pids.max"),
    "processors": ("cpu.max", "cpu/cpu.cfs_quota_us"),
}


def limit(*files: str) -> str | None:
    """The first word of whichever file this kernel's control groups have."""
    return next((found.read_text().split()[0] for file in files if (found := GROUPS / file).is_file()), None)


def asked(request: str | urllib.request.Request) -> tuple[int, bytes]:
    try:
        with urllib.request.urlopen(request, timeout=5) as answer:
            return answer.status, answer.read()
    except urllib.error.HTTPError as error:
        return error.code, error.read()
    except OSError as error:
        return 502, str(error).encode()


def writable(folder: str) -> bool:
    try:
        file = pathlib.Path(folder) / ".probe"
        file.write_text("x")
        file.unlink()
    except OSError:
        return False
    return True


def makes_folders() -> bool:
    folder = pathlib.Path("/tmp/.folder")
    try:
        folder.mkdir()
        folder.rmdir()
    except PermissionError:
        return False
    return True


def itself() -> dict[str, object]:
    lines = pathlib.Path("/proc/self/status").read_text().splitlines()
    status = dict(line.split(":\t", 1) for line in lines if ":\t" in line)
    mounts = {line.split()[1]: line.split()[2:4] for line in pathlib.Path("/proc/mounts").read_text().splitlines()}
    secret = pathlib.Path(os.environ["TOKEN_FILE"])
    config = pathlib.Path("/etc/front/front.txt")
    return {
        "uid": os.getuid(),
        "gid": os.getgid(),
        "capabilities": {name: int(status[name], 16) for name in ("CapEff", "CapPrm", "CapBnd", "CapInh", "CapAmb")},
        "noNewPrivileges": int(status["NoNewPrivs"]),
        "seccomp": int(status["Seccomp"]),
        "makesFolders": makes_folders(),
        "writable": [folder for folder in WRITABLE if writable(folder)],
        "mounts": mounts,
        "group": {name: found for name, files in LIMITS.items() if (found := limit(*files)) is not None},
        "shm": os.statvfs("/dev/shm").f_blocks * os.statvfs("/dev/shm").f_frsize,
        "tmp": os.statvfs("/tmp").f_blocks * os.statvfs("/tmp").f_frsize,
        "secret": hashlib.sha256(secret.read_bytes()).hexdigest(),
        "secretMode": oct(secret.stat().st_mode & 0o777),
        "config": config.read_text() if config.is_file() else None,
        "environment": dict(os.environ),
        "devices": [str(file) for file in pathlib.Path("/dev").iterdir()],
        "first": pathlib.Path("/proc/1/comm").read_text().strip(),
        "interfaces": sorted(os.listdir("/sys/class/net")),
    }


class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        if self.path in ("/health", "/ready"):
            self.answer(200, b"ok")
        elif self.path == "/itself":
            self.answer(200, json.dumps(itself()).encode())
        elif self.path.startswith("/store/"):
            self.answer(*asked(STORE + self.path.removeprefix("/store")))
        elif self.path.startswith("/api/"):
            self.answer(*asked(API + self.path.removeprefix("/api")))
        else:
            self.answer(404, b"nothing")

    def do_PUT(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        url = STORE + self.path.removeprefix("/store")
        self.answer(*asked(urllib.request.Request(url, data=body, method="PUT")))

    def answer(self, code: int, body: bytes) -> None:
        self.send_response(code)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  # the library's name
        pass


def leave(number: int, frame: types.FrameType | None) -> None:
    del number, frame
    sys.exit(0)


signal.signal(signal.SIGTERM, leave)
http.server.ThreadingHTTPServer(("", 8000), Handler).serve_forever()
