"""One request has one deadline, whatever is tried under it."""

from hypothesis import given
from hypothesis import strategies as st

from leadline.gateway.deadline import NO_DEADLINE, deadline_of
from leadline.vocabulary import Timeouts

OWN = Timeouts(connect_s=5, first_byte_s=60, idle_s=60, total_s=600)


def test_without_a_word_of_the_client_the_target_s_limits_hold():
    deadline = deadline_of(100.0, 600.0, {})

    assert deadline.bounded(OWN, 100.0, streaming=False) is OWN
    assert deadline.left_s(160.0) == 540.0
    assert NO_DEADLINE.bounded(OWN, 1e9, streaming=True) is OWN


def test_a_client_that_hangs_up_early_is_answered_before():
    deadline = deadline_of(100.0, 600.0, {"x-stainless-read-timeout": "10"})

    assert deadline.left_s(100.0) == 9.5
    assert deadline.bounded(OWN, 104.5, streaming=False).total_s == 5.0
    streamed = deadline.bounded(OWN, 104.5, streaming=True)
    assert (streamed.first_byte_s, streamed.total_s) == (5.0, 595.5)


def test_nonsense_is_no_deadline():
    for word in ("soon", "", "-1", "nan", "0"):
        assert deadline_of(0.0, 600.0, {"x-stainless-timeout": word}).left_s(0.0) == 600.0


@given(st.floats(0, 1e4), st.floats(0.1, 1e4), st.floats(0, 2e4), st.booleans())
def test_no_try_outlasts_the_request(patience, total, now, streaming):
    deadline = deadline_of(0.0, total, {"x-stainless-read-timeout": str(patience)})

    cut = deadline.bounded(OWN, now, streaming=streaming)

    assert 0 < cut.total_s <= max(0.001, min(OWN.total_s, total - now))
    assert 0 < cut.first_byte_s <= OWN.first_byte_s
