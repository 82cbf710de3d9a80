"""Each sentence of the incident arithmetic as a small file, and what a file may be like."""

import random

import pytest
from tests.replay import sentences_of_others, sentences_of_providers
from tests.replay.sentences_of_others import escalation_needs_four_fifths_of_the_ticks
from tests.replay.sentences_of_providers import a_fifth_of_the_last_minute_opens
from tests.replay.telemetry import (
    FAILED,
    LIMITS,
    every,
    missed,
    replayed,
    row,
    written,
)

SENTENCES = [*sentences_of_providers.SENTENCES, *sentences_of_others.SENTENCES]


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
