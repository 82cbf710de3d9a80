"""Breakers, statuses and rate limits of single targets, as Prometheus sees them."""

import pytest
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.parser import text_string_to_metric_families
from tests.watch.records import NOON, observation

from leadline.vocabulary import FailureKind, Heartbeat, ProviderIdentifier, TargetNews, TargetPulse
from leadline.watch.target_metrics import HALF_LIFE_S, MOST_TARGETS, TargetMetrics

TARGET = ProviderIdentifier(provider="openai", model="gpt-4o")


class Page:
    def __init__(self):
        self.now = NOON
        self.metrics = TargetMetrics(lambda: self.now)
        self.registry = CollectorRegistry()
        self.registry.register(self.metrics)

    def values(self, name, **labels):
        families = text_string_to_metric_families(generate_latest(self.registry).decode())
        return [
            sample.value
            for family in families
            for sample in family.samples
            if sample.name == name and labels.items() <= sample.labels.items()
        ]


@pytest.fixture
def page():
    return Page()


def turned(before, after, at=NOON):
    return TargetNews(
        host="h",
        worker=0,
        at=at,
        target=TARGET,
        what="breaker",
        before=before,
        after=after,
        cause=FailureKind.PROVIDER_OUTAGE,
    )


def test_each_turn_is_counted_and_the_state_follows(page):
    page.metrics.observed(observation("r1"))
    assert page.values("leadline_breaker_state", provider="openai") == [0.0]

    page.metrics.heard(turned("closed", "open"))
    assert page.values("leadline_breaker_state", provider="openai", model="gpt-4o") == [2.0]
    page.metrics.heard(turned("open", "half_open"))
    page.metrics.heard(turned("half_open", "closed"))

    assert page.values("leadline_breaker_state", provider="openai") == [0.0]
    one = {"from": "closed", "to": "open"}
    assert page.values("leadline_breaker_transitions_total", **one) == [1.0]


def test_a_heartbeat_tells_a_new_watch_what_is_open(page):
    pulse = TargetPulse(target=TARGET, breaker="open", remaining_requests=12.0, exhausted_in_s=4.0)
    page.metrics.heard(Heartbeat(host="h", worker=0, pid=1, at=NOON, targets=(pulse,)))

    assert page.values("leadline_breaker_state") == [2.0]
    assert page.values("leadline_rate_limit_remaining_requests") == [12.0]
    assert page.values("leadline_rate_limit_remaining_tokens") == []
    assert page.values("leadline_rate_limit_exhausted_in_seconds") == [4.0]
    page.now += 60
    assert page.values("leadline_rate_limit_exhausted_in_seconds") == []


def test_each_target_is_a_row_for_people(page):
    page.metrics.observed(observation("r1"))
    page.metrics.heard(turned("closed", "open"))

    [row] = page.metrics.rows()
    assert (row["provider"], row["breaker"], row["cause"]) == ("openai", "open", "provider.outage")
    assert row["since"] == NOON
    assert row["held"] is False


def test_statuses_fade_by_half_every_minute(page):
    for n in range(8):
        page.metrics.observed(observation(f"r{n}", failed=n < 2))
    assert page.values("leadline_upstream_status_weight", status="200") == [6.0]
    assert page.values("leadline_upstream_status_weight", status="503") == [2.0]

    page.now += HALF_LIFE_S
    assert page.values("leadline_upstream_status_weight", status="200") == pytest.approx([3.0])
    page.now += 20 * HALF_LIFE_S
    assert page.values("leadline_upstream_status_weight") == []


def test_invented_targets_are_bounded(page):
    for n in range(MOST_TARGETS + 20):
        page.metrics.observed(observation(f"r{n}", model=f"invented-{n}"))

    assert len(page.values("leadline_breaker_state")) == MOST_TARGETS
