"""The event splitter and what all stream readers share."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leadline.providers._sse import EventSplitter, data_of
from leadline.vocabulary import FailureKind

LINE_ENDS = st.sampled_from([b"\n", b"\r\n", b"\r"])
LINES = st.sampled_from(
    [b"data: {}", b"data:x", b": comment", b"event: e", b"id: 7", b"data: \xc3\xa9\xe2\x82\xac", b"data", b""]
)


def _chunks(body: bytes, cuts: list[int]) -> list[bytes]:
    edges = [0, *sorted(min(cut, len(body)) for cut in cuts), len(body)]
    return [body[start:end] for start, end in pairwise(edges)]


def _data(chunks: list[bytes]) -> list[bytes]:
    splitter = EventSplitter()
    events = [event for chunk in chunks for event in splitter.feed(chunk)]
    assert b"".join(events) + splitter.held == b"".join(chunks)
    return [data for event in events if (data := data_of(event)) is not None]


@given(
    lines=st.lists(st.tuples(LINES, LINE_ENDS), max_size=20),
    cuts=st.lists(st.integers(0, 300), max_size=20),
)
def test_the_same_data_comes_out_however_the_bytes_are_chunked(lines, cuts):
    body = b"".join(line + end for line, end in lines)

    assert _data(_chunks(body, cuts)) == _data([body])


@pytest.mark.parametrize("end", [b"\n", b"\r\n", b"\r"])
def test_all_three_line_ends_are_understood(end):
    body = end.join([b": hello", b"", b"event: a", b"data: 1", b"", b"data: 2", b"data: 3", b"", b""])

    assert [data.strip() for data in _data([body])] == [b"1", b"2\n 3"]


def test_an_event_without_its_blank_line_is_not_an_event_yet():
    assert _data([b"data: 1\n\ndata: 2\n"]) == [b" 1"]


def test_a_byte_order_mark_does_not_hide_the_first_event(build, read_stream):
    outcome, _ = read_stream(
        build("openai"),
        [b'\xef\xbb\xbfdata: {"choices":[{"index":0,"finish_reason":"stop","delta":{}}]}\n\n'],
    )
    assert outcome.complete


def test_a_reader_has_not_started_on_comments_and_pings(build, read_stream):
    openai, anthropic = build("openai"), build("anthropic")
    for provider, body in [
        (openai, b": waiting\n\n"),
        (anthropic, b'event: ping\ndata: {"type": "ping"}\n\n'),
    ]:
        outcome, relayed = read_stream(provider, [body])
        assert not outcome.complete
        assert relayed == body


@pytest.mark.parametrize("name", ["openai", "anthropic", "gemini"])
@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (b"<html>\n\n<body>Bad gateway</body>\n\n</html>", FailureKind.PROVIDER_MALFORMED),
        (b'{"some": "json"}', FailureKind.PROVIDER_MALFORMED),
        (b'{\n  "error": {"message": "x", "code": 503}\n}\n', FailureKind.PROVIDER_OUTAGE),
        (b"data: this is no JSON\n\n", FailureKind.PROVIDER_MALFORMED),
        (b"data: [1, 2]\n\n", FailureKind.PROVIDER_MALFORMED),
    ],
)
def test_a_200_that_is_no_stream_is_a_failure(name, body, kind, build, read_stream):
    outcome, _ = read_stream(build(name), [body])

    assert outcome.kind == kind
    assert outcome.status == 200


@pytest.mark.parametrize("name", ["openai", "anthropic", "gemini"])
@pytest.mark.parametrize(
    "body", [b"", b"\n\n", b"da", b'data: {"id"', b": still working\n\n", b"event: mess"]
)
def test_a_stream_that_ends_before_it_begins_is_incomplete(name, body, build, read_stream):
    outcome, _ = read_stream(build(name), [body])

    assert not outcome.complete


def test_half_an_event_is_kept_from_the_client_so_that_an_error_event_can_follow(build, read_stream):
    whole = b'data: {"choices":[{"index":0,"delta":{"content":"The capital"}}]}\n\n'

    _, relayed = read_stream(build("openai"), [whole + b'data: {"choices":[{"ind'])

    assert relayed == whole


def test_an_endless_event_is_given_up(build, monkeypatch):
    monkeypatch.setattr("leadline.providers._sse.LONGEST_EVENT", 1000)
    reader = build("anthropic").stream_reader(None)
    for _ in range(30):
        reader.feed(b"data: " + b"x" * 50)

    assert reader.failure.kind == FailureKind.PROVIDER_MALFORMED
