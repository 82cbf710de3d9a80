"""Each sentence of the incident arithmetic as a small file, its expectations worked out by hand."""

import random
from typing import Any

import pytest
from tests.replay.telemetry import Row, every, missed, replayed, row, rows_at, served_later, written

Told = tuple[list[Row], dict[str, Any], list[dict[str, Any]]]
"""Rows, more of the first line, expected incidents."""

OPENAI = {"key": "PROVIDER:openai", "category": "PROVIDER"}
LIMITS = {"sla_ms": {"gpt-4o": 4000.0}, "p99_ms": {"gpt-4o": 2000.0}}
FAILED = {"status": 503}


def at(t: float) -> list[float]:
    return [t, t]


def five_in_a_minute(first: float, well: int) -> list[Row]:
    """Five failures, the last at 70, beside `well` answers within (10, 70]."""
    return [*rows_at(first, 20, 30, 40, 70, **FAILED), *every(3, 12, 12 + 3 * well)]


def the_window_ends_before_its_first_moment() -> Told:
    """At tick 70 the window is (10, 70]: a failure at 10 is out."""
    return five_in_a_minute(10, 20), {}, []


def a_fifth_of_the_last_minute_opens() -> Told:
    """5 of 25 = 0.20. B 20 % -> 2, R 3, I 2: HIGH. Fewer than ten rows in 300 s: silence keeps it open."""
    block = {**OPENAI, "opened": at(70), "count": 5, "severity_initial": "HIGH", "severity_final": "HIGH"}
    told = {"subtypes": ["hard"], "pages": 1, "resolved": "open"}
    return five_in_a_minute(11, 20), {"duration_s": 3000}, [block | told]


def less_than_a_fifth_does_not() -> Told:
    """5 of 26 = 0.192."""
    rows = [*five_in_a_minute(11, 20), row(70, id="one more")]
    return rows, {"duration_s": 3000}, []


def ten_requests_in_five_minutes_are_evidence() -> Told:
    """Twelve rows in 300 s. At 320 the failures at 11 and 20 are gone, 3 < 5: calm; resolved 300 s later."""
    rows = [*five_in_a_minute(11, 20), *every(25, 95, 2000)]
    return rows, {}, [{**OPENAI, "opened": at(70), "resolved": at(620), "pages": 1, "max_reopens": 0}]


def burst(since: float, count: int = 5) -> list[Row]:
    return every(1, since, since + count, **FAILED)


def calm_traffic(until: float) -> list[Row]:
    return every(5, 5, until)


def events_of_the_last_five_minutes_are_attached() -> Told:
    """Opened at 700: (400, 700] takes the failure at 401 and not that at 400. B 6/66 -> 1, R 3, I 2: HIGH.

    At 1000 the burst has left the 300 s: calm, and resolved at 1300.
    """
    rows = [*calm_traffic(2000), *rows_at(400, 401, id="x", **FAILED), *burst(691)]
    rows = [{**each, "id": f"{each['id']}{each['t']}"} for each in rows]
    block = {**OPENAI, "opened": at(700), "count": 6, "severity_final": "HIGH", "pages": 1}
    return rows, {}, [block | {"resolved": at(1300)}]


def a_breach_nine_hundred_seconds_after_reopens() -> Told:
    """Resolved at 1300, breached at 2200: the same incident, no page, five more events."""
    rows = [*calm_traffic(3500), *burst(691), *burst(2191)]
    block = {**OPENAI, "opened": at(700), "count": 10, "reopens": 1, "pages": 1, "resolved": at(2800)}
    return rows, {}, [block]


def a_breach_later_than_that_is_another_incident() -> Told:
    rows = [*calm_traffic(3500), *burst(691), *burst(2201)]
    first = {**OPENAI, "opened": at(700), "count": 5, "reopens": 0, "pages": 1, "resolved": at(1300)}
    return rows, {}, [first, {**first, "opened": at(2210), "resolved": at(2810)}]


def one_unclear_moment_starts_the_calm_anew() -> Told:
    """Calm from 1000; three of fifteen at 1210..1260 are no breach (3 < 5) and not clear (0.20, 3): 1270."""
    rows = [*calm_traffic(2500), *burst(691), *burst(1201, 3)]
    return rows, {}, [{**OPENAI, "opened": at(700), "count": 8, "resolved": at(1570), "pages": 1}]


