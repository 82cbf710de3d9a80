"""Every number of the incident arithmetic, each with its unit and default (`INCIDENTS.md`)."""

from typing import Self

import msgspec


class Rules(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Names ending in `_s` are seconds and scale with `time_scale`; counts, shares and ratios do not.

    Windows are rounded to whole ticks. Raises ValueError when a number is not positive.
    """

    time_scale: float = 1.0

    # clock
    tick_s: float = 10.0
    tick_delay_s: float = 2.0

    # provider, hard failures within a minute
    hard_window_s: float = 60.0
    hard_min: float = 5
    hard_ratio: float = 0.20
    hard_clear_ratio: float = 0.16
    hard_clear_below: float = 3
    # provider, hard failures over five minutes
    error_rate_window_s: float = 300.0
    error_rate_min: float = 10
    error_rate_ratio: float = 0.05
    error_rate_clear_ratio: float = 0.04
    error_rate_clear_below: float = 5
    # provider, 429
    throttle_min: float = 10
    throttle_ratio: float = 0.10
    throttle_clear_ratio: float = 0.08
    throttle_clear_below: float = 5
    # provider, answers cut short or unreadable
    broken_min: float = 10
    broken_ratio: float = 0.10
    broken_clear_ratio: float = 0.08
    broken_clear_below: float = 5
    # provider, p99 of a model against its limit
    latency_window_s: float = 300.0
    latency_min: float = 50
    latency_clear_factor: float = 0.8
    # provider, a single target of it
    target_min: float = 5
    target_ratio: float = 0.50
    target_clear_ratio: float = 0.40
    target_clear_below: float = 3
    # provider, little traffic
    evidence_min: float = 10
    sparse_hard_rows: int = 3
    sparse_span_s: float = 120.0
    probe_interval_s: float = 15.0
    # provider, a breaker that opens and closes again and again
    oscillation_window_s: float = 600.0
    oscillation_min: float = 4
    oscillation_clear_below: float = 2
    # every provider at once
    egress_transport_share: float = 0.90
    egress_patience_ticks: int = 2
    egress_memory_s: float = 120.0

    # quality
    quality_p0_floor: float = 0.005
    quality_p1_factor: float = 3.0
    quality_p1_floor: float = 0.02
    quality_h: float = 10.0
    quality_cap_factor: float = 1.5
    quality_window_s: float = 300.0
    quality_clear_factor: float = 2.0
    quality_clear_min: float = 30

    # cost
    cost_window_s: float = 120.0
    cost_factor: float = 3.0
    cost_clear_factor: float = 1.5
    token_window_s: float = 60.0
    token_min: float = 5
    token_share: float = 0.20
    token_clear_share: float = 0.10
    token_excess: float = 1.15
    # cost, the same asked again: an SDK says so, or one user sends a body more often than this in one tick
    storm_window_s: float = 60.0
    storm_min: float = 20
    storm_share: float = 0.30
    storm_clear_share: float = 0.15
    storm_same_body: int = 5

    # security
    security_window_s: float = 60.0
    security_min: int = 3
    security_clear_s: float = 300.0

    # data
    retrieval_window_s: float = 300.0
    retrieval_min: float = 20
    retrieval_clear_margin: float = 0.2

    # our own sight; hearts beat once a second at any time scale, so what ends in `_seconds` does not scale
    blind_silence_seconds: float = 5.0
    blind_lag_seconds: float = 5.0
    blind_lag_severe_seconds: float = 30.0
    blind_lag_clear_factor: float = 0.8
    blind_window_s: float = 60.0
    blind_dropped_min: float = 1
    blind_skipped_min: float = 20
    blind_skipped_ratio: float = 0.20
    blind_untold_s: float = 60.0
    blind_deep_age_s: float = 300.0
    # the supervisor's look at the watch; scaled down to what starting a process takes, and no further
    blind_watch_s: float = 10.0
    blind_watch_least_seconds: float = 4.0
    blind_restarts: int = 3
    blind_restarts_seconds: float = 60.0

    # early warnings
    latency_trend_factor: float = 1.3
    latency_trend_window_s: float = 300.0
    latency_trend_reach_s: float = 600.0
    latency_trend_repeat_s: float = 600.0
    retrieval_trend_margin_lost: float = 0.40
    retrieval_trend_window_s: float = 1800.0
    retrieval_trend_reach_s: float = 1800.0
    retrieval_trend_repeat_s: float = 900.0

    # columns of a replay row
    entity_support_below: float = 0.5
    similarity_below: float = 0.70

    # severity
    blast_window_s: float = 300.0
    blast_minor: float = 0.01
    blast_major: float = 0.10
    blast_most: float = 0.50
    served_well: float = 0.95
    served_badly: float = 0.50
    class_share: float = 0.10
    score_medium: int = 3
    score_high: int = 6
    score_critical: int = 8
    outage_ratio: float = 0.4
    outage_confidence_z: float = 1.959963984540054
    outage_ticks: int = 4

    # the incident's life
    attach_s: float = 300.0
    condition_event_s: float = 60.0
    correlation_slack_s: float = 300.0
    escalate_after_s: float = 900.0
    escalate_recent_s: float = 120.0
    escalate_recent_events: int = 2
    escalate_breached_share: float = 0.80
    resolve_after_s: float = 300.0
    reopen_within_s: float = 900.0
    dismiss_hold_s: float = 900.0
    repeat_page_s: float = 14_400.0
    outlived_after_s: float = 900.0
    verdict_join_s: float = 1800.0
    dimension_values: int = 200

    def __post_init__(self) -> None:
        for name in self.__struct_fields__:
            if not getattr(self, name) > 0:
                raise ValueError(f"the rule {name} is {getattr(self, name)}; it must be above zero")

    def scaled(self, time_scale: float) -> Self:
        """The same rules on a clock that runs `1 / time_scale` times as fast (0.1 = ten times)."""
        durations = {
            name: getattr(self, name) * time_scale for name in self.__struct_fields__ if name.endswith("_s")
        }
        return msgspec.structs.replace(self, time_scale=self.time_scale * time_scale, **durations)

    def ticks(self, seconds: float) -> int:
        """How many whole ticks a duration is, at least one."""
        return max(1, round(seconds / self.tick_s))
