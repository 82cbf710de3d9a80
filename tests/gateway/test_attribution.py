"""Templates, features and users: chosen within the key's lists, and boundedly many."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leadline.gateway.attribution import (
    LONGEST_MASKED,
    LONGEST_NAME,
    Names,
    Templates,
    automatic_template,
    body_digest,
    feature_of,
    retrieval_of,
    retry_count,
    user_of,
)
from leadline.vocabulary import Question, Retrieval


def asked(system: str = "", **more) -> Question:
    return Question(model="m", system=system, **more)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Today is 21 November 2026.", "Today is 3 March 2027."),
        ("Today is Friday.", "Today is Monday."),
        ("It is 2026-11-21T10:00:00Z.", "It is 2027-01-02T23:59:59Z."),
        ("Case 4711", "Case 12"),
        ("Session 3f2b8c1a-aaaa-bbbb-cccc-dddddddddddd", "Session deadbeef-aaaa-bbbb-cccc-abcdefabcdef"),
        ("user u_81hf3", "user u_99zz1"),
    ],
)
def test_digits_dates_and_ids_do_not_make_a_new_template(one, other):
    assert automatic_template(asked(one)) == automatic_template(asked(other))


def test_other_words_another_schema_or_other_tools_do():
    variants = [
        asked("Summarise."),
        asked("Translate."),
        asked("Summarise.", schema_json=b"{}"),
        asked("Summarise.", tool_names=("search",)),
        asked("Summarise.", tool_names=("search", "buy")),
    ]

    assert len({automatic_template(question) for question in variants}) == len(variants)


@given(st.text())
def test_any_prompt_has_a_template_and_always_the_same(text):
    templates = Templates(10)

    assert templates.of(asked(text), {}, ("*",)) == templates.of(asked(text), {}, ("*",))
    assert automatic_template(asked(text)) == templates.of(asked(text), {}, ("*",))


def test_a_header_chooses_within_the_key_s_list():
    templates = Templates(10)
    header = {"x-leadline-template": "report"}

    assert templates.of(asked(), header, ("*",)) == "report"
    assert templates.of(asked(), header, ("report",)) == "report"
    assert templates.of(asked(), header, ("letter",)) == "other"
    assert templates.of(asked(), {"x-leadline-template": "x" * (LONGEST_NAME + 1)}, ("*",)) == "other"
    assert templates.of(asked(), {"x-leadline-template": "\x1b[31m"}, ("*",)) == "other"


def test_what_comes_after_the_last_template_that_fits_is_other():
    templates = Templates(2)
    names = [templates.of(asked(), {"x-leadline-template": name}, ("*",)) for name in "abca"]

    assert names == ["a", "b", "other", "a"]


def test_a_feature_is_the_key_s_own_until_a_header_chooses_another():
    names = Names(1)

    assert feature_of({}, ("*",), "search", names) == "search"
    assert feature_of({"x-leadline-feature": "chat"}, ("chat",), "search", names) == "chat"
    assert feature_of({"x-leadline-feature": "shop"}, ("chat",), "search", names) == "other"
    assert feature_of({"x-leadline-feature": "one"}, ("*",), "search", names) == "one"
    assert feature_of({"x-leadline-feature": "two"}, ("*",), "search", names) == "other"


def test_the_user_is_who_the_header_says_else_who_the_body_says():
    assert user_of({"x-leadline-user": "h"}, asked(user="b")) == "h"
    assert user_of({}, asked(user="b")) == "b"
    assert user_of({"x-leadline-user": "Zoë".encode().decode("latin-1")}, asked()) == "Zoë"
    assert user_of({"x-leadline-user": "Zo\xeb"}, asked()) == "Zoë"


@pytest.mark.parametrize(
    ("header", "score"),
    [
        ("index=kb;n=5;score=.82;age_s=900", 0.82),
        ("score = 1", 1.0),
        ("score=1", 1.0),
        ("score=nan", None),
        ("score=7", None),
        ("score=high", None),
        ("", None),
    ],
)
def test_retrieval_health_comes_from_its_header(header, score):
    told = retrieval_of({"x-leadline-retrieval": header})

    assert (told.score if told else None) == score
    assert retrieval_of({}) is None


def test_all_that_the_header_says_of_retrieval_is_read():
    header = "index=kb;n=5;score=.82;age_s=900;size=120000;other=1"

    assert retrieval_of({"x-leadline-retrieval": header}) == Retrieval(
        index="kb", n=5, score=0.82, age_s=900.0, size=120_000
    )
    assert retrieval_of({"x-leadline-retrieval": "n=-1;age_s=inf;size=1e9"}) is None


def test_the_sdk_s_own_retries_are_counted():
    assert retry_count({"x-stainless-retry-count": "2"}) == 2
    assert retry_count({"x-stainless-retry-count": "-1"}) == 0
    assert retry_count({}) == 0


def test_a_system_prompt_of_megabytes_costs_no_more_than_its_beginning():
    instructions = "Answer from this handbook. " * 2500
    short, long = asked(instructions[:LONGEST_MASKED]), asked(instructions + "a-" * 5_000_000)

    assert automatic_template(long) == automatic_template(short)


def test_the_digest_of_a_body_tells_bodies_apart_by_their_end_and_length():
    long = b"x" * 1_000_000

    assert body_digest(b"a") == body_digest(b"a") != body_digest(b"b")
    assert body_digest(long + b"1") != body_digest(long + b"2")
    assert body_digest(long) != body_digest(long + b"x")
    assert body_digest(b"") is None
