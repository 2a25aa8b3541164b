"""Dockerfiles: what an image is made of, and who runs in it."""

from __future__ import annotations

import re
from typing import cast

from policies.dockerfile import KIND
from policies.predicates import (
    AllOf,
    AnyOf,
    Empty,
    Equals,
    EveryItem,
    Field,
    Matches,
    Missing,
    Not,
    Parameters,
    Predicate,
    item,
    obj,
)
from policies.rule import ADVISED, ON_REQUEST, REQUIRED, Level, ObjectRule, Parameter, Severity, Tier
from policies.rules.build import about, judged, mapping, object_rule, of_object
from policies.rules.config import CREDENTIAL_NAMES, CREDENTIAL_VALUES
from policies.rules.images import DISALLOWED_TAGS, judge_digest, judge_tag
from policies.values.image import ImageReference

_LINES = obj("lines", "object")
_NAME = item("instruction", "string")
_FINAL = Equals(item("final", "bool"), True)


def _is(name: str) -> Predicate:
    return Equals(_NAME, name)


def _rule(
    rule_id: str,
    title: str,
    severity: Severity,
    rationale: str,
    mend: str,
    snippet: str,
    require: Predicate,
    at: Field,
    wanted: str,
    *,
    when: Predicate | None = None,
    levels: dict[Tier, Level] = REQUIRED,
    decision: str = "",
    parameters: tuple[Parameter, ...] = (),
) -> ObjectRule:
    """A rule over single instructions: wherever `when` holds (by default, everywhere), `require` must."""
    return object_rule(
        about(rule_id, title, severity, rationale, mend, snippet, levels=levels, decision=decision),
        (KIND,),
        of_object(AnyOf((Not(when), require)) if when is not None else require, at, wanted, _LINES),
        parameters=parameters,
        subject="dockerfile",
    )


_IMAGE = item("image", "any")
_BASE = '"FROM docker.io/library/python:3.12-slim@sha256:…"'
_REASON = "needs the grammar of image references"
BASE_TAG = _rule(
    "dockerfile-base-tag",
    "Base without a tag",
    "medium",
    "A base without a tag, or with one such as latest, is another base tomorrow.",
    "name the base by its digest, or at least by a tag that never moves",
    _BASE,
    AnyOf((Missing(_IMAGE), judged(_REASON, _IMAGE, judge_tag))),
    _IMAGE,
    "must have a digest or a tag that does not move",
    parameters=(DISALLOWED_TAGS,),
    decision="An earlier stage and scratch are no images. A base named by an argument without a default is not known.",
)
BASE_DIGEST = _rule(
    "dockerfile-base-digest",
    "Base without a digest",
    "low",
    "A tag can be pointed at another base by whoever can push to the registry.",
    "name the base by its digest; a bot can keep it current",
    _BASE,
    AnyOf((Missing(_IMAGE), judged(_REASON, _IMAGE, judge_digest))),
    _IMAGE,
    "must have a digest",
    levels=ADVISED,
)
BASE_REGISTRIES = Parameter(
    "allowedBaseRegistries",
    {"type": "array", "items": {"type": "string"}},
    None,
    "Where bases may come from: a registry, or a path in it and all below. Not set: the rule is off.",
)


def _judge_registry(value: object, parameters: Parameters) -> str | None:
    allowed = cast("list[str] | None", parameters[BASE_REGISTRIES.name])
    if allowed is None:
        return None
    try:
        name = f"{ImageReference.parse(cast('str', value)).name}/"
    except ValueError:
        return "this is no image reference"
    return None if any(name.startswith(f"{entry.rstrip('/')}/") for entry in allowed) else "it comes from another place"


