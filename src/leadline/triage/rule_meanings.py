"""What each number of the incident rules means, in one line each: the words of docs/reference/rules.md."""

from collections.abc import Mapping

Meanings = Mapping[str, Mapping[str, str]]

PROVIDERS: Meanings = {
    "Hard failures within a minute (`hard`)": {
        "hard_window_s": "the window",
        "hard_min": "opens with at least so many hard failures",
        "hard_ratio": "and at least this share of the calls",
        "hard_clear_ratio": "clear below this share",
        "hard_clear_below": "or below so many",
    },
    "Hard failures over five minutes (`error_rate`)": {
        "error_rate_window_s": "the window; also that of `throttle`, `broken`, targets, little traffic",
        "error_rate_min": "opens with at least so many hard failures",
        "error_rate_ratio": "and at least this share of the calls",
        "error_rate_clear_ratio": "clear below this share",
        "error_rate_clear_below": "or below so many",
    },
    "Throttled, 429 (`throttle`)": {
        "throttle_min": "opens with at least so many throttled calls",
        "throttle_ratio": "and at least this share of the calls",
        "throttle_clear_ratio": "clear below this share",
        "throttle_clear_below": "or below so many",
    },
    "Answers cut short or unreadable (`broken`)": {
        "broken_min": "opens with at least so many such answers",
        "broken_ratio": "and at least this share of the calls",
        "broken_clear_ratio": "clear below this share",
        "broken_clear_below": "or below so many",
    },
    "Latency of a model (`latency`)": {
        "latency_window_s": "the window of the 99th percentile",
        "latency_min": "with fewer answers the percentile is unknown: neither breached nor clear",
        "latency_clear_factor": "clear at or below this part of the limit (`sla` of the model)",
    },
    "One model, region or key (`regional`, `auth`, `model_gone`)": {
        "target_min": "opens with at least so many hard failures of one target",
        "target_ratio": "and at least this share of its calls",
        "target_clear_ratio": "clear below this share",
        "target_clear_below": "or below so many",
    },
    "Little traffic (`sparse_hard`)": {
        "evidence_min": "fewer calls within `error_rate_window_s` are little: no incident ends by them",
        "sparse_hard_rows": "opens with so many hard failures in a row",
        "sparse_span_s": "that span at least so long",
        "probe_interval_s": "targets of a provider with an open incident are probed so often",
    },
    "A breaker that turns again and again (`oscillating`)": {
        "oscillation_window_s": "the window",
        "oscillation_min": "opens with at least so many openings of one breaker",
        "oscillation_clear_below": "clear below so many",
    },
    "All providers at once, our own side (`egress`, `PROVIDER:*`)": {
        "egress_transport_share": "at least this share of the hard failures is transport",
        "egress_patience_ticks": "a provider's own incident waits so many ticks, until that is known",
        "egress_memory_s": "providers stay together under it for so long after the last common failure",
    },
}

CONTENT: Meanings = {
    "Quality: a CUSUM per template and check, and one pooled": {
        "quality_p0_floor": "the usual failure rate (`watch.baseline`) counts as at least this",
        "quality_p1_factor": "the rate to be found is so many times the usual one",
        "quality_p1_floor": "and at least this",
        "quality_h": "opens when the sum reaches this",
        "quality_cap_factor": "the sum is capped at so many times `quality_h`, so that it can come down",
        "quality_window_s": "the window of the failure rate that clears",
        "quality_clear_factor": "clear below so many times the usual rate",
        "quality_clear_min": "over at least so many answers, however long they take",
    },
    "Cost (`cost`)": {
        "cost_window_s": "the window of the cost rate",
        "cost_factor": "opens at so many times the usual cost per minute",
        "cost_clear_factor": "clear below so many times",
        "token_window_s": "the window of token events",
        "token_min": "or opens with at least so many token events",
        "token_share": "in at least this share of the answers",
        "token_clear_share": "clear below this share",
        "token_excess": "in a replay row: more tokens than so many times the predicted ones are an event",
    },
    "The same asked again (`retry_storm`)": {
        "storm_window_s": "the window",
        "storm_min": "opens with at least so many repeats of a feature",
        "storm_share": "and at least this share of its requests",
        "storm_clear_share": "clear below this share",
        "storm_same_body": "one user's same body is a repeat after so many within one tick",
    },
    "Security": {
        "security_window_s": "the window",
        "security_min": "opens with so many events of one tenant; a confirmed leak opens at once",
        "security_clear_s": "clear after so long without an event",
    },
    "Retrieval (`embedding_drift`)": {
        "retrieval_window_s": "the window of the mean score",
        "retrieval_min": "with fewer searches the mean is unknown",
        "retrieval_clear_margin": "clear this part of the way from the threshold up to the usual score",
    },
    "Early warnings: LOW events, no incident": {
        "latency_trend_factor": "p99 is at least so many times its usual value",
        "latency_trend_window_s": "the line through the p99 of so long",
        "latency_trend_reach_s": "reaches the limit within so long",
        "latency_trend_repeat_s": "and is told again after so long",
        "retrieval_trend_margin_lost": "the mean score has lost this share of its margin",
        "retrieval_trend_window_s": "the line through the scores of so long",
        "retrieval_trend_reach_s": "reaches the threshold within so long",
        "retrieval_trend_repeat_s": "and is told again after so long",
    },
    "Columns of a replay row that has no verdicts": {
        "entity_support_below": "`entity_support` below this is a hallucination",
        "similarity_below": "`similarity` below this is incoherent",
    },
}

