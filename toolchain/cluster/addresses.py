"""Names, networks and ports of the cluster.

The cluster lives in a network of its own. One link, `slw0`, joins it to this machine; what people and programs use here
is on the loopback address only.
"""

NODE_NAME = "slipway"
"""The one real node."""

LINK = "slw0"
"""This machine's end of the link; the node calls the other end `eth0`."""

HOST = "10.243.0.1"
"""This machine, as the node sees it."""

NODE = "10.243.0.2"
"""The node, as this machine and the pods see it."""

LINK_PREFIX = 30
"""Two addresses: nothing else of the surrounding network is covered up."""

API_PORT = 16443
"""The API server on this machine's loopback address; 6443 may be another cluster's."""

NODE_API_PORT = 6443
KUBELET_PORT = 10250
METRICS_PORT = 4443

NODE_PORTS = (30000, 32767)
"""Kubernetes' own default range, forwarded from 127.0.0.0/8."""

POD_NETWORK = "10.244.0.0/16"
PRETEND_NETWORK = "10.245.0.0/16"
"""Where pods on pretend nodes are said to be; nobody is there."""

SERVICE_NETWORK = "10.96.0.0/16"
API_SERVICE = "10.96.0.1"
"""The first address of the service network is the API server's."""

DNS_SERVICE = "10.96.0.10"
DOMAIN = "cluster.local"

SERVER = f"https://127.0.0.1:{API_PORT}"
"""The API server for everything outside the cluster."""

NODE_SERVER = f"https://{NODE}:{NODE_API_PORT}"
"""The API server for the parts of the cluster."""
