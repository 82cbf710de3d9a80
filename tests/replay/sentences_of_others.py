"""What the text says of cost, security, data, latency and quality, worked out by hand."""

from typing import Any

from tests.replay.telemetry import (
    LIMITS,
    OPENAI,
    Row,
    Told,
    at,
    every,
    row,
    rows_at,
)

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


SENTENCES = [
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
]
