"""What the providers read from recorded traffic, beside what an independent parser read.

The recorded facts are an oracle, not the truth. Where we differ, we are right:

- Azure's grok models report more cached prompt tokens than the prompt has (a bug of the provider); we cap
  the cached part at the whole, so that no price goes below zero.
- x998988d67ed10d repeats its one tool call in a second chunk with the same index and id; the oracle counts
  two. It also never says a finish reason, so we call it incomplete although [DONE] came.
- x078846800220ff carries the text so far in `message` and the new text in `delta`; the oracle adds both.
"""

from collections.abc import Mapping
from itertools import pairwise
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from leadline.vocabulary import Answer, UpstreamFailure

WE_ARE_RIGHT = {("x998988d67ed10d", "tool_calls"), ("x078846800220ff", "text_chars")}
NEVER_FINISHED = {"x998988d67ed10d"}
SETTINGS = settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.too_slow])


def _number(usage: Mapping[str, Any], *path: str) -> int:
    found: Any = usage
    for name in path:
        found = (found or {}).get(name)
    return found or 0


def _expected_usage(api: str, usage: Mapping[str, Any] | None) -> tuple[int, ...] | None:
    """Input, output, cached read, cache write, reasoning: by `WIRE.md` 1.2."""
    if not usage:
        return None
    if api == "chat.completions":
        cached = max(
            _number(usage, "prompt_tokens_details", "cached_tokens"),
            _number(usage, "cached_tokens"),
            _number(usage, "prompt_cache_hit_tokens"),
        )
        return (
            _number(usage, "prompt_tokens"),
            _number(usage, "completion_tokens"),
            min(cached, _number(usage, "prompt_tokens")),
            _number(usage, "prompt_tokens_details", "cache_write_tokens"),
            _number(usage, "completion_tokens_details", "reasoning_tokens"),
        )
    if api == "messages":
        read, write = (
            _number(usage, "cache_read_input_tokens"),
            _number(usage, "cache_creation_input_tokens"),
        )
        return (
            _number(usage, "input_tokens") + read + write,
            _number(usage, "output_tokens"),
            read,
            write,
            _number(usage, "output_tokens_details", "thinking_tokens"),
        )
    thoughts = _number(usage, "thoughtsTokenCount")
    return (
        _number(usage, "promptTokenCount") + _number(usage, "toolUsePromptTokenCount"),
        _number(usage, "candidatesTokenCount") + thoughts,
        _number(usage, "cachedContentTokenCount"),
        0,
        thoughts,
    )


def _read_facts(answer: Answer) -> dict[str, object]:
    usage = answer.usage
    return {
        "finish": answer.finish_raw,
        "usage": usage
        and (
            usage.input_tokens,
            usage.output_tokens,
            usage.cached_read_tokens,
            usage.cache_write_tokens,
            usage.reasoning_tokens,
        ),
        "model": answer.served_model,
        "id": answer.response_id,
        "fingerprint": answer.fingerprint,
        "tool_calls": len(answer.tool_calls),
        "refusal": answer.refused,
        "block_reason": answer.block_reason,
        "text_chars": answer.text_chars,
    }


def _recorded_facts(row) -> dict[str, object]:
    facts = row.facts
    return {
        **{name: facts[name] for name in _read_facts(Answer()) if name in facts},
        "finish": str(facts["finish"][0]) if facts["finish"] else None,
        "usage": _expected_usage(row.row["api"], facts["usage"]),
    }


def test_we_read_the_facts_that_an_independent_parser_read(recorded):
    answers = [(row, row.read()) for row in recorded]
    compared = differing = 0
    for row, answer in answers:
        if isinstance(answer, UpstreamFailure):
            assert row.kind in {"http_error", "error_in_200"}, (row.id, answer)
            continue
        mine, theirs = _read_facts(answer), _recorded_facts(row)
        wrong = {
            name: (mine[name], theirs[name])
            for name in mine
            if mine[name] != theirs[name] and (row.id, name) not in WE_ARE_RIGHT
        }
        compared, differing = compared + len(mine), differing + len(wrong)
        assert not wrong, row.id
    assert compared > 5000
    assert differing == 0


def test_each_recorded_answer_that_ended_well_is_complete(recorded):
    incomplete = {
        row.id for row in recorded if isinstance(answer := row.read(), Answer) and not answer.complete
    }

    assert incomplete == NEVER_FINISHED


