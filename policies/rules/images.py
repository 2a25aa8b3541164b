"""Images: where they come from, and that they stay what they were.

The grammar of an image reference is more than a regular expression can hold, so these rules are Python only.
"""

from __future__ import annotations

from typing import cast

from policies.plain import UNKNOWN, Unknown
from policies.predicates import Parameters, PythonOnly, container, pod
from policies.rule import ADVISED, About, Check, Parameter, PodRule, Reference
from policies.rules.build import careful, listed, mapping
from policies.values.image import ImageReference

_IMAGE = container("image", "string")
_REASON = "needs the grammar of image references"
_REGISTRY_ENTRY = r"^[^/@\s]*[.:\]][^/@\s]*(/[a-z0-9._-]+)*$|^localhost(/[a-z0-9._-]+)*$"

DISALLOWED_TAGS = Parameter(
    name="disallowedTags",
    schema={
        "type": "array",
        "items": {"type": "string", "pattern": r"^[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}$", "description": "an image tag"},
    },
    default=["latest"],
    about="Tags that are known to move.",
)
ALLOWED_REGISTRIES = Parameter(
    name="allowedRegistries",
    schema={
        "type": "array",
        "minItems": 1,
        "items": {
            "type": "string",
            "pattern": _REGISTRY_ENTRY,
            "description": (
                "a registry with an optional path and no tag, such as registry.example.com/team or docker.io/library"
            ),
        },
    },
    default=None,
    about="Where images may come from: a registry, or a path in it and all below. Not set: the rule is off.",
)
DENIED_REGISTRIES = Parameter(
    name="deniedRegistries",
    schema={
        "type": "array",
        "items": {
            "type": "string",
            "pattern": _REGISTRY_ENTRY,
            "description": "a registry with an optional path and no tag, such as registry.example.com/old",
        },
    },
    default=[],
    about="Where images may not come from, whatever else is allowed.",
)


def _reference(value: object) -> ImageReference | str:
    if not isinstance(value, str):
        return "there is no image"
    try:
        return ImageReference.parse(value)
    except ValueError as error:
        return f"this is no image reference: {error}"


def judge_tag(value: object, parameters: Parameters) -> str | None:
    """Says what is wrong with an image that has neither a digest nor a tag that stays."""
    image = _reference(value)
    if isinstance(image, str):
        return image
    if image.digest is not None:
        return None
    if image.tag is None:
        return "there is no tag, which means latest"
    if image.tag in cast("list[str]", parameters[DISALLOWED_TAGS.name]):
        return "the tag is one of the disallowed tags"
    return None


def judge_digest(value: object, _: Parameters) -> str | None:
    """Says what is wrong with an image that has no digest."""
    image = _reference(value)
    if isinstance(image, str):
        return image
    return None if image.digest is not None else "there is no digest"


def _judge_registry(value: object, parameters: Parameters) -> str | None:
    allowed = cast("list[str] | None", parameters[ALLOWED_REGISTRIES.name])
    denied = cast("list[str]", parameters[DENIED_REGISTRIES.name])
    if allowed is None and not denied:
        return None
    image = _reference(value)
    if isinstance(image, str):
        return image
    if any(_lies_in(image, entry) for entry in denied):
        return "the registry or path is on the list of denied ones"
    if allowed is None or any(_lies_in(image, entry) for entry in allowed):
        return None
    return "the registry or path is not on the list of allowed ones"


def _lies_in(image: ImageReference, entry: str) -> bool:
    registry, _, path = entry.partition("/")
    return image.registry.lower() == registry.lower() and (
        not path or image.repository == path or image.repository.startswith(f"{path}/")
    )


def _rule(about: About, judge: PythonOnly, wanted: str, parameters: tuple[Parameter, ...] = ()) -> PodRule:
    return PodRule(about, (Check("container", judge, _IMAGE, wanted),), parameters=parameters)


