"""What watches an environment: Prometheus, Alertmanager, and who is told."""

from collections.abc import Iterator, Mapping
from typing import Annotated

from pydantic import BeforeValidator, Field

from components.spec import defaults
from components.spec.base import Items, Spec
from components.spec.burn_rate import Severity
from components.spec.checked import Checked, Checks
from components.spec.image import BuildImage, Image
from components.spec.network import Peer
from components.spec.problem import listed, suggestion
from components.spec.refusal import Refusal, refused
from components.spec.resources import Resources
from components.spec.values import Duration, LabelValue, Memory, Name

PROMETHEUS = "prometheus"
"""The name of Prometheus' objects and image."""

ALERTMANAGER = "alertmanager"
"""The name of Alertmanager's objects and image."""

METRICS_SERVICE_SUFFIX = "-metrics"
"""What follows a workload's name in that of the service by which Prometheus finds its pods."""

NOBODY = "nobody"
"""The receiver of alerts that no route is for: they are seen in Alertmanager, and sent nowhere."""


class Prometheus(Spec):
    """What collects metrics, keeps them, and evaluates the rules."""

    image: Image = Image(build=BuildImage(folder="images/prometheus"))
    """Its image, as a workload's; left out, `images/prometheus` is built."""

    resources: Resources = Resources.model_validate(defaults.PROMETHEUS_SIZES["prod"])
    """Processor time and memory, by tier."""

    storage: Memory = defaults.PROMETHEUS_STORAGE["prod"]
    """Size of its volume; the oldest samples go before it is full."""

    retention: Duration = defaults.RETENTION["prod"]
    """How long samples are kept, if the volume holds them that long."""

    scrape_seconds: Annotated[int, Field(ge=1, le=300, examples=[30])] = defaults.SCRAPE
    """Seconds between two looks at a target, and between two evaluations of the rules."""

    allow_from: Items[Peer] = ()
    """Who may query it, such as Grafana's namespace."""


class Alertmanager(Spec):
    """What gathers alerts and tells the receivers."""

    image: Image = Image(build=BuildImage(folder="images/alertmanager"))
    """Its image, as a workload's; left out, `images/alertmanager` is built."""

    resources: Resources = Resources.model_validate(defaults.ALERTMANAGER_SIZES["prod"])
    """Processor time and memory, by tier."""

    storage: Memory = defaults.ALERTMANAGER_STORAGE
    """Size of its volume, which holds silences and what was told to whom."""

    group_wait_seconds: Annotated[int, Field(ge=0, le=3600, examples=[30])] = defaults.GROUP_WAIT
    """Seconds that the first alert of a group waits for others, so that one message tells of all."""

    allow_from: Items[Peer] = ()
    """Who may see and silence alerts."""


def _no_url(value: object) -> object:
    if isinstance(value, str) and "://" in value:
        raise refused(
            Refusal(
                found="a URL (not shown)",
                allowed="the name of a secret under `slipway:secrets` that holds the URL",
                mend="store it with `pulumi config set --secret slipway:<key>`, and declare a secret with that "
                "`fromConfig`",
            )
        )
    return value


class Receiver(Spec):
    """Who is told, by a webhook."""

    webhook: Annotated[Name, BeforeValidator(_no_url), Field(examples=["on-call-url"])]
    """The name of a secret under `slipway:secrets` that holds the webhook's URL: who knows one can post to it."""

    allow_to: Peer
    """Where the webhook is: the URL is a secret, and the network policy is not."""

    send_resolved: bool = True
    """Whether the end of an alert is told, too."""


class Route(Spec):
    """Which alerts go to a receiver: those that match all that is given. The first match takes an alert."""

    severity: Severity | None = None
    """`page`: somebody has to act at once; `ticket`: within days. Left out, any."""

    owner: LabelValue | None = None
    """The environment's owner; left out, any."""

    receiver: Name
    """The name of a receiver."""


class Monitoring(Checked):
    """Prometheus and Alertmanager of one environment."""

    prometheus: Prometheus = Prometheus()
    """What collects and keeps metrics."""

    alertmanager: Alertmanager = Alertmanager()
    """What sends alerts."""

    receivers: Mapping[Name, Receiver] = {}
    """Who can be told, by name."""

    routes: Items[Route] = ()
    """Which alerts go where; what no route matches is seen in Alertmanager only."""

    def checks(self) -> Checks:
        """Every route leads to a receiver, and to every receiver leads a route."""
        yield self._reserved()
        yield self._known_receivers()
        yield self._reachable()
        yield self._reached()

    def _reserved(self) -> Iterator[Refusal]:
        if NOBODY in self.receivers:
            yield Refusal(
                at=("receivers", NOBODY),
                found=f"a receiver called `{NOBODY}`",
                allowed="any other name: this one stands for alerts that are sent nowhere",
                mend="choose another name",
            )

    def _known_receivers(self) -> Iterator[Refusal]:
        for index, route in enumerate(self.routes):
            if route.receiver not in self.receivers:
                close = suggestion(route.receiver, self.receivers)
                yield Refusal(
                    at=("routes", index, "receiver"),
                    found=f"`{route.receiver}`, which is not declared",
                    allowed=f"a receiver under `receivers`: {listed(sorted(self.receivers), 'or')}",
                    mend=f"did you mean `{close}`?" if close else "declare it under `receivers`",
                )

    def _reachable(self) -> Iterator[Refusal]:
        for index, route in enumerate(self.routes):
            for earlier in self.routes[:index]:
                if earlier.severity in (None, route.severity) and earlier.owner in (None, route.owner):
                    yield Refusal(
                        at=("routes", index),
                        found="a route behind one that takes all of its alerts",
                        allowed="routes from the narrow to the wide: the first that matches takes an alert",
                        mend="move it up, or remove it",
                    )
                    break

    def _reached(self) -> Iterator[Refusal]:
        named = {route.receiver for route in self.routes}
        for name in self.receivers:
            if name not in named and name != NOBODY:
                yield Refusal(
                    at=("receivers", name),
                    found=f"`{name}`, to which no route leads",
                    allowed="receivers that some route names",
                    mend=f"add a route with `receiver: {name}`, or remove it",
                )

    @property
    def servers(self) -> Mapping[str, Prometheus | Alertmanager]:
        """What runs, by name: one pod of each."""
        return {PROMETHEUS: self.prometheus, ALERTMANAGER: self.alertmanager}
