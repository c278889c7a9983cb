"""Cut an OTLP trace request into its scopes, and read what is said of a scope and its resource once.

Called for every request body, so it looks at the outer two layers only: spans stay bytes, which the store's engine
parses. A process sends the same resource and scopes with every request, hence the caches.
Source: opentelemetry-proto, trace.proto and resource.proto.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from google.protobuf.message import DecodeError
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.common.v1.common_pb2 import InstrumentationScope, KeyValue
from opentelemetry.proto.resource.v1.resource_pb2 import Resource

from spanorigin_server import names
from spanorigin_server.ingest.nested import text_of_value
from spanorigin_server.store.wire import NotAMessageError, nested_messages
from spanorigin_server.store.writer import ScopeSpans

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

_RESOURCE_SPANS = 1
_RESOURCE, _SCOPE_SPANS = 1, 2
_SCOPE = 1

_CACHED_RESOURCES = 1024
# Of a longer one, the thousand that are kept could be all of the memory; nobody's attributes are that long.
_CACHED_BYTES = 16 * 1024
UNKNOWN_SERVICE = "unknown_service"


class RequestRefused(Exception):  # noqa: N818  # named for what came about
    """The body is not an OTLP trace request; the message says where it stops being one."""


@dataclass(frozen=True, slots=True)
class _Resource:
    attributes: Mapping[str, str]
    service: str
    env: str
    version: str
    repository: str
    commit: str
    root: str
    root_path: str


@dataclass(frozen=True, slots=True)
class _Scope:
    attributes: Mapping[str, str]
    name: str
    version: str


def scopes_of(request: bytes) -> list[ScopeSpans]:
    """The request's scopes in order. Raises RequestRefused; a body that passes may still have broken spans."""
    try:
        return _cut(request)
    except (NotAMessageError, DecodeError) as error:
        try:
            return _cut(_rewritten(request))
        except DecodeError:
            raise RequestRefused(str(error)) from None


def _cut(request: bytes) -> list[ScopeSpans]:
    return [
        scope
        for field, resource_spans in nested_messages(memoryview(request))
        if field == _RESOURCE_SPANS
        for scope in _scopes_of_resource(resource_spans)
    ]


def _rewritten(request: bytes) -> bytes:
    """The request as every SDK would write it: protobuf has older forms of fields, which `wire` does not know, and
    has a reader pass over them. Raises DecodeError."""
    message = ExportTraceServiceRequest.FromString(request)
    message.DiscardUnknownFields()
    encoded: bytes = message.SerializeToString()
    return encoded


def _scopes_of_resource(resource_spans: memoryview) -> Iterable[ScopeSpans]:
    fields = list(nested_messages(resource_spans))
    # Joined, as the encoding has it: a message field that comes twice is one message in two pieces.
    resource = _resource(b"".join(content for field, content in fields if field == _RESOURCE))
    for field, scope_spans in fields:
        if field != _SCOPE_SPANS:
            continue
        scope = _scope(_encoded_scope(scope_spans))
        yield ScopeSpans(
            service=resource.service,
            env=resource.env,
            version=resource.version,
            repository=resource.repository,
            commit=resource.commit,
            root=resource.root,
            resource=resource.attributes,
            scope_name=scope.name,
            scope_version=scope.version,
            scope_attrs=scope.attributes,
            encoded=bytes(scope_spans),
            root_path=resource.root_path,
        )


def _encoded_scope(scope_spans: memoryview) -> bytes:
    """The scope's bytes. Every encoder writes it before the spans, so that these need not be passed one by one."""
    for field, content in nested_messages(scope_spans):
        if field == _SCOPE:
            return bytes(content)
    return b""


def _resource(encoded: bytes) -> _Resource:
    return _known_resource(encoded) if len(encoded) <= _CACHED_BYTES else _read_resource(encoded)


def _read_resource(encoded: bytes) -> _Resource:
    attributes = _texts(Resource.FromString(encoded).attributes)

    def first_of(*keys: str) -> str:
        return next((attributes[key] for key in keys if attributes.get(key)), "")

    return _Resource(
        attributes=attributes,
        service=first_of("service.name") or UNKNOWN_SERVICE,
        env=first_of("deployment.environment.name", "deployment.environment"),
        version=first_of(names.SERVICE_VERSION),
        repository=first_of(names.VCS_REPOSITORY_URL, "git.repository_url"),
        # Logfire writes the name that OpenTelemetry had for a while; Datadog's tracers their own.
        commit=first_of(names.VCS_REVISION, "vcs.repository.ref.revision", "git.commit.sha"),
        root=first_of(names.SOURCE_ROOT).rstrip("/\\"),
        root_path=_folder(first_of("vcs.root.path")),
    )


_known_resource = lru_cache(maxsize=_CACHED_RESOURCES)(_read_resource)


def _folder(path: str) -> str:
    """A folder of the repository, as the beginning of a path in it."""
    plain = path.replace("\\", "/").strip("/").removeprefix("./")
    return f"{plain}/" if plain not in ("", ".") else ""


def _scope(encoded: bytes) -> _Scope:
    return _known_scope(encoded) if len(encoded) <= _CACHED_BYTES else _read_scope(encoded)


def _read_scope(encoded: bytes) -> _Scope:
    scope = InstrumentationScope.FromString(encoded)
    return _Scope(attributes=_texts(scope.attributes), name=scope.name, version=scope.version)


_known_scope = lru_cache(maxsize=_CACHED_RESOURCES)(_read_scope)


def _texts(attributes: Iterable[KeyValue]) -> dict[str, str]:
    return {attribute.key: text_of_value(attribute.value) for attribute in attributes}
