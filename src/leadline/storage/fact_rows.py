"""The shapes of stored facts, and how an observation or a failure event becomes their rows."""

from collections.abc import Iterator, Mapping, Sequence

import msgspec
import pyarrow as pa

from leadline.vocabulary import (
    Answer,
    AnyEvent,
    Attempt,
    DeepFinding,
    Exchange,
    FailureEvent,
    FeedbackNote,
    NewerEvent,
    Observation,
    ProviderIdentifier,
    Signal,
    ToolCall,
    Verdict,
)

Row = dict[str, object]
_FALLBACK = "fallback"
_NOWHERE = ProviderIdentifier(provider="none", model="")
_EVIDENCE_CHARS = 200
_LATEST = 1e11
"""The year 5138."""


_TYPES: Mapping[str, pa.DataType] = {
    "binary": pa.binary(),
    "bool": pa.bool_(),
    "double": pa.float64(),
    "int32": pa.int32(),
    "int64": pa.int64(),
    "string": pa.string(),
    "strings": pa.list_(pa.string()),
}


def _shape(**columns: str) -> pa.Schema:
    return pa.schema([(name, _TYPES[type_]) for name, type_ in columns.items()])


TABLES: Mapping[str, pa.Schema] = {
    "exchanges": _shape(
        at="double", request_id="string", origin="string", protocol="string", alias="string",
        provider="string", model="string", served_model="string", region="string", key_alias="string",
        caller_key="string", tenant="string", user="string", feature="string", template="string",
        streaming="bool", status="int32", outcome="string", failure_kind="string", selection="string",
        attempts="int32", fallback_triggered="bool", rung="string", input_tokens="int64",
        output_tokens="int64", cost_usd="double", wasted_usd="double", latency_ms="double",
        first_byte_ms="double", overhead_ms="double", finish_reason="string", failed_checks="strings",
        quality_score="double", weight="double", body="string",
    ),
    "attempts": _shape(
        at="double", request_id="string", number="int32", origin="string", provider="string", model="string",
        region="string", key_alias="string", selection="string", status="int32", failure_kind="string",
        failed="bool", cancelled="bool", latency_ms="double", first_byte_ms="double", output_tokens="int64",
        streaming="bool", weight="double",
    ),
    "signals": _shape(
        at="double", request_id="string", check="string", verdict="string", kind="string", score="double",
        evidence="string", took_us="int64", attempt="int32", policy="string", word="string", asked="bool",
    ),
    "events": _shape(
        at="double", event_id="string", request_id="string", kind="string", category="string",
        severity="string", provider="string", model="string", region="string", key_alias="string",
        key="string", tenant="string", user="string", feature="string", template="string",
        traffic_class="string", causal_signals="string", weight="double", schema_version="int32",
    ),
    "texts": _shape(at="double", request_id="string", prompt="string", context="string", answer="string"),
    "feedback": _shape(
        at="double", request_id="string", rater="string", caller_key="string", tenant="string",
        feature="string", template="string", provider="string", model="string", score="double",
        complaint="string", comment_chars="int64", corrected_chars="int64",
    ),
    "feedback_texts": _shape(
        at="double", request_id="string", rater="string", comment="string", corrected="string",
    ),
    "newer_records": _shape(
        at="double", schema="int32", segment="string", offset="int64", payload="binary",
    ),
}  # fmt: skip
"""Every table has `at`, Unix seconds: the day it falls on is the day the row is kept and dropped with."""


def rows_of_observation(seen: Observation) -> Iterator[tuple[str, Row]]:
    """(table, row) for each fact of one request. Text leaves only when its key says `keep`."""
    exchange = seen.exchange
    if not all(0 <= at < _LATEST for at in (exchange.ended_at, *(one.ended_at for one in exchange.attempts))):
        raise ValueError("a time that is no Unix time belongs to no day")
    yield "exchanges", exchange_row(seen)
    for attempt in exchange.attempts:
        yield "attempts", _attempt_row(attempt, seen)
    for signal in seen.signals:
        yield "signals", _signal_row(signal, exchange.request_id, exchange.ended_at)
    if seen.text is not None and seen.text.keep:
        text = seen.text
        yield (
            "texts",
            {
                "at": exchange.ended_at,
                "request_id": exchange.request_id,
                "prompt": text.prompt,
                "context": text.context,
                "answer": text.answer,
            },
        )


