"""Recorded streams that break off: no SDK may take what came for a whole answer."""

import random

import pytest
from tests.clients.gateway_process import APP_KEY, PROVIDER_KEYS
from tests.clients.recordings import breaks_off, half_of, replayable
from tests.clients.sdks import SDKS
from tests.clients.upstream import Ending
from tests.providers.recorded_facts import NEVER_FINISHED

from leadline.vocabulary import FailureKind

pytestmark = pytest.mark.filterwarnings("ignore:The model .* is deprecated:DeprecationWarning")
ENDINGS = (Ending.WHOLE, Ending.CLOSE, Ending.RESET)
CUT = {FailureKind.PROVIDER_TRUNCATED, FailureKind.PROVIDER_CONNECTION}


@pytest.fixture(scope="module", params=[f"{name}, {how}" for name in SDKS for how in ("sync", "async")])
def streams(request, recordings, upstream):
    """An SDK, how it is used, and recorded streams with what it makes of them when they are whole."""
    name, how = request.param.split(", ")
    sdk = SDKS[name]
    rows = [
        row
        for row in recordings
        if row.row["api"] in sdk.apis and row.streamed and row.kind != "error_in_200" and replayable(row)
        if row.id not in NEVER_FINISHED
    ]
    questions = [(row, row.facts["model_requested"]) for row in rows]
    return name, how, questions, sdk.heard(how, upstream.url, PROVIDER_KEYS[name], questions)


@pytest.mark.parametrize("ending", ENDINGS)
def test_every_sdk_raises_on_a_stream_that_breaks_off(streams, ending, upstream, gateway):
    name, how, questions, wholes = streams
    sdk = SDKS[name]
    dice = random.Random(f"{name} {how} {ending}")  # noqa: S311 - chance that repeats
    with upstream.playing({row.id: breaks_off(row, dice, ending) for row, _ in questions}):
        heard = sdk.heard(how, gateway.url, APP_KEY, questions)

    for (row, _), cut, whole in zip(questions, heard, wholes, strict=True):
        exchange = gateway.record(cut.headers["x-leadline-request-id"]).exchange
        failure = exchange.attempts[-1].failure
        assert isinstance(cut.raised, sdk.error), (row.id, cut)
        assert f"GET /v1/requests/{exchange.request_id}" in str(cut.raised)
        assert cut.told == whole.told[: len(cut.told)], row.id
        assert len(cut.told) < len(whole.told), row.id
        assert failure, row.id
        assert failure.kind in CUT, (row.id, failure)
        assert not exchange.served
        assert exchange.answer is None or not exchange.answer.complete
    assert sum(bool(cut.told) for cut in heard) > 0.5 * len(heard)


@pytest.mark.parametrize("ending", ENDINGS)
@pytest.mark.parametrize("name", SDKS)
def test_every_sdk_raises_on_an_answer_whose_body_is_cut_in_half(name, ending, recordings, upstream, gateway):
    """Not a stream: then nothing has been sent yet, and the error has a status."""
    sdk = SDKS[name]
    whole = [row for row in recordings if row.row["api"] in sdk.apis and not row.row["streaming"]]
    rows = [row for row in whole if row.kind == "ok" and replayable(row)][::60]
    questions = [(row, row.facts["model_requested"]) for row in rows]
    with upstream.playing({row.id: half_of(row, ending) for row in rows}):
        heard = sdk.heard("sync", gateway.url, APP_KEY, questions)

    for row, one in zip(rows, heard, strict=True):
        failure = gateway.record(one.headers["x-leadline-request-id"]).exchange.attempts[-1].failure
        assert isinstance(one.raised, sdk.error), row.id
        assert one.status == 502
        assert failure, row.id
        assert failure.kind in CUT, row.id