SIGHT: Meanings = {
    "Leadline's own sight (`DATA:leadline`); `_seconds` do not scale, hearts beat once a second": {
        "blind_silence_seconds": "a gateway worker without a heartbeat for longer is missed",
        "blind_lag_seconds": "the watch reads the spool later than this",
        "blind_lag_severe_seconds": "from here on nobody would hear in time: all is affected",
        "blind_lag_clear_factor": "clear at or below this part of it; also of `blind_deep_age_s`",
        "blind_window_s": "the window of lost copies and skipped checks",
        "blind_dropped_min": "opens with so many lost copies",
        "blind_skipped_min": "opens with so many checks that gave no verdict",
        "blind_skipped_ratio": "and at least so many per request",
        "blind_untold_s": "a destination takes nothing for so long",
        "blind_deep_age_s": "a request has waited for its deep checks for so long",
        "blind_watch_s": "the supervisor tells of a dead or stuck watch after so long",
        "blind_watch_least_seconds": "but never sooner than this: a process needs it to start",
        "blind_restarts": "or after so many falls",
        "blind_restarts_seconds": "within so long",
    },
}

LIFE: Meanings = {
    "The clock": {
        "tick_s": "conditions are evaluated so often; windows are rounded to whole ticks",
        "tick_delay_s": "a tick runs so much later, so that what it is about has arrived",
    },
    "Severity: blast radius + recoverability + business impact": {
        "blast_window_s": "the window of the affected requests",
        "blast_minor": "blast 0 below this share of all requests",
        "blast_major": "1 below this",
        "blast_most": "2 below this, else 3",
        "served_well": "recoverability 1 when at least this share of the failed was served in the end",
        "served_badly": "3 below this, else 2",
        "class_share": "business impact is that of the highest class with this share of the affected",
        "score_medium": "MEDIUM from this sum on",
        "score_high": "HIGH",
        "score_critical": "CRITICAL",
        "outage_ratio": "surely down: the lower bound of the hard share reaches this",
        "outage_confidence_z": "the bound is Wilson's with this quantile (1.96: of 95 %)",
        "outage_ticks": "at so many ticks in a row: at least HIGH, CRITICAL when nothing catches it",
    },
    "The life of an incident": {
        "attach_s": "events of so long before the opening are counted in",
        "condition_event_s": "a condition without a culprit gives one event so often",
        "correlation_slack_s": "incidents that share something and are no further apart are correlated",
        "escalate_after_s": "MEDIUM for so long becomes HIGH",
        "escalate_breached_share": "when breached now and at this share of those ticks",
        "escalate_recent_events": "with at least so many events",
        "escalate_recent_s": "within so long",
        "resolve_after_s": "resolved after so long of calm",
        "reopen_within_s": "a new breach within so long reopens it",
        "dismiss_hold_s": "what a person resolved stays so for so long, though the failure goes on",
        "repeat_page_s": "paged again after so long without an acknowledgement",
        "outlived_after_s": "trackers open a ticket after so long",
        "verdict_join_s": "a late verdict gives no second event of its request within so long",
        "dimension_values": "names kept of each dimension; further ones count as `other`",
    },
}

MEANINGS: Meanings = {**LIFE, **PROVIDERS, **CONTENT, **SIGHT}
