"""What a policy holds waits for a person; nobody but its own key hears of it, once it is released."""

import pytest
from tests.gateway.conftest import KEY, hashed, openai_answer, openai_chunks
from tests.gateway.test_guardrails import (
    GUARDS,
    PROTOCOLS,
    SECRET_WORD,
    WHOLE,
    ask,
    error_in,
    guarded,
    rule,
    text_of,
    upstream_says,
)

from leadline.storage.sqlite import SQLiteIncidents
from leadline.vocabulary import (
    Ask,
    Command,
    Deed,
    GuardSettings,
    Held,
    HeldText,
    KeyGrant,
    Place,
    Query,
    Word,
)

NOON = 1_800_014_400.0
SAID = ("We call it ", "night", "jar", " here.")


class Desk:
    """A gateway whose spool ends in a store of reviews, as the watch's does."""

    def __init__(self, gateway, store):
        self.gateway, self.store = gateway, store

    @property
    def held(self):
        return [one for one in self.gateway.spool.offered if isinstance(one, HeldText)]

    def decides(self, command, by="ada", at=NOON):
        self.store.decide_review(Deed(at=at, by=by, action=command, subject=self.held[-1].review_id))

    async def fetches(self, key=KEY, request_id=None):
        self.store.keep_reviews(self.held)
        name = request_id or self.held[-1].request_id
        return await self.gateway.http.get(f"/v1/requests/{name}/answer", headers={"x-api-key": key})


@pytest.fixture
async def open_desk(start, tmp_path):
    store = SQLiteIncidents.open(tmp_path / "incidents.db")

    async def released(review_id, tenant, key_alias):
        given = {"review_id": review_id, "tenant": tenant, "key_alias": key_alias}
        rows = store.ask(Ask(name=Query.RELEASED, arguments=given)).rows
        return rows[0] if rows else None

    async def begin(plan, **parts):
        return Desk(await start(plan, released=released, **parts), store)

    yield begin
    store.close()


@pytest.mark.parametrize("protocol", PROTOCOLS)
@pytest.mark.parametrize("streaming", [False, True])
async def test_a_released_answer_is_given_as_it_would_have_been(
    open_desk, primary, fallback, protocol, streaming
):
    desk = await open_desk(guarded(primary, fallback, rule(Word.HOLD)))
    upstream_says(primary, protocol, streaming, *SAID)
    refused = await ask(desk.gateway, protocol, streaming)
    [held] = desk.held

    waits = await desk.fetches()
    desk.decides(Command.RELEASE, at=held.at)
    given = await desk.fetches()

    assert held.review_id in error_in(protocol, refused)["message"]
    assert refused.headers["x-leadline-review"] == held.review_id
    assert (held.held, held.policy, held.answer) == (Held.ANSWER, "words@2", "".join(SAID))
    assert SECRET_WORD not in "".join(held.evidence)
    assert (waits.status_code, waits.json()["state"]) == (202, "pending")
    assert SECRET_WORD not in waits.text
    assert given.status_code == 200
    assert text_of(protocol, streaming, given) == "".join(SAID)
    assert given.headers["content-type"] == held.content_type


async def test_a_rejected_answer_is_never_given(open_desk, primary, fallback):
    desk = await open_desk(guarded(primary, fallback, rule(Word.HOLD)))
    upstream_says(primary, "openai", WHOLE, *SAID)
    await ask(desk.gateway, "openai", WHOLE)
    await desk.fetches()
    desk.decides(Command.REJECT)

    told = await desk.fetches()

    assert (told.status_code, told.json()["error"]["code"]) == (403, "rejected_by_review")


async def test_the_time_to_fetch_it_ends(open_desk, primary, fallback):
    desk = await open_desk(guarded(primary, fallback, rule(Word.HOLD)))
    upstream_says(primary, "openai", WHOLE, *SAID)
    await ask(desk.gateway, "openai", WHOLE)
    await desk.fetches()
    desk.decides(Command.RELEASE, at=1000.0)

    assert (await desk.fetches()).status_code == 410


async def test_another_key_hears_of_nothing(open_desk, primary, fallback):
    plan = guarded(primary, fallback, rule(Word.HOLD))
    plan.keys[hashed("lk-carol")] = KeyGrant(alias="carol", tenant="acme")
    desk = await open_desk(plan, clock=lambda: NOON)
    upstream_says(primary, "openai", WHOLE, *SAID)
    await ask(desk.gateway, "openai", WHOLE)

    replies = [
        await desk.fetches("lk-carol"),
        await desk.fetches("lk-bob"),
        await desk.fetches(request_id="no"),
    ]

    assert [reply.status_code for reply in replies] == [404, 404, 404]
    assert len({reply.json()["error"]["message"] for reply in replies}) == 1


