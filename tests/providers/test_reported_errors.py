"""Error bodies and headers that people quoted in public, each with what it means."""

import json

import pytest

from leadline.vocabulary import FailureKind, UpstreamReply

TYPE_OF = {"openai": "openai", "azure-openai": "openai", "anthropic": "anthropic"}
CALLER = None
EXPECTED = {
    # id: kind, retry the same target, fail over
    "e000": (FailureKind.PROVIDER_THROTTLED, False, True),  # this one request is over the limit per minute
    "e001": (FailureKind.PROVIDER_THROTTLED, True, True),
    "e002": (FailureKind.PROVIDER_QUOTA, False, True),
    "e003": (FailureKind.PROVIDER_QUOTA, False, True),
    "e004": (FailureKind.PROVIDER_OVERLOADED, True, True),
    "e005": (FailureKind.PROVIDER_OUTAGE, True, True),
    "e006": (CALLER, False, False),
    "e011": (CALLER, False, False),
    "e012": (CALLER, False, False),
    "e013": (CALLER, False, False),
    "e014": (CALLER, False, False),
    "e015": (FailureKind.PROVIDER_OVERLOADED, True, True),
    "e016": (FailureKind.PROVIDER_OVERLOADED, True, True),
    "e017": (FailureKind.PROVIDER_OVERLOADED, True, True),
    "e018": (FailureKind.PROVIDER_THROTTLED, True, True),
    "e019": (FailureKind.PROVIDER_THROTTLED, True, True),
    "e020": (FailureKind.PROVIDER_THROTTLED, True, True),
    "e021": (FailureKind.PROVIDER_THROTTLED, True, True),
    "e022": (FailureKind.PROVIDER_QUOTA, False, True),
    "e023": (FailureKind.PROVIDER_OVERLOADED, True, True),
    "e024": (FailureKind.PROVIDER_THROTTLED, True, True),
    "e025": (FailureKind.PROVIDER_QUOTA, False, True),  # one of its quotas is per day
    "e026": (FailureKind.PROVIDER_THROTTLED, True, True),
    "e027": (FailureKind.PROVIDER_QUOTA, False, True),  # no RetryInfo and no quota named: money
    "e028": (FailureKind.PROVIDER_THROTTLED, True, True),
}
WAITS = {"e001": 1.0, "e020": 16.0, "e024": 26.0}


@pytest.fixture(scope="session")
def reported(data):
    lines = (data / "wire" / "errors_reported.jsonl").read_text().splitlines()
    rows = [json.loads(line) for line in lines]
    return {row["id"]: row for row in rows if row["api"] not in {"responses", "interactions"}}


def _read(build, read_stream, row):
    provider = build(TYPE_OF.get(row["provider"], "gemini"))
    body = (row["body"] or "").encode()
    if row["streaming"] and row["status"] == 200:
        return read_stream(provider, [body])[0]
    return provider.read_reply(UpstreamReply(status=row["status"], headers=row["headers"], body=body))


@pytest.mark.parametrize("name", EXPECTED)
def test_a_reported_error_means(name, reported, build, read_stream):
    failure = _read(build, read_stream, reported[name])

    assert (failure.kind, failure.retry_same, failure.fail_over) == EXPECTED[name]
    assert failure.retry_after_s == WAITS.get(name)
    assert failure.status == reported[name]["status"]


def test_no_reported_error_is_left_out(reported):
    assert set(reported) == set(EXPECTED)


def test_a_message_is_kept_only_where_we_know_the_sentence(reported, build, read_stream):
    for row in reported.values():
        failure = _read(build, read_stream, row)
        assert "org-" not in failure.message
        assert len(failure.message) < 60


