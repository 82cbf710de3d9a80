"""Our facts in OpenTelemetry's words: GenAI semantic conventions where they have one, else `leadline.*`."""

import hashlib
import uuid
from collections.abc import Mapping

import msgspec

from leadline.vocabulary import (
    Attempt,
    Exchange,
    FailureEvent,
    ProviderIdentifier,
    Signal,
    Verdict,
)

Value = str | bool | int | float | list[str]
Attributes = dict[str, Value]

_PROVIDERS = {
    "azure": "azure.ai.openai",
    "azure_openai": "azure.ai.openai",
    "bedrock": "aws.bedrock",
    "gemini": "gcp.gemini",
    "google": "gcp.gemini",
    "grok": "x_ai",
    "mistral": "mistral_ai",
    "moonshot": "moonshot_ai",
    "vertex": "gcp.vertex_ai",
    "vertex_ai": "gcp.vertex_ai",
    "vertexai": "gcp.vertex_ai",
    "watsonx": "ibm.watsonx.ai",
    "xai": "x_ai",
}


def provider_name(name: str) -> str:
    """`gen_ai.provider.name`: OpenTelemetry's word where it has one, else the name of the configuration."""
    return _PROVIDERS.get(name.lower().replace("-", "_"), name)


def trace_id(request_id: str) -> bytes:
    """Sixteen bytes: the request id itself where it is a UUID, so that either is found from the other."""
    try:
        return uuid.UUID(request_id).bytes
    except ValueError:
        return hashlib.sha256(request_id.encode()).digest()[:16]


def span_id(request_id: str, attempt: int) -> bytes:
    """Eight bytes. Attempt 0 is the request as a whole."""
    return hashlib.sha256(f"{request_id}:{attempt}".encode()).digest()[:8]


def identity(target: ProviderIdentifier) -> Attributes:
    return {
        "gen_ai.provider.name": provider_name(target.provider),
        "gen_ai.request.model": target.model,
        "leadline.provider": target.provider,
        "leadline.region": target.region,
        "leadline.key_alias": target.key_alias,
    }


def request(exchange: Exchange) -> Attributes:
    """Who asked for what, for everything that belongs to one request."""
    caller = exchange.caller
    return {
        "leadline.request_id": exchange.request_id,
        "leadline.origin": exchange.origin.value,
        "leadline.tenant": caller.tenant,
        "leadline.feature": caller.feature,
        "leadline.template": exchange.template,
        "leadline.traffic_class": caller.traffic_class.value,
    }


def client_span(exchange: Exchange, attempt: Attempt) -> Attributes:
    """One upstream call. What the answer says is known of the last attempt only."""
    last = attempt is exchange.attempts[-1]
    selection = attempt.selection
    known: dict[str, Value | None] = {
        "gen_ai.operation.name": exchange.operation.value,
        **identity(attempt.target),
        "gen_ai.response.model": attempt.served_model,
        "gen_ai.request.stream": exchange.streaming,
        "gen_ai.request.max_tokens": exchange.output_limit,
        "error.type": error_type(attempt),
        "http.response.status_code": attempt.status or None,
        "leadline.attempt": attempt.number,
        "leadline.selection": selection.reason.value,
        "leadline.caused_by": selection.caused_by.value if selection.caused_by else None,
        "leadline.cost_usd": attempt.cost_usd,
        "leadline.upstream_request_id": attempt.upstream_request_id,
        **request(exchange),
        **_usage(attempt),
        **(_answer(exchange) if last else {}),
    }
    return {name: value for name, value in known.items() if value is not None}


def evaluation(exchange: Exchange, signal: Signal, *, evidence: bool) -> Attributes:
    """`gen_ai.evaluation.result`: one check of one answer. Evidence quotes the answer: only where allowed."""
    last = exchange.attempts[-1] if exchange.attempts else None
    answer = exchange.answer
    kind = signal.kind.value if signal.kind else None
    known: dict[str, Value | None] = {
        "gen_ai.evaluation.name": signal.check,
        "gen_ai.evaluation.score.value": signal.score,
        "gen_ai.evaluation.score.label": signal.verdict.value,
        "gen_ai.evaluation.explanation": (signal.evidence if evidence else "") or kind,
        "gen_ai.operation.name": exchange.operation.value,
        "gen_ai.response.id": answer.response_id if answer else None,
        "gen_ai.response.model": answer.served_model if answer else None,
        "leadline.failure.kind": kind,
        **(identity(last.target) if last else {}),
        **request(exchange),
    }
    return {name: value for name, value in known.items() if value is not None}


def failure(event: FailureEvent, incident_id: str, *, evidence: bool) -> Attributes:
    """`leadline.failure`: what failed, how bad, which incident, and the measurements behind it."""
    signals: Mapping[str, Value] = msgspec.to_builtins(event.causal_signals)
    causal = {name: value for name, value in signals.items() if evidence or name != "evidence"}
    known: dict[str, Value] = {
        "leadline.failure.id": event.event_id,
        "leadline.failure.category": event.category.value,
        "leadline.failure.kind": event.kind.value,
        "leadline.failure.severity": event.severity.value,
        "leadline.failure.dedup_key": event.key,
        "leadline.failure.weight": event.weight,
        "leadline.incident.id": incident_id,
        "error.type": event.kind.value,
        **identity(event.provider),
        "leadline.request_id": event.request_id,
        "leadline.tenant": event.tenant,
        "leadline.feature": event.feature,
        "leadline.template": event.template,
        "leadline.traffic_class": event.traffic_class.value,
        **{f"leadline.causal.{name}": value for name, value in causal.items()},
    }
    return {name: value for name, value in known.items() if value != ""}


def error_type(attempt: Attempt) -> str | None:
    """The kind of our taxonomy; a caller's own error goes by its status."""
    failure = attempt.failure
    if failure is None:
        return "cancelled" if attempt.cancelled else None
    return failure.kind.value if failure.kind else str(failure.status or "rejected")


def is_told(signal: Signal) -> bool:
    """Where a check does not apply, nothing was evaluated."""
    return signal.verdict is not Verdict.NOT_APPLICABLE


def _usage(attempt: Attempt) -> Attributes:
    usage = attempt.usage
    if usage is None:
        return {}
    return {
        "gen_ai.usage.input_tokens": usage.input_tokens,
        "gen_ai.usage.output_tokens": usage.output_tokens,
        "gen_ai.usage.cache_read.input_tokens": usage.cached_read_tokens,
        "gen_ai.usage.cache_creation.input_tokens": usage.cache_write_tokens,
        "gen_ai.usage.reasoning.output_tokens": usage.reasoning_tokens,
    }


def _answer(exchange: Exchange) -> dict[str, Value | None]:
    answer = exchange.answer
    if answer is None:
        return {}
    finish = answer.finish_raw or (answer.finish_reason.value if answer.finish_reason else None)
    first_s = exchange.first_chunk_ms / 1000 if exchange.first_chunk_ms is not None else None
    return {
        "gen_ai.response.id": answer.response_id,
        "gen_ai.response.finish_reasons": [finish] if finish else None,
        "gen_ai.response.time_to_first_chunk": first_s,
    }
