"""How each official SDK is made to ask again what was once asked, and what it makes of the answer."""

import asyncio
import contextlib
import inspect
import json
from abc import ABC, abstractmethod
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from typing import Any, ClassVar

import anthropic
import httpx2
import openai
from google import genai
from google.genai import errors as genai_errors
from google.genai.types import HttpOptions
from tests.clients.tap import Tap
from tests.clients.upstream import NAME
from tests.providers.conftest import Recorded

FEATURE = {"x-leadline-feature": "checkout"}


@dataclass(frozen=True)
class Heard:
    """What one call came to. `body` are the bytes, `told` what the SDK made of them.

    `raised` is set when the SDK raised instead; `told` then holds what came before. `requests` counts what
    the connection was asked so far, the retries of the SDK included.
    """

    status: int
    headers: httpx2.Headers
    body: bytes
    told: tuple[Any, ...]
    raised: Exception | None
    requests: int

    @property
    def verdict(self) -> object:
        """Everything that the program behind the SDK can see, comparable."""
        error = self.raised
        return self.told, self.status, error and (type(error), str(error), getattr(error, "body", None))


@dataclass(frozen=True)
class Sdk(ABC):
    """One official SDK. `make` and `make_async` build its client, of which only the base URL is special."""

    apis: ClassVar[frozenset[str]]
    error: ClassVar[type[Exception]]
    """What all its errors derive from."""
    max_retries: int = 2

    @abstractmethod
    def make(self, url: str, key: str, tap: Tap) -> Any: ...

    @abstractmethod
    def make_async(self, url: str, key: str, tap: Tap) -> Any: ...

    @abstractmethod
    def call(self, client: Any, row: Recorded, model: str) -> Callable[[], Any]:
        """The recorded request as a call of the SDK, ready to be made."""

    @abstractmethod
    def plain(self, made: Any) -> object:
        """An object of the SDK as plain data."""

    def heard(self, how: str, url: str, key: str, questions: Iterable[tuple[Recorded, str]]) -> list[Heard]:
        """Ask one after the other, through one client; `how` is sync or async."""
        return self.ask(url, key, questions) if how == "sync" else self.ask_async(url, key, questions)

    def ask(self, url: str, key: str, questions: Iterable[tuple[Recorded, str]]) -> list[Heard]:
        """Ask one after the other through one client."""
        tap = Tap()
        client = self.make(url, key, tap)
        with contextlib.closing(tap):
            return [self._ask(self.call(client, row, model), row, tap) for row, model in questions]

    def ask_async(self, url: str, key: str, questions: Iterable[tuple[Recorded, str]]) -> list[Heard]:
        """The same through the async client."""

        async def run() -> list[Heard]:
            tap = Tap()
            client = self.make_async(url, key, tap)
            async with contextlib.aclosing(tap):
                return [
                    await self._ask_async(self.call(client, row, model), row, tap) for row, model in questions
                ]

        return asyncio.run(run())

    def _ask(self, call: Callable[[], Any], row: Recorded, tap: Tap) -> Heard:
        told: list[object] = []
        raised: Exception | None = None
        try:
            answer = call()
            for made in answer if row.row["streaming"] else (answer,):
                told.append(self.plain(made))  # noqa: PERF401 - what came before an error counts
        except Exception as error:  # noqa: BLE001 - what an SDK raises is what the test is about
            raised = error
        return Heard(tap.status, tap.headers, tap.body, tuple(told), raised, tap.requests)

    async def _ask_async(self, call: Callable[[], Awaitable[Any]], row: Recorded, tap: Tap) -> Heard:
        told: list[object] = []
        raised: Exception | None = None
        try:
            answer = await call()
            if row.row["streaming"]:
                async for made in answer:
                    told.append(self.plain(made))  # noqa: PERF401 - the same
            else:
                told.append(self.plain(answer))
        except Exception as error:  # noqa: BLE001 - the same
            raised = error
        return Heard(tap.status, tap.headers, tap.body, tuple(told), raised, tap.requests)


class OpenAI(Sdk):
    apis = frozenset({"chat.completions"})
    error = openai.APIError

    def make(self, url: str, key: str, tap: Tap) -> openai.OpenAI:
        http = httpx2.Client(transport=tap)
        return openai.OpenAI(
            api_key=key, base_url=f"{url}/v1", http_client=http, max_retries=self.max_retries
        )

    def make_async(self, url: str, key: str, tap: Tap) -> openai.AsyncOpenAI:
        http = httpx2.AsyncClient(transport=tap)
        return openai.AsyncOpenAI(
            api_key=key, base_url=f"{url}/v1", http_client=http, max_retries=self.max_retries
        )

    def call(self, client: Any, row: Recorded, model: str) -> Callable[[], Any]:
        return _with_body(client.chat.completions.create, row, model)

    def plain(self, made: Any) -> object:
        return made.to_dict(mode="json", warnings=False)


class Anthropic(Sdk):
    apis = frozenset({"messages"})
    error = anthropic.APIError

    def make(self, url: str, key: str, tap: Tap) -> anthropic.Anthropic:
        http = httpx2.Client(transport=tap)
        return anthropic.Anthropic(
            api_key=key, base_url=url, http_client=http, timeout=60, max_retries=self.max_retries
        )

    def make_async(self, url: str, key: str, tap: Tap) -> anthropic.AsyncAnthropic:
        http = httpx2.AsyncClient(transport=tap)
        return anthropic.AsyncAnthropic(
            api_key=key, base_url=url, http_client=http, timeout=60, max_retries=self.max_retries
        )

    def call(self, client: Any, row: Recorded, model: str) -> Callable[[], Any]:
        messages = client.beta.messages if "beta" in row.row["request"]["query"] else client.messages
        return _with_body(messages.create, row, model)

    def plain(self, made: Any) -> object:
        return made.to_dict(mode="json", warnings=False)


class Google(Sdk):
    apis = frozenset({"generateContent", "streamGenerateContent"})
    error = genai_errors.APIError

    def make(self, url: str, key: str, tap: Tap) -> Any:
        http = httpx2.Client(transport=tap)
        return genai.Client(api_key=key, http_options=HttpOptions(base_url=url, httpx_client=http))

    def make_async(self, url: str, key: str, tap: Tap) -> Any:
        http = httpx2.AsyncClient(transport=tap)
        client = genai.Client(api_key=key, http_options=HttpOptions(base_url=url, httpx_async_client=http))
        return client.aio

    def call(self, client: Any, row: Recorded, model: str) -> Callable[[], Any]:
        models = client.models
        create = models.generate_content_stream if row.row["streaming"] else models.generate_content
        body = json.loads(row.request.body)
        options = {"headers": {NAME: row.id, **FEATURE}, "extra_body": body}
        return lambda: create(model=model, contents="?", config={"http_options": options})

    def plain(self, made: Any) -> object:
        return made.model_dump(mode="json", exclude={"sdk_http_response"}, warnings=False)


SDKS: dict[str, Sdk] = {"openai": OpenAI(), "anthropic": Anthropic(), "gemini": Google()}


def _with_body(create: Callable[..., Any], row: Recorded, model: str) -> Callable[[], Any]:
    """The recorded body as arguments; what the SDK's signature lacks goes into `extra_body`."""
    known = inspect.signature(create).parameters
    body = {**json.loads(row.request.body), "model": model}
    arguments = {name: value for name, value in body.items() if name in known}
    extra = {name: value for name, value in body.items() if name not in known}
    headers = {NAME: row.id, **FEATURE}
    return lambda: create(**arguments, extra_body=extra or None, extra_headers=headers)
