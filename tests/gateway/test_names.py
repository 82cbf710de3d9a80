"""Names go out as masks, as tokens or not at all, streamed or not."""

import re

import msgspec
import pytest
from tests.gateway.conftest import openai_answer
from tests.gateway.test_guardrails import STREAMED, WHOLE, ask, guarded, rule, text_of, upstream_says

from leadline.gateway.guarding.apart import PoolsApart
from leadline.vocabulary import GuardSettings, Place, ScanJob, Word

ASKED = "My name is Katharina Hoffmann, passport C01X00T47. When does my flight leave?"
SAID = "Dear Katharina Hoffmann, your flight leaves at noon from gate 12. " + "Have a good journey. " * 30
TOKEN = re.compile(r"\[[A-Z_]+~[\w-]+\]")

pytestmark = pytest.mark.usefixtures("names")


def with_names(plan, **more):
    guards = {
        "names": GuardSettings("names"),
        "pii": GuardSettings("pii"),
        "shout": GuardSettings("profanity"),
    }
    rails = msgspec.structs.replace(plan.guardrails, guards=guards, deadline_s=60.0, **more)
    return msgspec.structs.replace(plan, guardrails=rails)


@pytest.mark.parametrize("window", [0, 512], ids=["hold", "buffer"])
@pytest.mark.parametrize("streaming", [WHOLE, STREAMED])
async def test_a_name_in_an_answer_is_masked(start, primary, fallback, streaming, window):
    gateway = await start(
        with_names(guarded(primary, fallback, rule(Word.REDACT, guard="names"), window=window))
    )
    upstream_says(primary, "openai", streaming, *[SAID[at : at + 5] for at in range(0, len(SAID), 5)])

    reply = await ask(gateway, "openai", streaming)

    assert text_of("openai", streaming, reply) == SAID.replace("Katharina Hoffmann", "[PERSON]")


async def test_names_go_out_as_tokens_and_come_back_as_they_were(start, primary, fallback):
    hide = rule(Word.REDACT, Place.INPUT_USER, guard="names", tokens=True)
    gateway = await start(with_names(guarded(primary, fallback, hide, window=0), token_key="env:TOKENS"))
    upstream_says(primary, "openai", WHOLE, "ok")
    await ask(gateway, "openai", WHOLE, ASKED)
    person, passport = TOKEN.findall(primary.bodies[-1].decode())
    assert b"Hoffmann" not in primary.bodies[-1]
    primary._told.clear()
    upstream_says(primary, "openai", WHOLE, f"{person}, your passport {passport} is fine.")

    reply = await ask(gateway, "openai", WHOLE, ASKED)

    assert text_of("openai", WHOLE, reply) == "Katharina Hoffmann, your passport C01X00T47 is fine."


async def test_a_rule_may_block_names_and_let_everything_else_pass(start, primary, fallback):
    block = rule(Word.BLOCK, Place.INPUT_USER, guard="names", labels=("person",))
    gateway = await start(with_names(guarded(primary, fallback, block)))
    primary.answers(openai_answer("At noon."))

    assert (await ask(gateway, "openai", WHOLE, ASKED)).status_code == 400
    assert (await ask(gateway, "openai", WHOLE, "When does the flight leave?")).status_code == 200


async def test_the_model_has_a_process_of_its_own_which_others_do_not_wait_for(start, primary, fallback):
    rules = [rule(Word.FLAG, guard="names"), rule(Word.BLOCK, guard="shout")]
    gateway = await start(with_names(guarded(primary, fallback, *rules)))
    pool = gateway.app._active.guarding.pool._pool
    assert isinstance(pool, PoolsApart)

    reply = await pool.ask(ScanJob(((Place.OUTPUT, "harmless"),), {"shout": (Place.OUTPUT,)}))

    assert not isinstance(reply, str)
    assert reply.broken == {}
    there = await pool._others.ask(ScanJob(((Place.OUTPUT, "harmless"),), {"names": (Place.OUTPUT,)}))
    assert not isinstance(there, str)
    assert "no such guard" in there.broken["names"]
