"""The processes of the node, as data: what each runs, what it waits for, and how one knows that it works."""

from dataclasses import dataclass
from pathlib import Path

from toolchain.cluster import addresses, configurations
from toolchain.cluster.layout import Layout

ETCD_URL = "http://127.0.0.1:2379"


@dataclass(frozen=True)
class Part:
    """A process of the node.

    Attributes:
        name: Names its log.
        command: Program and arguments.
        after: The parts that must work before this one is started.
        ready: What answers when it works: an `http:` or `https:` URL, or a `unix:` socket. None: as soon as it is
            started, or, for one that ends, when it has ended well.
        ends: Whether it does one thing and ends, rather than being kept alive.
        vital: Whether there is no cluster without it: one that cannot be kept alive ends the node. The others are
            tried again and again.
    """

    name: str
    command: tuple[str, ...]
    after: tuple[str, ...] = ()
    ready: str | None = None
    ends: bool = False
    vital: bool = True


def parts(layout: Layout) -> tuple[Part, ...]:
    """All parts of the node."""
    return (*_stores(layout), *_control_plane(layout), *_workers(layout), *_services(layout))


def _stores(layout: Layout) -> tuple[Part, ...]:
    etcd = (
        layout.program("etcd"),
        f"--data-dir={layout.etcd}",
        f"--listen-client-urls={ETCD_URL}",
        f"--advertise-client-urls={ETCD_URL}",
        "--listen-peer-urls=http://127.0.0.1:2380",
        "--unsafe-no-fsync",  # nothing here outlives a power failure anyway
        "--log-level=warn",
    )
    containerd = (layout.program("containerd"), "--config", str(layout.config / "containerd.toml"), "--log-level=warn")
    images = (
        layout.program("ctr"),
        f"--address={configurations.CONTAINERD_SOCKET}",
        "--namespace=k8s.io",
        *("images", "import", str(layout.images)),
    )
    return (
        Part("etcd", etcd, ready=f"{ETCD_URL}/health"),
        Part("containerd", containerd, ready=f"unix:{configurations.CONTAINERD_SOCKET}"),
        Part("images", images, after=("containerd",), ends=True),
    )


def _control_plane(layout: Layout) -> tuple[Part, ...]:
    authority = str(layout.certificate("authority"))
    api = (
        layout.program("kube-apiserver"),
        f"--etcd-servers={ETCD_URL}",
        f"--bind-address={addresses.NODE}",
        f"--advertise-address={addresses.NODE}",
        f"--secure-port={addresses.NODE_API_PORT}",
        f"--tls-cert-file={layout.certificate('kube-apiserver')}",
        f"--tls-private-key-file={layout.key('kube-apiserver')}",
        f"--token-auth-file={layout.config / 'tokens.csv'}",
        "--anonymous-auth=false",
        "--authorization-mode=Node,RBAC",
        "--enable-admission-plugins=NodeRestriction,PodSecurity",
        "--allow-privileged=true",
        f"--service-cluster-ip-range={addresses.SERVICE_NETWORK}",
        f"--service-node-port-range={addresses.NODE_PORTS[0]}-{addresses.NODE_PORTS[1]}",
        f"--service-account-issuer=https://kubernetes.default.svc.{addresses.DOMAIN}",
        f"--service-account-key-file={layout.public_key('service-accounts')}",
        f"--service-account-signing-key-file={layout.key('service-accounts')}",
        f"--kubelet-certificate-authority={authority}",
        f"--kubelet-client-certificate={layout.certificate('kubelet-client')}",
        f"--kubelet-client-key={layout.key('kubelet-client')}",
        "--kubelet-preferred-address-types=InternalIP",
        # The metrics API is served by another program, on the node's own address.
        "--enable-aggregator-routing=true",
        f"--proxy-client-cert-file={layout.certificate('front-proxy')}",
        f"--proxy-client-key-file={layout.key('front-proxy')}",
        f"--requestheader-client-ca-file={authority}",
        "--requestheader-allowed-names=front-proxy",
        "--requestheader-extra-headers-prefix=X-Remote-Extra-",
        "--requestheader-group-headers=X-Remote-Group",
        "--requestheader-username-headers=X-Remote-User",
        "--profiling=false",
    )
    controllers = (
        layout.program("kube-controller-manager"),
        *_as(layout, "kube-controller-manager"),
        "--bind-address=127.0.0.1",
        "--leader-elect=false",
        "--use-service-account-credentials=true",
        "--allocate-node-cidrs=true",
        f"--cluster-cidr={addresses.POD_NETWORK}",
        f"--service-cluster-ip-range={addresses.SERVICE_NETWORK}",
        f"--root-ca-file={authority}",
        f"--service-account-private-key-file={layout.key('service-accounts')}",
        f"--cluster-signing-cert-file={authority}",
        f"--cluster-signing-key-file={layout.key('authority')}",
        f"--flex-volume-plugin-dir={layout.kubelet / 'plugins-exec'}",
        "--horizontal-pod-autoscaler-sync-period=5s",  # a test should not wait for Kubernetes' 15 s
        "--profiling=false",
    )
    scheduler = (
        layout.program("kube-scheduler"),
        *_as(layout, "kube-scheduler"),
        "--bind-address=127.0.0.1",
        "--leader-elect=false",
        "--profiling=false",
    )
    manifests = (
        layout.program("kubectl"),
        *_as(layout, "admin"),
        *("apply", "--server-side", "--field-manager=slipway-cluster"),
        f"--filename={layout.config / 'objects.yaml'}",
    )
    return (
        Part("kube-apiserver", api, after=("etcd",), ready=f"{addresses.NODE_SERVER}/readyz"),
        Part("kube-controller-manager", controllers, after=("kube-apiserver",)),
        Part("kube-scheduler", scheduler, after=("kube-apiserver",)),
        Part("objects", manifests, after=("kube-apiserver",), ends=True),
    )


