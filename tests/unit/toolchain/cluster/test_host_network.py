from hypothesis import given
from hypothesis import strategies as st

from toolchain.cluster import host_network
from toolchain.cluster.host_network import CHAINS, removal, rules

OTHERS = """\
-P INPUT ACCEPT
-P FORWARD DROP
-N DOCKER-USER
-N KUBE-SERVICES
-A FORWARD -j DOCKER-USER
-A INPUT -m comment --comment "SLIPWAY-GUARD is not meant here" -j KUBE-SERVICES
"""

OURS = """\
-N SLIPWAY-GUARD
-A INPUT -j SLIPWAY-GUARD
-A FORWARD -j SLIPWAY-GUARD
-A SLIPWAY-GUARD -i slw0 -j REJECT --reject-with icmp-admin-prohibited
"""


def test_rules_of_others_are_never_removed() -> None:
    assert removal(OTHERS) == ()


def test_own_chains_are_removed_from_between_those_of_others() -> None:
    assert removal(OTHERS + OURS) == (
        "-D INPUT -j SLIPWAY-GUARD",
        "-D FORWARD -j SLIPWAY-GUARD",
        "-F SLIPWAY-GUARD",
        "-X SLIPWAY-GUARD",
    )


@given(st.lists(st.sampled_from((OTHERS + OURS).splitlines()), unique=True))
def test_whatever_half_of_the_rules_a_killed_run_left_is_removed_in_an_order_that_the_kernel_takes(
    lines: list[str],
) -> None:
    # given the lines of a table, some of them missing
    chains = {line.split()[1] for line in lines if line.startswith("-N SLIPWAY")}
    jumps = [line for line in lines if line.endswith("-j SLIPWAY-GUARD")]

    # when they are taken away
    done = removal("\n".join(lines))

    # then every jump goes first, and no chain before it is empty
    assert [line for line in done if line.startswith("-D")] == [f"-D{jump[2:]}" for jump in jumps]
    assert {line.split()[1] for line in done if line.startswith("-X")} == chains
    assert sorted(done, key=lambda line: "DFX".index(line[1])) == list(done)


def test_every_chain_that_rules_are_put_in_is_declared_and_led_to() -> None:
    text = rules(5001)

    used = {line.split()[1] for line in text.splitlines() if line.startswith("-A")}
    declared = {line[1:].split()[0] for line in text.splitlines() if line.startswith(":")}
    led_to = {line.split()[-1] for line in text.splitlines() if line.startswith("-I")}
    assert used == declared == led_to == {chain for _, _, chain in CHAINS}


def test_only_loopback_addresses_lead_to_the_node() -> None:
    outward = [line for line in rules(5001).splitlines() if line.startswith("-A SLIPWAY-OUT")]

    assert outward
    assert all(" -d 127.0.0." in line for line in outward)


def test_nothing_but_the_registry_is_open_to_the_node() -> None:
    guard = [line for line in rules(5001).splitlines() if line.startswith("-A SLIPWAY-GUARD -i")]

    assert [line.split("-j ")[1].split()[0] for line in guard] == ["ACCEPT", "ACCEPT", "REJECT"]
    assert "--ctstate RELATED,ESTABLISHED" in guard[0]
    assert "-d 127.0.0.1/32 -p tcp --dport 5001" in guard[1]


def test_the_link_name_fits_the_kernel() -> None:
    assert len(host_network.addresses.LINK) <= 15
