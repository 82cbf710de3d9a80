"""From a denied call over a drafted policy to a permitted one, in a whole house."""

import json
import subprocess
import sys

import pytest
from tests.flows.support import completion, configuration, until

from leadline.vocabulary import Query

TOOLS = [{"type": "function", "function": {"name": "refund", "parameters": {"properties": {}}}}]
CEDAR = '@id("refunds") permit(principal, action == Action::"refund", resource);'
FALSE = CEDAR.replace("refund", "refnd")


def command(house, *words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "leadline", *words, "-c", str(house.config)],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
        cwd=house.folder,
    )


def script(asked):
    """A model that drafts badly first, and that calls a tool when it is not asked for a draft."""
    words = asked["messages"][0]["content"]
    if "Cedar policies" in words:
        mended = len(asked["messages"]) > 2
        return completion(f"```cedar\n{CEDAR if mended else FALSE}\n```", asked)
    status, headers, body = completion("", asked)
    answer = json.loads(body)
    call = {"id": "c1", "type": "function", "function": {"name": "refund", "arguments": "{}"}}
    answer["choices"][0] |= {
        "message": {"role": "assistant", "content": None, "tool_calls": [call]},
        "finish_reason": "tool_calls",
    }
    body = json.dumps(answer).encode()
    return status, headers, body


@pytest.fixture
def house(open_house, upstreams, tmp_path):
    first = upstreams(script)
    (tmp_path / "tools.json").write_text(json.dumps(TOOLS))
    policy = "tool_policy: {tools: [tools.json], drafting: {model: chat, key: env:TEST_APP_KEY}}\n"
    return open_house(configuration(tmp_path, first.url, first.url, first.url) + policy)


def test_a_rule_is_drafted_read_activated_and_taken_back(house):
    _, _, denied = house.ask("Refund it.", tools=TOOLS)
    assert "by policy `default-deny`" in denied["choices"][0]["message"]["content"]
    until(lambda: "security.tool_denied" in str(house.rows(Query.EVENTS)), what="for the event")

    drafted = command(house, "policy", "compile", "Refunds.", "--name", "refunds", "--gateway", house.gateway)
    assert drafted.returncode == 0, drafted.stdout + drafted.stderr
    assert "+permit" not in drafted.stdout
    assert f"+{CEDAR}" in drafted.stdout
    assert "by policy" in str(house.ask("Refund it.", tools=TOOLS)[2]), "a draft decides nothing"

    asked = command(house, "policy", "activate", "refunds.cedar")
    assert asked.returncode != 0, "without a word from a person nothing is put into force"
    done = command(house, "policy", "activate", "refunds.cedar", "--yes", "--reason", "asked for")
    assert "All gateway workers have it" in done.stdout, done.stdout + done.stderr
    _, _, permitted = house.ask("Refund it.", tools=TOOLS)
    assert permitted["choices"][0]["message"]["tool_calls"][0]["function"]["name"] == "refund"
    assert "activated by" in command(house, "policy", "show").stdout

    (house.folder / "bad.cedar").write_text(FALSE)
    refused = command(house, "policy", "activate", "bad.cedar", "--yes")
    assert "Did you mean 'refund'?" in refused.stderr

    assert command(house, "policy", "deactivate", "refunds").returncode == 0
    assert "by policy" in str(house.ask("Refund it.", tools=TOOLS)[2])
    told = house.told("audit")
    assert [one["action"] for one in told if one["action"].startswith("policy")] == [
        "policy_deactivate",
        "policy_activate",
        "policy_activate",
    ]
    assert any(f"+{CEDAR}" in one["details"] and one["note"] == "asked for" for one in told)