def rows_of_feedback(note: FeedbackNote) -> Iterator[tuple[str, Row]]:
    """(table, row). What was written leaves only when the key says `keep`; what was not said stays null, so
    that a later word of the same person adds to an earlier one.
    """
    if not 0 <= note.at < _LATEST:
        raise ValueError("a time that is no Unix time belongs to no day")
    exchange = note.exchange
    caller = exchange.caller
    target = exchange.attempts[-1].target if exchange.attempts else _NOWHERE
    named: Row = {"at": note.at, "request_id": exchange.request_id, "rater": note.rater}
    yield (
        "feedback",
        {
            **named,
            "caller_key": caller.key_alias,
            "tenant": caller.tenant,
            "feature": caller.feature,
            "template": exchange.template,
            "provider": target.provider,
            "model": target.model,
            "score": note.score,
            "complaint": note.complaint.value if note.complaint else None,
            "comment_chars": note.comment_chars or None,
            "corrected_chars": note.corrected_chars or None,
        },
    )
    if note.keep and (note.comment or note.corrected):
        yield (
            "feedback_texts",
            {**named, "comment": note.comment or None, "corrected": note.corrected or None},
        )


def exchange_row(seen: Observation) -> Row:
    """One decision as one row: what `Query.REQUESTS` lists, and the whole exchange as JSON in `body`.

    `quality_score` is the share of the checks with a verdict that passed; None when none had one.
    """
    exchange = seen.exchange
    last = exchange.attempts[-1] if exchange.attempts else None
    target = last.target if last else _NOWHERE
    answer = exchange.answer
    return {
        "at": exchange.ended_at,
        "request_id": exchange.request_id,
        "origin": exchange.origin.value,
        "protocol": exchange.protocol.value,
        "alias": exchange.alias,
        "provider": target.provider,
        "model": target.model,
        "served_model": (answer.served_model if answer else None) or (last.served_model if last else None),
        "region": target.region,
        "key_alias": target.key_alias,
        "streaming": exchange.streaming,
        "status": exchange.status,
        "outcome": outcome(exchange),
        "failure_kind": _failure_kind(last),
        "finish_reason": answer.finish_reason.value if answer and answer.finish_reason else None,
        "weight": seen.weight,
        "body": msgspec.json.encode(without_text(exchange)).decode(),
        **_caller_columns(exchange),
        **_selection_columns(exchange),
        **_measured_columns(exchange, last),
        **_quality_columns(seen.signals),
    }


def outcome(exchange: Exchange) -> str:
    """`ok`, `cancelled` (the client left), `rejected` (the caller's own request was at fault) or `failed`."""
    last = exchange.attempts[-1] if exchange.attempts else None
    if exchange.status == 499 or (last is not None and last.cancelled):
        return "cancelled"
    if exchange.served:
        return "ok"
    if last is None or (last.failure is not None and last.failure.kind is None):
        return "rejected" if exchange.status < 500 else "failed"
    return "failed"


def without_text(exchange: Exchange) -> Exchange:
    """The exchange as it may be kept: what was said by people or models is taken out."""
    if exchange.answer is None:
        return exchange
    answer: Answer = msgspec.structs.replace(
        exchange.answer,
        text="",
        tool_calls=tuple(ToolCall(call.name, "") for call in exchange.answer.tool_calls),
    )
    kept: Exchange = msgspec.structs.replace(exchange, answer=answer)
    return kept


def event_row(event: FailureEvent) -> Row:
    return {
        "at": event.at,
        "event_id": event.event_id,
        "request_id": event.request_id,
        "kind": event.kind.value,
        "category": event.category.value,
        "severity": event.severity.value,
        "provider": event.provider.provider,
        "model": event.provider.model,
        "region": event.provider.region,
        "key_alias": event.provider.key_alias,
        "key": event.key,
        "tenant": event.tenant,
        "user": event.user,
        "feature": event.feature,
        "template": event.template,
        "traffic_class": event.traffic_class.value,
        "causal_signals": msgspec.json.encode(event.causal_signals).decode(),
        "weight": event.weight,
        "schema_version": event.schema_version,
    }


