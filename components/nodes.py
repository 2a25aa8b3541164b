"""An environment's other namespace: for what runs on the nodes themselves, and uses their folders."""

from collections.abc import Sequence

import pulumi

from components.apply import apply
from components.manifests.manifest import Manifest
from components.manifests.namespace import namespace
from components.manifests.network_policy import default_deny
from components.manifests.pull_secret import pull_secret
from components.manifests.service_account import service_account
from components.manifests.waivers import excepted
from components.registry import Registry
from components.spec.addons import Addons, nodes_environment
from components.spec.environment import Environment

_APART = {"psa-labels": "what uses folders of the nodes lives here, apart from the workloads"}


class Nodes(pulumi.ComponentResource):
    """A namespace with default-deny network policy and pull secret, whose pods may use folders of the nodes.

    Attributes:
        spec: its description.
    """

    def __init__(
        self,
        name: str,
        environment: Environment,
        addons: Addons,
        registry: Registry,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        """Declares the namespace.

        Args:
            name: the component's name.
            environment: the environment that it belongs to.
            addons: what runs in it.
            registry: where its images come from.
            opts: Pulumi's options; give the Kubernetes provider here.
        """
        super().__init__("slipway:index:Nodes", name, {}, opts)
        self.spec = nodes_environment(environment)
        # What its pods do beyond `restricted` is in their waivers: a warning at every run would be read by nobody.
        apart = excepted(
            namespace(self.spec, watched="privileged"), _APART, owner=environment.owner, until=addons.until
        )
        self._namespace = apply(f"{name}-namespace", apart, self)
        self._pulls_with_secret = registry.docker_config is not None
        members = {
            "default-deny": default_deny(self.spec),
            "registry": pull_secret(self.spec, registry.docker_config) if self._pulls_with_secret else None,
        }
        self._ready = [
            apply(f"{name}-{role}", each, self, after=[self._namespace]) for role, each in members.items() if each
        ]
        self.register_outputs({"namespace": self.spec.namespace})

    def run(
        self,
        daemon_set: Manifest,
        parent: pulumi.Resource,
        after: Sequence[pulumi.Resource] = (),
        files: Manifest | None = None,
    ) -> pulumi.Resource:
        """Declares a DaemonSet with an account of its own.

        Args:
            daemon_set: the object.
            parent: the component that it belongs to.
            after: what must exist before it.
            files: the ConfigMap that its pods mount, if it is not another's.

        Returns:
            What exists once its pods are ready.
        """
        name = daemon_set["metadata"]["name"]
        account = service_account(self.spec, name, None, pulls_with_secret=self._pulls_with_secret)
        needed = {"account": account, "config": files}
        before = [
            apply(f"{name}-{role}", each, parent, after=[self._namespace]) for role, each in needed.items() if each
        ]
        return apply(name, daemon_set, parent, after=[self._namespace, *self._ready, *before, *after])
