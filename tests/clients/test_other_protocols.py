"""The real SDKs, answered by a provider that speaks another protocol: they notice nothing."""

import json
import random
from itertools import permutations

import pytest
from tests.clients.gateway_process import APP_KEY, PROVIDER_KEYS
from tests.clients.recordings import breaks_off, play_of
from tests.clients.speakers import RAISES, SPEAKERS, WORDS
from tests.clients.upstream import NAME, Ending, Play
from tests.providers.conftest import SURFACE_OF, TYPE_OF

from leadline.translation import CODECS
from leadline.vocabulary import Answer, FinishReason

PAIRS = list(permutations(PROVIDER_KEYS, 2))
PLAIN = {FinishReason.STOP, FinishReason.LENGTH, FinishReason.TOOL_CALLS}
DOWN = "down"
UNNAMED = ""
"""A translated call carries none of the client's own headers, so the upstream knows it by no name."""
pytestmark = pytest.mark.filterwarnings("ignore:.*:DeprecationWarning")


def recorded_answers(recordings, kind, *, streamed):
    """Recorded answers of a protocol that ended well, those with calls of tools first."""
    rows = [
        row
        for row in recordings
        if SURFACE_OF.get(row.row["api"]) in CODECS and TYPE_OF[row.row["api"]] == kind
        if row.streamed is streamed and row.kind == "ok" and not row.body.startswith(b"[")
        if isinstance(answer := row.read(), Answer) and answer.complete and answer.finish_reason in PLAIN
        if answer.usage and all(_is_json(call.arguments) for call in answer.tool_calls)
    ]
    return sorted(rows, key=lambda row: -len(row.read().tool_calls))[:12] + rows[:4]


def _is_json(arguments):
    try:
        json.loads(arguments or "{}")
    except ValueError:
        return False
    return True


@pytest.mark.parametrize("streaming", [False, True], ids=["whole", "streamed"])
@pytest.mark.parametrize(("client", "provider"), PAIRS)
def test_an_sdk_reads_what_another_protocol_said(client, provider, streaming, recordings, gateway, upstream):
    rows = recorded_answers(recordings, provider, streamed=streaming)
    assert len(rows) >= 8
    for row in rows:
        answer = row.read()
        with upstream.playing({UNNAMED: play_of(row)}):
            said = SPEAKERS[client](gateway.url, APP_KEY, f"plain-{provider}", {}, streaming=streaming)

        assert said.text == answer.text, row.id
        assert said.calls == tuple((c.name, json.loads(c.arguments or "{}")) for c in answer.tool_calls)
        assert said.finish == WORDS[client][answer.finish_reason.value], row.id
        assert said.tokens == (answer.usage.input_tokens, answer.usage.output_tokens), row.id


@pytest.mark.parametrize("streaming", [False, True], ids=["whole", "streamed"])
@pytest.mark.parametrize(("client", "provider"), PAIRS)
def test_a_503_is_answered_across_protocols_before_the_sdk_notices(
    client, provider, streaming, recordings, gateway, upstream
):
    row = recorded_answers(recordings, provider, streamed=streaming)[0]
    down = Play(status=503, parts=(b'{"error": {"message": "overloaded"}}',))
    with upstream.playing({DOWN: down, UNNAMED: play_of(row)}):
        alias = f"{client}-then-{provider}"
        said = SPEAKERS[client](gateway.url, APP_KEY, alias, {NAME: DOWN}, streaming=streaming)

    assert said.text == row.read().text
    assert upstream.seen[DOWN]
    asked = json.loads(upstream.seen[UNNAMED][-1].body)
    assert "What is the weather in Paris?" in json.dumps(asked)
    assert "weather" in json.dumps(asked["tools"])


@pytest.mark.parametrize(("client", "provider"), PAIRS)
def test_a_cut_stream_raises_in_the_sdk_of_another_protocol(client, provider, recordings, gateway, upstream):
    dice = random.Random(7)  # noqa: S311 - where to cut is no secret
    for row in recorded_answers(recordings, provider, streamed=True)[:4]:
        with (
            upstream.playing({UNNAMED: breaks_off(row, dice, Ending.CLOSE)}),
            pytest.raises(RAISES[client]),
        ):
            SPEAKERS[client](gateway.url, APP_KEY, f"plain-{provider}", {}, streaming=True)


@pytest.mark.parametrize("client", ["openai", "gemini"])
def test_an_overload_of_anthropic_raises_as_a_503(client, gateway, upstream):
    overloaded = b'{"type":"error","error":{"type":"overloaded_error","message":"Overloaded"}}'
    with (
        upstream.playing({UNNAMED: Play(status=529, parts=(overloaded,))}),
        pytest.raises(RAISES[client], match="Overloaded") as raised,
    ):
        SPEAKERS[client](gateway.url, APP_KEY, "plain-anthropic", {}, streaming=False)

    error = raised.value
    assert getattr(error, "status_code", None) == 503 or getattr(error, "code", None) == 503
