"""What pods name."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from policies.plain import UNKNOWN, Path, Unknown
from policies.rules.build import CORE, mapping
from policies.rules.hardening import TOKEN_SAID_BY
from policies.rules.joins.build import EACH, found_at, join_rule, left_open, look_up, unless_there
from policies.together import Claim, Together, namespace_in
from policies.view import Container, Manifest, Pod


def _carried(objects: Together) -> Iterator[tuple[Manifest, Pod]]:
    for manifest in objects.carriers:
        for pod in manifest.pods:
            yield manifest, pod


def _accounts(objects: Together) -> Iterator[Claim]:
    for manifest, pod in _carried(objects):
        spec = mapping(pod.spec)
        key = "serviceAccountName" if spec.get("serviceAccountName") else "serviceAccount"
        at, name = next(found_at(pod.spec, key, at=pod.path), (pod.path, None))
        if name not in (None, "", "default"):
            found = look_up(objects, "ServiceAccount", namespace_in(manifest), name)
            yield from unless_there(found, manifest, at, "must name a ServiceAccount that is there")


MISSING_SA = join_rule(
    "missing-sa",
    "Non-existent service account",
    "medium",
    "A pod of an account that is not there is never made.",
    "make the ServiceAccount, or name the one that is meant",
    f'{CORE}.ServiceAccount("web", automount_service_account_token=False)',
    _accounts,
)
_MADE_BY: dict[str, tuple[tuple[str, ...], ...]] = {
    "bitnami.com/SealedSecret": (("metadata", "name"),),
    "cert-manager.io/Certificate": (("spec", "secretName"),),
    "external-secrets.io/ExternalSecret": (("spec", "target", "name"), ("metadata", "name")),
}
"""Objects of which a controller makes a Secret, and where its name is."""

_OF_THE_CLUSTER = frozenset({("ConfigMap", "kube-root-ca.crt")})


def _made(objects: Together, namespace: str | Unknown) -> set[object]:
    names: set[object] = set()
    for kind, paths in _MADE_BY.items():
        if objects.adrift_kind(kind):
            names.add(UNKNOWN)
        for manifest in objects.placed(namespace, kind):
            said = (value for path in paths for _, value in found_at(manifest.body, *path))
            names.add(next(said, None))
    return names


def _environment(objects: Together) -> Iterator[Claim]:
    made: dict[str | Unknown, set[object]] = {}
    for manifest, pod in _carried(objects):
        namespace = namespace_in(manifest)
        if namespace not in made:
            made[namespace] = _made(objects, namespace)
        for container in pod.containers:
            for kind, at, reference in _references(container):
                yield from _reference(objects, made[namespace], manifest, container, kind, at, reference)


_SOURCES = {
    ("env", EACH, "valueFrom", "secretKeyRef"): "Secret",
    ("env", EACH, "valueFrom", "configMapKeyRef"): "ConfigMap",
    ("envFrom", EACH, "secretRef"): "Secret",
    ("envFrom", EACH, "configMapRef"): "ConfigMap",
}


def _references(container: Container) -> Iterator[tuple[str, Path, object]]:
    for path, kind in _SOURCES.items():
        for at, reference in found_at(container.body, *path, at=container.path):
            yield kind, at, reference


def _reference(
    objects: Together,
    made: set[object],
    manifest: Manifest,
    container: Container,
    kind: str,
    at: Path,
    reference: object,
) -> Iterator[Claim]:
    problem = f"must name a {kind} that is there"
    if reference is UNKNOWN:
        yield Claim("unknown", manifest, at, problem, container)
        return
    fields = mapping(reference)
    name, key, optional = fields.get("name"), fields.get("key"), fields.get("optional")
    if optional is True or (kind, name) in _OF_THE_CLUSTER or (kind == "Secret" and name in made):
        return
    found = look_up(objects, kind, namespace_in(manifest), name)
    if isinstance(found, Manifest):
        claims = _key(found, manifest, container, (*at, "key"), key)
    else:
        claims = unless_there(found, manifest, (*at, "name"), problem, container)
    for claim in claims:
        yield replace(claim, verdict=left_open(claim.verdict, optional, *(made if kind == "Secret" else ())))


def _key(found: Manifest, manifest: Manifest, container: Container, at: Path, key: object) -> Iterator[Claim]:
    held = [found.body.get(part) for part in ("data", "stringData", "binaryData")]
    if key is None or found.partial or any(key in mapping(part) for part in held):
        return
    # What a controller fills, or a token, has no keys here.
    if not any(mapping(part) for part in held) and UNKNOWN not in held:
        return
    problem = f"must be one of the {found.kind}'s keys"
    yield Claim(left_open("violation", key, *held), manifest, at, problem, container)


ENV_REF_EXISTS = join_rule(
    "env-ref-exists",
    "Variable's source exists",
    "medium",
    "A container whose variable comes from an object or a key that is not there does not start.",
    "name a Secret or a ConfigMap of the same namespace, and one of its keys",
    f'{CORE}.SecretKeySelectorArgs(name="app", key="token")',
    _environment,
    decision="What is optional is not asked. The Secret of a SealedSecret, an ExternalSecret or a Certificate counts "
    "as there. An object without any keys is one that something fills later.",
)


_TOKEN = "automountServiceAccountToken"  # noqa: S105 (a field's name)


def _tokens(objects: Together) -> Iterator[Claim]:
    if objects.parameters[TOKEN_SAID_BY.name] != "account":
        return
    for manifest, pod in _carried(objects):
        spec = mapping(pod.spec)
        at, token = next(found_at(pod.spec, _TOKEN, at=pod.path), ((*pod.path, _TOKEN), None))
        if (token is not None and token is not UNKNOWN) or manifest.partial:
            continue
        name = spec.get("serviceAccountName") or spec.get("serviceAccount") or "default"
        name = UNKNOWN if isinstance(pod.spec, Unknown) else name
        found = look_up(objects, "ServiceAccount", namespace_in(manifest), name)
        said = found.body.get("automountServiceAccountToken") if isinstance(found, Manifest) else None
        if said is False:
            continue
        problem = "must be false, here or on the pod's ServiceAccount"
        yield Claim(left_open("unknown" if found == "unknown" else "violation", token, said), manifest, at, problem)


AUTOMOUNT_SA_TOKEN_ACCOUNT = join_rule(
    "automount-sa-token-account",
    "Service account token, by its account",
    "medium",
    "A token that nothing in the pod needs is one that an intruder can use.",
    "set automountServiceAccountToken to false on the ServiceAccount, or on the pod",
    f'{CORE}.ServiceAccount("web", automount_service_account_token=False)',
    _tokens,
    parameters=(TOKEN_SAID_BY,),
    decision="Asked where tokenSaidBy is account. An account that is not among the objects says nothing, so that the "
    "pod has to.",
)

RULES = (MISSING_SA, ENV_REF_EXISTS, AUTOMOUNT_SA_TOKEN_ACCOUNT)
