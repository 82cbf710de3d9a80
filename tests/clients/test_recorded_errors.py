"""Recorded errors through the real SDKs: each raises what it would raise at the provider itself."""

import pytest
from tests.clients.gateway_process import APP_KEY, PROVIDER_KEYS
from tests.clients.sdks import SDKS

from leadline.vocabulary import FailureKind

pytestmark = pytest.mark.filterwarnings("ignore:The model .* is deprecated:DeprecationWarning")
OUR_OWN_KEY = 401


@pytest.fixture(scope="module", params=[f"{name}, {how}" for name in SDKS for how in ("sync", "async")])
def refused(request, recordings, upstream, gateway):
    """Each recorded refusal, as heard through the gateway and directly, and its record."""
    name, how = request.param.split(", ")
    sdk = SDKS[name]
    rows = [row for row in recordings if row.row["api"] in sdk.apis and _failed(row)]
    questions = [(row, row.facts["model_requested"]) for row in rows]
    upstream.seen.clear()
    through = sdk.heard(how, gateway.url, APP_KEY, questions)
    assert [len(upstream.seen[row.id]) for row in rows] == [1] * len(rows), "asked again what was refused"
    directly = sdk.heard(how, upstream.url, PROVIDER_KEYS[name], questions)
    records = [gateway.record(heard.headers["x-leadline-request-id"]) for heard in through]
    assert rows
    return list(zip(rows, through, directly, records, strict=True))


def test_the_sdk_raises_its_own_class_with_the_recorded_status_and_body(refused):
    for row, heard, directly, _ in refused:
        assert heard.raised is not None, row.id
        if row.reply.status != OUR_OWN_KEY:
            assert heard.verdict == directly.verdict, row.id
            assert heard.body == row.body


def test_a_refusal_of_our_own_key_is_no_business_of_the_client(refused):
    for row, heard, _, record in refused:
        if row.reply.status == OUR_OWN_KEY:
            assert heard.status == 502
            assert "refused the gateway's own key" in str(heard.raised)
            assert row.body not in heard.body
            assert record.exchange.attempts[-1].failure.kind is FailureKind.PROVIDER_AUTH


def test_the_record_holds_what_went_wrong(refused):
    for row, heard, _, record in refused:
        exchange = record.exchange
        assert exchange.status == heard.status
        assert not exchange.served
        assert exchange.attempts[-1].status == row.reply.status
        failure = exchange.attempts[-1].failure
        assert failure, row.id
        assert failure.status == row.reply.status
        if row.reply.status == 404:
            assert failure.kind is FailureKind.PROVIDER_MODEL_GONE
        elif row.reply.status == 400:
            assert failure.kind is None


def _failed(row) -> bool:
    return bool(row.reply.status != 200 or row.kind == "error_in_200")
