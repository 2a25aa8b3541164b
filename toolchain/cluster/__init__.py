"""A real Kubernetes cluster on this machine, from packages only: `up`, `down`, `status`, `kubeconfig`."""

from toolchain.cluster.gpus import add_gpus
from toolchain.cluster.lifecycle import down, kubeconfig, up
from toolchain.cluster.pretend_nodes import set_pretend_nodes
from toolchain.cluster.status import Status, Used, status, variables

__all__ = ["Status", "Used", "add_gpus", "down", "kubeconfig", "set_pretend_nodes", "status", "up", "variables"]
