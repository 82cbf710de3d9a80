"""What becomes of each part of a request, row by row."""

from typing import Any

import pytest
from tests.translation.asking import (
    CHAT,
    GENERATE,
    MESSAGES,
    asked_as,
    body_of,
    reason,
    translated,
)

from leadline.translation import Direction, NotPortable, translate_request

PIXEL = "iVBORw0KGgo="
WEATHER = {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]}
CHAT_TOOL = {"type": "function", "function": {"name": "weather", "description": "d", "parameters": WEATHER}}
CONVERSATION = [
    {"role": "user", "content": "Weather in Paris and Rome?"},
    {
        "role": "assistant",
        "content": None,
        "tool_calls": [
            {
                "id": "call_1",
                "type": "function",
                "function": {"name": "weather", "arguments": '{"city":"Paris"}'},
            },
            {"id": "call_2", "type": "function", "function": {"name": "weather", "arguments": ""}},
        ],
    },
    {"role": "tool", "tool_call_id": "call_2", "content": "rain"},
    {"role": "tool", "tool_call_id": "call_1", "content": '{"sky": "clear"}'},
    {"role": "user", "content": "And tomorrow?"},
]


# system and turns


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


# tools


def test_parallel_results_come_together_in_the_order_of_their_calls():
    asked = asked_as(CHAT, MESSAGES, messages=CONVERSATION, tools=[CHAT_TOOL])

    calls, results = asked["messages"][1]["content"], asked["messages"][2]["content"]
    assert [(c["id"], c["input"]) for c in calls] == [("call_1", {"city": "Paris"}), ("call_2", {})]
    assert [(b["type"], b.get("tool_use_id")) for b in results] == [
        ("tool_result", "call_1"),
        ("tool_result", "call_2"),
        ("text", None),
    ]


def test_google_gets_names_instead_of_foreign_ids_and_the_word_for_unsigned_calls():
    asked = asked_as(CHAT, GENERATE, messages=CONVERSATION, tools=[CHAT_TOOL])

    calls, results = asked["contents"][1]["parts"], asked["contents"][2]["parts"]
    assert calls[0] == {
        "functionCall": {"name": "weather", "args": {"city": "Paris"}},
        "thoughtSignature": "skip_thought_signature_validator",
    }
    assert "thoughtSignature" not in calls[1]
    assert [part["functionResponse"] for part in results[:2]] == [
        {"name": "weather", "response": {"sky": "clear"}},
        {"name": "weather", "response": {"output": "rain"}},
    ]


def test_calls_without_ids_get_the_same_ids_however_long_the_conversation_grows():
    call = {"functionCall": {"name": "weather", "args": {"city": "Paris"}}, "thoughtSignature": "c2ln"}
    result = {"functionResponse": {"name": "weather", "response": {"result": "clear"}}}
    contents = [
        {"role": "user", "parts": [{"text": "Weather?"}]},
        {"role": "model", "parts": [call, call]},
        {"role": "user", "parts": [result, result]},
    ]
    longer = [*contents, {"role": "model", "parts": [{"text": "ok"}]}, *contents[:1]]
    told = translated(GENERATE, CHAT, contents=contents)
    short, long = body_of(told)["messages"], asked_as(GENERATE, CHAT, contents=longer)["messages"]

    ids = [made["id"] for made in short[1]["tool_calls"]]
    assert len(set(ids)) == 2
    assert [message["tool_call_id"] for message in short[2:]] == ids
    assert [message["content"] for message in short[2:]] == ["clear", "clear"]
    assert long[:4] == short
    assert told.dropped == ("contents.parts.thoughtSignature",)


def test_ids_that_google_gave_come_back_to_google():
    calls = [{"id": "a1b2c3", "type": "function", "function": {"name": "weather", "arguments": "{}"}}]
    messages = [
        {"role": "user", "content": "Weather?"},
        {"role": "assistant", "tool_calls": calls},
        {"role": "tool", "tool_call_id": "a1b2c3", "content": "clear"},
    ]
    asked = asked_as(CHAT, GENERATE, messages=messages)

    assert asked["contents"][1]["parts"][0]["functionCall"]["id"] == "a1b2c3"
    assert asked["contents"][2]["parts"][0]["functionResponse"]["id"] == "a1b2c3"


