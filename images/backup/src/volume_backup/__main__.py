"""The commands: `run` for as long as the workload does; the others within it, or in its place."""

import argparse
import json
import os
import signal
import sys
import threading
import urllib.error
import urllib.request
from collections.abc import Sequence
from dataclasses import asdict

from volume_backup import volume_snapshots
from volume_backup.agent import Agent
from volume_backup.metrics import server
from volume_backup.restic import Restic, ResticError, own_environment
from volume_backup.restoring import RefusedError, restore
from volume_backup.settings import PORT, Settings, settings

FAILED, REFUSED = 1, 2
SOUND_S = 3.0


def main(arguments: Sequence[str]) -> int:
    """Runs a command; its exit code: 0 done, 1 failed, 2 refused."""
    parser = argparse.ArgumentParser(prog="volume_backup")
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("run", help="save and check by the clock")
    commands.add_parser("sound", help="whether `run` answers, has saved in time, and found everything whole")
    commands.add_parser("now", help="let `run` save and check at once, and wait for it")
    commands.add_parser("snapshots", help="what is kept, as JSON")
    commands.add_parser("volume-snapshots", help="let the storage take a snapshot of each claim, and remove old ones")
    for name in ("restore", "dump"):
        command = commands.add_parser(name)
        command.add_argument("--snapshot", default="latest")
        command.add_argument("--volume", required=True, action="append")
        if name == "restore":
            command.add_argument("--force", action="store_true")
    given = parser.parse_args(arguments)
    environ = own_environment()
    if given.command == "sound":
        return _asked("/sound", timeout_s=SOUND_S)
    if given.command == "volume-snapshots":
        return volume_snapshots.main()
    if given.command == "now":
        return _asked("/now", content=b"")
    wanted = settings(environ)
    try:
        return _command(given, wanted, Restic(wanted, environ))
    except RefusedError as error:
        sys.stderr.write(f"{error}\n")
        return REFUSED
    except (ResticError, OSError) as error:
        sys.stderr.write(f"{error}\n")
        return FAILED


def _command(given: argparse.Namespace, wanted: Settings, restic: Restic) -> int:
    match given.command:
        case "run":
            return _run(wanted, restic)
        case "snapshots":
            json.dump([asdict(each) for each in restic.snapshots()], sys.stdout)
            return 0
        case "dump":
            [volume] = given.volume
            return restic.dump(_chosen(restic, given), str(wanted.root / volume))
        case _:
            folders = [wanted.root / volume for volume in given.volume]
            chosen = _chosen(restic, given)
            restic.take_over()
            restore(restic, chosen, folders, force=given.force)
            return 0


def _chosen(restic: Restic, given: argparse.Namespace) -> str:
    """The snapshot that is asked for: `latest` is the newest complete one that has the volumes."""
    kept = [each for each in restic.snapshots() if set(given.volume) <= set(each.volumes)]
    wanted = [each.id for each in kept if (each.complete if given.snapshot == "latest" else each.id == given.snapshot)]
    if not wanted:
        known = ", ".join(each.id for each in kept) or "none"
        raise RefusedError(f"no snapshot {given.snapshot!r} of {' and '.join(given.volume)}; there are: {known}")
    return wanted[-1]


def _run(wanted: Settings, restic: Restic) -> int:
    ends = {signal.SIGTERM, signal.SIGINT}
    signal.pthread_sigmask(signal.SIG_BLOCK, ends)
    agent = Agent(wanted, restic)

    def work() -> None:
        try:
            agent.run()
        finally:
            os._exit(FAILED)  # a mistake of the program's: whoever runs the container starts it again

    threading.Thread(target=server(agent, PORT).serve_forever, daemon=True).start()
    threading.Thread(target=work, daemon=True).start()
    signal.sigwait(ends)
    # Who ends a pod does not wait for a long backup: what was sent up to now, the next one need not send.
    return 0


def _asked(path: str, content: bytes | None = None, timeout_s: float | None = None) -> int:
    """Asks the running program; whether it says that all is well."""
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{PORT}{path}", content, timeout_s):  # its own
            return 0
    except urllib.error.HTTPError as error:
        with error:
            sys.stderr.write(error.read().decode())
        return FAILED
    except OSError as error:
        sys.stderr.write(f"{error}\n")
        return FAILED


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
