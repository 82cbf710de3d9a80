"""What policies hold: kept once, decided once, and let go of in time."""

import sqlite3

import pytest
from tests.watch.records import NOON

from leadline.storage import Keeping
from leadline.storage.review_book import NotDecided
from leadline.storage.sqlite import SQLiteIncidents
from leadline.vocabulary import Ask, Caller, Command, Deed, Held, HeldText, Query, WireProtocol

HOUR = 3600.0


@pytest.fixture
def incidents(tmp_path):
    store = SQLiteIncidents.open(tmp_path / "incidents.db")
    yield store
    store.close()


def held(name="r1", **more):
    usual = {
        "review_id": f"rv-{name}",
        "request_id": name,
        "at": NOON,
        "until": NOON + HOUR,
        "held": Held.ANSWER,
        "policy": "legal@1",
        "evidence": ("figures: held by legal@1",),
        "caller": Caller(key_alias="app", tenant="acme", feature="search"),
        "protocol": WireProtocol.OPENAI_CHAT,
        "content_type": "application/json",
        "body": b"{}",
        "prompt": "What do we owe?",
        "answer": "EUR 4 million.",
    }
    return HeldText(**(usual | more))


def decide(incidents, command, name="rv-r1", at=NOON + 60, **more):
    return incidents.decide_review(Deed(at=at, by="ada", action=command, subject=name, **more))


def ask(incidents, query, **arguments):
    told = incidents.ask(Ask(name=query, arguments=arguments))
    assert told.error is None
    return told.rows


def own(incidents, name="r1", key="app"):
    rows = ask(incidents, Query.RELEASED, review_id=name, tenant="acme", key_alias=key)
    return rows[0] if rows else None


def test_the_same_one_twice_waits_once_and_a_decision_is_not_undone_by_it(incidents):
    incidents.keep_reviews([held(), held()])
    decide(incidents, Command.REJECT)
    incidents.keep_reviews([held()])

    [row] = ask(incidents, Query.REVIEWS)
    assert (row["state"], row["evidence"]) == ("rejected", ["figures: held by legal@1"])
    assert "body" not in row
    assert "answer" not in row


def test_a_release_gives_the_body_to_its_key_and_takes_the_texts_away(incidents):
    incidents.keep_reviews([held()])
    before = own(incidents)
    row = decide(incidents, Command.RELEASE, note="true")

    assert before is not None
    assert (before["state"], before["body"]) == ("pending", b"")
    assert (row["state"], row["decided_by"], row["changed"]) == ("released", "ada", True)
    assert row["until"] == NOON + 60 + HOUR
    assert own(incidents)["body"] == b"{}"
    assert own(incidents, key="other") is None
    assert [ask(incidents, Query.REVIEW, review_id="r1")[0][name] for name in ("prompt", "answer")] == [
        "",
        "",
    ]


def test_who_decided_stands_in_the_audit_chain_and_so_does_who_was_refused(incidents):
    incidents.keep_reviews([held()])
    decide(incidents, Command.RELEASE)
    again = decide(incidents, Command.RELEASE)
    with pytest.raises(NotDecided, match="released already, so it cannot be rejected"):
        decide(incidents, Command.REJECT)
    with pytest.raises(NotDecided, match="there is no review 'rv-9'"):
        decide(incidents, Command.RELEASE, "rv-9")

    assert again["changed"] is False
    rows = ask(incidents, Query.AUDIT)
    assert [(row["action"], row["subject"], row["sound"]) for row in rows] == [
        ("release", "rv-9", True),
        ("reject", "rv-r1", True),
        ("release", "rv-r1", True),
        ("release", "rv-r1", True),
    ]
    assert [row["outcome"] for row in rows[2:]] == ["unchanged", "done"]
    assert "EUR" not in str(rows)


def test_what_nobody_decided_in_time_is_not_given_and_forgets_its_texts(incidents):
    incidents.keep_reviews([held(), held("r2", keep=True)])
    assert incidents.waiting_reviews() == (2, NOON)
    incidents.forget_reviews(NOON + HOUR, Keeping())

    assert incidents.waiting_reviews() == (0, 0.0)
    assert {row["state"] for row in ask(incidents, Query.REVIEWS)} == {"expired"}
    with pytest.raises(NotDecided, match="expired already"):
        decide(incidents, Command.RELEASE)
    answers = {row: ask(incidents, Query.REVIEW, review_id=row)[0]["answer"] for row in ("r1", "r2")}
    assert answers == {"r1": "", "r2": "EUR 4 million."}


def test_texts_that_are_kept_go_before_the_review_does(incidents):
    incidents.keep_reviews([held(keep=True)])
    decide(incidents, Command.REJECT)
    keeping = Keeping(text_s=2 * HOUR, facts_s=4 * HOUR)

    incidents.forget_reviews(NOON + 3 * HOUR, keeping)
    assert ask(incidents, Query.REVIEW, review_id="r1")[0]["answer"] == ""
    incidents.forget_reviews(NOON + 5 * HOUR, keeping)
    assert ask(incidents, Query.REVIEWS) == ()


def test_what_is_let_go_of_is_in_no_file_any_more(incidents, tmp_path):
    marks = (b"MARK-BODY", b"MARK-PROMPT", b"MARK-ANSWER")
    incidents.keep_reviews(
        [held(body=marks[0] * 999, prompt=marks[1].decode(), answer=marks[2].decode() * 99)]
    )
    before = b"".join(one.read_bytes() for one in tmp_path.iterdir())

    decide(incidents, Command.REJECT)

    after = b"".join(one.read_bytes() for one in tmp_path.iterdir())
    assert all(mark in before for mark in marks)
    assert not any(mark in after for mark in marks)


def test_a_reader_delays_that_and_nothing_else(incidents, tmp_path):
    incidents.keep_reviews([held(answer="MARK-ANSWER")])
    reader = sqlite3.connect(tmp_path / "incidents.db", isolation_level=None)
    reader.execute("begin")
    reader.execute("select * from reviews").fetchall()
    decide(incidents, Command.REJECT)
    reader.close()

    incidents.forget_reviews(NOON + 60, Keeping())

    assert not any(b"MARK-ANSWER" in one.read_bytes() for one in tmp_path.iterdir())
