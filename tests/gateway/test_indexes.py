"""A key that is for some knowledge bases sends chunks of no other."""

import msgspec
import pytest
import uuid_utils
from tests.gateway.conftest import KEY, hashed, openai_answer, plan_for

from leadline.vocabulary import FailureKind, RetrievalNote, Word


@pytest.fixture
def limited(primary, fallback):
    plan = plan_for(primary, fallback)
    keys = dict(plan.keys)
    keys[hashed(KEY)] = msgspec.structs.replace(keys[hashed(KEY)], indexes=("faq", "shop"))
    primary.answers(openai_answer("ok"))
    return msgspec.structs.replace(plan, keys=keys)


async def ask(gateway, retrieval=None):
    headers = {"x-leadline-retrieval": retrieval} if retrieval else {}
    return await gateway.chat("chat", messages=[{"role": "user", "content": "hello"}], headers=headers)


async def test_chunks_of_another_index_do_not_leave_and_the_attempt_is_told(start, primary, limited):
    gateway = await start(limited)

    reply = await ask(gateway, "index=payroll;n=3")

    assert reply.status_code == 403
    assert "faq, shop" in reply.text
    assert not primary.bodies
    [seen] = [one for one in gateway.spool.offered if not isinstance(one, RetrievalNote)]
    [signal] = seen.signals
    assert (signal.kind, signal.word) == (FailureKind.SECURITY_DATA_EXTRACTION, Word.BLOCK)


async def test_chunks_whose_index_is_not_named_do_not_leave(start, limited):
    gateway = await start(limited)

    reply = await ask(gateway, "n=3;score=.9")

    assert reply.status_code == 403
    assert "without naming their index" in reply.text


async def test_its_own_index_and_calls_without_chunks_pass(start, limited):
    gateway = await start(limited)

    assert (await ask(gateway, "index=shop;n=3")).status_code == 200
    assert (await ask(gateway)).status_code == 200


async def test_chunks_told_later_are_held_to_the_same(start, limited):
    gateway = await start(limited)
    where = f"/v1/requests/{uuid_utils.uuid7()}/retrieval"
    headers = {"authorization": f"Bearer {KEY}"}

    told = {"retrieval": {"index": "payroll"}, "chunks": [{"text": "Ada earns more."}]}
    reply = await gateway.http.post(where, headers=headers, json=told)

    assert reply.status_code == 403
    assert not [one for one in gateway.spool.offered if isinstance(one, RetrievalNote)]
