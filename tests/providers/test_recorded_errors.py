"""Each recorded error body, with what it means: one row for each."""

from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from leadline import plugs
from leadline.providers import _anthropic_errors, _gemini_errors, _openai_errors
from leadline.providers._failures import LONGEST_WAIT_S
from leadline.vocabulary import Answer, FailureKind, Question, UpstreamFailure, UpstreamReply

CALLER = (None, False, False)
CALLER_ONCE_MORE = (None, True, False)
AUTH = (FailureKind.PROVIDER_AUTH, False, True)
MODEL_GONE = (FailureKind.PROVIDER_MODEL_GONE, False, True)
EXPECTED = {
    # id: kind, retry the same target, fail over
    "x09d5ca978cab5b": MODEL_GONE,  # anthropic 404 not_found_error, "model: ..."
    "x80db5a871ce41a": CALLER,  # anthropic 400, prompt is too long
    "x8b21bee1d8b3cb": CALLER,  # anthropic 400, an effort level that the model lacks
    "x56d96243725adb": MODEL_GONE,  # gemini 404 NOT_FOUND, batchEmbedContents
    "x04fc7103cf56fc": MODEL_GONE,  # gemini 404 NOT_FOUND, countTokens
    "x12a28fc7f785a7": CALLER,  # vertex 400, a URL that cannot be fetched
    "x85223051e1b705": CALLER,
    "xec7e46fc8be55e": CALLER,
    "xdb92d11bb35d78": MODEL_GONE,  # vertex 404 NOT_FOUND, publisher model
    "x15750d33c32db9": AUTH,  # openai 401 invalid_api_key, of type invalid_request_error
    "xd1169fab4083b7": AUTH,
    "xfc9a7b59b458a5": AUTH,
    "x1a4136e54fcbbb": CALLER,  # openai 400 invalid_value
    "x2965c1cef78a54": CALLER,
    "x48ac9d7e0b7d52": CALLER,
    "x87ace81c1a91cb": CALLER,
    "x64cb67885f0087": CALLER,  # openai 400 unsupported_value
    "x81c08c20a685d0": CALLER,
    "xbabddb28ce6431": CALLER_ONCE_MORE,  # openai 400 invalid_image_url: a download may have failed by chance
    "xdf672f0b96789c": CALLER_ONCE_MORE,
    "xd11981317cfb8c": MODEL_GONE,  # openai 404 model_not_found, deprecated
    "xfba5faee613717": MODEL_GONE,
    "xf4eb97622eebab": MODEL_GONE,  # embeddings
    "x0ab39a1ef6b10e": CALLER,  # responses 400, a reasoning item without its follower
    "x36b885ac221085": CALLER,  # responses 400 invalid_value
    "xcab7126c2f031b": CALLER,
    "x37270736653674": CALLER,  # responses 400 unsupported_file
    "x4b3cde12b32852": CALLER,
    "x4d1598f3577711": CALLER,  # responses 400 decimal_below_min_value
    "x8fec4406ce9741": MODEL_GONE,  # responses say model_not_found with 400
    "xa760102a3374c8": MODEL_GONE,
    "xea415985297506": AUTH,
    "xed35cb2df1815e": AUTH,
    "xf377b3cfd4020d": CALLER,  # OpenRouter, code 400 inside a stream of 200
    "x178d2c88dcefdb": AUTH,  # 401 of other hosts, of type api_error, with text or without
    "x56e099302fcfe9": AUTH,
    "x6e29d30d1daf7b": AUTH,
    "x95882e08cdd4c0": AUTH,
    "xb5fe0e4f5744ec": AUTH,
    "x35e4517b4c437d": CALLER,  # too_many_prompt_tokens
    "x467b16ba1f9ecd": CALLER,  # max context length
    "x4bb40d4052d33d": CALLER,  # maximum context length
    "x01e5224d60928b": CALLER,  # No tool output found
    "x3c35923cc873da": AUTH,  # xAI: a wrong key is a 400 that only its message tells
}


@pytest.fixture(scope="session")
def errors(recorded):
    return {row.id: row for row in recorded if row.kind in {"http_error", "error_in_200"}}


@pytest.mark.parametrize("name", EXPECTED)
def test_a_recorded_error_means(name, errors):
    failure = errors[name].read()

    assert (failure.kind, failure.retry_same, failure.fail_over) == EXPECTED[name]
    assert failure.implied_status == (400 if name == "xf377b3cfd4020d" else None)


def test_no_recorded_error_is_left_out(errors):
    assert set(errors) == set(EXPECTED)


def test_money_is_never_retried_whatever_the_headers_say():
    books = (_openai_errors.BOOK, _anthropic_errors.BOOK, _gemini_errors.BOOK)
    rulings = [r for book in books for r in (*book.words.values(), *dict(book.phrases).values())]
    spent = [ruling for ruling in rulings if ruling.kind is FailureKind.PROVIDER_QUOTA]

    assert len(spent) > 10
    assert not any(ruling.retry_same for ruling in spent)
    assert all(ruling.fail_over for ruling in spent)