def outage_and_then(share: int, until: float = 3000) -> list[Row]:
    """A minute of outage at 600, then every `share`-th request fails."""
    after = every(1, 660.5, until)
    some = [{**each, **FAILED} if n % share == 0 else each for n, each in enumerate(after)]
    return [*every(1, 0.5, 600), *every(1, 600.5, 660, **FAILED), *some]


def between_clear_and_breach_it_stays_open() -> Told:
    """4.3 to 4.7 % of 300 s: not 5 %, and not below 4 %."""
    return outage_and_then(22), {}, [{**OPENAI, "opened": at(620), "resolved": "open", "reopens": 0}]


def below_the_clear_limit_it_is_calm() -> Told:
    """3.3 to 3.7 % from 960 on, when the outage has left the 300 s."""
    return outage_and_then(28), {}, [{**OPENAI, "opened": at(620), "resolved": at(1260), "reopens": 0}]


def small_provider(until: float, *, served: bool, worth: Any = "standard") -> list[Row]:
    """openai has a twelfth of the traffic, thirty rows a minute, and fails from 600 on."""
    failing = every(2, 601, until, **FAILED)
    if callable(worth):
        failing = [{**each, "class": worth(n)} for n, each in enumerate(failing)]
    else:
        failing = [{**each, "class": worth} for each in failing]
    well = [*every(2, 1, 600, **{"class": "standard"}), *every(2, until + 1, 1600, **{"class": "standard"})]
    bulk = every(0.2, 0.1, 1600, provider="anthropic", model="claude", **{"class": "standard"})
    return [*well, *(served_later(failing) if served else failing), *bulk]


def the_outage_floor_takes_four_ticks() -> Told:
    """10/30 at 620: MEDIUM (B 0, R 1, I 1). Wilson: 20/30 -> 0.49 at 640, so the fourth tick is 670."""
    block = {**OPENAI, "opened": at(620), "severity_initial": "MEDIUM", "severity_final": "HIGH", "pages": 1}
    return small_provider(700, served=True), {}, [block]


def three_ticks_are_not_enough() -> Told:
    """20/30 at 640, 650 and 660, then 15/30 -> 0.33."""
    block = {**OPENAI, "opened": at(620), "severity_final": "MEDIUM", "pages": 0, "count": 20}
    return small_provider(641, served=True), {}, [block]


def an_outage_that_nobody_makes_up_for_is_critical() -> Told:
    """B 0 or 1, R 3, I 1: MEDIUM, until the floor with R = 3: straight to CRITICAL, one page."""
    block = {**OPENAI, "opened": at(620), "severity_initial": "MEDIUM", "severity_final": "CRITICAL"}
    return small_provider(700, served=False), {}, [block | {"pages": 1}]


def an_experiment_has_no_floor() -> Told:
    block = {**OPENAI, "opened": at(620), "severity_final": "MEDIUM", "pages": 0}
    return small_provider(700, served=False, worth="experimental"), {}, [block]


def a_class_with_less_than_a_tenth_does_not_count() -> Told:
    """The 12th and the 24th are revenue: at most 8 % of the affected, so I = 0 and the cap holds."""
    rows = small_provider(700, served=False, worth=lambda n: "revenue" if n in (11, 23) else "internal")
    return rows, {}, [{**OPENAI, "opened": at(620), "severity_final": "MEDIUM", "pages": 0}]


def a_class_with_a_tenth_does() -> Told:
    """Every eighth. B 10/1650 -> 0, R 3, I 2 at 620; B 1 at 640: HIGH; the floor makes it CRITICAL at 670."""
    rows = small_provider(700, served=False, worth=lambda n: "revenue" if n % 8 == 0 else "internal")
    block = {**OPENAI, "severity_initial": "MEDIUM", "severity_final": "CRITICAL", "pages": 2}
    return rows, {}, [block]


def a_recoverability_in_the_file_is_not_that_of_a_provider() -> Told:
    """PROVIDER's R is from outcome: nobody was served, whatever the file says."""
    block = {**OPENAI, "opened": at(620), "severity_final": "CRITICAL"}
    return small_provider(700, served=False), {"mitigation": {"PROVIDER": 0}}, [block]


