"""The pack behind the SDK's own service, as the engine talks to it."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from google.protobuf import json_format, struct_pb2
from pulumi.runtime.proto import analyzer_pb2
from pulumi_policy import EnforcementLevel, Policy
from pulumi_policy.policy import _PolicyAnalyzerServicer  # pyright: ignore[reportPrivateUsage] # the service itself

from policies.pack import policies

_LEVELS = {
    "advisory": analyzer_pb2.ADVISORY,
    "mandatory": analyzer_pb2.MANDATORY,
    "disabled": analyzer_pb2.DISABLED,
    "remediate": analyzer_pb2.REMEDIATE,
}
_NAMES = {value: name for name, value in _LEVELS.items()}


class Diagnostic(NamedTuple):
    """What the engine would show."""

    policy: str
    level: str
    message: str
    urn: str


class Analyzer:
    """The pack, configured as the engine does it: every policy gets a level, its own where the file says none."""

    def __init__(self, config: Mapping[str, Mapping[str, Any]], made: list[Policy] | None = None) -> None:
        self._policies = policies() if made is None else made
        self._service: Any = _PolicyAnalyzerServicer("slipway", "0.1.0", self._policies, EnforcementLevel.ADVISORY)
        request = analyzer_pb2.ConfigureAnalyzerRequest()
        for policy in self._policies:
            given = dict(config.get(policy.name, {}))
            own = (policy.enforcement_level or EnforcementLevel.ADVISORY).value
            entry = request.policyConfig[policy.name]
            entry.enforcementLevel = _LEVELS[given.pop("enforcementLevel", own)]
            json_format.ParseDict(given, entry.properties)
        self._service.Configure(request, None)

    def analyze(
        self,
        resource_type: str,
        props: Mapping[str, Any],
        name: str = "res",
        options: Mapping[str, Any] | None = None,
    ) -> list[Diagnostic]:
        """What is said of one resource, with the options that a program gives it (`protect`, `ignoreChanges`)."""
        return _diagnostics(self.answer(self.request(resource_type, props, name, options)))

    def request(
        self,
        resource_type: str,
        props: Mapping[str, Any],
        name: str = "res",
        options: Mapping[str, Any] | None = None,
    ) -> analyzer_pb2.AnalyzeRequest:
        """What the engine asks about one resource."""
        return analyzer_pb2.AnalyzeRequest(
            type=resource_type,
            urn=urn(resource_type, name),
            name=name,
            properties=_struct(props),
            options=analyzer_pb2.AnalyzerResourceOptions(**(options or {})),
        )

    def answer(self, request: analyzer_pb2.AnalyzeRequest) -> Any:
        """The service's answer, as the engine gets it."""
        return self._service.Analyze(request, None)

    def remediate(self, resource_type: str, props: Mapping[str, Any], name: str = "res") -> Mapping[str, Any] | None:
        """What becomes of a resource's inputs, in the protocol's form; None when nothing is mended."""
        request = analyzer_pb2.AnalyzeRequest(
            type=resource_type, urn=urn(resource_type, name), name=name, properties=_struct(props)
        )
        done = list(self._service.Remediate(request, None).remediations)
        assert all(each.policyName == "workloads" and not each.diagnostic for each in done)
        return json_format.MessageToDict(done[-1].properties) if done else None

    def analyze_stack(self, resources: list[tuple[str, str, Mapping[str, Any]]]) -> list[Diagnostic]:
        """What is said of a stack of resources, each a type, a name and its outputs."""
        request = analyzer_pb2.AnalyzeStackRequest(
            resources=[
                analyzer_pb2.AnalyzerResource(type=type_, urn=urn(type_, name), name=name, properties=_struct(props))
                for type_, name, props in resources
            ]
        )
        return _diagnostics(self._service.AnalyzeStack(request, None))


def urn(resource_type: str, name: str) -> str:
    """The URN of a resource in these tests."""
    return f"urn:pulumi:dev::probe::{resource_type}::{name}"


def _struct(props: Mapping[str, Any]) -> struct_pb2.Struct:
    return json_format.ParseDict(dict(props), struct_pb2.Struct())


def _diagnostics(response: Any) -> list[Diagnostic]:
    return [Diagnostic(d.policyName, _NAMES[d.enforcementLevel], d.message, d.urn) for d in response.diagnostics]
