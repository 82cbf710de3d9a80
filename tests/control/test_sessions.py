"""Tokens are signed and expire; wrong keys slow down."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leadline.control.sessions import Sessions, WrongKeyLimit

DIGEST = b"d" * 32


def test_a_token_holds_until_it_expires():
    sessions = Sessions(DIGEST, lifetime_s=60)
    token = sessions.issue(now=1000)

    assert sessions.valid(token, now=1059)
    assert not sessions.valid(token, now=1060)


def test_a_new_admin_key_ends_every_session():
    token = Sessions(DIGEST).issue(now=0)

    assert not Sessions(b"e" * 32).valid(token, now=1)


@given(st.text(), st.integers(0, 80))
def test_no_other_token_is_valid(text, place):
    sessions = Sessions(DIGEST)
    token = sessions.issue(now=0)
    forged = token[:place] + text + token[place:]

    assert not sessions.valid(text, now=1)
    assert sessions.valid(forged, now=1) == (forged == token)


def test_the_sixth_wrong_key_in_a_minute_has_to_wait():
    limit = WrongKeyLimit(tries=5, window_s=60)
    for second in range(5):
        assert limit.wait_s("10.0.0.1", now=second) == 0
        limit.note_wrong("10.0.0.1", now=second)

    assert limit.wait_s("10.0.0.1", now=5) == pytest.approx(55)
    assert limit.wait_s("10.0.0.2", now=5) == 0
    assert limit.wait_s("10.0.0.1", now=61) == 0