IMAGE_TAG = _rule(
    About(
        id="image-tag",
        title="Mutable tag",
        severity="medium",
        rationale=(
            "An image without a tag, or with a tag such as latest, is another image tomorrow: a restart may bring up "
            "what nobody has tested, and a rollback does not bring back what ran before."
        ),
        mend="name the image by its digest, or at least by a tag that never moves",
        snippet='image = f"registry.example.com/team/app:1.4.2@{digest}"',
        decision="A digest passes, whatever the tag beside it: the digest decides what is pulled.",
    ),
    PythonOnly(_REASON, _IMAGE, judge_tag),
    "must have a digest or a tag that does not move",
    (DISALLOWED_TAGS,),
)
IMAGE_DIGEST = _rule(
    About(
        id="image-digest",
        title="Digest pinning",
        severity="high",
        rationale=(
            "A tag can be pointed at another image by whoever can push to the registry. A digest is the image's own "
            "fingerprint: the node pulls exactly what was built, tested and scanned, or nothing."
        ),
        mend="name the image as repository@sha256:…, best from the output of the component that built or verified it",
        snippet=(
            "kubernetes.core.v1.ContainerArgs(\n"
            '    name="app",\n'
            "    image=verified_image.reference,  # repository@sha256:…\n"
            ")"
        ),
        references=(Reference("NSA-CISA Kubernetes Hardening Guide 1.2", "Building secure container images"),),
        decision="The digest must be well-formed: sha256, sha384 or sha512 with exactly its number of digits.",
    ),
    PythonOnly(_REASON, _IMAGE, judge_digest),
    "must have a digest",
)
IMAGE_REGISTRY = _rule(
    About(
        id="image-registry",
        title="Allowed registries",
        severity="high",
        rationale="What runs should come from places whose contents somebody answers for.",
        mend="push or mirror the image to an allowed registry, or have its path added to allowedRegistries",
        snippet='image = f"registry.example.com/slipway/app@{digest}"',
        references=(Reference("CIS Kubernetes Benchmark 1.8", "5.5.1"),),
        decision=(
            "An entry matches whole path segments only: registry.example.com/team does not allow "
            "registry.example.com/team-evil. Without a list of allowed ones all are allowed but those denied. An image "
            "that a Docker container runs by the host's own number is judged where it is pulled (RemoteImage)."
        ),
    ),
    PythonOnly(_REASON, _IMAGE, _judge_registry),
    "must come from an allowed registry",
    (ALLOWED_REGISTRIES, DENIED_REGISTRIES),
)


def _judge_pull(value: object, _: Parameters) -> str | None:
    fields = mapping(value)
    image = _reference(fields.get("image"))
    if isinstance(image, str) or image.digest is not None:
        return None
    policy = fields.get("imagePullPolicy")
    # Without a policy the API server takes Always for latest and for no tag, else IfNotPresent.
    wanted = policy == "Always" or (policy is None and image.tag in (None, "latest"))
    return None if wanted else "the image is named by a tag"


_BODY = container("", "any")
_PULL = container("imagePullPolicy", "string")
IMAGE_PULL_POLICY = PodRule(
    About(
        id="image-pull-policy",
        title="Pull policy",
        severity="low",
        rationale="A node that has an old image under a tag starts that, unless it is told to ask the registry.",
        mend="name the image by its digest, or set imagePullPolicy to Always",
        snippet='kubernetes.core.v1.ContainerArgs(name="app", image=image, image_pull_policy="Always")',
        decision="An image with a digest needs no pull policy: what a node has under that name is what is meant.",
        levels=ADVISED,
    ),
    (
        Check(
            "container",
            PythonOnly(_REASON, _BODY, careful(_judge_pull, "image", "imagePullPolicy")),
            _PULL,
            "must be Always",
        ),
    ),
)
PRIVATE_REGISTRIES = Parameter(
    name="privateRegistries",
    schema={"type": "array", "items": {"type": "string"}},
    default=[],
    about="Registries that ask for a password, each a host with an optional port.",
)


def _judge_secrets(value: object, parameters: Parameters) -> str | Unknown | None:
    spec = mapping(value)
    private = cast("list[str]", parameters[PRIVATE_REGISTRIES.name])
    if listed(spec.get("imagePullSecrets")) or not private:
        return None
    parts = [spec.get(key) for key in ("imagePullSecrets", "containers", "initContainers", "ephemeralContainers")]
    images = [
        mapping(each).get("image") if each is not UNKNOWN else each for part in parts[1:] for each in listed(part)
    ]
    if UNKNOWN in parts or UNKNOWN in images:
        return UNKNOWN
    references = [_reference(image) for image in images]
    if any(not isinstance(each, str) and each.registry in private for each in references):
        return "one of the images lies in a private registry"
    return None


_PULL_SECRETS = pod("imagePullSecrets", "list")
IMAGE_PULL_SECRETS = PodRule(
    About(
        id="image-pull-secrets",
        title="imagePullSecrets",
        severity="low",
        rationale="Without its password a node cannot pull from a private registry, and the pod never starts.",
        mend="name the registry's secret in imagePullSecrets",
        snippet=(
            "kubernetes.core.v1.PodSpecArgs(\n"
            "    image_pull_secrets=[kubernetes.core.v1.LocalObjectReferenceArgs(name='registry')],\n"
            "    containers=containers,\n"
            ")"
        ),
        levels=ADVISED,
    ),
    (Check("pod", PythonOnly(_REASON, pod("", "any"), _judge_secrets), _PULL_SECRETS, "must not be empty"),),
    parameters=(PRIVATE_REGISTRIES,),
)

RULES = (IMAGE_TAG, IMAGE_DIGEST, IMAGE_REGISTRY, IMAGE_PULL_POLICY, IMAGE_PULL_SECRETS)
