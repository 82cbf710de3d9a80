"""What is written down: facts for everyone, text only as far as the key allows."""

import msgspec
import pytest
from tests.gateway.conftest import KEY, hashed, openai_answer, plan_for

from leadline.vocabulary import KeyGrant, TrafficClass

PROMPT, ANSWER = "Capital of France?", "Paris, of course"


@pytest.fixture
def with_capture(start, primary, fallback):
    async def begin(capture: str, **settings: int):
        plan = plan_for(primary, fallback)
        plan.keys[hashed(KEY)] = KeyGrant(
            alias="alice",
            tenant="acme",
            capture=capture,
            feature="search",
            features=("search", "chat"),
            traffic_class=TrafficClass.REVENUE,
        )
        primary.answers(openai_answer(ANSWER))
        return await start(plan, settings)

    return begin


async def test_facts_hold_no_word_of_question_or_answer(with_capture):
    gateway = await with_capture("facts")
    await gateway.chat()

    record = await gateway.recorded()

    assert record.text is None
    written = msgspec.msgpack.encode(record)
    assert PROMPT.encode() not in written
    assert ANSWER.encode() not in written


@pytest.mark.parametrize(("capture", "keep"), [("transient", False), ("keep", True)])
async def test_text_travels_beside_the_facts(with_capture, capture, keep):
    gateway = await with_capture(capture)
    await gateway.chat()

    record = await gateway.recorded()

    assert record.text
    assert (record.text.prompt, record.text.answer, record.text.keep) == (PROMPT, ANSWER, keep)
    assert record.exchange.answer
    assert record.exchange.answer.text == ""
    assert record.exchange.answer.text_chars == len(ANSWER)


async def test_text_is_cut_to_its_limit(with_capture):
    gateway = await with_capture("transient", captured_text_chars=5)
    await gateway.chat()

    record = await gateway.recorded()

    assert record.text
    assert (record.text.prompt, record.text.answer) == (PROMPT[:5], ANSWER[:5])


async def test_the_arguments_of_tool_calls_are_text_too(with_capture, primary):
    gateway = await with_capture("transient")
    call = {"id": "1", "type": "function", "function": {"name": "find", "arguments": '{"name":"Smith"}'}}
    message = {"role": "assistant", "content": None, "tool_calls": [call]}
    primary._told.clear()
    primary.answers(openai_answer(choices=[{"index": 0, "message": message, "finish_reason": "tool_calls"}]))
    await gateway.chat()

    record = await gateway.recorded()

    assert record.exchange.answer
    assert [(c.name, c.arguments) for c in record.exchange.answer.tool_calls] == [("find", "")]
    assert record.text
    assert record.text.answer == 'find({"name":"Smith"})'


async def test_who_asked_is_what_the_key_says_and_the_headers_choose_within_it(with_capture):
    gateway = await with_capture("facts")
    chosen = {"x-leadline-feature": "chat", "x-leadline-user": "u1", "x-leadline-template": "report"}
    other = {"x-leadline-feature": "free beer", "x-stainless-retry-count": "1"}
    await gateway.chat(headers={**chosen, "x-leadline-retrieval": "n=5;score=.82"})
    await gateway.chat(headers=other)
    await gateway.chat()

    first, second, third = [record.exchange for record in gateway.spool.observations]

    assert (first.caller.feature, first.caller.user, first.template) == ("chat", "u1", "report")
    assert first.retrieval_score == 0.82
    assert first.caller.traffic_class is TrafficClass.REVENUE
    assert (second.caller.feature, second.client_retry_count) == ("other", 1)
    assert first.body_digest == second.body_digest
    assert second.template.startswith("auto-")
    assert (third.caller.feature, third.caller.user) == ("search", "")
