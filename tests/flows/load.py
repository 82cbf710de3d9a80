"""Bounded load on a house over several connections, and checks of a test's own in its processes."""

import http.client
import json
import statistics
import threading
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from time import perf_counter
from typing import Any
from urllib.parse import urlsplit

import pytest
from tests.flows.support import APP_KEY, Reply

CONNECTIONS = 6
CHAT = "/v1/chat/completions"


@dataclass(frozen=True, eq=False)
class Answered:
    """One request and all that came back for it; `seconds` until its last byte."""

    asked: dict[str, Any]
    status: int
    headers: dict[str, str]
    body: bytes
    seconds: float

    @property
    def request_id(self) -> str:
        return self.headers["x-leadline-request-id"]


@dataclass
class Load:
    """Asks `bodies` in turn over keep-alive connections; `answers` in any order. `pause_s` lies between two
    requests of a connection.

    Raises what a connection raised: a request that is lost is a failure of the test.
    """

    url: str
    bodies: Sequence[dict[str, Any]]
    path: str = CHAT
    key: str = APP_KEY
    answers: list[Answered] = field(default_factory=list)
    pause_s: float = 0.0
    stopping: threading.Event = field(default_factory=threading.Event)

    def run(self, times: int) -> list[Answered]:
        """So many requests, then what they came to."""
        self._go(times)
        return self.finish()

    def start(self) -> "Load":
        """Until `finish`."""
        self._go(None)
        return self

    def finish(self) -> list[Answered]:
        self.stopping.set() if self._times is None else None
        for thread in self._threads:
            thread.join(60)
        for error in self._raised:
            raise error
        return self.answers

    def _go(self, times: int | None) -> None:
        self._times, self._numbers = times, count()
        self._raised: list[Exception] = []
        self._threads = [threading.Thread(target=self._ask_all, daemon=True) for _ in range(CONNECTIONS)]
        for thread in self._threads:
            thread.start()

    def _ask_all(self) -> None:
        connection = http.client.HTTPConnection(urlsplit(self.url).netloc, timeout=30)
        try:
            while not self.stopping.wait(self.pause_s):
                number = next(self._numbers)
                if self._times is not None and number >= self._times:
                    break
                self.answers.append(self._ask(connection, self.bodies[number % len(self.bodies)]))
        except Exception as error:  # noqa: BLE001 - raised where the test waits
            self._raised.append(error)
        finally:
            connection.close()

    def _ask(self, connection: http.client.HTTPConnection, body: dict[str, Any]) -> Answered:
        headers = {"authorization": f"Bearer {self.key}", "content-type": "application/json"}
        began = perf_counter()
        connection.request("POST", self.path, json.dumps(body), headers)
        answer = connection.getresponse()
        data = answer.read()
        took = perf_counter() - began
        told = {name.lower(): value for name, value in answer.getheaders()}
        return Answered(body, answer.status, told, data, took)


def question(text: str, *, stream: bool = False) -> dict[str, Any]:
    """A chat completion; a stream asks for its usage, so that its bytes pass as they are."""
    body: dict[str, Any] = {"model": "chat", "messages": [{"role": "user", "content": text}]}
    return body | ({"stream": True, "stream_options": {"include_usage": True}} if stream else {})


def streamed(text: str) -> Reply:
    """The words of `text` as events of a chat completion."""

    def event(choices: list[Any], **more: Any) -> bytes:
        chunk = {
            "id": "c1",
            "object": "chat.completion.chunk",
            "created": 1,
            "model": "gpt-4o-mini-2024-07-18",
            "choices": choices,
            **more,
        }
        return b"data: " + json.dumps(chunk).encode() + b"\n\n"

    words = [f"{word} " for word in text.split()]
    events = [event([{"index": 0, "delta": {"content": word}, "finish_reason": None}]) for word in words]
    usage = {"prompt_tokens": 9, "completion_tokens": len(words), "total_tokens": 9 + len(words)}
    events += [event([{"index": 0, "delta": {}, "finish_reason": "stop"}]), event([], usage=usage)]
    return 200, {"content-type": "text/event-stream"}, b"".join([*events, b"data: [DONE]\n\n"])


def median_s(answers: Sequence[Answered]) -> float:
    return statistics.median(one.seconds for one in answers)


def add_plug(folder: Path, monkeypatch: pytest.MonkeyPatch, package: str, name: str, source: str) -> None:
    """One more file in a folder of plugs, for the processes that are started from now on."""
    own = folder / "plugs" / package
    own.mkdir(parents=True, exist_ok=True)
    (own / f"{name}.py").write_text(source)
    lines = [f"import {package} as one\none.__path__.append({str(own)!r})\n"]
    site = folder / "site" / "sitecustomize.py"
    site.parent.mkdir(exist_ok=True)
    site.write_text((site.read_text() if site.exists() else "") + "".join(lines))
    monkeypatch.setenv("PYTHONPATH", str(site.parent))
