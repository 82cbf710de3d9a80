"""What is said over a process's unix socket: a named question with its arguments, and the answer.

Frames are a 4-byte big-endian length and msgpack. Only names the owner lists are answered; every answer
has a row limit and a deadline.
"""

from enum import StrEnum

import msgspec

LONGEST_MESSAGE = 16 * 1024 * 1024


class Query(StrEnum):
    """The named questions, arguments first (all optional but those with *), then what a row holds.

    Times are Unix seconds, newest first.

    incidents: status, category, severity, since -> incident_id, key, category, severity, status, opened_at,
        first_event_at, last_event_at, resolved_at, count, pages, reopens, kinds, subtypes, correlation_id,
        acknowledged_by, resolved_by, first_alert_at (None = nobody was told), mttd_s (first event to first
        alert, else to the opening), opened_after_s (first event to the opening)
    incident: incident_id* -> one row: `incident` (the whole Incident as builtins), `updates` (list of
        change, at, sequence, severity, page, by, note, silenced), `deliveries` (list of destination,
        sequence, state, tries, error, at, next_at), first_alert_at, mttd_s,
        opened_after_s
    silences: -> those in force: silence_id, key, category, feature, at, until, by, reason
    destinations: -> what became of all that each was to hear, by name: destination, delivered, pending,
        failed (counts), last_delivered_at, failing_since (when the oldest change it did not take happened,
        None = it takes what it gets), next_at, error (the last one), untold (list of incident_id,
        sequence, change, state, tries, error, at, next_at; newest first)
    audit: -> the `Deed` of every order: number, its fields, hash, sound (bool: neither it nor the one
        before it was altered)
    jobs: state -> what findings ask for, as `leadline.vocabulary.Job`: number, kind, subject, reason, at,
        state; newest first
    events: event_id, incident_id, request_id, category, kind, provider, since -> at, event_id, request_id,
        kind, category, severity, provider, model, region, key_alias, key, tenant, user, feature, template,
        causal_signals (dict), weight
    requests: since, provider, model, alias, outcome (ok, failed, cancelled, rejected), feature, template,
        tenant, flagged (bool) -> the structured record of one decision: request_id, at, protocol, alias,
        provider, model, served_model, region, key_alias, tenant, user, feature, template, streaming, status,
        outcome, failure_kind, selection, attempts, fallback_triggered, rung (of the fallback ladder; empty =
        none), input_tokens, output_tokens, cost_usd, wasted_usd (of it, for what nobody was given),
        latency_ms, first_byte_ms, overhead_ms, finish_reason, failed_checks (list; inline and deep),
        quality_score (of inline ones), weight
    request: request_id*, tenant -> one row: `exchange` (builtins), `signals` (list), `events` (list), `text`
        (dict or None), `feedback` (list, as below)
    feedback: since, request_id, feature, template, tenant, model, negative (bool) -> what people said of
        answers, one row for each person and request: at, request_id, rater (a digest), caller_key, tenant,
        feature, template, provider, model, score (0..1), complaint, comment_chars, corrected_chars, comment,
        corrected (texts only where the key's capture is `keep`)
    reviews: state, policy, feature, tenant, since -> what policies hold for a person: review_id,
        request_id, at, until, state (pending, released, rejected, expired), held (answer, question), policy,
        evidence (list), tenant, key_alias, user, feature, template, provider, model, protocol, decided_at,
        decided_by, note
    review: review_id* (or its request_id) -> the same with prompt, context and answer, as long as they are
        kept
    released: review_id* (or its request_id), tenant*, key_alias* -> what its own key may know: review_id,
        request_id, state, held, until, digest, content_type, body (bytes, empty unless it is released)
    observations: since, until, after (a request_id) -> what triage was given, oldest first: at, request_id,
        weight, exchange (builtins), signals (list). The next page has `since` and `after` of the last row
    latency: since, group (model or provider) -> provider, model, requests, failed, p50_ms, p95_ms, p99_ms,
        ttft_p50_ms, ttft_p95_ms, tokens_per_s
    traffic: since, step_s -> at, requests, failed, flagged, input_tokens, output_tokens, cost_usd
    health: -> one row: lag_s, backlog_bytes, cursors (dict), workers (list of heartbeats), dropped,
        dropped_failures (of them), bad_records, newer_records, disk_full (bool), at, targets (list of
        provider, model, region, key_alias, breaker, since, cause, held, remaining_requests,
        remaining_tokens, exhausted_in_s)
    """

    INCIDENTS = "incidents"
    INCIDENT = "incident"
    SILENCES = "silences"
    DESTINATIONS = "destinations"
    AUDIT = "audit"
    JOBS = "jobs"
    EVENTS = "events"
    REQUESTS = "requests"
    REQUEST = "request"
    FEEDBACK = "feedback"
    REVIEWS = "reviews"
    REVIEW = "review"
    RELEASED = "released"
    OBSERVATIONS = "observations"
    LATENCY = "latency"
    TRAFFIC = "traffic"
    HEALTH = "health"


class Ask(msgspec.Struct, frozen=True, kw_only=True):
    """`name` is one of `Query`; a plain string so that an unknown one gets a sentence, not a decode error."""

    name: str
    arguments: dict[str, object] = {}
    limit: int = 200
    deadline_s: float = 5.0


class Told(msgspec.Struct, frozen=True, kw_only=True):
    """`error` is a sentence for people; `rows` is empty then. `truncated` says that `limit` cut the rows."""

    rows: tuple[dict[str, object], ...] = ()
    error: str | None = None
    truncated: bool = False
