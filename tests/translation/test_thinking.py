"""How much to think is told in each protocol's own measure, and named where it is not the same."""

import pytest
from tests.translation.asking import CHAT, GENERATE, MESSAGES, body_of, translated

OPUS, SONNET, OLD = "claude-opus-4-7", "claude-sonnet-4-5", "claude-3-5-sonnet"
LARGE = {"max_completion_tokens": 50_000}
CALLED = {
    "messages": [
        {"role": "user", "content": "Weather?"},
        {
            "role": "assistant",
            "content": None,
            "tool_calls": [{"id": "c1", "type": "function", "function": {"name": "w", "arguments": "{}"}}],
        },
        {"role": "tool", "tool_call_id": "c1", "content": "rain"},
    ],
    "tools": [{"type": "function", "function": {"name": "w"}}],
}


def enabled(budget):
    return {"max_tokens": 60_000, "thinking": {"type": "enabled", "budget_tokens": budget}}


def adaptive(effort):
    return {"thinking": {"type": "adaptive"}, "output_config": {"effort": effort}}


def google(**config):
    return {"generationConfig": {"thinkingConfig": config}}


@pytest.mark.parametrize(
    ("client", "asked", "upstream", "model", "expected", "dropped"),
    [
        (
            CHAT,
            {"reasoning_effort": "low", **LARGE},
            MESSAGES,
            SONNET,
            {"type": "enabled", "budget_tokens": 1024},
            (),
        ),
        (
            CHAT,
            {"reasoning_effort": "high", **LARGE},
            MESSAGES,
            SONNET,
            {"type": "enabled", "budget_tokens": 24576},
            (),
        ),
        (
            CHAT,
            {"reasoning_effort": "high", "max_tokens": 9000},
            MESSAGES,
            SONNET,
            {"type": "enabled", "budget_tokens": 4500},
            (),
        ),
        (
            CHAT,
            {"reasoning_effort": "high", "max_tokens": 900},
            MESSAGES,
            SONNET,
            None,
            ("reasoning_effort",),
        ),
        (CHAT, {"reasoning_effort": "none"}, MESSAGES, SONNET, None, ()),
        (CHAT, {"reasoning_effort": "high"}, MESSAGES, OLD, None, ("reasoning_effort",)),
        (CHAT, {"reasoning_effort": "medium"}, MESSAGES, OPUS, {"type": "adaptive"}, ()),
        (CHAT, {"reasoning_effort": "high", **CALLED}, MESSAGES, SONNET, None, ("reasoning_effort",)),
        (CHAT, {"reasoning_effort": "high", **CALLED}, MESSAGES, OPUS, {"type": "adaptive"}, ()),
        (
            CHAT,
            {"reasoning_effort": "high", **CALLED, "tool_choice": "required"},
            MESSAGES,
            OPUS,
            None,
            ("reasoning_effort",),
        ),
        (CHAT, {"reasoning_effort": "much"}, MESSAGES, OPUS, None, ("reasoning_effort",)),
        (CHAT, {"reasoning_effort": "medium"}, GENERATE, "gemini-2.5-flash", {"thinkingBudget": 8192}, ()),
        (CHAT, {"reasoning_effort": "none"}, GENERATE, "gemini-2.5-flash", {"thinkingBudget": 0}, ()),
        (
            CHAT,
            {"reasoning_effort": "none"},
            GENERATE,
            "gemini-2.5-pro",
            {"thinkingBudget": 128},
            ("reasoning_effort",),
        ),
        (CHAT, {"reasoning_effort": "medium"}, GENERATE, "gemini-3-flash", {"thinkingLevel": "medium"}, ()),
        (
            CHAT,
            {"reasoning_effort": "xhigh"},
            GENERATE,
            "gemini-3-pro",
            {"thinkingLevel": "high"},
            ("reasoning_effort",),
        ),
        (CHAT, {"reasoning_effort": "low"}, GENERATE, "gemini-2.0-flash", None, ("reasoning_effort",)),
        (MESSAGES, enabled(8192), CHAT, "gpt-5", "medium", ("thinking",)),
        (MESSAGES, enabled(40_000), CHAT, "o3", "high", ("thinking",)),
        (MESSAGES, enabled(2_000), CHAT, "gpt-4o", None, ("thinking",)),
        (MESSAGES, {"thinking": {"type": "disabled"}}, CHAT, "gpt-5.1", "none", ()),
        (MESSAGES, {"thinking": {"type": "disabled"}}, CHAT, "o3", "low", ("thinking",)),
        (MESSAGES, adaptive("high"), CHAT, "gpt-5.1", "high", ()),
        (MESSAGES, enabled(4_000), GENERATE, "gemini-2.5-pro", {"thinkingBudget": 4000}, ()),
        (MESSAGES, enabled(40_000), GENERATE, "gemini-2.5-flash", {"thinkingBudget": 24576}, ("thinking",)),
        (GENERATE, google(thinkingBudget=0), CHAT, "gpt-5.1", "none", ()),
        (GENERATE, google(thinkingBudget=-1), CHAT, "gpt-5", None, ()),
        (GENERATE, google(thinkingLevel="LOW"), CHAT, "gpt-5", "low", ()),
        (GENERATE, google(thinkingLevel="high"), MESSAGES, OPUS, {"type": "adaptive"}, ()),
        (
            GENERATE,
            google(includeThoughts=True),
            CHAT,
            "gpt-5",
            None,
            ("generationConfig.thinkingConfig.includeThoughts",),
        ),
    ],
)
def test_thinking_is_told_in_the_targets_measure(client, asked, upstream, model, expected, dropped):
    told = translated(client, upstream, model=model, **asked)
    body = body_of(told)
    found = {
        CHAT: body.get("reasoning_effort"),
        MESSAGES: body.get("thinking"),
        GENERATE: body.get("generationConfig", {}).get("thinkingConfig"),
    }[upstream]
    assert found == expected
    assert set(told.dropped) >= set(dropped)
    assert ({"thinking", "reasoning_effort"} & set(told.dropped)) == (
        {"thinking", "reasoning_effort"} & set(dropped)
    )


def test_effort_and_format_share_one_member_at_anthropic():
    schema = {"type": "object", "properties": {}, "required": [], "additionalProperties": False}
    wanted = {"type": "json_schema", "json_schema": {"name": "a", "schema": schema}}
    told = body_of(
        translated(CHAT, MESSAGES, model="claude-opus-4-6", reasoning_effort="low", response_format=wanted)
    )
    assert told["output_config"]["effort"] == "low"
    assert told["output_config"]["format"]["type"] == "json_schema"


def test_a_model_that_thinks_takes_no_sampling_and_that_is_named():
    told = translated(CHAT, MESSAGES, model=SONNET, reasoning_effort="low", temperature=0.2, **LARGE)
    assert "temperature" not in body_of(told)
    assert told.dropped == ("temperature",)