def test_an_id_that_does_not_fit_everywhere_is_replaced_by_one_that_does():
    long = "call:" + "x" * 80
    calls = [{"id": long, "type": "function", "function": {"name": "weather", "arguments": "{}"}}]
    messages = [
        {"role": "user", "content": "Weather?"},
        {"role": "assistant", "tool_calls": calls},
        {"role": "tool", "tool_call_id": long, "content": "clear"},
    ]
    asked = asked_as(CHAT, MESSAGES, messages=messages)["messages"]

    given = asked[1]["content"][0]["id"]
    assert given.isascii()
    assert len(given) <= 40
    assert asked[2]["content"][0]["tool_use_id"] == given


def test_a_result_without_its_call_and_arguments_that_are_no_json_are_not_portable():
    broken = [{"id": "c", "type": "function", "function": {"name": "weather", "arguments": "{city"}}]
    answered = {"role": "tool", "tool_call_id": "c", "content": "x"}
    hello = {"role": "user", "content": "Hello"}

    assert "no call" in reason(CHAT, MESSAGES, messages=[hello, answered])
    told = reason(CHAT, MESSAGES, messages=[hello, {"role": "assistant", "tool_calls": broken}, answered])
    assert "no JSON" in told


def test_a_failed_result_says_so_where_there_is_a_word_for_it():
    messages = [
        {"role": "user", "content": "Weather?"},
        {
            "role": "assistant",
            "content": [{"type": "tool_use", "id": "toolu_1", "name": "weather", "input": {}}],
        },
        {
            "role": "user",
            "content": [{"type": "tool_result", "tool_use_id": "toolu_1", "content": "no", "is_error": True}],
        },
    ]
    to_google = asked_as(MESSAGES, GENERATE, messages=messages)

    assert to_google["contents"][2]["parts"][0]["functionResponse"]["response"] == {"error": "no"}
    assert translated(MESSAGES, CHAT, messages=messages).dropped == ("messages.content.is_error",)


def test_tools_in_the_history_are_declared_to_anthropic_and_may_not_be_called():
    asked = asked_as(CHAT, MESSAGES, messages=CONVERSATION)

    assert [tool["name"] for tool in asked["tools"]] == ["weather"]
    assert asked["tool_choice"] == {"type": "none"}


@pytest.mark.parametrize(
    ("given", "anthropic", "google"),
    [
        ("auto", {"type": "auto"}, {"mode": "AUTO"}),
        ("none", {"type": "none"}, {"mode": "NONE"}),
        ("required", {"type": "any"}, {"mode": "ANY"}),
        (
            {"type": "function", "function": {"name": "weather"}},
            {"type": "tool", "name": "weather"},
            {"mode": "ANY", "allowedFunctionNames": ["weather"]},
        ),
    ],
)
def test_tool_choice(given, anthropic, google):
    asked = {"tools": [CHAT_TOOL], "tool_choice": given}

    assert asked_as(CHAT, MESSAGES, **asked)["tool_choice"] == anthropic
    assert asked_as(CHAT, GENERATE, **asked)["toolConfig"] == {"functionCallingConfig": google}
    (tool,) = asked_as(CHAT, GENERATE, **asked)["tools"][0]["functionDeclarations"]
    assert tool == {"name": "weather", "description": "d", "parametersJsonSchema": WEATHER}


def test_one_call_at_a_time_is_a_wish_that_google_does_not_know():
    asked: dict[str, Any] = {"tools": [CHAT_TOOL], "parallel_tool_calls": False}

    assert asked_as(CHAT, MESSAGES, **asked)["tool_choice"]["disable_parallel_tool_use"]
    assert translated(CHAT, GENERATE, **asked).dropped == ("parallel_tool_calls",)


def test_only_the_tools_that_may_be_called_are_declared():
    tools = [{"functionDeclarations": [{"name": n} for n in ("a", "b", "c")]}]
    calling = {"functionCallingConfig": {"mode": "ANY", "allowedFunctionNames": ["a", "c"]}}
    asked = asked_as(GENERATE, CHAT, tools=tools, toolConfig=calling)

    assert [tool["function"]["name"] for tool in asked["tools"]] == ["a", "c"]
    assert asked["tool_choice"] == "required"


# files


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


# figures


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


# the form of the answer


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


# the way


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
