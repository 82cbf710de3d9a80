"""What the providers read from recorded traffic, beside what an independent parser read."""

from itertools import pairwise

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.providers.recorded_facts import NEVER_FINISHED, WE_ARE_RIGHT, differences, read_facts

from leadline.vocabulary import Answer, UpstreamFailure

DONE = b"data: [DONE]\n\n"
"""Is held back where no finish reason came before it."""
SETTINGS = settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow])


def test_we_read_the_facts_that_an_independent_parser_read(recorded):
    answers = [(row, row.read()) for row in recorded]
    compared = 0
    for row, answer in answers:
        if isinstance(answer, UpstreamFailure):
            assert row.kind in {"http_error", "error_in_200"}, (row.id, answer)
            continue
        compared += len(read_facts(answer))
        assert not differences(answer, row), row.id
    assert compared > 9000


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
    sound = [row for row in recorded if (row.id, "finish") not in WE_ARE_RIGHT]
    told = {answer.finish_reason for row in sound if isinstance(answer := row.read(), Answer)}

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

        assert row.provider.matches(row.request.path), name
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
        expected = row.body.removesuffix(DONE) if row.id in NEVER_FINISHED else row.body
        assert read_stream(row.provider, [row.body])[1] == expected, row.id
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
    assert relayed == (row.body.removesuffix(DONE) if row.id in NEVER_FINISHED else row.body)


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
    if row.row["api"] == "responses":
        return row.body.rindex(b'"type":"response.completed"')
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