COST = {"key": "COST:agent", "category": "COST", "subtypes": ["cost"]}
SPENDING = {"baseline": {"cost_per_min": {"agent": 0.09}}}


def spending(*spans: tuple[float, float, float]) -> list[Row]:
    """(since, until, US dollars a call): a call every ten seconds, internal."""
    return [
        each
        for since, until, cost in spans
        for each in every(10, since, until, feature="agent", cost_usd=cost, **{"class": "internal"})
    ]


def three_times_the_cost_opens_and_lasting_escalates() -> Told:
    """Ten calls of 0.055 in 120 s are 0.275 a minute >= 0.27: at 700. Capped at MEDIUM, HIGH at 1600.

    One condition event at 700, 760, ... 2980: 39.
    """
    block = {**COST, "opened": at(700), "severity_initial": "MEDIUM", "escalated_at": at(1600), "count": 39}
    rows = spending((5, 600, 0.0), (605, 3000, 0.055))
    return rows, SPENDING, [block | {"severity_final": "HIGH", "pages": 1, "resolved": "open"}]


def escalation_needs_four_fifths_of_the_ticks() -> Told:
    """Cheaper calls from 1005 to 1245: twenty ticks (1090 to 1280) without a breach.

    70 of 90 until 1980, 71 at 1990, 72 at 2000.
    """
    rows = spending((5, 600, 0.0), (605, 1000, 0.055), (1005, 1255, 0.04), (1255, 3000, 0.055))
    return rows, SPENDING, [{**COST, "opened": at(700), "escalated_at": at(2000), "pages": 1}]


def half_of_it_is_not_yet_over() -> Told:
    """0.024 a call is 0.144 a minute, above 1.5 x 0.09 = 0.135."""
    held = spending((5, 600, 0.0), (605, 900, 0.055), (905, 3000, 0.024))
    return held, SPENDING, [{**COST, "opened": at(700), "resolved": "open", "pages": 0}]


def a_cost_below_half_as_much_again_is_over() -> Told:
    """At 1000 two calls of 0.055 and ten of 0.02 are 0.155; at 1010 one and eleven 0.1375; at 1020 0.12."""
    rows = spending((5, 600, 0.0), (605, 900, 0.055), (905, 3000, 0.02))
    return rows, SPENDING, [{**COST, "opened": at(700), "resolved": at(1320), "pages": 0}]


def a_feature_without_a_usual_cost_has_no_rate() -> Told:
    return spending((5, 600, 0.01), (605, 3000, 9.0)), {}, []


def tokens(*spans: tuple[float, float, int], total: int = 1151) -> list[Row]:
    """(since, until, n): every n-th answer has so many tokens against a predicted 1000."""
    rows = []
    for since, until, nth in spans:
        for n, each in enumerate(every(2, since, until, feature="agent", predicted_tokens=1000)):
            size = total if n % nth == 0 else 900
            rows.append({**each, "tokens_in": 100, "tokens_out": size - 100, "class": "internal"})
    return rows


def five_answers_with_too_many_tokens_open() -> Told:
    """5 of 25 at 50. Between 10 and 20 % it stays; at 1230 two of thirty are left: calm."""
    block = {**COST, "opened": at(50), "severity_final": "MEDIUM", "pages": 0, "resolved": at(1530)}
    return tokens((1, 600, 5), (601, 1200, 10), (1201, 2000, 20)), {}, [block]


def fifteen_per_cent_more_is_allowed() -> Told:
    return tokens((1, 600, 1), total=1150), {}, []


def three_flags_within_a_minute_open_and_silence_closes() -> Told:
    """At 160 the window is (100, 160]: two. With 161 three of them at 170; B 4/174 -> 1, R 3, I 2: HIGH.

    Quiet when 161 is 300 s ago: 470, resolved 770 although no row has come since.
    """
    flags = rows_at(100.0, 130.0, 160.0, 161.0, injection=True, tenant="mallory", id="")
    block = {"key": "SECURITY:mallory", "category": "SECURITY", "subtypes": ["injection"], "opened": at(170)}
    told = {"count": 4, "severity_final": "HIGH", "pages": 1, "resolved": at(770)}
    return [*every(1, 0.5, 170), *flags], {"duration_s": 2000}, [block | told]


