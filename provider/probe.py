"""Run inside a container's network: brings its loopback device up, asks for a page and prints the status."""

import contextlib
import fcntl
import http.client
import socket
import struct
import sys

SIOCSIFFLAGS = 0x8914
IFF_UP_RUNNING = 0x1 | 0x40


def main(port: int, path: str) -> None:
    """Prints the status, or ends with a code other than 0.

    Args:
        port: asked on 127.0.0.1.
        path: what is asked for.
    """
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as device:
        fcntl.ioctl(device, SIOCSIFFLAGS, struct.pack("16sh", b"lo", IFF_UP_RUNNING))
    with contextlib.closing(http.client.HTTPConnection("127.0.0.1", port, timeout=10)) as connection:
        connection.request("GET", path)
        print(connection.getresponse().status)


try:
    main(int(sys.argv[1]), sys.argv[2])
except OSError:
    sys.exit(1)
