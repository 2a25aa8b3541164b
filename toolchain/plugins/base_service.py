"""The protocol's `ResourceProvider` service around a `Provider`: messages to requests, results to messages, no more."""

import logging
import sys
from collections.abc import Callable, Iterable, Sequence

import grpc
from google.protobuf import empty_pb2
from google.protobuf.message import Message

from toolchain.plugins import base
from toolchain.plugins.base_engine import EngineLog
from toolchain.plugins.base_process import engine_address, open_log, serve
from toolchain.plugins.base_protocol import plugin_pb2, provider_pb2
from toolchain.plugins.base_rpc import Answers, PluginError, add_service
from toolchain.plugins.base_values import decode, encode


class ProviderService:
    """Serves one provider.

    Args:
        provider: Whom to ask.
        log: Where bugs are recorded: their place in the code, never values.
        log_place: Words that tell the user where that is.
    """

    def __init__(self, provider: base.Provider, log: logging.Logger, log_place: str) -> None:
        self._provider = provider
        self._answers = Answers(f"plugin for {provider.name!r}", log, log_place, _error_details)

    def add_to(self, server: grpc.Server) -> None:
        """Adds the service to `server`."""
        handlers = {name: self._answers.unary(name, *method) for name, method in self._methods().items()}
        add_service(server, "pulumirpc.ResourceProvider", handlers)

    # The plugin itself

    def _handshake(self, _request: provider_pb2.ProviderHandshakeRequest) -> provider_pb2.ProviderHandshakeResponse:
        return provider_pb2.ProviderHandshakeResponse(
            accept_secrets=self._provider.accept_secrets,
            accept_resources=self._provider.accept_resources,
            accept_outputs=self._provider.accept_outputs,
            supports_autonaming_configuration=self._provider.autonaming_configuration,
        )

    def _get_plugin_info(self, _request: empty_pb2.Empty) -> plugin_pb2.PluginInfo:
        return plugin_pb2.PluginInfo(version=self._provider.version)

    def _get_schema(self, _request: provider_pb2.GetSchemaRequest) -> provider_pb2.GetSchemaResponse:
        return provider_pb2.GetSchemaResponse(schema=self._provider.schema())

    def _cancel(self, _request: empty_pb2.Empty) -> empty_pb2.Empty:
        self._provider.cancel()
        return empty_pb2.Empty()

    # Its configuration

    def _check_config(self, request: provider_pb2.CheckRequest) -> provider_pb2.CheckResponse:
        return _check_response(self._provider.check_config(_check_request(request)))

    def _diff_config(self, request: provider_pb2.DiffRequest) -> provider_pb2.DiffResponse:
        return _diff_response(self._provider.diff_config(_diff_request(request)))

    def _configure(self, request: provider_pb2.ConfigureRequest) -> provider_pb2.ConfigureResponse:
        self._provider.configure(base.ConfigureRequest(args=decode(request.args), variables=dict(request.variables)))
        return provider_pb2.ConfigureResponse(
            acceptSecrets=self._provider.accept_secrets,
            supportsPreview=True,
            acceptResources=self._provider.accept_resources,
            acceptOutputs=self._provider.accept_outputs,
            supports_autonaming_configuration=self._provider.autonaming_configuration,
        )

    # Resources

    def _check(self, request: provider_pb2.CheckRequest) -> provider_pb2.CheckResponse:
        return _check_response(self._provider.check(_check_request(request)))

    def _diff(self, request: provider_pb2.DiffRequest) -> provider_pb2.DiffResponse:
        return _diff_response(self._provider.diff(_diff_request(request)))

    def _create(self, request: provider_pb2.CreateRequest) -> provider_pb2.CreateResponse:
        created = self._provider.create(
            base.CreateRequest(
                urn=request.urn,
                properties=decode(request.properties),
                preview=request.preview,
                timeout=request.timeout,
            )
        )
        return provider_pb2.CreateResponse(id=created.id, properties=encode(created.properties))

    def _read(self, request: provider_pb2.ReadRequest) -> provider_pb2.ReadResponse:
        found = self._provider.read(
            base.ReadRequest(
                urn=request.urn,
                id=request.id,
                properties=decode(request.properties),
                inputs=decode(request.inputs),
            )
        )
        if found is None:
            return provider_pb2.ReadResponse()  # without an id: the resource is gone
        return provider_pb2.ReadResponse(id=found.id, properties=encode(found.properties), inputs=encode(found.inputs))

    def _update(self, request: provider_pb2.UpdateRequest) -> provider_pb2.UpdateResponse:
        properties = self._provider.update(
            base.UpdateRequest(
                urn=request.urn,
                id=request.id,
                old_state=decode(request.olds),
                new_inputs=decode(request.news),
                old_inputs=decode(request.old_inputs),
                ignore_changes=tuple(request.ignoreChanges),
                preview=request.preview,
                timeout=request.timeout,
            )
        )
        return provider_pb2.UpdateResponse(properties=encode(properties))

    def _delete(self, request: provider_pb2.DeleteRequest) -> empty_pb2.Empty:
        self._provider.delete(
            base.DeleteRequest(
                urn=request.urn,
                id=request.id,
                properties=decode(request.properties),
                old_inputs=decode(request.old_inputs),
                timeout=request.timeout,
            )
        )
        return empty_pb2.Empty()

    # Functions

    def _invoke(self, request: provider_pb2.InvokeRequest) -> provider_pb2.InvokeResponse:
        result = self._provider.invoke(base.InvokeRequest(request.tok, decode(request.args), preview=request.preview))
        response = provider_pb2.InvokeResponse(failures=_failures(result.failures))
        getattr(response, "return").CopyFrom(encode(result.value))  # the field's name is a keyword
        return response

    def _construct(self, request: provider_pb2.ConstructRequest) -> provider_pb2.ConstructResponse:
        raise self._provider.component_refusal(request.type)

    def _methods(self) -> dict[str, tuple[type[Message], Callable[..., Message]]]:
        return {
            "Handshake": (provider_pb2.ProviderHandshakeRequest, self._handshake),
            "GetPluginInfo": (empty_pb2.Empty, self._get_plugin_info),
            "GetSchema": (provider_pb2.GetSchemaRequest, self._get_schema),
            "Cancel": (empty_pb2.Empty, self._cancel),
            "CheckConfig": (provider_pb2.CheckRequest, self._check_config),
            "DiffConfig": (provider_pb2.DiffRequest, self._diff_config),
            "Configure": (provider_pb2.ConfigureRequest, self._configure),
            "Check": (provider_pb2.CheckRequest, self._check),
            "Diff": (provider_pb2.DiffRequest, self._diff),
            "Create": (provider_pb2.CreateRequest, self._create),
            "Read": (provider_pb2.ReadRequest, self._read),
            "Update": (provider_pb2.UpdateRequest, self._update),
            "Delete": (provider_pb2.DeleteRequest, self._delete),
            "Invoke": (provider_pb2.InvokeRequest, self._invoke),
            "Construct": (provider_pb2.ConstructRequest, self._construct),
        }