def one_leak_is_critical_whoever_asked() -> Told:
    leak = row(305, id="leak", pii_leak=True, **{"class": "experimental"})
    block = {"key": "SECURITY:acme", "subtypes": ["leak"], "opened": at(310), "severity_initial": "CRITICAL"}
    told = {"count": 1, "pages": 1, "resolved": at(910)}
    return [*every(1, 0.5, 1500), leak], {}, [block | told]


def retrieval(*spans: tuple[float, float, float]) -> list[Row]:
    return [
        each
        for since, until, score in spans
        for each in every(10, since, until, feature="kb", retrieval_score=score, **{"class": "internal"})
    ]


def retrieval_is_over_with_a_fifth_of_its_margin_back() -> Told:
    """17 of 30 scores are 0.60 at 770. 0.72 from 1505 on is no breach from 1750, and not above 0.724.

    Two scores of 0.80 lift the mean above it at 3020. Condition events at 770, 830, ... 1730: 17.
    """
    block = {"key": "DATA:kb", "category": "DATA", "subtypes": ["embedding_drift"], "opened": at(770)}
    told = {"count": 17, "escalated_at": at(1670), "pages": 1, "resolved": at(3320), "reopens": 0}
    rows = retrieval((5, 600, 0.82), (605, 1500, 0.60), (1505, 3000, 0.72), (3005, 4000, 0.80))
    return rows, {"baseline": {"retrieval": {"kb": [0.82, 0.70]}}}, [block | told]


def nineteen_scores_are_too_few() -> Told:
    rows = every(16, 5, 3000, feature="kb", retrieval_score=0.1)
    return rows, {"baseline": {"retrieval": {"kb": [0.82, 0.70]}}}, []


def answers(*spans: tuple[float, float, float], model: str = "gpt-4o") -> list[Row]:
    """(since, until, ms): one every five seconds, internal."""
    worth = {"class": "internal"}
    return [
        each
        for since, until, ms in spans
        for each in every(5, since, until, latency_ms=ms, model=model, id="", **worth)
    ]


def fifty_slow_answers_of_a_model_open() -> Told:
    """The fiftieth at 250. 3300 is in the band above 3200; at 2300 only 3100 is left: resolved 2600."""
    block = {**OPENAI, "subtypes": ["latency"], "opened": at(250), "count": 120, "severity_final": "MEDIUM"}
    rows = answers((5, 604, 9000.0), (605, 2004, 3300.0), (2005, 3500, 3100.0))
    return rows, {"baseline": LIMITS}, [block | {"pages": 0, "resolved": at(2600)}]


def forty_of_each_of_two_models_do_not() -> Told:
    rows = every(7, 5, 3000, latency_ms=9000.0)
    both = [{**each, "model": ("gpt-4o", "gpt-4o-mini")[n % 2]} for n, each in enumerate(rows)]
    return both, {"baseline": {"sla_ms": {"gpt-4o": 4000.0, "gpt-4o-mini": 4000.0}}}, []


def a_p99_at_its_limit_is_within_it() -> Told:
    return answers((5, 2000, 3975.0)), {"baseline": LIMITS}, []


QUALITY = {"key": "QUALITY:openai/gpt-4o", "category": "QUALITY"}


def checked(step: float, since: float, until: float, **columns: Any) -> list[Row]:
    return every(step, since, until, **columns)


def ten_failures_of_a_check_in_a_row_open() -> Told:
    """ln 3 each: the tenth reaches 10.99 at 700. B 10/30 -> 2, R 2, I 2 = 6: HIGH, one page.

    The sum stops at 15 and is below 10 from 960 on; the rate is below 8 % at 1070 (13 of 183): 1370.
    """
    rows = [
        *checked(10, 5, 600, entity_support=0.9),
        *checked(10, 605, 900, entity_support=0.2),
        *checked(1, 900.5, 2000, entity_support=0.9),
    ]
    block = {**QUALITY, "subtypes": ["hallucination"], "opened": at(700), "count": 30, "pages": 1}
    told = {"severity_initial": "HIGH", "severity_final": "HIGH", "resolved": at(1370)}
    return (
        rows,
        {"baseline": {"quality": {"hallucination": 0.04}}, "mitigation": {"QUALITY": 2}},
        [block | told],
    )


