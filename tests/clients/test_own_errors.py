"""What the gateway itself has to say, as each SDK raises it."""

from dataclasses import replace

import anthropic
import openai
import pytest
from google.genai import errors as genai_errors
from tests.clients.gateway_process import APP_KEY, OTHER_KEYS
from tests.clients.recordings import asked
from tests.clients.sdks import SDKS
from tests.clients.upstream import Ending, Play

from leadline.vocabulary import FailureKind

CASES = {
    401: "This gateway key is not known",
    404: "Did you mean",
    413: "over the limit of 1000000 bytes",
    429: "may make 1 requests a minute",
    502: "could not be reached",
    504: "did not answer in time",
}
RAISED: dict[str, dict[int, type[Exception]]] = {
    "openai": {
        401: openai.AuthenticationError,
        404: openai.NotFoundError,
        413: openai.APIStatusError,
        429: openai.RateLimitError,
        502: openai.InternalServerError,
        504: openai.InternalServerError,
    },
    "anthropic": {
        401: anthropic.AuthenticationError,
        404: anthropic.NotFoundError,
        413: anthropic.APIStatusError,
        429: anthropic.RateLimitError,
        502: anthropic.InternalServerError,
        504: anthropic.APIStatusError,
    },
    "gemini": {
        **dict.fromkeys((401, 404, 413, 429), genai_errors.ClientError),
        **dict.fromkeys((502, 504), genai_errors.ServerError),
    },
}
MODELS = {404: "plain-{}x", 502: "closed-{}", 504: "slow-{}"}


@pytest.mark.parametrize("stream", [False, True], ids=["whole", "streamed"])
@pytest.mark.parametrize("how", ["sync", "async"])
@pytest.mark.parametrize("status", CASES)
@pytest.mark.parametrize("name", SDKS)
def test_each_sdk_raises_its_own_class_with_our_sentence(name, status, how, stream, gateway, upstream):
    row = asked(name, "x" * 1_000_000 if status == 413 else "?", stream=stream)
    model = MODELS.get(status, "plain-{}").format(name)
    key = {401: "lk-wrong", 429: OTHER_KEYS[f"limited-{name}"]}.get(status, APP_KEY)
    sdk = SDKS[name] if status != 429 else replace(SDKS[name], max_retries=0)  # else it waits for a minute
    usual = upstream.plays[row.id]
    with upstream.playing({row.id: usual if status != 504 else Play(status=None, ending=Ending.SILENCE)}):
        heard = sdk.heard(how, gateway.url, key, [(row, model)] * (2 if status == 429 else 1))[-1]

    assert type(heard.raised) is _exactly(name, status)
    assert isinstance(heard.raised, RAISED[name][status])
    assert heard.status == status
    assert CASES[status] in str(heard.raised)
    assert heard.headers["x-leadline-request-id"]


def _exactly(name, status):
    """Some classes of an SDK are more exact than those of its documentation."""
    exact = {
        ("anthropic", 413): "RequestTooLargeError",
        ("anthropic", 504): "DeadlineExceededError",
    }.get((name, status))
    return getattr(anthropic, exact) if exact else RAISED[name][status]


@pytest.mark.parametrize("name", SDKS)
def test_an_unknown_model_is_answered_with_the_nearest_name(name, gateway):
    (heard,) = SDKS[name].heard("sync", gateway.url, APP_KEY, [(asked(name), f"plan-{name}")])

    assert f"'plain-{name}'" in str(heard.raised)


@pytest.mark.parametrize("name", SDKS)
def test_an_upstream_that_was_tried_in_vain_is_on_record(name, gateway, upstream):
    (refused,) = SDKS[name].heard("sync", gateway.url, APP_KEY, [(asked(name), f"closed-{name}")])
    with upstream.playing({f"plain-{name}": Play(status=None, ending=Ending.SILENCE)}):
        (late,) = SDKS[name].heard("sync", gateway.url, APP_KEY, [(asked(name), f"slow-{name}")])

    kinds = []
    for heard in (refused, late):
        exchange = gateway.record(heard.headers["x-leadline-request-id"]).exchange
        assert exchange.status == heard.status
        kinds.append(exchange.attempts[-1].failure.kind)
    assert kinds == [FailureKind.PROVIDER_CONNECTION, FailureKind.PROVIDER_TIMEOUT]
