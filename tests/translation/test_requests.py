"""What becomes of each part of a request, row by row; tools have their own page."""

from typing import Any

import pytest
from tests.translation.asking import (
    CHAT,
    GENERATE,
    MESSAGES,
    WEATHER,
    asked_as,
    body_of,
    reason,
    translated,
)

from leadline.translation import Direction, NotPortable, translate_request

PIXEL = "iVBORw0KGgo="


def test_system_words_are_hoisted_in_order_and_a_late_one_is_named():
    messages = [
        {"role": "system", "content": "one"},
        {"role": "user", "content": "Hello"},
        {"role": "developer", "content": "two"},
    ]
    told = translated(CHAT, MESSAGES, messages=messages)

    assert body_of(told)["system"] == "one\ntwo"
    assert told.dropped == ("messages.system.position",)
    assert asked_as(CHAT, GENERATE, messages=messages)["systemInstruction"] == {
        "parts": [{"text": "one\ntwo"}]
    }


def test_neighbours_of_one_role_become_one_turn_and_blanks_none():
    messages = [
        {"role": "user", "content": "a"},
        {"role": "user", "content": " "},
        {"role": "user", "content": [{"type": "text", "text": "b"}]},
    ]

    assert asked_as(CHAT, MESSAGES, messages=messages)["messages"] == [
        {"role": "user", "content": [{"type": "text", "text": "a"}, {"type": "text", "text": "b"}]}
    ]


@pytest.mark.parametrize("upstream", [MESSAGES, GENERATE])
def test_the_assistant_neither_begins_nor_ends(upstream):
    hello, ready = {"role": "user", "content": "Hello"}, {"role": "assistant", "content": "Ready"}

    assert "begins" in reason(CHAT, upstream, messages=[ready, hello])
    assert "ends" in reason(CHAT, upstream, messages=[hello, ready])
    assert "no words" in reason(CHAT, upstream, messages=[{"role": "system", "content": "only"}])


def test_pictures_travel_as_data_or_as_the_url_that_they_are():
    content = [
        {"type": "text", "text": "What is it?"},
        {"type": "image_url", "image_url": {"url": f"data:image/png;base64,{PIXEL}", "detail": "low"}},
    ]
    there = [{"type": "image_url", "image_url": {"url": "https://example.org/a.png"}}]
    told = translated(CHAT, MESSAGES, messages=[{"role": "user", "content": content}])

    assert body_of(told)["messages"][0]["content"][1] == {
        "type": "image",
        "source": {"type": "base64", "media_type": "image/png", "data": PIXEL},
    }
    assert told.dropped == ("messages.content.image_url.detail",)
    inline = asked_as(CHAT, GENERATE, messages=[{"role": "user", "content": content}])
    assert inline["contents"][0]["parts"][1] == {"inlineData": {"mimeType": "image/png", "data": PIXEL}}
    by_url = asked_as(CHAT, MESSAGES, messages=[{"role": "user", "content": there}])
    assert by_url["messages"][0]["content"][0]["source"] == {
        "type": "url",
        "url": "https://example.org/a.png",
    }
    assert "does not fetch" in reason(CHAT, GENERATE, messages=[{"role": "user", "content": there}])


def test_a_document_travels_and_a_file_id_does_not():
    file = {
        "type": "file",
        "file": {"filename": "a.pdf", "file_data": f"data:application/pdf;base64,{PIXEL}"},
    }
    stored = {"type": "file", "file": {"file_id": "file-1"}}
    asked = asked_as(CHAT, MESSAGES, messages=[{"role": "user", "content": [file]}])

    (block,) = asked["messages"][0]["content"]
    assert (block["type"], block["title"], block["source"]["data"]) == ("document", "a.pdf", PIXEL)
    assert "own provider" in reason(CHAT, MESSAGES, messages=[{"role": "user", "content": [stored]}])


def test_anthropic_gets_a_limit_by_its_model_when_nobody_gave_one():
    assert asked_as(CHAT, MESSAGES, model="claude-sonnet-4-5")["max_tokens"] == 32_000
    assert asked_as(CHAT, MESSAGES, model="claude-3-haiku-20240307")["max_tokens"] == 4_096
    assert asked_as(CHAT, MESSAGES, model="something-else")["max_tokens"] == 4_096
    assert asked_as(CHAT, MESSAGES, max_completion_tokens=7)["max_tokens"] == 7


def test_a_limit_beyond_the_model_is_lowered_and_named():
    told = translated(MESSAGES, CHAT, model="gpt-4o", max_tokens=64_000)

    assert body_of(told)["max_tokens"] == 16_384
    assert told.dropped == ("max_tokens",)
    assert asked_as(MESSAGES, CHAT, model="gpt-5-mini")["max_completion_tokens"] == 100


def test_temperatures_are_cooled_or_left_out_by_what_the_model_takes():
    hot = translated(CHAT, MESSAGES, model="claude-sonnet-4-0", temperature=1.7, top_p=0.9)
    one = translated(CHAT, MESSAGES, model="claude-sonnet-4-5", temperature=0.3, top_p=0.9)
    none = translated(CHAT, MESSAGES, model="claude-opus-4-7", temperature=0.3)
    reasoning = translated(MESSAGES, CHAT, model="gpt-5", temperature=0.3)

    assert (body_of(hot)["temperature"], body_of(hot)["top_p"]) == (1.0, 0.9)
    assert hot.dropped == ("temperature",)
    assert ("top_p" in body_of(one), one.dropped) == (False, ("top_p",))
    assert ("temperature" in body_of(none), none.dropped) == (False, ("temperature",))
    assert ("temperature" in body_of(reasoning), reasoning.dropped) == (False, ("temperature",))