def the_usual_rate_of_a_check_is_at_least_half_a_per_cent() -> Told:
    """p0 = 0.005, p1 = 0.02: ln 4 each, seven are 9.7, the eighth at 675 opens."""
    rows = [*checked(10, 5, 600, schema_valid=True), *checked(10, 605, 680, schema_valid=False)]
    block = {**QUALITY, "subtypes": ["format"], "opened": at(680), "count": 8, "resolved": "open"}
    return rows, {"baseline": {"quality": {"format": 0.0}}, "duration_s": 3000}, [block]


def a_score_at_its_limit_passes() -> Told:
    return checked(1, 0.5, 1000, entity_support=0.5, similarity=0.70, schema_valid=True), {}, []


def what_was_not_checked_is_in_no_denominator() -> Told:
    """Nineteen of twenty are unchecked; of the checked every second fails, so ten failures are enough.

    ln 12 - ... : p0 0.04, p1 0.12: +1.0986 and -0.0870 in turn; the tenth failure is the nineteenth check.
    """
    rows = every(1, 0.5, 600)
    seen = [n for n in range(600) if n % 20 == 10]
    for place, n in enumerate(seen):
        rows[n]["entity_support"] = 0.1 if place % 2 == 0 else 0.9
    return rows, {}, [{**QUALITY, "opened": at(380), "count": [10, 20]}]


def three_failures_over_two_minutes_at_night() -> Told:
    """400, 460, 520: spanning 120 s."""
    return rows_at(400, 460, 520, **FAILED), {}, [{**OPENAI, "opened": at(520), "subtypes": ["hard"]}]


def three_failures_in_less_are_not_enough_yet() -> Told:
    """400, 460, 519 span 119 s; with a fourth it is 180."""
    return rows_at(400, 460, 519, 580, **FAILED), {}, [{**OPENAI, "opened": at(580), "count": 4}]


def with_ten_rows_in_five_minutes_the_rule_of_little_traffic_is_off() -> Told:
    """Nine answers, one of them between the failures 400, 460, 530: not in a row, and 2.5 % elsewhere."""
    return [*rows_at(400, 460, 530, **FAILED), *every(30, 255, 530)], {}, []


def both(step: float, since: float, until: float, **columns: Any) -> list[Row]:
    other = {"provider": "anthropic", "model": "claude"}
    return [
        *every(step, since, until, **columns),
        *every(step, since, until, **other, **columns),
    ]


def everybody_down_on_transport_is_our_own_side() -> Told:
    """10 of 30 of each at 620: one incident with every failure of both, and nobody else's.

    At 1190 five of 150 are left, 3.3 %: calm.
    """
    rows = [*both(2, 1, 600), *both(2, 601, 900, status=0), *both(2, 901, 2000)]
    block = {"key": "PROVIDER:*", "category": "PROVIDER", "subtypes": ["hard"], "opened": at(620)}
    told = {"count": 300, "severity_final": "CRITICAL", "resolved": at(1490)}
    return rows, {}, [block | told]


def a_few_server_errors_before_do_not_change_whose_fault_it_is() -> Told:
    """In the minute that counts all failures are transport; four 503 of the minutes before are not in it."""
    before = rows_at(420.5, 450.5, 480.5, 510.5, **FAILED)
    rows = [*both(2, 1, 600), *before, *both(2, 601, 900, status=0), *both(2, 901, 2000)]
    return rows, {}, [{"key": "PROVIDER:*", "opened": at(620), "resolved": at(1490)}]


def everybody_down_with_server_errors_is_each_ones_own() -> Told:
    """A fifth of them are 503: 80 % transport is less than 90 %."""
    failing = both(2, 601, 900, status=0)
    mixed = [{**each, "status": 503 if n % 5 == 0 else 0} for n, each in enumerate(failing)]
    anthropic = {"key": "PROVIDER:anthropic", "opened": at(620)}
    return [*both(2, 1, 600), *mixed], {}, [{**OPENAI, "opened": at(620)}, anthropic]


def a_breaker_that_works_hides_nothing() -> Told:
    """From 640 on every call is steered away and served elsewhere: still one outage, HIGH, and open."""
    real = served_later(every(2, 601, 640, **FAILED))
    steered = every(2, 641, 1200, route="short_circuited", status=0, latency_ms=None)
    rows = [*every(2, 1, 600), *real, *served_later(steered)]
    block = {**OPENAI, "opened": at(620), "severity_final": "HIGH", "count": 300, "resolved": "open"}
    return rows, {}, [block]


