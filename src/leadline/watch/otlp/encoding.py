"""Logs and traces as OTLP protobuf (opentelemetry-proto 1.x), one request body per batch."""

from collections.abc import Mapping, Sequence

import msgspec
from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.common.v1.common_pb2 import AnyValue, ArrayValue, InstrumentationScope, KeyValue
from opentelemetry.proto.logs.v1.logs_pb2 import LogRecord, ResourceLogs, ScopeLogs, SeverityNumber
from opentelemetry.proto.resource.v1.resource_pb2 import Resource
from opentelemetry.proto.trace.v1.trace_pb2 import ResourceSpans, ScopeSpans, Span, Status

from leadline import __version__
from leadline.vocabulary import Attempt, Exchange, FailureEvent, SelectionReason, Severity, Signal, Verdict
from leadline.watch.otlp import words

EVALUATION, FAILURE = "gen_ai.evaluation.result", "leadline.failure"
SCOPE = InstrumentationScope(name="leadline", version=__version__)
_SEVERITY = {
    Severity.LOW: SeverityNumber.SEVERITY_NUMBER_INFO,
    Severity.MEDIUM: SeverityNumber.SEVERITY_NUMBER_WARN,
    Severity.HIGH: SeverityNumber.SEVERITY_NUMBER_ERROR,
    Severity.CRITICAL: SeverityNumber.SEVERITY_NUMBER_FATAL,
}


class Judged(msgspec.Struct, frozen=True):
    """What checks said of one answer. No text of people or models beside the signals' evidence."""

    exchange: Exchange
    signals: Sequence[Signal]


class Failed(msgspec.Struct, frozen=True):
    """An event, and the incident it belongs to where one is open."""

    event: FailureEvent
    incident_id: str = ""


class Source(msgspec.Struct, frozen=True):
    """Who speaks (OpenTelemetry's resource), and whether evidence may leave."""

    resource: Mapping[str, str]
    evidence: bool = False

    def as_resource(self) -> Resource:
        return Resource(attributes=attributes(dict(self.resource)))


def logs_body(found: Sequence[Judged | Failed], source: Source, now: float) -> bytes:
    """An ExportLogsServiceRequest."""
    records = [record for one in found for record in _records(one, source, now)]
    scope = ScopeLogs(scope=SCOPE, log_records=records)
    resource = ResourceLogs(resource=source.as_resource(), scope_logs=[scope])
    return ExportLogsServiceRequest(resource_logs=[resource]).SerializeToString()


def traces_body(exchanges: Sequence[Exchange], source: Source) -> bytes:
    """An ExportTraceServiceRequest: a span of each request, and below it one of each call to a provider."""
    spans = [span for one in exchanges for span in _spans(one)]
    scope = ScopeSpans(scope=SCOPE, spans=spans)
    resource = ResourceSpans(resource=source.as_resource(), scope_spans=[scope])
    return ExportTraceServiceRequest(resource_spans=[resource]).SerializeToString()


def record_count(found: Judged | Failed) -> int:
    return 1 if isinstance(found, Failed) else sum(map(words.is_told, found.signals))


def span_count(exchange: Exchange) -> int:
    return 1 + sum(_is_call(attempt) for attempt in exchange.attempts)


def attributes(values: Mapping[str, words.Value]) -> list[KeyValue]:
    return [KeyValue(key=name, value=_any(value)) for name, value in values.items()]


def nanoseconds(at: float) -> int:
    """Whole microseconds: a float holds no finer Unix time."""
    return round(at * 1e6) * 1000


def _records(found: Judged | Failed, source: Source, now: float) -> list[LogRecord]:
    if isinstance(found, Failed):
        return [_failure(found, source, now)]
    return [
        _evaluation(found.exchange, signal, source, now) for signal in found.signals if words.is_told(signal)
    ]


