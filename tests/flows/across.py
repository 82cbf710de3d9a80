"""Providers of each protocol on loopback, and the real SDKs as the clients of a house in front of them."""

import json
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec
from tests.clients.faults import DIALECTS
from tests.clients.said import SAID
from tests.clients.sdks import SDKS
from tests.clients.tap import Tap
from tests.clients.upstream import Play, Seen, Upstream
from tests.flows.support import APP_KEY, House

from leadline.measures.tokens import count_text
from leadline.providers import ClientRequest, Surface
from leadline.providers.surfaces import anthropic_messages, gemini_generate, openai_chat
from leadline.simulation.answers import answer
from leadline.simulation.chance import Chance

_JSON, _EVENTS = {"content-type": "application/json"}, {"content-type": "text/event-stream"}
_SURFACES: dict[str, Surface] = {
    "openai": openai_chat.PLUG(),
    "anthropic": anthropic_messages.PLUG(),
    "gemini": gemini_generate.PLUG(),
}
MODELS = {"openai": "gpt-4o-mini", "anthropic": "claude-3-5-haiku-latest", "gemini": "gemini-2.0-flash"}
"""What each provider is asked for."""
ENDS = {"openai": "stop", "anthropic": "end_turn", "gemini": "STOP"}
DOWN_STATUS = {"openai": 503, "anthropic": 529, "gemini": 503}
DOWN_KIND = {
    "openai": "provider.outage",
    "anthropic": "provider.overloaded",
    "gemini": "provider.overloaded",
}


class Speaking(Upstream):
    """A provider of one protocol that says `words()`, billed as such a provider would; None = it is down."""

    def __init__(self, protocol: str, words: Callable[[], str | None], name: str = "") -> None:
        self.protocol = protocol
        self.name = name or protocol
        self._words = words
        self._lock = threading.Lock()
        count_text("warm", MODELS[protocol])  # its table takes a while to load, the first call should not
        self.asked: list[Seen] = []
        super().__init__()

    def play_for(self, seen: Seen) -> tuple[str, Play]:
        with self._lock:
            self.asked.append(seen)
        dialect, text = DIALECTS[self.protocol], self._words()
        if text is None:
            status = DOWN_STATUS[self.protocol]
            return "", Play(status=status, parts=(dialect.failure(status),), headers=_JSON)
        path, _, query = seen.target.partition("?")
        request = ClientRequest(
            method=seen.method, path=path, query=query, headers=seen.headers, body=seen.body
        )
        question = _SURFACES[self.protocol].read_question(request)
        told = answer(question, self.protocol, Chance(len(self.asked)), created=1)
        told = msgspec.structs.replace(told, text=text, output_tokens=count_text(text, question.model))
        if question.streaming:
            return "", Play(parts=tuple(dialect.stream(told, question)), headers=_EVENTS, streamed=True)
        return "", Play(parts=(dialect.whole(told),), headers=_JSON)


@dataclass(frozen=True)
class Told:
    """What the program behind an SDK got: `text` and the SDK's own word for the end, or what was `raised`.
    `body` are the bytes of the last answer, `requests` how often the SDK asked.
    """

    text: str
    end: str
    status: int
    headers: dict[str, str]
    body: bytes
    raised: Exception | None
    requests: int

    @property
    def request_id(self) -> str:
        return self.headers["x-leadline-request-id"]


def ask(house: House, client: str, model: str, question: str, *, streaming: bool = False) -> Told:
    """One question through the real SDK of the protocol `client`."""
    sdk, tap, told, raised = SDKS[client], Tap(), [], None
    made = sdk.make(house.gateway, APP_KEY, tap)
    try:
        for one in _ASKING[client](made, model, question, streaming):
            told.append(sdk.plain(one))  # noqa: PERF401 - what came before an error counts
    except sdk.error as error:
        raised = error
    finally:
        tap.close()
    text, end = SAID[client](told)
    headers = {name.lower(): value for name, value in tap.headers.items()}
    return Told(text, end, tap.status, headers, tap.body, raised, tap.requests)


def _ask_openai(client: Any, model: str, question: str, streaming: bool) -> Any:  # noqa: FBT001 - a row of three
    messages = [{"role": "user", "content": question}]
    made = client.chat.completions.create(model=model, messages=messages, stream=streaming)
    return made if streaming else [made]


def _ask_anthropic(client: Any, model: str, question: str, streaming: bool) -> Any:  # noqa: FBT001 - the same
    messages = [{"role": "user", "content": question}]
    made = client.messages.create(model=model, max_tokens=400, messages=messages, stream=streaming)
    return made if streaming else [made]


def _ask_gemini(client: Any, model: str, question: str, streaming: bool) -> Any:  # noqa: FBT001 - the same
    if streaming:
        return client.models.generate_content_stream(model=model, contents=question)
    return [client.models.generate_content(model=model, contents=question)]


_ASKING: dict[str, Callable[..., Any]] = {
    "openai": _ask_openai,
    "anthropic": _ask_anthropic,
    "gemini": _ask_gemini,
}


def speaks(protocol: str, body: bytes) -> bool:
    """Whether these bytes, a whole answer or the events of one, are of this protocol and no other."""
    marks = {"openai": b'"choices"', "anthropic": b'"stop_reason"', "gemini": b'"candidates"'}
    return [name for name, mark in marks.items() if mark in body] == [protocol]


def configuration(
    folder: Path, routes: Mapping[str, Sequence[Speaking]], pager: str, time_scale: float = 0.05
) -> str:
    """Each alias with its targets in the order they are asked."""
    providers = {
        one.name: {
            "type": one.protocol,
            "base_url": f"{one.url}/v1" if one.protocol == "openai" else one.url,
            "api_key": "env:TEST_UPSTREAM_KEY",
        }
        for targets in routes.values()
        for one in targets
    }
    models = {
        alias: {
            "targets": [{"provider": one.name, "model": MODELS[one.protocol]} for one in targets],
            "timeouts": {"connect": "5s", "first_byte": "20s"},
        }
        for alias, targets in routes.items()
    }
    key = {"alias": "app", "key": "env:TEST_APP_KEY", "tenant": "acme", "class": "revenue", "capture": "keep"}
    return json.dumps(
        {
            "data_dir": f"{folder}/data",
            "gateway": {"listen": "127.0.0.1:0"},
            "control": {"listen": "127.0.0.1:0"},
            "watch": {
                "listen": "127.0.0.1:0",
                "allow_private_destinations": True,
                "rules": {"time_scale": time_scale},
            },
            "supervisor": {"metrics_port": 0},
            "providers": providers,
            "models": models,
            "keys": [key],
            "destinations": {"pager": {"type": "webhook", "url": f"{pager}/hook", "at_least": "low"}},
        }
    )