def test_each_recorded_error_is_a_failure(recorded):
    errors = [row for row in recorded if row.kind in {"http_error", "error_in_200"}]

    assert len(errors) > 25
    assert all(isinstance(row.read(), UpstreamFailure) for row in errors)


def test_the_finish_reason_is_given_in_our_words(recorded):
    told = {answer.finish_reason for row in recorded if isinstance(answer := row.read(), Answer)}

    assert {reason.value for reason in told if reason} >= {
        *("stop", "length", "tool_calls", "filtered", "malformed", "paused")
    }
    assert "other" not in {reason and reason.value for reason in told}


def test_recorded_requests_are_read_and_go_upstream_unchanged_under_their_own_name(recorded, target):
    readable = [row for row in recorded if b'"_note"' not in row.request.body]
    for row in readable:
        question = row.provider.read_question(row.request)
        name = row.row["provider"]
        asked = row.provider.outbound(
            row.request, question, target("openai", question.model, "http://u"), "s"
        )

        assert row.provider.matches("POST", row.request.path, {}), name
        assert question.model == row.facts["model_requested"]
        assert question.streaming == bool(row.row["streaming"])
        if not (question.streaming and not question.wants_stream_usage):
            assert asked.body == row.request.body
        if row.row["structured"] == "json_schema":
            assert question.schema_json
    assert len(readable) > 500


def test_recorded_streams_reach_the_client_byte_by_byte(recorded, read_stream):
    streams = [row for row in recorded if row.streamed]
    for row in streams:
        assert read_stream(row.provider, [row.body])[1] == row.body, row.id
    assert len(streams) > 120


@SETTINGS
@given(draws=st.data())
def test_any_chunking_of_a_stream_gives_the_same_facts_and_the_same_bytes(recorded, read_stream, draws):
    row = draws.draw(st.sampled_from([row for row in recorded if row.streamed and len(row.body) < 40_000]))
    cuts = draws.draw(st.lists(st.integers(0, len(row.body)), max_size=40).map(sorted))
    edges = [0, *cuts, len(row.body)]
    chunks = [row.body[start:end] for start, end in pairwise(edges)]

    outcome, relayed = read_stream(row.provider, chunks)

    assert outcome == row.read()
    assert relayed == row.body


def test_a_stream_that_comes_byte_by_byte_gives_the_same_facts(recorded, read_stream):
    short = sorted((row for row in recorded if row.streamed), key=lambda row: len(row.body))[:30]
    for row in short:
        outcome, relayed = read_stream(row.provider, [bytes([byte]) for byte in row.body])
        assert outcome == row.read()
        assert relayed == row.body


def _end_of_the_end(row):
    """Where the last event that a complete answer needs begins: cut before it, the answer is cut."""
    if row.row["api"] == "messages":
        return row.body.rindex(b"event: message_stop")
    if row.row["api"] == "chat.completions":
        return row.body.rindex(b'"finish_reason":"')
    if row.body.startswith(b"["):
        return row.body.rindex(b"]")
    return row.body.rindex(b'"finishReason"')


@SETTINGS
@given(draws=st.data())
def test_a_cut_stream_is_never_complete(recorded, read_stream, draws):
    whole = [
        row
        for row in recorded
        if row.streamed and isinstance(answer := row.read(), Answer) and answer.complete
        if row.row["api"] != "chat.completions" or row.body.count(b'"finish_reason":"') == 1
    ]
    row = draws.draw(st.sampled_from(whole))
    cut = draws.draw(st.integers(0, _end_of_the_end(row)))

    outcome, relayed = read_stream(row.provider, [row.body[:cut]])

    assert isinstance(outcome, Answer)
    assert not outcome.complete
    assert row.body.startswith(relayed)


@SETTINGS
@given(draws=st.data())
def test_half_a_body_is_a_truncation(recorded, draws):
    row = draws.draw(st.sampled_from([row for row in recorded if row.kind == "ok" and not row.streamed]))
    cut = draws.draw(st.integers(0, len(row.body.rstrip()) - 1))

    reply = row.reply
    failure = row.provider.read_reply(type(reply)(status=200, headers=reply.headers, body=reply.body[:cut]))

    assert isinstance(failure, UpstreamFailure)
    assert failure.kind == "provider.truncated"
    assert failure.fail_over
