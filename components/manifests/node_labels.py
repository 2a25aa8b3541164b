"""The labels of a pool's nodes: those that it was given, and those by which GPUs are asked for.

They are those that NVIDIA's feature discovery would give the nodes (https://github.com/NVIDIA/k8s-device-plugin,
`internal/lm`), as far as a request looks at them.
"""

from components.manifests import gpu
from components.manifests.manifest import Manifest, manifest
from components.spec.addons import offered
from components.spec.cuda import version
from components.spec.fleet import Pool, PoolGpus
from components.spec.gpu_words import PRODUCT_LABEL, plain_profile


def node(name: str, pool: Pool) -> Manifest:
    """What is patched of a node."""
    return manifest("v1", "Node", {"name": name, "labels": labels(pool)})


def labels(pool: Pool) -> dict[str, str]:
    """The labels of each node of a pool."""
    found = dict(pool.labels)
    if pool.gpus and offered(pool):
        found |= _gpus(pool.gpus)
    return found


def _gpus(gpus: PoolGpus) -> dict[str, str]:
    shares, slices = gpus.shares, gpus.slices
    found = {
        gpu.PRESENT_LABEL: "true",
        gpu.COUNT_LABEL: str(gpus.count),
        gpu.REPLICAS_LABEL: str(shares.each if shares else 1),
        gpu.SHARING_LABEL: shares.by if shares else "none",
    }
    if gpus.product:
        found[PRODUCT_LABEL] = _product(gpus.product, gpus)
    if gpus.memory_bytes:
        found[gpu.MEMORY_LABEL] = str(gpus.memory_bytes // 2**20)
    if gpus.capability:
        found |= dict(zip((gpu.MAJOR_LABEL, gpu.MINOR_LABEL), map(str, gpus.capability), strict=True))
    if gpus.cuda:
        found |= dict(zip((gpu.CUDA_MAJOR_LABEL, gpu.CUDA_MINOR_LABEL), map(str, version(gpus.cuda)), strict=True))
    if slices:
        found[gpu.SLICES_LABEL] = plain_profile(slices.profile).partition("g.")[0]
    return found


def _product(product: str, gpus: PoolGpus) -> str:
    if gpus.slices and gpus.slices.strategy == "single":
        return gpu.cut_product(product, gpus.slices.profile)
    return gpu.shared_product(product, renamed=gpus.shares.renamed) if gpus.shares else product