def _evaluation(exchange: Exchange, signal: Signal, source: Source, now: float) -> LogRecord:
    failed = signal.verdict is Verdict.FAIL
    return LogRecord(
        time_unix_nano=nanoseconds(exchange.ended_at),
        observed_time_unix_nano=nanoseconds(now),
        event_name=EVALUATION,
        severity_number=SeverityNumber.SEVERITY_NUMBER_WARN
        if failed
        else SeverityNumber.SEVERITY_NUMBER_INFO,
        body=_any(f"{signal.check}: {signal.verdict.value}"),
        attributes=attributes(words.evaluation(exchange, signal, evidence=source.evidence)),
        trace_id=words.trace_id(exchange.request_id),
        span_id=words.span_id(exchange.request_id, exchange.attempts[-1].number if exchange.attempts else 0),
    )


def _failure(found: Failed, source: Source, now: float) -> LogRecord:
    event = found.event
    of_request = bool(event.request_id)
    return LogRecord(
        time_unix_nano=nanoseconds(event.at),
        observed_time_unix_nano=nanoseconds(now),
        event_name=FAILURE,
        severity_number=_SEVERITY[event.severity],
        severity_text=event.severity.value.upper(),
        body=_any(f"{event.kind.value} at {event.provider.provider}/{event.provider.model}"),
        attributes=attributes(words.failure(event, found.incident_id, evidence=source.evidence)),
        trace_id=words.trace_id(event.request_id) if of_request else b"",
        span_id=words.span_id(event.request_id, 0) if of_request else b"",
    )


def _spans(exchange: Exchange) -> list[Span]:
    trace = words.trace_id(exchange.request_id)
    root = words.span_id(exchange.request_id, 0)
    return [
        _request_span(exchange, trace, root),
        *(_call_span(exchange, attempt, trace, root) for attempt in exchange.attempts if _is_call(attempt)),
    ]


def _request_span(exchange: Exchange, trace: bytes, own: bytes) -> Span:
    avoided = [
        f"{attempt.target.provider}/{attempt.target.model}"
        for attempt in exchange.attempts
        if not _is_call(attempt)
    ]
    known: words.Attributes = {
        **words.request(exchange),
        "leadline.alias": exchange.alias,
        "leadline.attempts": len(exchange.attempts),
        "http.response.status_code": exchange.status,
    }
    if avoided:
        known["leadline.short_circuited"] = avoided
    if exchange.status >= 500:
        known["error.type"] = str(exchange.status)
    return Span(
        trace_id=trace,
        span_id=own,
        name=f"{exchange.protocol.value} {exchange.alias}",
        kind=Span.SpanKind.SPAN_KIND_SERVER,
        start_time_unix_nano=nanoseconds(exchange.started_at),
        end_time_unix_nano=nanoseconds(exchange.ended_at),
        attributes=attributes(known),
        status=_status(failed=exchange.status >= 500),
    )


def _call_span(exchange: Exchange, attempt: Attempt, trace: bytes, parent: bytes) -> Span:
    return Span(
        trace_id=trace,
        span_id=words.span_id(exchange.request_id, attempt.number),
        parent_span_id=parent,
        name=f"{exchange.operation.value} {attempt.target.model}",
        kind=Span.SpanKind.SPAN_KIND_CLIENT,
        start_time_unix_nano=nanoseconds(attempt.started_at),
        end_time_unix_nano=nanoseconds(attempt.ended_at),
        attributes=attributes(words.client_span(exchange, attempt)),
        status=_status(failed=attempt.failure is not None),
    )


def _is_call(attempt: Attempt) -> bool:
    """A target that the breaker avoided was not called."""
    return attempt.selection.reason is not SelectionReason.SHORT_CIRCUITED


def _status(*, failed: bool) -> Status:
    return Status(code=Status.StatusCode.STATUS_CODE_ERROR) if failed else Status()


def _any(value: words.Value) -> AnyValue:
    match value:
        case bool():
            return AnyValue(bool_value=value)
        case int():
            return AnyValue(int_value=value)
        case float():
            return AnyValue(double_value=value)
        case list():
            return AnyValue(array_value=ArrayValue(values=[_any(one) for one in value]))
        case _:
            return AnyValue(string_value=value)
