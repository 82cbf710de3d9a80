"""What Prometheus scrapes is true, bounded and clean."""

import shutil
import subprocess

import pytest
from msgspec.structs import replace
from prometheus_client.parser import text_string_to_metric_families
from tests.storage.test_incidents_contract import tick
from tests.watch.records import NOON, event, incident, observation, update

from leadline.vocabulary import (
    Change,
    FailureKind,
    Heartbeat,
    LostSight,
    Observation,
    Origin,
    ProviderIdentifier,
    Timings,
    UpstreamFailure,
)
from leadline.watch.check_metrics import CheckCollector
from leadline.watch.metrics import MOST_LABELS, StateCollector, WatchMetrics, health_row
from leadline.watch.pulse import Progress, Pulse

CUT = FailureKind.PROVIDER_TRUNCATED


@pytest.fixture
def pulse():
    return Pulse(NOON)


@pytest.fixture
def metrics(pulse, incidents):
    made = WatchMetrics()
    made.registry.register(StateCollector(pulse, incidents, lambda: NOON + 60))
    made.registry.register(CheckCollector(pulse, lambda: NOON + 60))
    return made


def value(metrics, name, **labels):
    families = text_string_to_metric_families(metrics.page().decode())
    found = [s.value for family in families for s in family.samples if s.name == name and s.labels == labels]
    assert len(found) == 1, (name, labels)
    return found[0]


def test_requests_tokens_and_cost_are_counted_by_weight(metrics):
    one = observation("r1", checks=[("entities", True)])
    metrics.observed(one)
    metrics.observed(Observation(exchange=one.exchange, weight=9.0))
    metrics.observed(observation("bad", failed=True))
    metrics.observed(observation("probe", origin=Origin.PROBE))

    target = {"provider": "openai", "model": "gpt-4o"}
    assert value(metrics, "leadline_requests_total", outcome="ok", **target) == 10
    assert value(metrics, "leadline_requests_total", outcome="failed", **target) == 1
    assert value(metrics, "leadline_tokens_total", type="output", **target) == 500
    assert value(metrics, "leadline_cost_usd_total", **target) == pytest.approx(0.1)
    assert value(metrics, "leadline_upstream_duration_seconds_count", **target) == 3
    assert value(metrics, "leadline_inline_check_seconds_count", check="entities") == 1
    assert value(metrics, "leadline_inline_signals_total", check="entities", verdict="fail") == 1


def test_money_for_answers_that_nobody_got_is_told_by_who_took_it(metrics):
    seen = observation("r1").exchange
    broke_off = replace(seen.attempts[0], cost_usd=0.004, failure=UpstreamFailure(kind=CUT), usage=None)
    elsewhere = replace(seen.attempts[0], number=2, target=ProviderIdentifier(provider="azure", model="m"))
    metrics.observed(Observation(exchange=replace(seen, attempts=(broke_off, elsewhere), wasted_usd=0.004)))
    metrics.observed(Observation(exchange=replace(seen, rung="template", wasted_usd=0.01)))

    wasted = {"provider": "openai", "model": "gpt-4o"}
    assert value(metrics, "leadline_wasted_usd_total", **wasted) == pytest.approx(0.014)
    assert 'leadline_wasted_usd_total{model="m"' not in metrics.page().decode()


@pytest.mark.parametrize(
    ("streaming", "input_sum", "output_sum"), [(True, 100 / 0.2, 50 / 0.5), (False, 0.0, 50 / 0.7)]
)
def test_tokens_a_second_are_those_of_the_model_at_work(metrics, streaming, input_sum, output_sum):
    seen = observation("r1").exchange
    timed = replace(seen.attempts[0], timings=Timings(first_byte_ms=200.0, transfer_ms=500.0))
    at_once = replace(timed, timings=Timings(first_byte_ms=0.1, transfer_ms=0.1))
    for attempt in (timed, at_once):
        metrics.observed(Observation(exchange=replace(seen, attempts=(attempt,), streaming=streaming)))

    target = {"provider": "openai", "model": "gpt-4o"}
    text = metrics.page().decode()
    assert value(metrics, "leadline_output_tokens_per_second_sum", **target) == pytest.approx(output_sum)
    assert ("leadline_input_tokens_per_second_sum" in text) == streaming
    if streaming:
        assert value(metrics, "leadline_input_tokens_per_second_sum", **target) == pytest.approx(input_sum)


def test_invented_names_become_other_instead_of_series(metrics):
    for n in range(MOST_LABELS + 50):
        metrics.observed(observation(f"r{n}", model=f"invented-{n}"))

    labels = {"provider": "other", "model": "other", "outcome": "ok"}
    assert value(metrics, "leadline_requests_total", **labels) == 50


