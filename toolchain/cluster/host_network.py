"""What the cluster needs of this machine's own network: one link, and a few rules in chains of its own.

A killed run leaves them behind, the link only for a while: the kernel removes it when the last connection in the node's
network has timed out. The link is known by its name, the rules by the names of their chains. The link's own settings go
with it, and no others are changed.
"""

import subprocess
from collections.abc import Sequence
from pathlib import Path

from toolchain.cluster import addresses
from toolchain.errors import ToolchainError

CHAINS = (
    ("nat", "PREROUTING", "SLIPWAY-IN"),
    ("nat", "OUTPUT", "SLIPWAY-OUT"),
    ("nat", "POSTROUTING", "SLIPWAY-MASQUERADE"),
    ("filter", "INPUT", "SLIPWAY-GUARD"),
    ("filter", "FORWARD", "SLIPWAY-GUARD"),
)
"""Table, the kernel's chain that leads to ours, and ours."""

PATH = "/usr/sbin:/usr/bin:/sbin:/bin"
"""Where Debian puts the programs; a user's PATH may lack the first."""

MEND = "see `slipway doctor`; the cluster needs root, iptables and a kernel with network namespaces"


def rules(registry_port: int) -> str:
    """The rules, in the format of `iptables-restore`.

    Loopback addresses are translated on the way to the node: the API server and the node ports answer on this machine
    and nowhere else. From the node and its pods, this machine lets in what asks for the embedded registry, and passes
    nothing on.
    """
    to_loopback = "-j DNAT --to-destination 127.0.0.1"
    to_node = f"-j DNAT --to-destination {addresses.NODE}"
    low, high = addresses.NODE_PORTS
    link = addresses.LINK
    reject = "-j REJECT --reject-with icmp-admin-prohibited"
    nat = [
        f"-A SLIPWAY-OUT -d 127.0.0.1/32 -p tcp --dport {addresses.API_PORT} {to_node}:{addresses.NODE_API_PORT}",
        *(f"-A SLIPWAY-OUT -d 127.0.0.0/8 -p {protocol} --dport {low}:{high} {to_node}" for protocol in ("tcp", "udp")),
        f"-A SLIPWAY-IN -i {link} -d {addresses.HOST}/32 -p tcp --dport {registry_port} {to_loopback}",
        f"-A SLIPWAY-MASQUERADE -s 127.0.0.0/8 -o {link} -j MASQUERADE",
    ]
    filters = [
        f"-A SLIPWAY-GUARD -i {link} -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT",
        f"-A SLIPWAY-GUARD -i {link} -d 127.0.0.1/32 -p tcp --dport {registry_port} -j ACCEPT",
        f"-A SLIPWAY-GUARD -i {link} {reject}",
        f"-A SLIPWAY-GUARD -o {link} {reject}",
    ]
    return _table("nat", nat) + _table("filter", filters)


def _table(table: str, lines: Sequence[str]) -> str:
    own = [(parent, chain) for of, parent, chain in CHAINS if of == table]
    declared = dict.fromkeys(f":{chain} - [0:0]" for _, chain in own)
    jumps = [f"-I {parent} -j {chain}" for parent, chain in own]
    return "\n".join([f"*{table}", *declared, *jumps, *lines, "COMMIT", ""])


def removal(listed: str) -> tuple[str, ...]:
    """The lines, for `iptables-restore --noflush`, that take our chains out of a table listed by `iptables -S`.

    Jumps first, then what is in the chains, then the chains: the kernel removes only what nothing refers to.
    """
    ours = {chain for _, _, chain in CHAINS}
    lines = [line.split() for line in listed.splitlines()]
    jumps = [line for line in lines if line[0] == "-A" and line[1] not in ours and line[-1] in ours]
    chains = [line[1] for line in lines if line[0] == "-N" and line[1] in ours]
    return (
        *(" ".join(["-D", *line[1:]]) for line in jumps),
        *(f"-F {chain}" for chain in chains),
        *(f"-X {chain}" for chain in chains),
    )


def link_exists() -> bool:
    """Whether the link is there."""
    return Path("/sys/class/net", addresses.LINK).exists()


def owner() -> str:
    """The home of the cluster that has the link; empty if nobody said so."""
    try:
        return Path("/sys/class/net", addresses.LINK, "ifalias").read_text().strip()
    except OSError:
        return ""


def connect(node: int, home: str, registry_port: int) -> None:
    """Join a node's network to this machine's.

    Args:
        node: A process in the node's network.
        home: Whose cluster it is, kept with the link.
        registry_port: The embedded registry's, on this machine's loopback address.

    Raises:
        ToolchainError: The kernel refused.
    """
    link = addresses.LINK
    _run("ip", "link", "add", link, "type", "veth", "peer", "name", "eth0", "netns", str(node))
    _run("ip", "link", "set", link, "alias", home)
    ipv6 = Path("/proc/sys/net/ipv6/conf", link, "disable_ipv6")
    if ipv6.exists():
        ipv6.write_text("1")  # the rules are for IPv4 only
    Path("/proc/sys/net/ipv4/conf", link, "route_localnet").write_text("1")
    _run("ip", "address", "add", f"{addresses.HOST}/{addresses.LINK_PREFIX}", "dev", link)
    _run("ip", "link", "set", link, "up")
    disconnect_rules()
    _restore(rules(registry_port))


def disconnect() -> None:
    """Take away the link and the rules; what is not there is not missed."""
    if link_exists():
        _run("ip", "link", "delete", addresses.LINK)
    disconnect_rules()


def disconnect_rules() -> None:
    """Take away the rules."""
    for table in dict.fromkeys(table for table, _, _ in CHAINS):
        if lines := removal(_run("iptables", "-w", "-t", table, "-S")):
            _restore("\n".join([f"*{table}", *lines, "COMMIT", ""]))


def _restore(text: str) -> None:
    _run("iptables-restore", "-w", "--noflush", text=text)


def _run(*command: str, text: str | None = None) -> str:
    try:
        done = subprocess.run(
            command, input=text, capture_output=True, text=True, check=False, env={"PATH": PATH, "LC_ALL": "C"}
        )
    except OSError as error:
        raise ToolchainError(f"{command[0]} cannot be started: {error.strerror}", MEND) from error
    if done.returncode != 0:
        raise ToolchainError(f"`{' '.join(command)}` failed: {done.stderr.strip()}", MEND)
    return done.stdout
