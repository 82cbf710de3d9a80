"""Every recorded answer, told in the two protocols it did not come in."""

from itertools import pairwise

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.translation.conftest import (
    TELLING,
    others,
    protocol_of,
    read_stream,
    run,
    surface_of,
    translatable,
    translator,
)
from tests.translation.facts import facts

from leadline.translation import Direction, TranslatedReply, translate_reply
from leadline.vocabulary import Answer, FinishReason, UpstreamFailure, UpstreamReply, WireProtocol

SETTINGS = settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow])
NO_WORD = {None, FinishReason.MALFORMED, FinishReason.PAUSED, FinishReason.OTHER}


def _has_word(answer, client):
    google = client is WireProtocol.GEMINI_GENERATE
    return answer.finish_reason is not None if google else answer.finish_reason not in NO_WORD


def test_a_whole_answer_keeps_its_facts_in_every_protocol(recorded):
    compared = 0
    for row, answer, client in translatable([row for row in recorded if not row.streamed]):
        told = translate_reply(row.body, answer, Direction(client, protocol_of(row)), TELLING)
        if isinstance(told, UpstreamFailure):
            assert not _has_word(answer, client), (row.id, told)
            continue
        read = surface_of(client).read_reply(UpstreamReply(status=200, headers={}, body=told.body))
        assert isinstance(read, Answer), (row.id, read)
        assert facts(read, client) == facts(answer, client), row.id
        assert read.complete
        compared += 1
    assert compared > 1200


def test_a_stream_keeps_its_facts_in_every_protocol(recorded):
    compared = 0
    for row, answer, client in translatable([row for row in recorded if row.streamed]):
        stream = translator(protocol_of(row), client)
        read = read_stream(client, run(stream, [row.body]))
        if not (answer.complete and _has_word(answer, client)):
            assert not (isinstance(read, Answer) and read.complete), row.id
            continue
        assert isinstance(read, Answer), (row.id, read)
        assert facts(read, client) == facts(answer, client), row.id
        assert read.complete
        assert stream.outcome() == answer
        compared += 1
    assert compared > 240


@SETTINGS
@given(draws=st.data())
def test_any_chunking_of_a_stream_gives_the_same_bytes(recorded, draws):
    streams = [row for row in recorded if row.streamed and len(row.body) < 40_000]
    row = draws.draw(st.sampled_from(streams))
    client = draws.draw(st.sampled_from(others(protocol_of(row))))
    cuts = draws.draw(st.lists(st.integers(0, len(row.body)), max_size=40).map(sorted))
    chunks = [row.body[start:end] for start, end in pairwise([0, *cuts, len(row.body)])]

    in_pieces = run(translator(protocol_of(row), client), chunks)

    assert in_pieces == run(translator(protocol_of(row), client), [row.body])


@SETTINGS
@given(draws=st.data())
def test_a_cut_stream_never_gets_an_end(recorded, draws):
    """Whatever was cut off, the client's own reader finds the answer incomplete."""
    row = draws.draw(st.sampled_from([row for row in recorded if row.streamed and len(row.body) < 40_000]))
    client = draws.draw(st.sampled_from(others(protocol_of(row))))
    part = row.body[: draws.draw(st.integers(0, len(row.body)))]
    stream = translator(protocol_of(row), client)

    read = read_stream(client, run(stream, [part]))

    upstream = stream.outcome()
    if isinstance(upstream, UpstreamFailure) or not upstream.complete:
        assert not (isinstance(read, Answer) and read.complete)


def test_what_an_answer_loses_is_named(recorded):
    named: set[str] = set()
    for row, answer, client in translatable([row for row in recorded if not row.streamed]):
        told = translate_reply(row.body, answer, Direction(client, protocol_of(row)), TELLING)
        if isinstance(told, TranslatedReply):
            named.update(told.dropped)

    assert {"reasoning_content", "content.thinking", "thought", "inline_data", "content.citations"} <= named
