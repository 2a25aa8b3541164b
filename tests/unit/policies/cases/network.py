"""Services and network."""

from tests.unit.policies.cases.case import Case, Json, fails, passes, thing

POLICY = "networking.k8s.io/v1/NetworkPolicy"
INGRESSES = ("networking.k8s.io/v1/Ingress", "extensions/v1beta1/Ingress")


def service(**spec: object) -> Json:
    return thing("v1/Service", spec)


def rules(kind: str, *hosts: str | None, **spec: object) -> Json:
    return thing(kind, {"rules": [{"http": {}} if host is None else {"host": host} for host in hosts], **spec})


def annotated(kind: str, name: str) -> Json:
    body = thing(kind, {})
    body["metadata"]["annotations"] = {name: "x"}
    return body


CASES: list[Case] = [
    *fails(
        "networkpolicy-selector",
        thing(POLICY, {"podSelector": {}, "ingress": [{}]}),
        thing(POLICY, {"egress": [{"ports": [{"port": 53}, {"port": 80}]}, {}]}),
        thing(POLICY, {"egress": [{"ports": [{"port": 53}]}, {}]}),
        thing(POLICY, {"egress": [{"ports": [{"port": 53}]}, {"ports": [{"port": 53}, {"port": 80}]}]}),
    ),
    *passes(
        "networkpolicy-selector",
        thing(POLICY, {"podSelector": {}}),
        thing(POLICY, {"podSelector": {}, "egress": [{"ports": [{"protocol": "UDP", "port": 53}]}]}),
        thing(POLICY, {"podSelector": {"matchLabels": {"a": "b"}}, "ingress": [{}]}),
        thing(POLICY, {"podSelector": {"matchExpressions": [{"key": "a", "operator": "Exists"}]}, "egress": [{}]}),
    ),
    *fails("service-type", service(type="NodePort"), service(type="LoadBalancer")),
    *passes(
        "service-type",
        service(),
        service(type="ClusterIP"),
        service(type="ExternalName"),
        thing("serving.knative.dev/v1/Service", {"type": "NodePort"}),
    ),
    *passes("service-type", service(type="NodePort"), allowedServiceTypes=["NodePort"]),
    *fails("external-ips", service(externalIPs=["1.1.1.1"])),
    *fails("external-ips", service(externalIPs=["1.1.1.1", "2.2.2.2"]), allowedExternalIPs=["1.1.1.1"]),
    *passes("external-ips", service(), service(externalIPs=[])),
    *passes("external-ips", service(externalIPs=["1.1.1.1"]), allowedExternalIPs=["1.1.1.1"]),
    *fails(
        "externalname-localhost",
        *(service(externalName=name) for name in ("localhost", "LOCALHOST.localdomain", "127.0.0.1", "::1", "[::1]")),
    ),
    *passes("externalname-localhost", service(), service(externalName="localhoster.example.com")),
    *(
        case
        for kind in INGRESSES
        for case in (
            *fails("ingress-tls", rules(kind, "a.io"), rules(kind, "a.io", "b.io", tls=[{"hosts": ["a.io"]}])),
            *passes(
                "ingress-tls",
                rules(kind, "a.io", tls=[{"hosts": ["a.io"]}]),
                rules(kind, "a.b.io", tls=[{"hosts": ["*.b.io"]}]),
                rules(kind, "a.io", tls=[{"secretName": "x"}]),
                rules(kind, None, tls=[{"hosts": ["a.io"]}]),
            ),
            *fails(
                "ingress-host",
                rules(kind, "a.io", None),
                rules(kind, ""),
                rules(kind, "*.a.io"),
                rules(kind, defaultBackend={"service": {}}),
            ),
            *passes("ingress-host", rules(kind, "a.io"), rules(kind)),
            *fails(
                "nginx-snippets",
                *(
                    annotated(kind, f"nginx.ingress.kubernetes.io/{name}-snippet")
                    for name in ("server", "configuration")
                ),
            ),
            *fails("nginx-snippets", annotated(kind, "nginx.org/server-snippets")),
            *passes("nginx-snippets", thing(kind, {}), annotated(kind, "nginx.ingress.kubernetes.io/enable-cors")),
            *passes(
                "nginx-snippets", *(annotated(kind, name) for name in ("a.nginx.org/snippets", "nginx.org/snippets2"))
            ),
        )
    ),
]
