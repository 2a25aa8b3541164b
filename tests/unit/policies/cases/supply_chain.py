"""What runs is what was verified."""

from tests.unit.policies.cases.case import Case, Json, fails, passes, pod_of, stack, thing
from tests.unit.policies.cases.images import DIGEST
from tests.unit.policies.cases.join_objects import patch

OTHER = "sha256:" + "f" * 64


def running(*images: object) -> Json:
    """A Pod with a container for each of these images."""
    return pod_of(containers=[{"name": f"c{number}", "image": image} for number, image in enumerate(images)])


def made(*kinds: str, source: str = "build") -> Json:
    """A component with these kinds of evidence."""
    return {"reference": f"a@{DIGEST}", "source": source, "evidence": dict.fromkeys(kinds, "seen")}


CASES: list[Case] = [
    *passes(
        "verified-image",
        stack(running(f"a@{DIGEST}"), verified=(f"registry.example.com/b:1@{DIGEST}",)),
        stack(running(f"a:1@{DIGEST}", f"b@{OTHER}"), verified=(f"a@{OTHER}", f"b@{DIGEST}")),
        stack(running()),
        stack(running("a:1"), verified=None),
        stack(running(f"a@{DIGEST}"), verified=(None, f"a@{DIGEST}")),
        stack(patch(pod_of(containers=[{"name": "app"}]))),
        stack(thing("monitoring.coreos.com/v1/Prometheus", {"containers": [{"name": "prometheus"}]})),
    ),
    *passes("verified-image", stack(running(f"a@{DIGEST}")), verifiedImages=[f"a@{DIGEST}"]),
    *passes(
        "verified-image",
        stack(running(f"a@{DIGEST}"), verified=(made("scan", "signedBy"),)),
        stack(running(f"a@{DIGEST}"), verified=(made("reason", source="external"),)),
        wantedEvidence=["scan", "signedBy"],
    ),
    *fails(
        "verified-image",
        stack(running(f"a@{DIGEST}"), verified=(made("folder", "scan"),)),
        told="must be the digest of a verified image of this stack (it carries no evidence of: signedBy, provenance)",
        wantedEvidence=["scan", "signedBy", "provenance"],
    ),
    *fails(
        "verified-image",
        stack(running(f"a@{DIGEST}", f"a@{OTHER}"), verified=(f"a@{DIGEST}",)),
        told="spec.containers[1].image must be the digest of a verified image of this stack (its digest is not",
    ),
    *fails(
        "verified-image",
        stack(running("a:1"), verified=(f"a@{DIGEST}",)),
        stack(running("A@b"), verified=("no reference!", f"a@{DIGEST}")),
        stack(running(None), verified=(f"a@{DIGEST}",)),
        stack(patch(running("a:1"))),
        stack(running(7), verified=(f"a@{DIGEST}",)),
        told="spec.containers[0].image must be the digest of a verified image of this stack (there is no digest)",
    ),
]
