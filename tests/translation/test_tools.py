"""What becomes of tools, their calls and their results."""

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
