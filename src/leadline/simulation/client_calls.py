"""What the simulated clients send to the gateway: one task in the words of each protocol."""

from typing import NamedTuple

import msgspec

from leadline.simulation.chance import Chance
from leadline.simulation.documents import INJECTION, Task, invoice_task, summary_task, support_task
from leadline.vocabulary import OutboundRequest

_USERS = ("ada", "ben", "cleo", "dora", "emil")


class Spoken(NamedTuple):
    """Which protocol and model alias a task goes to."""

    protocol: str
    alias: str


OPENAI = Spoken("openai", "gpt-4o-mini")
ANTHROPIC = Spoken("anthropic", "claude-sonnet-5")
GEMINI = Spoken("gemini", "gemini-3.5-flash")
MODELS = tuple(spoken.alias for spoken in (OPENAI, ANTHROPIC, GEMINI))
_MIX = (
    (summary_task, ANTHROPIC),
    (support_task, OPENAI),
    (invoice_task, GEMINI),
    (summary_task, ANTHROPIC),
    (support_task, OPENAI),
    (invoice_task, GEMINI),
    (summary_task, OPENAI),
    (support_task, GEMINI),
)
_STREAMED_SHARE = 0.5


class ClientCall(NamedTuple):
    request: OutboundRequest
    protocol: str
    streaming: bool


def client_call(number: int, chance: Chance, gateway: str, key: str, *, injected: bool) -> ClientCall:
    """The `number`-th call. `injected`: a stranger's instruction stands in the text of a support question."""
    make, (protocol, alias) = _MIX[number % len(_MIX)]
    task = make(chance)
    if injected and make is support_task:
        task = msgspec.structs.replace(task, prompt=f"{task.prompt}\n\n{INJECTION}")
    streaming = chance.roll() < _STREAMED_SHARE
    path, headers, body = _WORDS[protocol](task, alias, key, streaming)
    request = OutboundRequest(
        url=gateway + path,
        body=msgspec.json.encode(body),
        headers={
            "content-type": "application/json",
            "user-agent": "leadline-demo",
            "x-leadline-template": task.template,
            "x-leadline-feature": task.feature,
            "x-leadline-user": chance.pick(_USERS),
            **headers,
        },
    )
    return ClientCall(request, protocol, streaming)


_Words = tuple[str, dict[str, str], dict[str, object]]


def _openai(task: Task, alias: str, key: str, streaming: bool) -> _Words:  # noqa: FBT001  a table calls it
    body: dict[str, object] = {
        "model": alias,
        "messages": [{"role": "system", "content": task.system}, {"role": "user", "content": task.prompt}],
        "max_completion_tokens": task.output_limit,
        "stream": streaming,
    }
    if task.schema is not None:
        wanted = {"name": task.template.replace("-", "_"), "strict": True, "schema": task.schema}
        body["response_format"] = {"type": "json_schema", "json_schema": wanted}
    return "/v1/chat/completions", {"authorization": f"Bearer {key}"}, body


def _anthropic(task: Task, alias: str, key: str, streaming: bool) -> _Words:  # noqa: FBT001
    body: dict[str, object] = {
        "model": alias,
        "system": task.system,
        "messages": [{"role": "user", "content": task.prompt}],
        "max_tokens": task.output_limit,
        "stream": streaming,
    }
    if task.schema is not None:
        body["output_config"] = {"format": {"type": "json_schema", "schema": task.schema}}
    return "/v1/messages", {"x-api-key": key, "anthropic-version": "2023-06-01"}, body


def _gemini(task: Task, alias: str, key: str, streaming: bool) -> _Words:  # noqa: FBT001
    generation: dict[str, object] = {"maxOutputTokens": task.output_limit}
    if task.schema is not None:
        generation |= {"responseMimeType": "application/json", "responseJsonSchema": task.schema}
    body: dict[str, object] = {
        "systemInstruction": {"parts": [{"text": task.system}]},
        "contents": [{"role": "user", "parts": [{"text": task.prompt}]}],
        "generationConfig": generation,
    }
    verb = "streamGenerateContent?alt=sse" if streaming else "generateContent"
    return f"/v1beta/models/{alias}:{verb}", {"x-goog-api-key": key}, body


_WORDS = {"openai": _openai, "anthropic": _anthropic, "gemini": _gemini}