BASE_REGISTRY = _rule(
    "dockerfile-base-registry",
    "Base from elsewhere",
    "medium",
    "What an image begins with should come from a place whose contents somebody answers for.",
    "take the base from an allowed registry, or have its path added to allowedBaseRegistries",
    _BASE,
    AnyOf((Missing(_IMAGE), judged(_REASON, _IMAGE, _judge_registry))),
    _IMAGE,
    "must come from an allowed registry",
    parameters=(BASE_REGISTRIES,),
)
_USER = obj("user.name", "string")
_NON_ROOT_BASE = Matches(obj("user.base", "string"), "(^|[:/._-])(nonroot|rootless|unprivileged)($|[@:._-])")
USER = object_rule(
    about(
        "dockerfile-user",
        "Image runs as root",
        "high",
        "An image whose last USER is root, or that has none, runs as root wherever nobody says otherwise.",
        "end the Dockerfile with a USER other than root, best a number such as 10001:10001",
        '"USER 10001:10001"',
        decision="A base that says in its name that it is not root's (nonroot, rootless, unprivileged) may do without.",
    ),
    (KIND,),
    of_object(
        AnyOf(
            (
                AllOf((Not(Empty(_USER)), Not(Matches(_USER, "^(root|0+)(:|$)")))),
                _NON_ROOT_BASE,
            )
        ),
        _USER,
        "must be set, and not root",
    ),
    subject="dockerfile",
)
_SECRET_NAME = re.compile(CREDENTIAL_NAMES)
_TEXT = item("text", "string")
_VARIABLES = {"ARG": item("arguments", "any"), "ENV": item("variables", "any")}


def _variable_secret(value: object, _: Parameters) -> str | None:
    named = (name for name, held in mapping(value).items() if held != "" and _SECRET_NAME.search(name))
    return "a variable has the name of something secret" if any(named) else None


def _argument_secret(value: object, _: Parameters) -> str | None:
    named = (name for name in mapping(value) if _SECRET_NAME.search(name))
    return "an argument has the name of something secret" if any(named) else None


