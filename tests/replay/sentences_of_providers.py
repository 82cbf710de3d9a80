"""What the text says of providers: windows, severity, whose side is ill; worked out by hand."""

from typing import Any

from tests.replay.telemetry import (
    FAILED,
    OPENAI,
    Row,
    Told,
    at,
    every,
    row,
    rows_at,
    served_later,
)


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
