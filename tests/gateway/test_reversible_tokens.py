"""Personal data leaves as tokens and comes back as it was, in every protocol, for its own caller alone."""

import re

import msgspec
import pytest
from tests.gateway.conftest import KEY, hashed, openai_answer
from tests.gateway.test_guardrails import (
    PROTOCOLS,
    STREAMED,
    WHOLE,
    ask,
    guarded,
    rule,
    text_of,
    upstream_says,
)

from leadline.vocabulary import GuardSettings, Place, Word

HIDDEN = ("jörg@bücher.example", "+49 30 2345678", "4111 1111 1111 1111", "GB29 NWBK 6016 1331 9268 19")
ASKED = 'Write to {} or call {}.\nCard {}, "IBAN" {}.'.format(*HIDDEN)
TOKEN = re.compile(r"\[[A-Z]+~[\w-]+\]")
BOB, CAROL = "lk-bob", "lk-carol"


@pytest.fixture
def window():
    return 0


@pytest.fixture
def plan(primary, fallback, window):
    made = guarded(
        primary,
        fallback,
        rule(Word.REDACT, Place.INPUT_USER, guard="pii", tokens=True),
        window=window,
    )
    mine = made.keys[hashed(KEY)]
    others = {
        hashed(BOB): msgspec.structs.replace(mine, alias="bob"),
        hashed(CAROL): msgspec.structs.replace(mine, tenant="another"),
    }
    rails = msgspec.structs.replace(
        made.guardrails, guards={"pii": GuardSettings("pii", {})}, token_key="env:TOKENS"
    )
    return msgspec.structs.replace(made, guardrails=rails, keys={**made.keys, **others})


def tokens_sent(primary):
    """What stood for the four in the provider's copy of the latest question."""
    return TOKEN.findall(primary.bodies[-1].decode())


def in_pieces(text, size):
    return [text[at : at + size] for at in range(0, len(text), size)]


async def first_tokens(gateway, primary, protocol="openai", **more):
    upstream_says(primary, protocol, WHOLE, "ok")
    await ask(gateway, protocol, WHOLE, ASKED, **more)
    primary._told.clear()
    return tokens_sent(primary)


@pytest.mark.parametrize("window", [0, 512], ids=["hold", "buffer"])
@pytest.mark.parametrize("protocol", PROTOCOLS)
@pytest.mark.parametrize("streaming", [WHOLE, STREAMED])
async def test_personal_data_goes_out_as_tokens_and_comes_back_as_it_was(
    start, primary, plan, protocol, streaming
):
    gateway = await start(plan)
    tokens = await first_tokens(gateway, primary, protocol)
    said = "I wrote to {0}, called {1} twice ({1}), and charged {2}; IBAN: {3}!"
    upstream_says(primary, protocol, streaming, *in_pieces(said.format(*tokens), 7))

    reply = await ask(gateway, protocol, streaming, ASKED)

    assert text_of(protocol, streaming, reply) == said.format(*HIDDEN)
    assert tokens_sent(primary) == tokens
    assert not [one for one in HIDDEN if one in msgspec.json.encode(primary.bodies[-1].decode()).decode()]


async def test_tokens_are_the_same_for_a_caller_and_not_those_of_another_tenant(start, primary, plan):
    gateway = await start(plan)

    mine, again = await first_tokens(gateway, primary), await first_tokens(gateway, primary)
    carols = await first_tokens(gateway, primary, key=CAROL)

    assert mine == again
    assert not set(mine) & set(carols)


@pytest.mark.parametrize("key", [BOB, CAROL])
@pytest.mark.parametrize("streaming", [WHOLE, STREAMED])
async def test_somebody_else_s_token_is_left_as_it_is(start, primary, plan, key, streaming):
    gateway = await start(plan)
    tokens = await first_tokens(gateway, primary)
    upstream_says(primary, "openai", streaming, *in_pieces(f"It is {tokens[0]}.", 5))

    reply = await ask(gateway, "openai", streaming, "Whose is it?", key=key)

    assert text_of("openai", streaming, reply) == f"It is {tokens[0]}."


@pytest.mark.parametrize("streaming", [WHOLE, STREAMED])
@pytest.mark.parametrize(
    "changed",
    [
        str.lower,
        str.upper,
        lambda token: token.replace("~", " ~ "),
        lambda token: token[:-3] + "]",
        str.swapcase,
    ],
)
async def test_a_token_that_the_model_changed_is_left_alone(start, primary, plan, streaming, changed):
    gateway = await start(plan)
    token = (await first_tokens(gateway, primary))[0]
    said = f"It is {changed(token)}, or so."
    upstream_says(primary, "openai", streaming, *in_pieces(said, 6))

    reply = await ask(gateway, "openai", streaming, ASKED)

    assert text_of("openai", streaming, reply) == said


async def test_an_answer_sent_along_with_the_next_question_goes_out_as_the_same_tokens(start, primary, plan):
    gateway = await start(plan)
    tokens = await first_tokens(gateway, primary)
    upstream_says(primary, "openai", WHOLE, "ok")

    await ask(gateway, "openai", WHOLE, f"You said: {HIDDEN[0]}, then {HIDDEN[1]}?")

    assert tokens_sent(primary) == tokens[:2]


async def test_a_tool_is_called_with_what_the_tokens_stand_for(start, primary, plan):
    gateway = await start(plan)
    tokens = await first_tokens(gateway, primary)
    call = {"name": "send_mail", "arguments": msgspec.json.encode({"to": tokens[0]}).decode()}
    message = {
        "role": "assistant",
        "content": None,
        "tool_calls": [{"id": "call_1", "type": "function", "function": call}],
    }
    primary.answers(openai_answer(choices=[{"index": 0, "message": message, "finish_reason": "tool_calls"}]))

    reply = await ask(gateway, "openai", WHOLE, ASKED)

    (called,) = reply.json()["choices"][0]["message"]["tool_calls"]
    assert msgspec.json.decode(called["function"]["arguments"]) == {"to": HIDDEN[0]}
