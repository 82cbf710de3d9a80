"""What each rule asks for, in words with its numbers: why an incident was opened, and when it is over."""

from collections.abc import Callable

from leadline.triage.rules import Rules

_SENTENCES: dict[str, Callable[[Rules], str]] = {
    "hard": lambda r: (
        f"at least {r.hard_min:g} hard failures and {r.hard_ratio:.0%} of the calls within "
        f"{r.hard_window_s:g} s; clear below {r.hard_clear_ratio:.0%}"
    ),
    "error_rate": lambda r: (
        f"at least {r.error_rate_min:g} hard failures and {r.error_rate_ratio:.0%} of the "
        f"calls within {r.error_rate_window_s:g} s; clear below {r.error_rate_clear_ratio:.0%}"
    ),
    "throttle": lambda r: (
        f"at least {r.throttle_min:g} calls throttled and {r.throttle_ratio:.0%} of them "
        f"within {r.error_rate_window_s:g} s; clear below {r.throttle_clear_ratio:.0%}"
    ),
    "broken": lambda r: (
        f"at least {r.broken_min:g} answers cut short or unreadable and {r.broken_ratio:.0%} "
        f"within {r.error_rate_window_s:g} s; clear below {r.broken_clear_ratio:.0%}"
    ),
    "latency": lambda r: (
        f"p99 of a model over its limit, of at least {r.latency_min:g} answers within "
        f"{r.latency_window_s:g} s; clear at {r.latency_clear_factor:.0%} of the limit"
    ),
    "sparse_hard": lambda r: (
        f"{r.sparse_hard_rows} failed calls in a row over at least {r.sparse_span_s:g} s, "
        f"while there are fewer than {r.evidence_min:g} calls within {r.error_rate_window_s:g} s"
    ),
    "oscillating": lambda r: (
        f"a breaker that opened at least {r.oscillation_min:g} times within "
        f"{r.oscillation_window_s:g} s; clear below {r.oscillation_clear_below:g}"
    ),
    "egress": lambda r: (
        "every provider with traffic down at once, at least two, and "
        f"{r.egress_transport_share:.0%} of the failures in transport: the fault is on our side"
    ),
    "cost": lambda r: (
        f"spending of {r.cost_factor:g} times the usual within {r.cost_window_s:g} s, or "
        f"{r.token_share:.0%} of the answers with more tokens than predicted within {r.token_window_s:g} s; "
        f"clear below {r.cost_clear_factor:g} times"
    ),
    "retry_storm": lambda r: (
        f"at least {r.storm_min:g} requests and {r.storm_share:.0%} of a feature's within "
        f"{r.storm_window_s:g} s repeat an earlier one; clear below {r.storm_clear_share:.0%}"
    ),
    "embedding_drift": lambda r: (
        f"mean retrieval score of at least {r.retrieval_min:g} searches within "
        f"{r.retrieval_window_s:g} s under its threshold"
    ),
}
_SENTENCES |= {
    "watch_lag": lambda r: f"the watch reads the spool more than {r.blind_lag_seconds:g} s late",
    "worker_silent": lambda r: f"a gateway worker without a heartbeat for {r.blind_silence_seconds:g} s",
    "copies_dropped": lambda r: (
        f"at least {r.blind_dropped_min:g} records lost within {r.blind_window_s:g} s"
    ),
    "checks_skipped": lambda r: (
        f"checks gave no verdict at least {r.blind_skipped_min:g} times and {r.blind_skipped_ratio:g} times "
        f"per request within {r.blind_window_s:g} s"
    ),
    "guards_failing": lambda r: (
        f"guards gave no verdict {r.blind_skipped_ratio:.0%} of the times that they were asked, at least "
        f"{r.blind_skipped_min:g} within {r.blind_window_s:g} s"
    ),
    "check_process_dying": lambda r: (
        f"{r.blind_restarts} check processes of guards took too long or died within {r.blind_window_s:g} s"
    ),
    "guard_unavailable": lambda _: "a guard of a policy cannot work: its model is not there, or broken",
    "deep_late": lambda r: f"an answer waits longer than {r.blind_deep_age_s:g} s for its deep checks",
    "deep_failing": lambda r: (
        f"a deep check gave no verdict on {r.blind_skipped_ratio:.0%} of the answers, at least "
        f"{r.blind_skipped_min:g}"
    ),
    "deep_unavailable": lambda _: "a deep check that the configuration asks for cannot work",
    "disk_full": lambda _: "no room on the disk for what is stored",
    "untold": lambda r: f"a destination takes nothing for {r.blind_untold_s:g} s",
    "watch_down": lambda r: (
        f"the supervisor found the watch dead or stuck for {r.blind_watch_s:g} s, or "
        f"{r.blind_restarts} falls within {r.blind_restarts_seconds:g} s"
    ),
}
_SENTENCES |= dict.fromkeys(
    ("regional", "auth", "model_gone"),
    lambda r: (
        f"one target with at least {r.target_min:g} hard failures and {r.target_ratio:.0%} of its calls "
        f"within {r.error_rate_window_s:g} s"
    ),
)
_SENTENCES |= dict.fromkeys(
    ("hallucination", "format", "coherence", "refusal", "empty", "regression"),
    lambda r: (
        f"a CUSUM of the check's failures over {r.quality_h:g}; clear when the rate of "
        f"{r.quality_window_s:g} s is below {r.quality_clear_factor:g} times the usual"
    ),
)
_SECURITY: Callable[[Rules], str] = lambda r: (  # noqa: E731 - one of a table of sentences
    f"at least {r.security_min} events within {r.security_window_s:g} s, or one confirmed leak; "
    f"clear after {r.security_clear_s:g} s without any"
)


def rule_sentence(category: str, subtype: str, rules: Rules) -> str:
    """The condition behind a subtype of an incident of this category (`provider`, `quality`, ...)."""
    if category == "security":
        return _SECURITY(rules)
    known = _SENTENCES.get(subtype)
    return known(rules) if known else "a condition found over a window, without a single culprit"


def cause_sentence(cause: str, rules: Rules) -> str:
    """Why a severity rose."""
    if cause == "escalation":
        return (
            f"it had been medium for {rules.escalate_after_s:g} s, was breached now and in "
            f"{rules.escalate_breached_share:.0%} of that time, with fresh events"
        )
    return "blast radius, recoverability and business impact at that tick, with the floors of its category"


_RULINGS = {
    "score": "the score",
    "not_crossed": "the rule that what is only trending is low",
    "crossed": "the floor of a crossed condition: medium",
    "outage": "the floor of a sure outage: high",
    "no_way_out": "the floor of a sure outage that nothing catches: critical",
    "confirmed_leak": "the floor of a confirmed leak: critical",
    "no_business": "the cap of experimental and internal traffic: medium",
}


def ruling_words(ruled_by: str) -> str:
    """Which part of the classifier had the last word (`Weighing.ruled_by`)."""
    return _RULINGS.get(ruled_by, ruled_by)
