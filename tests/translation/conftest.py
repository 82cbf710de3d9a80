"""Recorded calls in all directions, and readers of what translation makes of them."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.providers.conftest import SURFACE_OF, Recorded, _build, recorded_rows

from leadline.providers import Surface
from leadline.translation import CODECS, Direction, StreamTranslator, Telling, translate_stream
from leadline.vocabulary import Answer, Question, UpstreamFailure, WireProtocol

TELLING = Telling(id="req-1", model="a-model", created_at=1_700_000_000.5)
MODELS = {
    WireProtocol.OPENAI_CHAT: "gpt-4o",
    WireProtocol.ANTHROPIC_MESSAGES: "claude-sonnet-4-5",
    WireProtocol.GEMINI_GENERATE: "gemini-2.5-flash",
}
QUESTION = Question(model="m", streaming=True, wants_stream_usage=True)
_PLUG = {
    WireProtocol.OPENAI_CHAT: "openai",
    WireProtocol.ANTHROPIC_MESSAGES: "anthropic",
    WireProtocol.GEMINI_GENERATE: "gemini",
}


def surface_of(protocol: WireProtocol) -> Surface:
    return _build(_PLUG[protocol], protocol).surface


def protocol_of(row: Recorded) -> WireProtocol:
    return SURFACE_OF[row.row["api"]]


def others(protocol: WireProtocol) -> list[WireProtocol]:
    return [other for other in CODECS if other is not protocol]


def translator(upstream: WireProtocol, client: WireProtocol, telling: Telling = TELLING) -> StreamTranslator:
    reader = surface_of(upstream).stream_reader(QUESTION)
    return translate_stream(reader, Direction(client, upstream), telling)


def run(stream: StreamTranslator, chunks: list[bytes]) -> bytes:
    """What a client is given: as the relay does it, nothing more once the reader gave up."""
    given = b""
    for chunk in chunks:
        given += stream.feed(chunk)
        if stream.gave_up:
            return given
    return given + stream.finish()


def read_stream(client: WireProtocol, given: bytes) -> Answer | UpstreamFailure:
    reader = surface_of(client).stream_reader(QUESTION)
    reader.feed(given)
    reader.finish()
    return reader.outcome()


def translatable(rows: list[Recorded]) -> Iterator[tuple[Recorded, Answer, WireProtocol]]:
    """Each recorded answer with each protocol that it is translated into."""
    for row in rows:
        answer = row.read()
        if isinstance(answer, Answer):
            for client in others(protocol_of(row)):
                yield row, answer, client


@pytest.fixture(scope="session")
def recorded(data: Path) -> list[Recorded]:
    return [row for row in recorded_rows(data) if SURFACE_OF.get(row.row["api"]) in CODECS]
