"""Services and network: who reaches what."""

from __future__ import annotations

from policies.predicates import (
    KEY,
    AllOf,
    AnyOf,
    Empty,
    Equals,
    EveryItem,
    Matches,
    Not,
    OneOf,
    Parameters,
    Setting,
    item,
    obj,
)
from policies.rule import ADVISED, Parameter
from policies.rules.build import CORE, about, careful, judged, listed, mapping, object_rule, of_object

_INGRESS = ("networking.k8s.io/Ingress", "extensions/Ingress")
_NETWORK = "kubernetes.networking.v1"
_SELECTOR = obj("spec.podSelector", "object")
_ONLY_NAMES = EveryItem(
    obj("spec.egress", "list"),
    AllOf((Not(Empty(item("ports", "list"))), EveryItem(item("ports", "list"), Equals(item("port", "any"), 53)))),
)
_WANTED = tuple(obj(f"spec.podSelector.{way}", "any") for way in ("matchLabels", "matchExpressions"))

NETWORKPOLICY_SELECTOR = object_rule(
    about(
        "networkpolicy-selector",
        "NetworkPolicy for every pod",
        "medium",
        "A policy that selects every pod of its namespace and lets something through opens all of them at once.",
        "name the pods that the policy is meant for; only a policy that lets nothing through may select all",
        f"{_NETWORK}.NetworkPolicySpecArgs(pod_selector=selector, policy_types=['Ingress'])",
        levels=ADVISED,
        decision="A policy for all pods that lets out nothing but questions for names is as good as one that lets "
        "nothing through.",
    ),
    ("networking.k8s.io/NetworkPolicy",),
    of_object(
        AnyOf((*(Not(Empty(field)) for field in _WANTED), AllOf((Empty(obj("spec.ingress", "list")), _ONLY_NAMES)))),
        _SELECTOR,
        "must select pods",
    ),
)
ALLOWED_TYPES = Parameter(
    "allowedServiceTypes",
    {"type": "array", "items": {"type": "string", "enum": ["ClusterIP", "NodePort", "LoadBalancer", "ExternalName"]}},
    ["ClusterIP", "ExternalName"],
    "The types that a Service may have.",
)
_TYPE = obj("spec.type", "string")
SERVICE_TYPE = object_rule(
    about(
        "service-type",
        "Service exposure",
        "medium",
        "A NodePort or a LoadBalancer opens the Service to whoever reaches the nodes.",
        "use ClusterIP behind an Ingress or a Gateway, or have the type allowed",
        f'{CORE}.ServiceSpecArgs(type="ClusterIP", selector={{"app": "web"}})',
        decision="One rule for both types; which are allowed is a setting.",
    ),
    ("Service",),
    of_object(
        AnyOf((Empty(_TYPE), OneOf(_TYPE, Setting(ALLOWED_TYPES.name)))), _TYPE, "must be one of the allowed ones"
    ),
    parameters=(ALLOWED_TYPES,),
)
ALLOWED_IPS = Parameter(
    "allowedExternalIPs", {"type": "array", "items": {"type": "string"}}, [], "Addresses that a Service may take."
)
_IP = item("", "string")
EXTERNAL_IPS = object_rule(
    about(
        "external-ips",
        "externalIPs",
        "high",
        "With externalIPs a Service takes the traffic for an address that is somebody else's (CVE-2020-8554).",
        "remove externalIPs",
        f'{CORE}.ServiceSpecArgs(selector={{"app": "web"}})',
    ),
    ("Service",),
    of_object(
        OneOf(_IP, Setting(ALLOWED_IPS.name)), _IP, "must be one of the allowed ones", obj("spec.externalIPs", "list")
    ),
    parameters=(ALLOWED_IPS,),
)
_NAME = obj("spec.externalName", "string")
EXTERNALNAME_LOCALHOST = object_rule(
    about(
        "externalname-localhost",
        "ExternalName localhost",
        "high",
        "A Service that points at localhost makes its callers, such as an ingress controller, call themselves.",
        "name the host that is meant",
        f'{CORE}.ServiceSpecArgs(type="ExternalName", external_name="db.example.com")',
    ),
    ("Service",),
    of_object(Not(Matches(_NAME, r"(?i)^(localhost(\.|$)|127\.|\[?::1\]?$)")), _NAME, "must not be the caller itself"),
)


def _tls(value: object, _: Parameters) -> str | None:
    spec = mapping(value)
    covered = {host for entry in listed(spec.get("tls")) for host in listed(mapping(entry).get("hosts"))}
    if not listed(spec.get("tls")):
        return "there is none"
    for host in (mapping(rule).get("host") for rule in listed(spec.get("rules"))):
        if isinstance(host, str) and host not in covered and f"*.{host.partition('.')[2]}" not in covered and covered:
            return "a host is not among its hosts"
    return None


_SPEC = obj("spec", "any")
INGRESS_TLS = object_rule(
    about(
        "ingress-tls",
        "Ingress without TLS",
        "high",
        "What is sent in the clear can be read and changed on its way.",
        "name the hosts and the certificate's secret in tls",
        f'{_NETWORK}.IngressTLSArgs(hosts=["shop.example.com"], secret_name="shop-tls")',
    ),
    _INGRESS,
    of_object(
        judged("joins hosts with certificates", _SPEC, careful(_tls, "tls", "rules")),
        obj("spec.tls", "list"),
        "must hold every host",
    ),
)
_HOST = item("host", "string")
_DEFAULT = obj("spec.defaultBackend", "object")
INGRESS_HOST = object_rule(
    about(
        "ingress-host",
        "Ingress host",
        "medium",
        "An Ingress without a host, or with a wildcard, takes requests that were meant for others.",
        "name the host",
        f'{_NETWORK}.IngressRuleArgs(host="shop.example.com", http=http)',
        decision="A defaultBackend is a rule without a host, and is treated as one.",
    ),
    _INGRESS,
    of_object(
        AllOf((Not(Empty(_HOST)), Not(Matches(_HOST, r"\*")))), _HOST, "must name one host", obj("spec.rules", "list")
    ),
    of_object(Empty(_DEFAULT), _DEFAULT, "must not be set"),
)
NGINX_SNIPPETS = object_rule(
    about(
        "nginx-snippets",
        "NGINX snippets",
        "critical",
        "A snippet becomes part of the controller's own configuration, with the secrets of every Ingress in reach "
        "(CVE-2021-25742).",
        "remove the annotation, and use the controller's own options",
        'kubernetes.meta.v1.ObjectMetaArgs(annotations={"nginx.ingress.kubernetes.io/enable-cors": "true"})',
    ),
    _INGRESS,
    of_object(
        Not(Matches(KEY, r"^nginx\.(ingress\.kubernetes\.io|org)/([a-z-]+-)?snippets?$")),
        item("", "any"),
        "must not be set",
        obj("metadata.annotations", "object"),
    ),
)

RULES = (
    NETWORKPOLICY_SELECTOR,
    SERVICE_TYPE,
    EXTERNAL_IPS,
    EXTERNALNAME_LOCALHOST,
    INGRESS_TLS,
    INGRESS_HOST,
    NGINX_SNIPPETS,
)