def _error_details(error: PluginError) -> Sequence[Message]:
    if not isinstance(error, base.InitFailedError):
        return ()
    return (
        provider_pb2.ErrorResourceInitFailed(
            id=error.resource_id,
            properties=encode(error.properties),
            inputs=encode(error.inputs),
            reasons=error.reasons,
        ),
    )


def _check_request(request: provider_pb2.CheckRequest) -> base.CheckRequest:
    autonaming = None
    if request.HasField("autonaming"):
        mode = provider_pb2.CheckRequest.AutonamingOptions.Mode.Name(request.autonaming.mode)
        autonaming = base.Autonaming(request.autonaming.proposed_name, mode)
    return base.CheckRequest(
        urn=request.urn,
        new_inputs=decode(request.news),
        old_inputs=decode(request.olds),
        random_seed=request.randomSeed,
        autonaming=autonaming,
    )


def _check_response(result: base.CheckResult) -> provider_pb2.CheckResponse:
    return provider_pb2.CheckResponse(inputs=encode(result.inputs), failures=_failures(result.failures))


def _failures(failures: Iterable[base.CheckFailure]) -> list[provider_pb2.CheckFailure]:
    return [provider_pb2.CheckFailure(property=failure.property, reason=failure.reason) for failure in failures]


def _diff_request(request: provider_pb2.DiffRequest) -> base.DiffRequest:
    return base.DiffRequest(
        urn=request.urn,
        id=request.id,
        old_state=decode(request.olds),
        new_inputs=decode(request.news),
        old_inputs=decode(request.old_inputs),
        ignore_changes=tuple(request.ignoreChanges),
    )


def _diff_response(result: base.DiffResult) -> provider_pb2.DiffResponse:
    changes = {
        None: provider_pb2.DiffResponse.DIFF_UNKNOWN,
        False: provider_pb2.DiffResponse.DIFF_NONE,
        True: provider_pb2.DiffResponse.DIFF_SOME,
    }
    detailed = {
        path: provider_pb2.PropertyDiff(
            kind=provider_pb2.PropertyDiff.Kind.Value(diff.kind.value), inputDiff=diff.input_diff
        )
        for path, diff in (result.detailed or {}).items()
    }
    return provider_pb2.DiffResponse(
        replaces=result.replaces,
        stables=result.stables,
        deleteBeforeReplace=result.delete_before_replace,
        changes=changes[result.changes],
        diffs=result.diffs,
        detailedDiff=detailed,
        hasDetailedDiff=result.detailed is not None,
    )


def main(provider: base.Provider) -> None:
    """Serves `provider` until the engine ends it; does not return.

    Args:
        provider: The provider to serve.
    """
    provider.engine = EngineLog(engine_address(sys.argv[1:], f"pulumi-resource-{provider.name}"))
    service = ProviderService(provider, *open_log(provider.name))
    serve(service.add_to, on_stop=provider.cancel)