def one_region_that_is_ill_is_found() -> Told:
    """Two per cent of the traffic: the fifth failure at 225, all of its region. Twelve in all, no more."""
    ill = every(50, 25, 600, region="eu-west", **FAILED)
    block = {**OPENAI, "subtypes": ["regional"], "opened": at(230), "count": 12}
    return [*every(1, 0.5, 600, region="us-east"), *ill], {}, [block]


def a_hundred_failures_of_three_models_and_two_regions_are_one_incident() -> Told:
    """Among healthy models of the same provider; the count is that of the failures."""
    failing = [
        row(600 + n * 0.5, id=f"f{n}", model=f"m{n % 3}", region=("us", "eu")[n % 2], **FAILED)
        for n in range(100)
    ]
    return [*every(1, 0.5, 660), *failing], {}, [{**OPENAI, "count": 100}]


def a_page_is_repeated_every_four_hours() -> Told:
    """Opened at 70, then silence: again at 14470 and 28870."""
    block = {**OPENAI, "opened": at(70), "pages": 3, "resolved": "open"}
    return five_in_a_minute(11, 20), {"duration_s": 30000}, [block]


def a_failing_probe_reaches_nobody_but_is_evidence() -> Told:
    """Probes every 15 s: four in a minute, so the tenth of twenty opens at 740.

    They alone show the recovery: four are left in 300 s at 1130, resolved 1430.
    """
    rows = [
        *every(15, 5, 600, route="probe"),
        *every(15, 605, 900, route="probe", **FAILED),
        *every(15, 905, 2000, route="probe"),
    ]
    return rows, {}, [{**OPENAI, "opened": at(740), "severity_final": "HIGH", "resolved": at(1430)}]


SENTENCES = [
    the_window_ends_before_its_first_moment,
    a_fifth_of_the_last_minute_opens,
    less_than_a_fifth_does_not,
    ten_requests_in_five_minutes_are_evidence,
    events_of_the_last_five_minutes_are_attached,
    a_breach_nine_hundred_seconds_after_reopens,
    a_breach_later_than_that_is_another_incident,
    one_unclear_moment_starts_the_calm_anew,
    between_clear_and_breach_it_stays_open,
    below_the_clear_limit_it_is_calm,
    the_outage_floor_takes_four_ticks,
    three_ticks_are_not_enough,
    an_outage_that_nobody_makes_up_for_is_critical,
    an_experiment_has_no_floor,
    a_class_with_less_than_a_tenth_does_not_count,
    a_class_with_a_tenth_does,
    a_recoverability_in_the_file_is_not_that_of_a_provider,
    three_times_the_cost_opens_and_lasting_escalates,
    escalation_needs_four_fifths_of_the_ticks,
    half_of_it_is_not_yet_over,
    a_cost_below_half_as_much_again_is_over,
    a_feature_without_a_usual_cost_has_no_rate,
    five_answers_with_too_many_tokens_open,
    fifteen_per_cent_more_is_allowed,
    three_flags_within_a_minute_open_and_silence_closes,
    one_leak_is_critical_whoever_asked,
    retrieval_is_over_with_a_fifth_of_its_margin_back,
    nineteen_scores_are_too_few,
    fifty_slow_answers_of_a_model_open,
    forty_of_each_of_two_models_do_not,
    a_p99_at_its_limit_is_within_it,
    ten_failures_of_a_check_in_a_row_open,
    the_usual_rate_of_a_check_is_at_least_half_a_per_cent,
    a_score_at_its_limit_passes,
    what_was_not_checked_is_in_no_denominator,
    three_failures_over_two_minutes_at_night,
    three_failures_in_less_are_not_enough_yet,
    with_ten_rows_in_five_minutes_the_rule_of_little_traffic_is_off,
    everybody_down_on_transport_is_our_own_side,
    a_few_server_errors_before_do_not_change_whose_fault_it_is,
    everybody_down_with_server_errors_is_each_ones_own,
    a_breaker_that_works_hides_nothing,
    one_region_that_is_ill_is_found,
    a_hundred_failures_of_three_models_and_two_regions_are_one_incident,
    a_page_is_repeated_every_four_hours,
    a_failing_probe_reaches_nobody_but_is_evidence,
]


