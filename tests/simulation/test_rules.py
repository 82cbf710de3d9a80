"""A simulated model drafts policies that Cedar accepts, so that drafting can be tried without a provider."""

import json

import pytest

from leadline.policy.drafting import cedar_in, question
from leadline.policy.tool_schemas import declared
from leadline.policy.tools import sound
from leadline.simulation.rules import DRAFTING, draft
from leadline.vocabulary import PolicyText, ToolPolicySettings

TOOLS = declared(
    json.dumps(
        [
            {
                "type": "function",
                "function": {
                    "name": "refund",
                    "parameters": {"properties": {"amount": {"type": "number"}}, "required": ["amount"]},
                },
            }
        ]
    ).encode()
)


def drafted(rule):
    system, asked = question(rule, TOOLS)
    assert system["content"].startswith(DRAFTING)
    return cedar_in(draft(system["content"], asked["content"]))


@pytest.mark.parametrize(
    ("rule", "says"),
    [
        ("Support may refund up to 100.", 'permit(principal, action == Action::"refund", resource)'),
        ("Nobody may refund.", 'forbid(principal, action == Action::"refund", resource);'),
        ('A "refund" of 5 is fine.', 'decimal("5.0")'),
    ],
)
def test_a_rule_about_a_tool_becomes_a_sound_policy(rule, says):
    text = drafted(rule)

    assert says in text
    sound(ToolPolicySettings(policies=(PolicyText(name="draft", text=text),)), TOOLS)


def test_what_names_no_tool_cannot_be_said():
    assert drafted("Be nice.") == "// The rule names none of the tools, so it cannot be said.\n"