def test_what_one_protocol_alone_knows_is_named():
    told = translated(
        CHAT,
        MESSAGES,
        model="claude-3-5-sonnet",
        seed=7,
        presence_penalty=0.5,
        frequency_penalty=0,
        logit_bias={"1": 5},
        reasoning_effort="low",
        store=None,
    )

    assert set(told.dropped) == {"seed", "presence_penalty", "logit_bias", "reasoning_effort"}
    assert asked_as(CHAT, GENERATE, seed=7)["generationConfig"] == {"seed": 7}
    thinking = {"type": "enabled"}
    assert set(translated(MESSAGES, CHAT, top_k=5, thinking=thinking).dropped) == {"top_k", "thinking"}


@pytest.mark.parametrize(
    ("asked", "word"),
    [
        ({"n": 2}, "`n`"),
        ({"logprobs": True}, "`logprobs`"),
        ({"modalities": ["text", "audio"]}, "`modalities`"),
        ({"web_search_options": {"search_context_size": "low"}}, "`web_search_options`"),
        ({"functions": [{"name": "f"}]}, "`functions`"),
        ({"tools": [{"type": "web_search"}]}, "only its own provider runs"),
        ({"stop": ["a"] * 6}, "stop sequences"),
    ],
)
def test_what_must_not_be_left_out_is_refused(asked, word):
    assert word in reason(CHAT, GENERATE, **asked)


def test_stop_sequences_go_on_but_for_blanks_to_anthropic():
    assert asked_as(CHAT, MESSAGES, stop="END")["stop_sequences"] == ["END"]
    assert asked_as(CHAT, GENERATE, stop=["A", "B"])["generationConfig"] == {"stopSequences": ["A", "B"]}
    assert "blanks" in reason(CHAT, MESSAGES, stop=["\n"])
    assert "0 stop sequences" in reason(MESSAGES, CHAT, model="o3", stop_sequences=["END"])


def test_a_schema_of_the_answer_travels_with_what_each_takes_of_it():
    schema = {"type": "object", "properties": {"n": {"type": "integer", "minimum": 1}}, "required": ["n"]}
    wanted = {"type": "json_schema", "json_schema": {"name": "figure", "schema": schema, "strict": False}}
    told = translated(CHAT, MESSAGES, response_format=wanted)

    assert body_of(told)["output_config"]["format"] == {
        "type": "json_schema",
        "schema": {
            "type": "object",
            "properties": {"n": {"type": "integer"}},
            "required": ["n"],
            "additionalProperties": False,
        },
    }
    assert told.dropped == ("response_format.schema.minimum",)
    google = asked_as(CHAT, GENERATE, response_format=wanted)["generationConfig"]
    assert google == {"responseMimeType": "application/json", "responseJsonSchema": schema}


def test_an_open_object_is_not_put_to_anthropic():
    schema = {
        "type": "object",
        "properties": {"a": {"type": "object", "additionalProperties": {"type": "string"}}},
    }
    wanted = {"type": "json_schema", "json_schema": {"name": "x", "schema": schema}}

    assert "open" in reason(CHAT, MESSAGES, response_format=wanted)


def test_a_closed_schema_is_strict_at_openai_and_an_open_one_is_not():
    closed = {**WEATHER, "additionalProperties": False}
    for schema, strict in ((closed, True), (WEATHER, False)):
        config = {"format": {"type": "json_schema", "schema": schema}}
        wanted = asked_as(MESSAGES, CHAT, output_config=config)["response_format"]["json_schema"]
        assert (wanted["schema"], wanted["strict"]) == (schema, strict)


def test_json_without_a_schema_stays_a_wish_in_words_at_anthropic():
    told = translated(CHAT, MESSAGES, response_format={"type": "json_object"})

    assert told.dropped == ("response_format",)
    google = asked_as(CHAT, GENERATE, response_format={"type": "json_object"})
    assert google["generationConfig"] == {"responseMimeType": "application/json"}


def test_googles_own_schemas_become_json_schemas():
    declared = {"name": "f", "parameters": {"type": "OBJECT", "properties": {"a": {"type": "STRING"}}}}
    asked = asked_as(GENERATE, MESSAGES, tools=[{"function_declarations": [declared]}])

    assert asked["tools"][0]["input_schema"] == {"type": "object", "properties": {"a": {"type": "string"}}}


def test_each_protocol_is_asked_at_its_own_place():
    google = translated(CHAT, GENERATE, stream=True)

    assert (google.path, google.query) == ("/models/gemini-2.5-flash:streamGenerateContent", "alt=sse")
    assert translated(CHAT, GENERATE).path == "/models/gemini-2.5-flash:generateContent"
    assert translated(CHAT, MESSAGES).headers == {"anthropic-version": "2023-06-01"}
    assert translated(GENERATE, CHAT).path == "/v1/chat/completions"


def test_names_that_a_client_made_up_fit_into_a_header():
    odd: dict[str, Any] = {"a\r\nb: c": 1, **{f"field_{n}": n for n in range(40)}}
    told = translated(CHAT, MESSAGES, **odd)

    assert "a??b??c" in told.dropped
    assert told.dropped[-1] == "..."
    assert len(told.dropped) == 33


@pytest.mark.parametrize("body", [b"", b"[]", b"{", b'{"messages": 5}', b'{"messages": [5]}', b"\xff"])
def test_what_is_no_request_is_not_portable(body):
    for client in (CHAT, MESSAGES, GENERATE):
        for upstream in (CHAT, MESSAGES, GENERATE):
            told = translate_request(body, Direction(client, upstream), "m", streaming=False)
            assert isinstance(told, NotPortable)
