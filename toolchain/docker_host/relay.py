"""Passes connections between the Docker host's network and this machine's.

A socket stays in the network in which it was made. So one process can listen in one network and connect in another,
and neither needs a link, a route or a rule for it.

- `publish NETWORK -proto tcp -host-ip IP -host-port PORT -container-ip IP -container-port PORT`: what the Docker
  daemon starts for each published port. It listens in this machine's network, given as a file, and connects to the
  container. Once it listens it says so through file descriptor 3, as Docker's own proxy does.
- `reach NETWORK IP PORT`: listens in the Docker host's network, and connects to the same address of this machine's.

Standard library only, and no other module of this package: it is started as a file.
"""

import argparse
import contextlib
import ctypes
import os
import selectors
import socket
import sys
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass

CLONE_NEWNET = 0x40000000
CHUNK = 1 << 20
DATAGRAM = 65507
IDLE_S = 90.0
"""How long the way back of a UDP client is kept, as Docker's own proxy does."""

READY_FD = 3
BACKLOG = 1024


@dataclass(frozen=True)
class Address:
    """A port of an address, of `tcp` or `udp`."""

    ip: str
    port: int
    protocol: str = "tcp"

    @property
    def family(self) -> socket.AddressFamily:
        """Of the address."""
        return socket.AF_INET6 if ":" in self.ip else socket.AF_INET

    def __str__(self) -> str:
        return f"{self.protocol} {self.ip}:{self.port}"


def enter(network: str) -> None:
    """Make this thread's sockets in another network from now on."""
    libc = ctypes.CDLL(None, use_errno=True)
    with open(network, "rb") as file:
        if libc.setns(file.fileno(), CLONE_NEWNET) != 0:
            raise OSError(ctypes.get_errno(), f"cannot enter {network}: {os.strerror(ctypes.get_errno())}")


def listen(address: Address) -> socket.socket:
    """A socket that listens.

    Raises:
        OSError: The port is taken, or there is no such address here.
    """
    kind = socket.SOCK_STREAM if address.protocol == "tcp" else socket.SOCK_DGRAM
    listener = socket.socket(address.family, kind)
    try:
        if kind is socket.SOCK_STREAM:
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if address.family is socket.AF_INET6:
            listener.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        listener.bind((address.ip, address.port))
        if kind is socket.SOCK_STREAM:
            listener.listen(BACKLOG)
    except OSError as error:
        listener.close()
        raise OSError(error.errno, f"listen {address}: bind: {(error.strerror or '').lower()}") from error
    return listener


def serve_tcp(listener: socket.socket, target: Address) -> None:
    """Pass every connection on, for ever."""
    while True:
        client, _ = listener.accept()
        threading.Thread(target=_connect, args=(client, target), daemon=True).start()


def _connect(client: socket.socket, target: Address) -> None:
    with client, contextlib.suppress(OSError), socket.create_connection((target.ip, target.port)) as server:
        back = threading.Thread(target=_pump, args=(server, client), daemon=True)
        back.start()
        _pump(client, server)
        back.join()


def _pump(source: socket.socket, target: socket.socket) -> None:
    """Pass bytes on inside the kernel until the source ends, and then tell the target so."""
    out, into = os.pipe()
    try:
        while count := os.splice(source.fileno(), into, CHUNK):
            while count:
                count -= os.splice(out, target.fileno(), count)
        target.shutdown(socket.SHUT_WR)
    except OSError:
        # One side is gone: neither has anything more to say to the other.
        for end in (source, target):
            with contextlib.suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
    finally:
        os.close(out)
        os.close(into)


def serve_udp(listener: socket.socket, target: Address) -> None:
    """Pass every datagram on, and the answers back to whoever asked, for ever."""
    ways: dict[object, tuple[socket.socket, float]] = {}
    with selectors.DefaultSelector() as selector:
        selector.register(listener, selectors.EVENT_READ)
        while True:
            for key, _ in selector.select(IDLE_S):
                if key.fileobj is listener:
                    data, client = listener.recvfrom(DATAGRAM)
                    server = ways[client][0] if client in ways else socket.socket(target.family, socket.SOCK_DGRAM)
                    if client not in ways:
                        server.connect((target.ip, target.port))
                        selector.register(server, selectors.EVENT_READ, client)
                    ways[client] = server, time.monotonic()
                    with contextlib.suppress(OSError):
                        server.send(data)
                else:
                    with contextlib.suppress(OSError):  # the container refused
                        listener.sendto(ways[key.data][0].recv(DATAGRAM), key.data)
            for client in [one for one, (_, used) in ways.items() if time.monotonic() - used > IDLE_S]:
                server, _ = ways.pop(client)
                selector.unregister(server)
                server.close()


def publish(network: str, arguments: Sequence[str]) -> None:
    """Do what Docker's own proxy does, for this machine's network."""
    parser = argparse.ArgumentParser(allow_abbrev=False)
    for name in ("proto", "host-ip", "container-ip"):
        parser.add_argument(f"-{name}", required=True)
    for name in ("host-port", "container-port"):
        parser.add_argument(f"-{name}", required=True, type=int)
    given = parser.parse_args(arguments)
    report = os.fdopen(READY_FD, "wb")
    try:
        if given.proto not in ("tcp", "udp"):
            raise OSError(f"{given.proto} cannot be published by slipway's own Docker host")
        listener = _listen_in(network, Address(given.host_ip, given.host_port, given.proto))
    except OSError as error:
        report.write(f"1\n{error.strerror or error}".encode())
        report.close()
        sys.exit(1)
    report.write(b"0\n")
    report.close()
    serve = serve_tcp if given.proto == "tcp" else serve_udp
    serve(listener, Address(given.container_ip, given.container_port, given.proto))


def _listen_in(network: str, address: Address) -> socket.socket:
    """Listen in another network, and come back."""
    own = os.open("/proc/thread-self/ns/net", os.O_RDONLY)
    try:
        enter(network)
        try:
            return listen(address)
        finally:
            enter(f"/proc/self/fd/{own}")
    finally:
        os.close(own)


def reach(network: str, address: Address) -> None:
    """Offer an address of another network in this one."""
    listener = listen(address)
    enter(network)  # threads are born into their parent's network
    serve_tcp(listener, address)


def main(arguments: Sequence[str]) -> None:
    """Be a relay."""
    match arguments:
        case ["publish", network, *rest]:
            publish(network, rest)
        case ["reach", network, ip, port]:
            reach(network, Address(ip, int(port)))
        case _:
            sys.exit(__doc__)


if __name__ == "__main__":
    main(sys.argv[1:])