def test_the_time_to_detect_runs_to_the_first_alert(metrics):
    metrics.alerted(incident(), NOON + 3)

    assert value(metrics, "leadline_mttd_seconds_sum", category="provider") == 8


def test_findings_are_counted_with_the_time_to_the_opening(metrics):
    metrics.found([event("e1")], [update(), update(Change.REPEATED, 2, page=False)])

    labels = {"category": "provider", "subtype": "outage", "severity": "high", "provider": "openai"}
    assert value(metrics, "leadline_failure_events_total", **labels) == 1
    assert value(metrics, "leadline_incident_opening_seconds_sum", category="provider") == 5
    assert value(metrics, "leadline_pages_total", category="provider") == 1


def test_the_state_of_the_watch_is_that_of_the_scrape(metrics, pulse, incidents):
    opened = update(of=incident())
    incidents.commit(tick(updates=[opened], told=[opened]))
    pulse.moved("recorder", Progress(NOON, NOON, 4096))
    pulse.beat(Heartbeat(host="h", worker=0, pid=1, at=NOON + 59, dropped=7))
    pulse.disk_full = {"facts": True}

    assert value(metrics, "leadline_spool_lag_seconds", consumer="recorder") == 60
    assert value(metrics, "leadline_sidecar_queue_depth", consumer="recorder") == 4096
    assert value(metrics, "leadline_spool_dropped_total") == 7
    assert value(metrics, "leadline_incidents_open", category="provider", severity="high") == 1
    assert value(metrics, "leadline_outbox_changes", destination="pager", state="pending") == 1
    assert value(metrics, "leadline_disk_full", store="facts") == 1


def test_checks_that_see_nothing_are_told_over_all_workers_and_their_lives(metrics, pulse):
    def beat(worker, pid, at, **lost):
        pulse.beat(Heartbeat(host="h", worker=worker, pid=pid, at=at, lost=LostSight(**lost)))

    beat(0, 1, NOON - 1000, checks_skipped=4, processes_killed=1)
    beat(0, 2, NOON + 59, checks_skipped=7, parked=("entities",), processes_killed=2, processes_timed_out=2)
    beat(1, 3, NOON + 59, checks_skipped=1, parked=("entities", "quotes"))

    assert value(metrics, "leadline_checks_skipped_total") == 12
    assert value(metrics, "leadline_check_processes_killed_total") == 3
    assert value(metrics, "leadline_check_processes_timed_out_total") == 2
    assert value(metrics, "leadline_check_processes_restarted_total") == 0
    assert value(metrics, "leadline_inline_check_parked", check="entities") == 2
    assert value(metrics, "leadline_inline_check_parked", check="quotes") == 1

    beat(2, 4, NOON + 59, guards_unavailable={"names": "no model"})
    assert value(metrics, "leadline_guard_unavailable", guard="names") == 1

    beat(2, 4, NOON + 60)
    assert value(metrics, "leadline_guard_unavailable", guard="names") == 0
    beat(1, 3, NOON + 60)
    assert value(metrics, "leadline_inline_check_parked", check="quotes") == 0


def test_promtool_finds_nothing_to_complain_about(metrics, pulse, incidents):
    promtool = shutil.which("promtool")
    if promtool is None:
        pytest.skip("promtool is not installed; on Debian: apt-get install prometheus")
    metrics.observed(observation("r1", checks=[("entities", True)]))
    metrics.found([event("e1")], [update()])
    metrics.told("pager", "delivered")
    metrics.deep_signal("judge", "pass")
    metrics.deep_failure("judge", "timeout")
    incidents.commit(tick(updates=[update()], told=[update()]))
    pulse.moved("recorder", Progress(NOON, NOON, 1))
    pulse.disk_full = {"facts": False}

    checked = subprocess.run(
        [promtool, "check", "metrics"], input=metrics.page(), capture_output=True, check=False
    )

    assert (checked.returncode, checked.stdout, checked.stderr) == (0, b"", b"")


def test_health_says_what_keeps_the_watch_from_seeing(pulse):
    assert "recorder has not moved" in pulse.trouble(NOON + 6)
    for name in ("recorder", "triage"):
        pulse.moved(name, Progress(NOON + 6, NOON + 6, 0))
    assert pulse.trouble(NOON + 7) == ""
    pulse.moved("triage", Progress(NOON + 20, NOON + 6, 100))
    pulse.moved("recorder", Progress(NOON + 20, NOON + 20, 0))
    assert pulse.trouble(NOON + 20) == "the watch is 14 s behind the gateway."
    assert health_row(pulse, {}, NOON + 20)["lag_s"] == 14
