"""What people say of an answer is taken once it was given: from the key that asked, within limits."""

import msgspec
import pytest
from tests.gateway.conftest import KEY, hashed, openai_answer, plan_for

from leadline.gateway.feedback import MOST_COMMENT_CHARS, MOST_CORRECTED_CHARS
from leadline.vocabulary import Complaint, FeedbackNote, KeyGrant

HEADERS = {"authorization": f"Bearer {KEY}"}


def notes(gateway):
    return [one for one in gateway.spool.offered if isinstance(one, FeedbackNote)]


async def answered(gateway, primary, key=KEY, **more):
    primary.answers(openai_answer())
    return (await gateway.chat(key=key, **more)).headers["x-leadline-request-id"]


async def say(gateway, request_id, body, headers=HEADERS):
    return await gateway.http.post(f"/v1/requests/{request_id}/feedback", headers=headers, json=body)


async def test_a_thumb_a_complaint_and_texts_go_to_the_watch_with_the_request(start, primary):
    gateway = await start()
    request_id = await answered(gateway, primary, user="u-17")

    said = {"thumbs": "down", "complaint": "wrong", "comment": "It is Lyon.", "corrected": "Lyon"}
    reply = await say(gateway, request_id, said)
    [note] = notes(gateway)

    assert (reply.status_code, reply.json()) == (
        202,
        {"request_id": request_id, "score": 0.0, "texts": "transient"},
    )
    assert (note.request_id, note.exchange.template) == (request_id, note.exchange.template)
    assert (note.score, note.complaint) == (0.0, Complaint.WRONG)
    assert (note.comment, note.corrected, note.comment_chars, note.keep) == ("It is Lyon.", "Lyon", 11, False)
    assert note.rater
    assert "u-17" not in note.rater


async def test_the_same_person_has_the_same_digest_and_another_one_not(start, primary):
    gateway = await start()
    request_id = await answered(gateway, primary)
    for user in ("ada", "ada", "bob", ""):
        await say(gateway, request_id, {"thumbs": "up", "user": user})

    ada, again, bob, nobody = (note.rater for note in notes(gateway))
    assert ada == again != bob
    assert nobody == ""


@pytest.mark.parametrize(
    ("body", "score"),
    [
        ({"thumbs": "up"}, 1.0),
        ({"score": 0.25}, 0.25),
        ({"corrected": "Lyon"}, 0.0),
        ({"complaint": "off_topic"}, 0.0),
        ({"comment": "hm"}, None),
    ],
)
async def test_whoever_corrects_or_complains_is_not_content(start, primary, body, score):
    gateway = await start()
    await say(gateway, await answered(gateway, primary), body)

    assert [note.score for note in notes(gateway)] == [score]


async def test_a_key_that_keeps_facts_only_sends_no_word_on(start, primary):
    gateway = await start()
    request_id = await answered(gateway, primary, key="lk-bob")

    reply = await say(
        gateway, request_id, {"comment": "secret", "corrected": "plan"}, {"authorization": "Bearer lk-bob"}
    )
    [note] = notes(gateway)

    assert reply.json()["texts"] == "dropped"
    assert b"secret" not in msgspec.msgpack.encode(note)
    assert (note.comment_chars, note.corrected_chars) == (6, 4)


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({}, 400),
        ({"thumbs": "sideways"}, 400),
        ({"score": 1.5}, 400),
        ({"thumbs": "up", "score": 1}, 400),
        ({"thumb": "up"}, 400),
        ([], 400),
        ({"comment": "x" * (MOST_COMMENT_CHARS + 1)}, 400),
        ({"corrected": "x" * (MOST_CORRECTED_CHARS + 1)}, 400),
        ({"comment": "x" * 300_000}, 413),
    ],
)
async def test_what_is_too_large_or_says_nothing_is_refused_and_not_recorded(start, primary, body, status):
    gateway = await start()
    reply = await say(gateway, await answered(gateway, primary), body)

    assert reply.status_code == status
    assert not notes(gateway)


async def test_whoever_complains_of_something_else_is_told_what_there_is(start, primary):
    gateway = await start()
    reply = await say(gateway, await answered(gateway, primary), {"complaint": "made_up"})

    assert "A complaint is one of wrong, off_topic" in reply.json()["error"]["message"]


async def test_a_request_of_another_key_is_as_unknown_as_none(start, primary, fallback):
    plan = plan_for(primary, fallback)
    plan.keys[hashed("lk-carol")] = KeyGrant(alias="carol", tenant="acme")
    gateway = await start(plan=plan)
    request_id = await answered(gateway, primary)

    replies = [
        await say(gateway, request_id, {"thumbs": "up"}, {"authorization": f"Bearer {key}"})
        for key in ("lk-carol", "lk-bob")
    ] + [await say(gateway, "never", {"thumbs": "up"})]

    assert [reply.status_code for reply in replies] == [404, 404, 404]
    assert len({reply.json()["error"]["message"] for reply in replies}) == 1
    assert (await say(gateway, request_id, {"thumbs": "up"}, {})).status_code == 401
    assert not notes(gateway)


async def test_an_older_request_is_known_by_the_watch(start, primary):
    one = await start()
    request_id = await answered(one, primary)
    stored = msgspec.to_builtins((await one.recorded()).exchange)

    async def look_up(wanted: str, _tenant: str) -> dict[str, object] | None:
        return {"exchange": stored} if wanted == request_id else None

    other = await start(look_up=look_up)
    reply = await say(other, request_id, {"thumbs": "down"})

    assert reply.status_code == 202
    assert notes(other)[0].exchange == (await one.recorded()).exchange


async def test_a_full_spool_takes_nothing_and_says_so(start, primary):
    gateway = await start()
    request_id = await answered(gateway, primary)
    gateway.spool.full = True

    assert (await say(gateway, request_id, {"thumbs": "up"})).status_code == 503


async def test_feedback_is_posted(start, primary):
    gateway = await start()
    where = f"/v1/requests/{await answered(gateway, primary)}/feedback"
    reply = await gateway.http.get(where, headers=HEADERS)

    assert (reply.status_code, reply.headers["allow"]) == (405, "POST")
