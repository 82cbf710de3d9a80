"""Token counts, held against what providers billed."""

import gzip
import json
import time

import pytest
import quicktok
from hypothesis import given, settings
from hypothesis import strategies as st

from leadline.measures import tokens
from leadline.measures.tokens import count_question, count_text
from leadline.providers import ClientRequest
from leadline.providers.surfaces.openai_chat import OpenAIChat
from leadline.vocabulary import Question

HIDDEN_PROMPTS = ("o1-mini", "gpt-4o-search-preview")
"""Models whose provider adds text of its own to every prompt."""


def recorded_plain_chats(data):
    """Questions of OpenAI chat calls without tools, images or schema, each with what was billed."""
    with gzip.open(data / "wire" / "exchanges.jsonl.gz") as lines:
        rows = [json.loads(line) for line in lines]
    for row in rows:
        body = row["request"]["body"]
        body = json.loads(body) if isinstance(body, str) and body.startswith("{") else body
        billed = (row["facts"].get("usage") or {}).get("prompt_tokens")
        chat = row["provider"] == "openai" and row["api"] == "chat.completions"
        if not chat or not billed or row["tools"] or row["multimodal"] or "response_format" in body:
            continue
        messages = body["messages"]
        plain = all(isinstance(m.get("content"), str) and not m.get("tool_calls") for m in messages)
        if plain and not body["model"].startswith(HIDDEN_PROMPTS):
            yield body, billed


def counted(body):
    """Our count of a request, by the reader that the gateway uses."""
    raw = json.dumps(body).encode()
    path = "/v1/chat/completions"
    asked = OpenAIChat().read_question(
        ClientRequest(method="POST", path=path, query="", headers={}, body=raw)
    )
    return count_question(asked, "openai", asked.model) or 0


def test_openai_counts_agree_with_what_was_billed(data):
    chats = [(counted(body), billed) for body, billed in recorded_plain_chats(data)]
    # the line breaks with which we join the messages may cost a token
    off = [(ours, billed) for ours, billed in chats if abs(ours - billed) > max(1, 0.01 * billed)]

    assert len(chats) >= 50
    assert len(off) <= 0.05 * len(chats), off


@pytest.mark.parametrize("model", ["gpt-4o", "gpt-4.1-mini", "gpt-5", "openai/o3-mini", "claude-sonnet-4-5"])
def test_today_s_families_are_counted_in_the_new_encoding(model):
    assert count_text("გამარჯობა", model) == count_text("გამარჯობა", "gpt-4o")


@pytest.mark.parametrize(
    "model", ["gpt-4", "gpt-4-0613", "gpt-4-turbo", "gpt-3.5-turbo", "text-embedding-3-small"]
)
def test_older_families_keep_the_old_encoding(model):
    assert count_text("გამარჯობა", model) == count_text("გამარჯობა", "gpt-4")


def test_the_old_encoding_needs_more_tokens_for_georgian_than_the_new_one():
    assert count_text("გამარჯობა", "gpt-4") > count_text("გამარჯობა", "gpt-4o")


def test_a_question_with_images_is_not_counted():
    assert count_question(Question(model="gpt-4o", prompt="hi", countable=False), "openai", "gpt-4o") is None


def test_tools_schema_context_and_framing_all_count():
    bare = Question(model="gpt-4o", prompt="What is the weather?")
    base = count_text(bare.prompt, "gpt-4o")
    fuller = Question(
        model="gpt-4o",
        prompt=bare.prompt,
        context="You are a weather service.",
        tools_json=b'[{"name":"weather"}]',
        schema_json=b'{"type":"object"}',
        overhead_tokens=11,
    )

    expected = (
        base
        + 11
        + sum(
            count_text(text, "gpt-4o")
            for text in (fuller.context, '[{"name":"weather"}]', '{"type":"object"}')
        )
    )
    assert count_question(fuller, "openai", "gpt-4o") == expected


def test_system_text_counts_once_because_it_stands_in_the_context():
    question = Question(model="m", system="Be brief.", context="Be brief.", prompt="Hi")

    assert count_question(question, "anthropic", "m") == count_text("Be brief.", "m") + count_text("Hi", "m")


@given(st.text(st.characters(), max_size=300))
@settings(max_examples=200)
def test_any_text_has_a_count(text):
    assert 0 <= count_text(text, "gpt-4o") <= len(text.encode("utf-8", "surrogatepass"))


@pytest.mark.parametrize("text", ["\ud800", "a\udfffb", "\x00", "\x00" * 5000, "<|endoftext|>", "\U0010ffff"])
def test_odd_characters_have_a_count(text):
    assert count_text(text, "gpt-4o") >= 1


@pytest.mark.parametrize("unit", ["x", " ", "ab", "\n", "é", "1", "a b ", "\ud800"])
def test_a_megabyte_is_counted_in_linear_time(unit):
    def seconds(text):
        started = time.thread_time()
        count_text(text, "gpt-4o")
        return time.thread_time() - started

    tokens.warm("gpt-4o")
    small, large = unit * (100_000 // len(unit)), unit * (1_000_000 // len(unit))
    fastest_small = min(seconds(small) for _ in range(5))
    fastest_large = min(seconds(large) for _ in range(3))

    assert fastest_large < 60 * fastest_small


def test_a_cap_reads_the_head_and_scales():
    text = "The quick brown fox jumps over the lazy dog. " * 2000

    assert count_text(text, "gpt-4o", cap_chars=9000) == pytest.approx(count_text(text, "gpt-4o"), rel=0.01)
    assert count_text("short", "gpt-4o", cap_chars=9000) == count_text("short", "gpt-4o")


def test_the_wrong_package_of_the_same_name_is_named(monkeypatch):
    monkeypatch.delattr(quicktok, "get_encoding")
    tokens._encoding.cache_clear()

    with pytest.raises(RuntimeError, match="quicktok-v1"):
        count_text("hello", "gpt-4o")


def test_a_system_prompt_that_comes_again_counts_the_same():
    prompts = ["Be brief.", "Be very brief.", "Be brief."]
    asked = [Question(model="m", prompt="Hi", context=system, system=system) for system in prompts]
    told = [count_question(one, "anthropic", model) for one in asked for model in ("gpt-4", "gpt-4o")]
    apart = [
        count_text(system, model) + count_text("Hi", model)
        for system in prompts
        for model in ("gpt-4", "gpt-4o")
    ]

    assert told == apart