def _workers(layout: Layout) -> tuple[Part, ...]:
    kubelet = (
        layout.program("kubelet"),
        *_as(layout, "kubelet"),
        f"--config={layout.config / 'kubelet.yaml'}",
        f"--root-dir={layout.kubelet}",
        f"--cert-dir={layout.kubelet / 'pki'}",
        f"--hostname-override={addresses.NODE_NAME}",
        f"--node-ip={addresses.NODE}",
    )
    proxy = (
        layout.program("kube-proxy"),
        *_as(layout, "kube-proxy"),
        f"--hostname-override={addresses.NODE_NAME}",
        "--bind-address=127.0.0.1",
        f"--cluster-cidr={addresses.POD_NETWORK}",
        f"--nodeport-addresses={addresses.NODE}/32",
        "--iptables-localhost-nodeports=false",  # it is this machine's loopback address that is forwarded here
        "--proxy-mode=iptables",
        # Limits of the connection table belong to the machine, not to the node's network: they are left alone.
        "--conntrack-max-per-core=0",
        "--conntrack-tcp-timeout-established=0s",
        "--conntrack-tcp-timeout-close-wait=0s",
    )
    return (
        Part("kubelet", kubelet, after=("kube-apiserver", "images")),
        Part("kube-proxy", proxy, after=("kube-apiserver",)),
    )


def _services(layout: Layout) -> tuple[Part, ...]:
    credentials = layout.credentials("metrics-server")
    metrics = (
        layout.program("metrics-server"),
        f"--kubeconfig={credentials}",
        f"--authentication-kubeconfig={credentials}",
        f"--authorization-kubeconfig={credentials}",
        f"--bind-address={addresses.NODE}",
        f"--secure-port={addresses.METRICS_PORT}",
        f"--tls-cert-file={layout.certificate('metrics-server')}",
        f"--tls-private-key-file={layout.key('metrics-server')}",
        f"--kubelet-certificate-authority={layout.certificate('authority')}",
        "--kubelet-preferred-address-types=InternalIP",
        "--kubelet-use-node-status-port",
        "--metric-resolution=10s",  # the shortest it allows; a request must be through before the next
        "--kubelet-request-timeout=5s",
    )
    volumes = (
        layout.program("volumes"),
        *_as(layout, "volumes"),
        f"--provisioner={VOLUME_PROVISIONER}",
        f"--root={layout.volumes}",
        f"--node={addresses.NODE_NAME}",
    )
    kwok = (
        layout.program("kwok"),
        *_as(layout, "kwok"),
        f"--config={STAGES}",
        f"--manage-nodes-with-annotation-selector={PRETEND}=fake",
        f"--cidr={addresses.PRETEND_NETWORK}",
        "--node-lease-duration-seconds=40",  # kept up as a kubelet's would be
        "--v=WARN",
    )
    firewall = (
        layout.program("firewall"),
        *_as(layout, "firewall"),
        f"--bridge={configurations.BRIDGE}",
        f"--node={addresses.NODE},{addresses.HOST}",
    )
    return (
        Part("firewall", firewall, after=("objects",), vital=False),
        Part("kwok", kwok, after=("objects",), vital=False),
        Part("metrics-server", metrics, after=("objects", "kubelet"), vital=False),
        Part("volumes", volumes, after=("objects",), vital=False),
    )


STAGES = Path(__file__).with_name("stages.yaml")
"""What kwok says of pretend nodes and their pods."""

PRETEND = "kwok.x-k8s.io/node"
"""The annotation of the nodes that kwok looks after."""

VOLUME_PROVISIONER = "slipway.dev/folder"


def _as(layout: Layout, name: str) -> tuple[str, ...]:
    return (f"--kubeconfig={layout.credentials(name)}",)
