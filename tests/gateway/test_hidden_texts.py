"""Members that look like ids, names, numbers and links: what a model reads is read, whatever it is called."""

import base64

import msgspec
import pytest
from tests.gateway.conftest import KEY, openai_answer
from tests.gateway.test_guardrail_bypasses import asks, delta, event
from tests.gateway.test_guardrails import GUARDS, gemini_answer, guarded, rule

from leadline.vocabulary import GuardSettings, Place, Word

BEARER = {"authorization": f"Bearer {KEY}"}
SAID = {"type": "text", "text": "x"}
UTF16 = {"mimeType": "text/plain", "data": base64.b64encode("nightjar".encode("utf-16")).decode()}
LINKED = {"url": "https://a.test/nightjar", "format": "png"}


def tool(properties):
    function = {"name": "f", "parameters": {"type": "object", "properties": properties}}
    return asks(SAID, tools=[{"type": "function", "function": function}])


def responded(response):
    return {"contents": [{"parts": [{"functionResponse": {"name": "f", "response": response}}]}]}


CHAT = {
    "what a tool calls its status": tool({"status": {"type": "string", "description": "the nightjar"}}),
    "what a tool calls its metadata": tool({"metadata": {"description": "the nightjar"}}),
    "the name of an argument": tool({"nightjar": {"type": "string"}}),
    "metadata": asks(SAID, metadata={"user": "nightjar"}),
    "a host's own member": asks(SAID, chat_template="say nightjar"),
    "the address of an image": asks({"type": "image_url", "image_url": LINKED}),
}
GOOGLE = {
    "a text of two bytes a letter": {"contents": [{"parts": [{"inlineData": UTF16}]}]},
    "what a response calls its status": responded({"status": "about nightjar"}),
    "what a response calls its metadata": responded({"metadata": {"id": "nightjar"}}),
    "the names in a response": responded({"nightjar": True}),
}
EVERY_PLACE = [place for place in Place if place.asked]


@pytest.mark.parametrize("how", CHAT)
async def test_a_chat_hides_nothing_behind_names(start, primary, fallback, how):
    gateway = await start(guarded(primary, fallback, rule(Word.BLOCK, *EVERY_PLACE)))

    reply = await gateway.http.post("/v1/chat/completions", json=CHAT[how], headers=BEARER)

    assert reply.json()["error"]["code"] == "blocked_by_policy"


@pytest.mark.parametrize("role", ["User", "USER", "human", "ipython"])
async def test_whoever_speaks_in_a_role_of_nobody_is_a_user(start, primary, fallback, role):
    gateway = await start(guarded(primary, fallback, rule(Word.BLOCK, Place.INPUT_USER)))
    spoken = [{"role": role, "content": "the nightjar"}]

    chat = await gateway.chat("alone", messages=spoken)
    responses = await gateway.http.post(
        "/v1/responses", json={"model": "alone", "input": spoken}, headers=BEARER
    )

    assert (chat.status_code, responses.status_code) == (400, 400)
    assert "words@2" in chat.text
    assert "words@2" in responses.text


async def test_messages_are_read_however_their_name_is_written(start, primary, fallback):
    gateway = await start(guarded(primary, fallback, rule(Word.BLOCK, Place.INPUT_USER)))

    reply = await gateway.chat("alone", Messages=[{"role": "user", "content": "the nightjar"}])

    assert reply.json()["error"]["code"] == "blocked_by_policy"


@pytest.mark.parametrize("how", GOOGLE)
async def test_google_hides_nothing_behind_names(start, primary, fallback, how):
    gateway = await start(guarded(primary, fallback, rule(Word.BLOCK, *EVERY_PLACE)))

    reply = await gateway.http.post("/v1beta/models/gem:generateContent", json=GOOGLE[how], headers=BEARER)

    assert reply.json()["error"]["details"][0]["reason"] == "BLOCKED_BY_POLICY"


async def test_the_input_of_an_earlier_call_hides_nothing(start, primary, fallback):
    gateway = await start(guarded(primary, fallback, rule(Word.BLOCK, *EVERY_PLACE)))
    called = {"type": "tool_use", "id": "1", "name": "f", "input": {"status": "nightjar"}}
    body = {"model": "claude", "max_tokens": 9, "messages": [{"role": "assistant", "content": [called]}]}

    reply = await gateway.http.post("/v1/messages", json=body, headers=BEARER)

    assert reply.status_code == 400
    assert "'words@2'" in reply.json()["error"]["message"]


async def test_a_long_number_of_a_result_is_redacted_and_nothing_beside_it(start, primary, fallback):
    plan = guarded(primary, fallback, rule(Word.REDACT, Place.TOOL_RESULT, guard="cards"))
    cards = GuardSettings("words", {"words": ["4111111111111111"], "label": "card"})
    rails = msgspec.structs.replace(plan.guardrails, guards={**GUARDS, "cards": cards})
    gateway = await start(msgspec.structs.replace(plan, guardrails=rails))
    primary.answers(gemini_answer("ok", last=True))
    body = responded({"card": 4111111111111111, "open": True, "sum": 12})

    await gateway.http.post("/v1beta/models/gem:generateContent", json=body, headers=BEARER)

    (part,) = msgspec.json.decode(primary.bodies[0])["contents"][0]["parts"]
    assert part["functionResponse"]["response"] == {"card": "[CARD]", "open": True, "sum": 12}


GROWING = {
    "details of reasoning": [
        delta(reasoning_details=[{"type": "reasoning.text", "text": piece, "index": 0}])
        for piece in ("night", "jar")
    ],
    "thoughts among parts": [
        delta(content=[{"type": "thinking", "thinking": [{"type": "text", "text": piece}]}])
        for piece in ("night", "jar")
    ],
    "what a voice says": [delta(audio={"transcript": piece}) for piece in ("night", "jar")],
}


@pytest.mark.parametrize("how", GROWING)
@pytest.mark.parametrize("window", [0, 20])
async def test_a_stream_hides_nothing_in_what_grows_beside_its_text(start, primary, fallback, how, window):
    gateway = await start(guarded(primary, fallback, rule(Word.BLOCK, Place.OUTPUT), window=window))
    last = event({"index": 0, "delta": {}, "finish_reason": "stop"})
    primary.streams([*GROWING[how], delta(content="fine"), last, b"data: [DONE]\n\n"])

    reply = await gateway.chat("alone", stream=True)

    assert "blocked_by_policy" in reply.text
    assert "jar" not in reply.text


async def test_sources_beside_an_answer_are_read(start, primary, fallback):
    gateway = await start(guarded(primary, fallback, rule(Word.BLOCK, Place.OUTPUT)))
    primary.answers(openai_answer("fine") | {"search_results": [{"title": "of the nightjar"}]})

    reply = await gateway.chat("alone")

    assert reply.status_code == 400


ELSEWHERE = {
    "an image by its address": {"type": "image_url", "image_url": {"url": "https://a.test/cat.png"}},
    "a file by its id": {"type": "file", "file": {"file_id": "file-1"}},
}


@pytest.mark.parametrize("how", ELSEWHERE)
async def test_what_lies_elsewhere_is_unread(start, primary, fallback, how):
    gateway = await start(guarded(primary, fallback, rule(Word.BLOCK, Place.INPUT_USER), passes_unread=False))

    reply = await gateway.http.post("/v1/chat/completions", json=asks(SAID, ELSEWHERE[how]), headers=BEARER)

    assert reply.status_code == 400
    assert "cannot be read" in reply.json()["error"]["message"]
