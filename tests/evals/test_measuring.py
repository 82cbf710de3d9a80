"""What a check is worth on labelled rows."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leadline.evals.measuring import Judged, SpanTally, auroc, worth


def one(positive, flagged, score=0.0, seconds=0.001):
    return Judged(
        positive=bool(positive), flagged=bool(flagged), score=score, bytes_read=1024, seconds=seconds
    )


def test_recall_false_alarms_and_precision_are_shares_of_the_rows():
    found = worth([one(1, 1), one(1, 0), one(0, 1), one(0, 0), one(0, 0)])

    assert (found.recall, found.precision) == (0.5, 0.5)
    assert found.false_alarms == pytest.approx(1 / 3)
    assert found.f1 == 0.5


def test_what_there_are_no_rows_for_is_not_told():
    found = worth([one(0, 0)])

    assert found.recall is found.precision is found.auroc is found.f1 is None


def test_of_spans_recall_and_precision_are_over_the_spans():
    found = worth([one(1, 1)], {"card": SpanTally(found=3, missed=1, wrong=1, exact=2)}, ("name",))

    assert (found.recall, found.precision) == (0.75, 0.75)
    assert found.by_sort["card"]["exact"] == pytest.approx(2 / 3)
    assert found.unsought == ("name",)


def test_times_are_per_kilobyte_and_the_slowest_hundredth_shows():
    found = worth([one(0, 0, seconds=0.001)] * 99 + [one(0, 0, seconds=0.5)] * 2)

    assert found.ms_per_kb_p50 == pytest.approx(1.0)
    assert found.ms_per_kb_p99 == pytest.approx(500.0)


@given(st.lists(st.tuples(st.integers(0, 5), st.booleans()), max_size=30))
def test_the_area_under_the_curve_is_the_share_of_pairs_in_order(scored):
    positives = [score for score, positive in scored if positive]
    negatives = [score for score, positive in scored if not positive]
    pairs = [(a > b) + (a == b) / 2 for a in positives for b in negatives]

    found = auroc([(float(score), positive) for score, positive in scored])

    assert found == (pytest.approx(sum(pairs) / len(pairs)) if pairs else None)


@pytest.mark.parametrize("turn", [1, -1])
def test_a_score_may_grow_or_fall_with_suspicion_as_the_verdicts_say(turn):
    judged = [one(1, 1, 0.9 * turn), one(1, 0, 0.4 * turn), one(0, 0, 0.1 * turn), one(0, 0, None)]

    assert worth(judged).auroc == 1.0