SECRETS = object_rule(
    about(
        "dockerfile-secrets",
        "Secret in the image",
        "critical",
        "What ARG and ENV hold stays in the image and its history, for everyone who can pull it.",
        "mount it while it is needed: RUN --mount=type=secret,id=token",
        '"RUN --mount=type=secret,id=token TOKEN=$(cat /run/secrets/token) make"',
        decision="An ARG with the name of something secret is one, whatever its default: whoever builds would fill it.",
    ),
    (KIND,),
    of_object(
        judged("reads names", _VARIABLES["ARG"], _argument_secret),
        _VARIABLES["ARG"],
        "must hold nothing secret",
        _LINES,
    ),
    of_object(
        judged("reads names", _VARIABLES["ENV"], _variable_secret),
        _VARIABLES["ENV"],
        "must hold nothing secret",
        _LINES,
    ),
    of_object(Not(Matches(_TEXT, CREDENTIAL_VALUES)), _TEXT, "must hold nothing that looks like a secret", _LINES),
    subject="dockerfile",
)
_SOURCES = item("sources", "list")
_SOURCE = item("", "string")
COPIED_SECRETS = _rule(
    "dockerfile-copied-secrets",
    "Secret file in the image",
    "high",
    "A key or a file of passwords that is copied is in a layer for ever, also when a later step removes it.",
    "mount it while it is needed, and name it in .dockerignore",
    '"RUN --mount=type=secret,id=npmrc,required=true npm ci --userconfig /run/secrets/npmrc"',
    EveryItem(
        _SOURCES,
        Not(
            Matches(
                _SOURCE,
                r"(^|/)(\.env(\.[a-z]+)?|\.npmrc|\.pypirc|\.netrc|\.git-credentials|id_(rsa|dsa|ecdsa|ed25519)|\.ssh|\.aws"
                r"|\.kube|kubeconfig|[^/]*\.(pem|key|p12|pfx|jks))/?$",
            )
        ),
    ),
    _SOURCES,
    "must not be files that hold secrets",
    decision="Certificates alone are often .pem files too: name the one that is meant in a waiver, or .crt.",
)
_URL = r"^(https?://|git@|git://|ssh://)|\.git(#|$)"
ADD_URL = _rule(
    "dockerfile-add-url",
    "ADD from a URL",
    "medium",
    "What a URL holds tomorrow is not what it holds today, and nobody has looked.",
    "give ADD a --checksum, or fetch in a RUN that checks a digest",
    '"ADD --checksum=sha256:… https://example.com/tool.tar.gz /tmp/"',
    AnyOf((Not(Missing(item("flags.checksum", "string"))), EveryItem(_SOURCES, Not(Matches(_SOURCE, _URL))))),
    _SOURCES,
    "must not be a URL without a checksum",
    when=_is("ADD"),
)
ADD_LOCAL = _rule(
    "dockerfile-add-local",
    "ADD where COPY would do",
    "low",
    "ADD unpacks and fetches: for a plain file it does more than it says.",
    "use COPY",
    '"COPY app /app"',
    EveryItem(_SOURCES, Matches(_SOURCE, _URL + r"|\.(tar|tgz|tbz2?|txz|tar\.[a-z0-9]+)$")),
    _SOURCES,
    "must be archives or URLs",
    when=_is("ADD"),
    levels=ADVISED,
)
_SCRIPT = item("script", "string")
SUDO = _rule(
    "dockerfile-sudo",
    "sudo in a build",
    "medium",
    "A build that needs sudo leaves it in the image, where it makes root of whoever finds it.",
    "run the step before USER, as root",
    '"RUN apt-get update"',
    Not(Matches(_SCRIPT, r"(^|[\s;&|(])sudo\s")),
    _SCRIPT,
    "must not call sudo",
)
PIPED_SHELL = _rule(
    "dockerfile-piped-shell",
    "Download straight into a shell",
    "high",
    "What a server sends is run as it comes: nobody has seen it, and half of it may be missing.",
    "download to a file, check its digest, and run that",
    "\"RUN curl -fsSLo tool https://example.com/tool && echo '<digest>  tool' | sha256sum -c -\"",
    Not(Matches(_SCRIPT, r"\b(curl|wget)\b[^;&\n]*\|\s*(sudo\s+)?(/bin/|/usr/bin/|env\s+)*(ba|da|z|k)?sh\b")),
    _SCRIPT,
    "must not run what it downloads unseen",
)
_APT = Matches(_SCRIPT, r"\bapt(-get)?\s+(-\S+\s+)*install\b")
_MOUNT = item("flags.mount", "string")
APT_CLEANUP = _rule(
    "dockerfile-apt-cleanup",
    "apt without cleaning up",
    "low",
    "The lists of packages stay in the layer: weight, and old lists for the next step to install from.",
    "end the same RUN with rm -rf /var/lib/apt/lists/*, or mount a cache there",
    '"RUN apt-get update && apt-get install -y --no-install-recommends tini && rm -rf /var/lib/apt/lists/*"',
    AnyOf((Matches(_SCRIPT, r"\brm\s[^;&]*/var/lib/apt/lists"), Matches(_MOUNT, r"target=/var/lib/apt"))),
    _SCRIPT,
    "must remove the lists of packages",
    when=AllOf((_FINAL, _APT)),
    levels=ADVISED,
    decision="Only asked of what ends up in the image: an earlier stage's lists are gone with it.",
)
APT_RECOMMENDS = _rule(
    "dockerfile-apt-recommends",
    "apt with recommended packages",
    "low",
    "Recommended packages are more to attack and to mend, and nobody has asked for them.",
    "add --no-install-recommends",
    '"RUN apt-get update && apt-get install -y --no-install-recommends tini && rm -rf /var/lib/apt/lists/*"',
    Matches(_SCRIPT, r"--no-install-recommends|Install-Recommends\S*false"),
    _SCRIPT,
    "must have --no-install-recommends",
    when=AllOf((_FINAL, _APT)),
    levels=ADVISED,
)
PIP_CACHE = _rule(
    "dockerfile-pip-cache",
    "pip's cache in the image",
    "low",
    "What pip has downloaded stays in the layer, of no use to anyone.",
    "add --no-cache-dir, or mount a cache for it",
    '"RUN --mount=type=cache,target=/pip pip install --cache-dir=/pip -r requirements.txt"',
    AnyOf((Matches(_SCRIPT, r"--no-cache-dir|PIP_NO_CACHE_DIR"), Matches(_MOUNT, "type=cache"))),
    _SCRIPT,
    "must keep no cache",
    when=AllOf((_FINAL, Matches(_SCRIPT, r"\bpip3?\s+install\b"))),
    levels=ADVISED,
)
_PORTS = item("ports", "list")
_PORT = item("", "string")
EXPOSED_PORTS = _rule(
    "dockerfile-exposed-ports",
    "Ports of the image",
    "medium",
    "A container needs no SSH of its own, and a port outside 1 to 65535 is a slip.",
    "name the ports that the program listens on",
    '"EXPOSE 8000"',
    EveryItem(
        _PORTS,
        AllOf(
            (
                Matches(
                    _PORT,
                    r"^([1-9][0-9]{0,3}|[1-5][0-9]{4}|6[0-4][0-9]{3}|65[0-4][0-9]{2}|655[0-2][0-9]|6553[0-5])"
                    r"(-[0-9]{1,5})?(/(tcp|udp|sctp))?$",
                ),
                Not(Matches(_PORT, "^22(/tcp)?$")),
            )
        ),
    ),
    _PORTS,
    "must be from 1 to 65535, and not 22",
)
_FOLDER = item("folder", "string")
WORKDIR = _rule(
    "dockerfile-workdir",
    "Relative WORKDIR",
    "low",
    "Where a relative folder is depends on every line before, and on the base.",
    "begin WORKDIR with /",
    '"WORKDIR /app"',
    AnyOf((Missing(_FOLDER), Matches(_FOLDER, r"^(/|[A-Za-z]:[\\/])"))),
    _FOLDER,
    "must be an absolute path",
    levels=ADVISED,
)
_EXEC = item("exec", "bool")
EXEC_FORM = _rule(
    "dockerfile-exec-form",
    "Program behind a shell",
    "low",
    "In the shell's form the shell is process 1: the program never hears that it is to end, and is killed.",
    'write CMD and ENTRYPOINT as a JSON list: ["serve", "--port", "8000"]',
    "'ENTRYPOINT [\"/app/serve\"]'",
    Equals(_EXEC, True),
    _EXEC,
    "must be the JSON form",
    when=AllOf((_FINAL, Not(Missing(_EXEC)))),
    levels=ADVISED,
)
_HEALTH = obj("healthcheck", "bool")
HEALTHCHECK = object_rule(
    about(
        "dockerfile-healthcheck",
        "Image without a HEALTHCHECK",
        "low",
        "A Docker host knows of a container's health only what its image, or who starts it, has it ask.",
        "add a HEALTHCHECK",
        "'HEALTHCHECK CMD [\"/app/health\"]'",
        levels=ON_REQUEST,
        decision="Off until a configuration names it: Kubernetes has probes of its own, and passes over HEALTHCHECK.",
    ),
    (KIND,),
    of_object(Equals(_HEALTH, True), _HEALTH, "must be there"),
    subject="dockerfile",
)

RULES = (
    USER,
    BASE_TAG,
    BASE_DIGEST,
    BASE_REGISTRY,
    SECRETS,
    COPIED_SECRETS,
    ADD_URL,
    ADD_LOCAL,
    SUDO,
    PIPED_SHELL,
    APT_CLEANUP,
    APT_RECOMMENDS,
    PIP_CACHE,
    EXPOSED_PORTS,
    WORKDIR,
    EXEC_FORM,
    HEALTHCHECK,
)