@pytest.mark.parametrize("streaming", [False, True])
async def test_what_a_policy_takes_out_stays_out_of_what_is_released(
    open_desk, primary, fallback, monkeypatch, streaming
):
    monkeypatch.setitem(GUARDS, "sums", GuardSettings("words", {"words": ["million"], "label": "sum"}))
    rules = (rule(Word.HOLD), rule(Word.REDACT, guard="sums"))
    desk = await open_desk(guarded(primary, fallback, *rules))
    upstream_says(primary, "openai", streaming, "A million for ", "nightjar.")
    await ask(desk.gateway, "openai", streaming)
    [held] = desk.held
    await desk.fetches()
    desk.decides(Command.RELEASE, at=held.at)

    assert text_of("openai", streaming, await desk.fetches()) == "A [SUM] for nightjar."
    assert held.answer == "A [SUM] for nightjar."


async def test_a_key_that_keeps_no_text_cannot_have_it_held(open_desk, primary, fallback):
    desk = await open_desk(guarded(primary, fallback, rule(Word.HOLD)))
    primary.answers(openai_answer("".join(SAID)))

    reply = await desk.gateway.chat(key="lk-bob")
    seen = await desk.gateway.recorded()
    [signal] = [one for one in seen.signals if one.policy]

    assert desk.held == []
    assert (reply.status_code, reply.json()["error"]["code"]) == (400, "blocked_by_policy")
    assert "keeps no text" in reply.json()["error"]["message"]
    assert "x-leadline-review" not in reply.headers
    assert (signal.word, signal.evidence.split(" by ")[0]) == (Word.BLOCK, "blocked")


async def test_a_full_spool_blocks_instead(open_desk, primary, fallback):
    desk = await open_desk(guarded(primary, fallback, rule(Word.HOLD)))
    upstream_says(primary, "openai", WHOLE, *SAID)
    desk.gateway.spool.full = True

    reply = await ask(desk.gateway, "openai", WHOLE)

    assert reply.json()["error"]["code"] == "blocked_by_policy"
    assert "send it again later" in reply.json()["error"]["message"]


async def test_a_harder_word_is_not_held(open_desk, primary, fallback, monkeypatch):
    monkeypatch.setitem(GUARDS, "birds", GuardSettings("words", {"words": ["nightjar"], "label": "bird"}))
    rules = (rule(Word.HOLD), rule(Word.BLOCK, guard="birds"))
    desk = await open_desk(guarded(primary, fallback, *rules))
    upstream_says(primary, "openai", WHOLE, *SAID)

    reply = await ask(desk.gateway, "openai", WHOLE)

    assert (reply.json()["error"]["code"], desk.held) == ("blocked_by_policy", [])


async def test_a_released_question_may_be_asked_again_word_for_word(open_desk, primary, fallback):
    desk = await open_desk(guarded(primary, fallback, rule(Word.HOLD, Place.INPUT_USER)))
    primary.answers(openai_answer("Fine."))
    first = await ask(desk.gateway, "openai", WHOLE, "What is nightjar?")
    [held] = desk.held
    named = {"headers": {"x-leadline-review": held.review_id}}

    early = await ask(desk.gateway, "openai", WHOLE, "What is nightjar?", **named)
    await desk.fetches(request_id=held.request_id)
    desk.store.decide_review(Deed(at=held.at, by="ada", action=Command.RELEASE, subject=held.review_id))
    told = await desk.fetches(request_id=held.request_id)
    again = await ask(desk.gateway, "openai", WHOLE, "What is nightjar?", **named)
    other = await ask(desk.gateway, "openai", WHOLE, "Where is nightjar?", **named)
    unnamed = await ask(desk.gateway, "openai", WHOLE, "What is nightjar?")

    assert [one.status_code for one in (first, early, again, other, unnamed)] == [400, 400, 200, 400, 400]
    assert (held.held, held.prompt, held.body) == (Held.QUESTION, "What is nightjar?", b"")
    assert (told.status_code, held.review_id in told.text) == (409, True)
    assert len(primary.bodies) == 1


async def test_a_stream_whose_beginning_is_out_cannot_be_held(open_desk, primary, fallback):
    desk = await open_desk(guarded(primary, fallback, rule(Word.HOLD), window=10))
    harmless = openai_chunks(*["This goes on for a while. "] * 4, finish=None)
    go_on = primary.streams_in_two(harmless, openai_chunks("nightjar", " and more"))

    body = {"model": "alone", "stream": True, "messages": [{"role": "user", "content": "Hi"}]}
    headers = {"x-api-key": KEY}
    http = desk.gateway.http
    async with http.stream("POST", "/v1/chat/completions", json=body, headers=headers) as reply:
        told = []
        async for chunk in reply.aiter_bytes():
            told.append(chunk)
            go_on.set()
    seen = await desk.gateway.recorded()

    assert b"part of it was given already" in b"".join(told)
    assert desk.held == []
    assert [one.word for one in seen.signals if one.policy] == [Word.BLOCK]