@pytest.mark.parametrize(
    ("body", "kind", "status"),
    [
        (b'{"error":{"code":429,"status":"RESOURCE_EXHAUSTED"}}', FailureKind.PROVIDER_THROTTLED, 429),
        (b'{"error":{"code":"not_found","message":"?"}}', FailureKind.PROVIDER_MODEL_GONE, 404),
        (b'{"error":{"code":"payment_required","message":"?"}}', FailureKind.PROVIDER_QUOTA, 429),
        (b'{"error":{"message":"input token count (9) exceeds"}}', None, 400),
        (b'{"error":{"message":"The model is overloaded."}}', FailureKind.PROVIDER_OVERLOADED, 503),
        (b'{"error":{"message":"?"}}', FailureKind.PROVIDER_OUTAGE, 500),
    ],
)
def test_an_error_inside_a_200_implies_the_status_that_it_stands_for(body, kind, status):
    failure = _gemini_errors.judge(200, {}, body)

    assert (failure.kind, failure.implied_status) == (kind, status)


def test_an_error_that_a_wrapper_quotes_in_its_message_is_read():
    quoted = r"{\"error\":{\"code\":503,\"message\":\"The model is overloaded.\",\"status\":\"UNAVAILABLE\"}}"
    body = f'{{"error":{{"code":500,"message":"{quoted}"}}}}'.encode()

    assert _gemini_errors.judge(500, {}, body).kind is FailureKind.PROVIDER_OVERLOADED


def test_a_wait_is_bounded_by_a_day():
    failure = _openai_errors.judge(429, {"retry-after": "99999999"}, b"")

    assert failure.retry_after_s == LONGEST_WAIT_S


def test_a_wait_of_google_s_own_and_of_the_header_are_both_heard_and_the_longer_one_holds():
    body = b'{"error":{"code":429,"status":"RESOURCE_EXHAUSTED","details":[{"retryDelay":"48s"}]}}'

    assert _gemini_errors.judge(429, {"retry-after": "3"}, body).retry_after_s == 48.0
    assert _gemini_errors.judge(429, {"retry-after": "60"}, body).retry_after_s == 60.0


FRAGMENTS = st.sampled_from(
    [
        *(b"data: ", b"event: error\n", b"\n\n", b"\r\n\r\n", b"[DONE]", b"{", b"}", b"[", b"]", b",", b'"'),
        *(b'{"error":', b'{"choices":[{"delta":{"content":"a"},"finish_reason":"stop"}]}', b'"error"', b"\\"),
        *(
            b'{"type":"message_stop"}',
            b'{"candidates":[{"finishReason":"STOP"}]}',
            b'{"code":1,"message":"a"}',
        ),
        *(
            b'{"type":"error","message":"x"}',
            b'{"object":"error"}',
            b":comment\n",
            b"\xff",
            b"null",
            b"1e999",
        ),
        *(b'{"type":"response.failed","response":{"error":{"code":3}}}', b'{"status":"a","message":"b"}'),
    ]
)
BYTES = st.lists(FRAGMENTS | st.binary(max_size=8), max_size=14)
SURFACES = plugs.names("leadline.providers.surfaces")


@settings(max_examples=300)
@given(name=st.sampled_from(SURFACES), pieces=BYTES, status=st.sampled_from([200, 200, 302, 400, 429, 500]))
def test_no_bytes_make_a_reader_raise_and_none_are_invented(name, pieces, status):
    surface: Any = plugs.build("leadline.providers.surfaces", {"type": name})
    body = b"".join(pieces)

    whole = surface.read_reply(UpstreamReply(status=status, headers={}, body=body))
    reader = surface.stream_reader(Question(model="m", streaming=True, wants_stream_usage=True))
    relayed = b"".join([reader.feed(piece) for piece in pieces]) + reader.finish()

    assert isinstance(whole, Answer | UpstreamFailure)
    assert isinstance(reader.outcome(), Answer | UpstreamFailure)
    if b"[DONE]" not in body:
        assert b"[DONE]" not in relayed
    assert relayed.count(b"finish_reason") <= body.count(b"finish_reason")


@settings(max_examples=300)
@given(name=st.sampled_from(SURFACES), pieces=BYTES, data=st.data())
def test_any_chunking_of_any_bytes_relays_the_same_and_reads_the_same(name, pieces, data):
    surface: Any = plugs.build("leadline.providers.surfaces", {"type": name})
    question = Question(model="m", streaming=True, wants_stream_usage=True)
    body = b"".join(pieces)
    cuts = sorted(data.draw(st.sets(st.integers(0, len(body)), max_size=6)))
    edges = [0, *cuts, len(body)]

    def read(chunks):
        reader = surface.stream_reader(question)
        relayed = b"".join([reader.feed(chunk) for chunk in chunks]) + reader.finish()
        # Half of a line end may be all that follows the last whole event of a stream that is not complete.
        return relayed.rstrip(b"\r\n"), reader.outcome(), reader.error_body, reader.gave_up

    assert read([body[a:b] for a, b in pairwise(edges)]) == read([body])