def rows_of_events(events: Sequence[AnyEvent], source: str) -> dict[str, list[Row]]:
    """By table. What a later Leadline wrote is kept as it came."""
    return {
        "events": [event_row(one) for one in events if isinstance(one, FailureEvent)],
        "newer_records": [
            {
                "at": one.at,
                "schema": one.schema_version,
                "segment": f"events of {source}",
                "offset": 0,
                "payload": one.payload,
            }
            for one in events
            if isinstance(one, NewerEvent)
        ],
    }


def rows_of_findings(findings: Sequence[DeepFinding]) -> dict[str, list[Row]]:
    """By table: what deep checks found, which joins the inline signals of a request by its id."""
    return {
        "signals": [
            _signal_row(signal, finding.row.id, finding.row.t)
            for finding in findings
            for signal in finding.signals
        ]
    }


def arrow(table: str, rows: Sequence[Mapping[str, object]]) -> pa.Table:
    """The rows as one Arrow table in the declared shape."""
    return pa.Table.from_pylist([dict(row) for row in rows], schema=TABLES[table])


def _caller_columns(exchange: Exchange) -> Row:
    caller = exchange.caller
    return {
        "caller_key": caller.key_alias,
        "tenant": caller.tenant,
        "user": caller.user,
        "feature": caller.feature,
        "template": exchange.template,
    }


def _selection_columns(exchange: Exchange) -> Row:
    attempts = exchange.attempts
    reason = attempts[-1].selection.reason.value if attempts else None
    return {
        "selection": _FALLBACK if exchange.rung else reason,
        "attempts": len(attempts),
        "fallback_triggered": bool(exchange.rung)
        or any(a.selection.reason.value == _FALLBACK for a in attempts),
        "rung": exchange.rung,
    }


def _measured_columns(exchange: Exchange, last: Attempt | None) -> Row:
    usage = (exchange.answer.usage if exchange.answer else None) or (last.usage if last else None)
    costs = [a.cost_usd for a in exchange.attempts if a.cost_usd is not None]
    first_byte = exchange.first_chunk_ms
    if first_byte is None and last is not None:
        first_byte = last.timings.first_byte_ms
    return {
        "input_tokens": usage.input_tokens if usage else None,
        "output_tokens": usage.output_tokens if usage else None,
        "cost_usd": sum(costs) if costs else None,
        "wasted_usd": exchange.wasted_usd,
        "latency_ms": (exchange.ended_at - exchange.started_at) * 1000,
        "first_byte_ms": first_byte,
        "overhead_ms": exchange.overhead_ms,
    }


def _quality_columns(signals: Sequence[Signal]) -> Row:
    failed = [s.check for s in signals if s.verdict is Verdict.FAIL]
    judged = [s for s in signals if s.verdict in (Verdict.PASS, Verdict.FAIL)]
    return {
        "failed_checks": failed,
        "quality_score": (len(judged) - len(failed)) / len(judged) if judged else None,
    }


def _attempt_row(attempt: Attempt, seen: Observation) -> Row:
    return {
        "at": attempt.ended_at,
        "request_id": seen.exchange.request_id,
        "number": attempt.number,
        "origin": seen.exchange.origin.value,
        "provider": attempt.target.provider,
        "model": attempt.target.model,
        "region": attempt.target.region,
        "key_alias": attempt.target.key_alias,
        "selection": attempt.selection.reason.value,
        "status": attempt.status,
        "failure_kind": _failure_kind(attempt),
        "failed": attempt.failure is not None and attempt.failure.kind is not None,
        "cancelled": attempt.cancelled,
        "latency_ms": (attempt.ended_at - attempt.started_at) * 1000,
        "first_byte_ms": attempt.timings.first_byte_ms,
        "output_tokens": attempt.usage.output_tokens if attempt.usage else None,
        "streaming": seen.exchange.streaming,
        "weight": seen.weight,
    }


def _signal_row(signal: Signal, request_id: str, at: float) -> Row:
    return {
        "at": at,
        "request_id": request_id,
        "check": signal.check,
        "verdict": signal.verdict.value,
        "kind": signal.kind.value if signal.kind else None,
        "score": signal.score,
        "evidence": signal.evidence[:_EVIDENCE_CHARS],
        "took_us": signal.took_us,
        "attempt": signal.attempt,
        "policy": signal.policy,
        "word": signal.word.value if signal.word else None,
        "asked": signal.asked,
    }


def _failure_kind(attempt: Attempt | None) -> str | None:
    if attempt is None or attempt.failure is None or attempt.failure.kind is None:
        return None
    return attempt.failure.kind.value
