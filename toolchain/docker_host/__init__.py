"""A Docker engine on this machine, from Debian's packages: `up`, `down`, `status`, and which engine is used.

Everything it makes is in namespaces of its own: bridges, packet filter rules, mounts and processes go when the first of
its processes ends. What joins it to this machine are sockets: the API's, one for each published port, and one to the
embedded registry.
"""

from toolchain.docker_host.lifecycle import down, up
from toolchain.docker_host.status import Status, Used, ensure, status, used, variables

__all__ = ["Status", "Used", "down", "ensure", "status", "up", "used", "variables"]