def _openai(build, status: int, body: bytes, **headers: str):
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return build("openai").read_reply(UpstreamReply(status=status, headers=named, body=body))


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (401, FailureKind.PROVIDER_AUTH),
        (402, FailureKind.PROVIDER_QUOTA),
        (403, FailureKind.PROVIDER_AUTH),
        (404, FailureKind.PROVIDER_MODEL_GONE),
        (408, FailureKind.PROVIDER_TIMEOUT),
        (413, None),
        (422, None),
        (429, FailureKind.PROVIDER_THROTTLED),
        (500, FailureKind.PROVIDER_OUTAGE),
        (502, FailureKind.PROVIDER_OUTAGE),
        (503, FailureKind.PROVIDER_OUTAGE),
        (504, FailureKind.PROVIDER_OUTAGE),
        (522, FailureKind.PROVIDER_OUTAGE),
        (529, FailureKind.PROVIDER_OVERLOADED),
        (302, FailureKind.PROVIDER_MALFORMED),
    ],
)
@pytest.mark.parametrize("name", ["openai", "anthropic", "gemini"])
def test_a_status_alone_tells_the_kind(name, status, kind, build):
    failure = build(name).read_reply(UpstreamReply(status=status, headers={}, body=b""))

    assert failure.kind == kind
    assert failure.fail_over == (kind is not None)


@pytest.mark.parametrize("status", [403, 404, 502, 520])
def test_an_html_page_from_the_door_is_an_outage(status, build):
    page = b"<!DOCTYPE html><title>Attention Required! | Cloudflare</title>"

    assert _openai(build, status, page).kind == FailureKind.PROVIDER_OUTAGE


def test_the_providers_word_on_retrying_holds(build):
    assert not _openai(build, 503, b"", x_should_retry="false").retry_same
    assert _openai(build, 400, b"", x_should_retry="true").retry_same
    spent = b'{"error":{"code":"insufficient_quota"}}'
    assert not _openai(build, 429, spent, x_should_retry="true").retry_same


def test_azures_zero_milliseconds_do_not_hide_its_second(build):
    assert _openai(build, 429, b"", retry_after="1", retry_after_ms="0").retry_after_s == 1.0


def test_a_date_to_retry_after_is_measured_by_the_responses_own_clock(build):
    failure = _openai(
        build,
        503,
        b"",
        date="Wed, 19 Aug 2026 14:34:14 GMT",
        retry_after="Wed, 19 Aug 2026 14:34:44 GMT",
    )
    assert failure.retry_after_s == 30.0


def test_a_date_without_a_clock_and_rubbish_are_no_wait(build):
    assert _openai(build, 503, b"", retry_after="Wed, 19 Aug 2026 14:34:44 GMT").retry_after_s is None
    assert _openai(build, 503, b"", retry_after="soon").retry_after_s is None
    assert _openai(build, 503, b"", retry_after="-4").retry_after_s is None


def test_a_code_that_is_no_word_is_not_kept(build):
    body = b'{"error":{"code":"you wrote: my password is hunter2","type":"api_error"}}'

    failure = _openai(build, 500, body)

    assert failure.error_code == "api_error"
    assert "hunter2" not in repr(failure)


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (b'{"error":{"message":"Provider returned error","code":502}}', FailureKind.PROVIDER_OUTAGE),
        (b'{"error":{"message":"no credits","code":402}}', FailureKind.PROVIDER_QUOTA),
        (b'{"error":{"message":"?","type":"rate_limit_error"}}', FailureKind.PROVIDER_THROTTLED),
        (b'{"error":{"message":"?","type":"invalid_request_error"}}', None),
        (b'{"error":"something broke"}', FailureKind.PROVIDER_OUTAGE),
    ],
)
def test_an_error_inside_a_200_is_judged_by_its_words(body, kind, build):
    assert _openai(build, 200, body).kind == kind


def test_a_wrong_google_key_is_a_400_that_means_auth(build):
    body = (
        b'{"error":{"code":400,"message":"API key not valid. Please pass a valid API key.",'
        b'"status":"INVALID_ARGUMENT","details":[{"reason":"API_KEY_INVALID"}]}}'
    )
    failure = build("gemini").read_reply(UpstreamReply(status=400, headers={}, body=body))

    assert failure.kind == FailureKind.PROVIDER_AUTH
    assert failure.error_code == "API_KEY_INVALID"


def test_an_anthropic_spend_limit_is_a_quota_not_a_rate(build):
    body = (
        b'{"type":"error","error":{"type":"rate_limit_error","message":"x",'
        b'"details":{"error_code":"enforced_spend_limit_reached"}}}'
    )
    failure = build("anthropic").read_reply(UpstreamReply(status=429, headers={}, body=body))

    assert failure.kind == FailureKind.PROVIDER_QUOTA
    assert failure.error_code == "enforced_spend_limit_reached"