@pytest.mark.parametrize("sentence", SENTENCES, ids=lambda sentence: sentence.__name__)
def test_a_sentence_of_the_text(tmp_path, sentence):
    rows, meta, incidents = sentence()

    path = written(tmp_path / "s.jsonl", rows, expected={"incidents": incidents}, **meta)

    assert missed(path) == []


def test_the_order_of_lines_means_nothing(tmp_path):
    rows, meta, _ = escalation_needs_four_fifths_of_the_ticks()
    mixed = random.Random(4).sample(rows, len(rows))  # noqa: S311 - the same order in each run

    straight, shuffled = (written(tmp_path / f"{n}.jsonl", r, **meta) for n, r in enumerate((rows, mixed)))

    assert replayed(straight).incidents == replayed(shuffled).incidents


def test_an_attempt_and_its_retry_at_the_same_moment_end_with_the_retry(tmp_path):
    failed = [row(t, id=f"r{t}", **FAILED) for t in range(1, 100)]
    retries = [{**each, "attempt": 2, "provider": "anthropic", "status": 200} for each in failed]

    first, last = (
        written(tmp_path / f"{n}.jsonl", rows)
        for n, rows in enumerate(([*failed, *retries], [*retries, *failed]))
    )

    words = "100% of the failed requests were served in the end"
    assert [replayed(path).incidents[0].mitigation for path in (first, last)] == [words, words]


def test_columns_that_are_missing_null_or_unknown_and_endless_names_do_no_harm(tmp_path):
    rows, meta, incidents = a_fifth_of_the_last_minute_opens()
    bare = [
        {
            **{name: each[name] for name in ("t", "provider", "model", "status", "class")},
            "id": each["id"] + "x" * 5000,
            "route": None,
            "latency_ms": None,
            "region": None,
            "tenant": None,
            "injection": None,
            "mood": {"of": ["the", "day"]},
        }
        for each in rows
    ]

    assert missed(written(tmp_path / "s.jsonl", bare, expected={"incidents": incidents}, **meta)) == []


@pytest.mark.parametrize("rows", [[], [row(5)]], ids=["none", "one"])
def test_a_file_with_hardly_a_row_is_a_quiet_one(tmp_path, rows):
    assert missed(written(tmp_path / "s.jsonl", rows, expected={"incidents": []})) == []


def test_a_kind_in_the_row_stands_above_its_status(tmp_path):
    said = [*every(1, 0.5, 300), *every(10, 301, 400, status=418, kind="provider.timeout", id="")]

    (incident,) = replayed(written(tmp_path / "s.jsonl", said)).incidents

    assert incident.kinds == {"provider.timeout": 10}


def test_a_kind_of_another_category_is_no_failure_of_the_provider(tmp_path):
    said = every(1, 0.5, 100, kind="quality.refusal")

    (incident,) = replayed(written(tmp_path / "s.jsonl", said)).incidents

    assert incident.key == "QUALITY:openai/gpt-4o"
    assert incident.subtypes == ("refusal",)


def test_a_slow_answer_that_says_so_is_still_in_the_p99(tmp_path):
    said = every(5, 5, 600, latency_ms=9000.0, kind="provider.slow")

    (incident,) = replayed(written(tmp_path / "s.jsonl", said, baseline=LIMITS)).incidents

    assert (incident.opened_at, incident.subtypes) == (250.0, ("latency",))


def test_a_rising_p99_warns_and_a_high_flat_one_does_not(tmp_path):
    """1.5 ms a second from 600 on: 3100 at 1333, from where 4000 is 600 s away; seen some seconds late."""
    rising = [row(t + 0.5, latency_ms=2000 + max(0.0, t - 600) * 1.5) for t in range(1800)]
    flat = [row(t + 0.5, latency_ms=2800.0) for t in range(1800)]

    up, level = (
        replayed(written(tmp_path / f"{n}.jsonl", rows, baseline=LIMITS))
        for n, rows in enumerate((rising, flat))
    )

    assert [1330 <= event.at <= 1380 for event in up.warnings] == [True]
    assert level.warnings == []
    assert up.incidents == level.incidents == []
