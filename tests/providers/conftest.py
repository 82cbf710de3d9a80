"""Recorded exchanges, and how a provider reads one."""

import functools
import gzip
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, cast

import msgspec
import pytest

from leadline import plugs
from leadline.providers import ClientRequest, Provider, Surface
from leadline.vocabulary import (
    Answer,
    OutboundRequest,
    ProviderIdentifier,
    Question,
    Target,
    UpstreamFailure,
    UpstreamReply,
    WireProtocol,
)

TYPE_OF = {
    "chat.completions": "openai",
    "messages": "anthropic",
    "generateContent": "gemini",
    "streamGenerateContent": "gemini",
    "responses": "openai",
    "completions": "openai",
    "embeddings": "openai",
    "messages.count_tokens": "anthropic",
    "countTokens": "gemini",
    "embedContent": "gemini",
    "batchEmbedContents": "gemini",
}
SURFACE_OF = {
    "chat.completions": WireProtocol.OPENAI_CHAT,
    "messages": WireProtocol.ANTHROPIC_MESSAGES,
    "generateContent": WireProtocol.GEMINI_GENERATE,
    "streamGenerateContent": WireProtocol.GEMINI_GENERATE,
    "responses": WireProtocol.OPENAI_RESPONSES,
    "completions": WireProtocol.OPENAI_COMPLETIONS,
    "embeddings": WireProtocol.OPENAI_EMBEDDINGS,
    "messages.count_tokens": WireProtocol.ANTHROPIC_COUNT_TOKENS,
    "countTokens": WireProtocol.GEMINI_COUNT_TOKENS,
    "embedContent": WireProtocol.GEMINI_EMBED,
    "batchEmbedContents": WireProtocol.GEMINI_BATCH_EMBED,
}


class Spoken:
    """A provider and one of its surfaces, asked as if they were one."""

    def __init__(self, provider: Provider, protocol: WireProtocol | None = None) -> None:
        self.provider = provider
        spoken = provider.surfaces
        self.surface: Surface = next(iter(spoken.values())) if protocol is None else spoken[protocol]

    def __getattr__(self, name: str) -> Any:
        return getattr(self.surface, name)

    def matches(self, path: str) -> bool:
        return path in self.surface.paths or self.surface.matches(path)

    def outbound(
        self, request: ClientRequest, question: Question, target: Target, secret: str
    ) -> OutboundRequest:
        return self.provider.outbound(self.surface, request, question, target, secret)


class Recorded:
    """One recorded exchange of a protocol we speak."""

    def __init__(self, row: dict[str, Any]) -> None:
        self.row = row
        self.id: str = row["id"]
        self.facts: dict[str, Any] = row["facts"]
        self.kind: str = row["kind"]
        self.streamed: bool = row["streaming"] and row["response"]["status"] == 200
        self.body = (row["response"]["body"] or "").encode()

    @property
    def provider(self) -> Spoken:
        return _build(TYPE_OF[self.row["api"]], SURFACE_OF[self.row["api"]])

    @property
    def request(self) -> ClientRequest:
        """As this gateway would be asked: other hosts' paths become ours."""
        asked = self.row["request"]
        path = asked["path"]
        if TYPE_OF[self.row["api"]] == "openai":
            path = "/v1/" + self.row["api"].replace(".", "/")
        elif self.row["provider"] == "google-vertex":
            path = "/v1beta/models/" + path.rsplit("/", 1)[-1]
        return ClientRequest(
            method="POST",
            path=path,
            query="&".join(f"{k}={v}" for k, v in asked["query"].items()),
            headers=asked["headers"],
            body=(asked["body"] or "").encode(),
        )

    def surface_request(self, path: str) -> ClientRequest:
        """The request as it stands, but at `path`."""
        return msgspec.structs.replace(self.request, path=path)

    @property
    def reply(self) -> UpstreamReply:
        response = self.row["response"]
        headers = {name.lower(): value for name, value in response["headers"].items()}
        return UpstreamReply(status=response["status"], headers=headers, body=self.body)

    def read(self) -> Answer | UpstreamFailure:
        return self._outcome

    @functools.cached_property
    def _outcome(self) -> Answer | UpstreamFailure:
        if not self.streamed:
            return self.provider.surface.read_reply(self.reply)
        return _read_stream(self.provider, [self.body])[0]


def _build(name: str, protocol: WireProtocol | None = None, **settings: object) -> Spoken:
    built = cast("Provider", plugs.build("leadline.providers", {"type": name, **settings}))
    return Spoken(built, protocol)


def _read_stream(
    provider: Spoken, chunks: list[bytes], question: Question | None = None
) -> tuple[Answer | UpstreamFailure, bytes]:
    reader = provider.stream_reader(question or Question(model="m", streaming=True, wants_stream_usage=True))
    relayed = b"".join([reader.feed(chunk) for chunk in chunks])
    relayed += reader.finish()
    return reader.outcome(), relayed


def _target(name: str, model: str, base_url: str = "") -> Target:
    return Target(
        identity=ProviderIdentifier(provider=name, model=model),
        type=name,
        base_url=base_url or _build(name).provider.default_base_url,
        secret="env:KEY",
    )


@pytest.fixture(scope="session")
def build():
    """Build a provider by its name and settings, with one of its surfaces."""
    return _build


@pytest.fixture(scope="session")
def read_stream():
    """The outcome of chunks read as a stream, and what the client was given."""
    return _read_stream


@pytest.fixture(scope="session")
def target():
    """A target of a provider type: name, model, base_url."""
    return _target


def recorded_rows(data: Path) -> Iterator[Recorded]:
    with gzip.open(data / "wire" / "exchanges.jsonl.gz", "rt") as lines:
        for line in lines:
            row = json.loads(line)
            if row["api"] in TYPE_OF:
                yield Recorded(row)


@pytest.fixture(scope="session")
def recorded(data) -> list[Recorded]:
    return list(recorded_rows(data))
