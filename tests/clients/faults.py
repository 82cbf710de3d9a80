"""What can go wrong with an upstream, as bytes and silences: the rows of the fault matrix."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from tests.clients.upstream import Ending, Play

from leadline.simulation import anthropic, gemini, openai
from leadline.simulation.answers import SimulatedAnswer
from leadline.simulation.dialect import Dialect
from leadline.vocabulary import Question

TEXT = "Paris is the capital of France, and it has been so since the year 987 at the latest."
LIMIT_S = 2.0
"""Of connecting, of the first byte and of a silence inside an answer; the whole may take `TOTAL_S`."""
TOTAL_S = 12.0
DIALECTS: dict[str, Dialect] = {
    "openai": openai.DIALECT,
    "anthropic": anthropic.DIALECT,
    "gemini": gemini.DIALECT,
}
_ANSWER = SimulatedAnswer(text=TEXT, model="m", answer_id="1f", created=1, input_tokens=12, output_tokens=22)
_JSON = {"content-type": "application/json"}
_EVENTS = {"content-type": "text/event-stream"}
_HTML = {"content-type": "text/html"}
_PAUSE_S = 0.05
"""Between the parts of what breaks off: what arrives in one piece with its error is not begun at all."""
_PAGE = b"<html><body><h1>Sign in to the network</h1></body></html>"


@dataclass(frozen=True)
class Asked:
    """How an upstream is asked: the protocol, whether for a stream, and whether with its usage."""

    protocol: str
    streaming: bool
    usage: bool = True


@dataclass(frozen=True)
class Fault:
    """`play` is what the upstream answers. `place` names an address at which there is none such; `total_s` is
    a limit of its own for the whole request. `modes` = whether it is tried without and with a stream.
    """

    name: str
    play: Callable[[Asked], Play] | None = None
    place: str = ""
    modes: tuple[bool, ...] = (False, True)
    total_s: float = TOTAL_S

    @property
    def slug(self) -> str:
        return "-".join("".join(c if c.isalnum() else " " for c in self.name.lower()).split())


def whole(asked: Asked, answer: SimulatedAnswer = _ANSWER) -> bytes:
    return DIALECTS[asked.protocol].whole(answer)


def events(asked: Asked) -> list[bytes]:
    question = Question(model="m", streaming=True, wants_stream_usage=asked.usage)
    return DIALECTS[asked.protocol].stream(_ANSWER, question)


def healthy(asked: Asked) -> Play:
    if asked.streaming:
        return Play(parts=tuple(events(asked)), headers=_EVENTS, streamed=True)
    return Play(parts=(whole(asked),), headers=_JSON)


def _begun(asked: Asked, ending: Ending, more: bytes = b"") -> Play:
    """Half of an answer, or of its stream, and then the end."""
    if not asked.streaming:
        body = whole(asked)
        half: tuple[bytes, ...] = (body[: len(body) // 2],)
        return Play(parts=half, headers=_JSON, length=len(body), ending=ending, pause_s=_PAUSE_S)
    told = events(asked)
    half = (*told[: len(told) // 2], more) if more else tuple(told[: len(told) // 2])
    return Play(parts=half, headers=_EVENTS, streamed=True, ending=ending, pause_s=_PAUSE_S)


def _then(ending: Ending) -> Callable[[Asked], Play]:
    return lambda asked: _begun(asked, ending)


def _instead(ending: Ending) -> Callable[[Asked], Play]:
    return lambda _: Play(status=None, ending=ending)


def _page(status: int) -> Callable[[Asked], Play]:
    return lambda _: Play(status=status, parts=(_PAGE,), headers=_HTML)


def _json_cut(asked: Asked) -> Play:
    body = whole(asked)
    return Play(parts=(body[: len(body) // 2],), headers=_JSON)


def _empty(asked: Asked) -> Play:
    return Play(headers=_EVENTS if asked.streaming else _JSON, streamed=asked.streaming)


def _billed_silence(asked: Asked) -> Play:
    """Whole by the letter: tokens billed, an end, and not a word."""
    silent = SimulatedAnswer(text="", model="m", answer_id="1f", created=1, input_tokens=12, output_tokens=22)
    if not asked.streaming:
        return Play(parts=(whole(asked, silent),), headers=_JSON)
    question = Question(model="m", streaming=True, wants_stream_usage=asked.usage)
    parts = DIALECTS[asked.protocol].stream(silent, question)
    return Play(parts=tuple(parts), headers=_EVENTS, streamed=True)


def _trickle(pause_s: float) -> Callable[[Asked], Play]:
    def play(asked: Asked) -> Play:
        body = whole(asked)
        step = len(body) // 10 + 1
        cut = tuple(body[at : at + step] for at in range(0, len(body), step))
        parts = tuple(events(asked)) if asked.streaming else cut
        headers = _EVENTS if asked.streaming else _JSON
        return Play(parts=parts, headers=headers, streamed=True, pause_s=pause_s)

    return play


def _no_finish(asked: Asked) -> Play:
    """The terminal marker comes, the reason to end does not."""
    marks = (b'"finish_reason":"stop"', b'"stop_reason":"end_turn"', b'"finishReason":"STOP"')
    parts = [part for part in events(asked) if not any(mark in part for mark in marks)]
    return Play(parts=tuple(parts), headers=_EVENTS, streamed=True)


def _garbage(asked: Asked) -> Play:
    return _begun(asked, Ending.WHOLE, b"data: {not json at all\n\n")


def _error_event(*, flat: bool = False, first: bool = False) -> Callable[[Asked], Play]:
    def play(asked: Asked) -> Play:
        error = _ERRORS[asked.protocol](503)
        inner = error["error"]
        if flat:
            error = {
                "type": "error",
                **{k: v for k, v in inner.items() if k != "type"},
                "code": "server_error",
            }
        name = b"event: error\n" if asked.protocol == "anthropic" or flat else b""
        event = name + b"data: " + json.dumps(error).encode() + b"\n\n"
        if first:
            return Play(parts=(event,), headers=_EVENTS, streamed=True)
        return _begun(asked, Ending.WHOLE, event)

    return play


# errors with a status


def _openai_error(status: int) -> dict[str, Any]:
    types = {429: ("requests", "rate_limit_exceeded"), 401: ("invalid_request_error", "invalid_api_key")}
    types |= {404: ("invalid_request_error", "model_not_found"), 402: ("billing_error", "billing_not_active")}
    usual = ("server_error", None) if status >= 500 else ("invalid_request_error", None)
    kind, code = types.get(status, usual)
    return {"error": {"message": f"Refused with {status}.", "type": kind, "param": None, "code": code}}


def _anthropic_error(status: int) -> dict[str, Any]:
    kinds = {401: "authentication_error", 402: "billing_error", 403: "permission_error"}
    kinds |= {404: "not_found_error", 409: "conflict_error", 413: "request_too_large"}
    kinds |= {429: "rate_limit_error", 500: "api_error", 503: "api_error", 529: "overloaded_error"}
    kind = kinds.get(status, "invalid_request_error")
    return {"type": "error", "error": {"type": kind, "message": f"Refused with {status}."}, "request_id": "r"}


def _gemini_error(status: int) -> dict[str, Any]:
    words = {401: "UNAUTHENTICATED", 403: "PERMISSION_DENIED", 404: "NOT_FOUND", 409: "ABORTED"}
    words |= {429: "RESOURCE_EXHAUSTED", 500: "INTERNAL", 503: "UNAVAILABLE", 529: "UNAVAILABLE"}
    word = words.get(status, "INVALID_ARGUMENT" if status < 500 else "INTERNAL")
    return {"error": {"code": status, "message": f"Refused with {status}.", "status": word}}


_ERRORS: dict[str, Callable[[int], dict[str, Any]]] = {
    "openai": _openai_error,
    "anthropic": _anthropic_error,
    "gemini": _gemini_error,
}


def _refusal(status: int, headers: Mapping[str, str] | None = None) -> Callable[[Asked], Play]:
    def play(asked: Asked) -> Play:
        error = _ERRORS[asked.protocol](status)
        if asked.protocol == "gemini" and status == 429:
            error["error"]["details"] = [_RETRY_INFO]
        return Play(status=status, parts=(json.dumps(error).encode(),), headers={**_JSON, **(headers or {})})

    return play


_TYPE = "type.googleapis.com/google.rpc."
_RETRY_INFO = {"@type": f"{_TYPE}RetryInfo", "retryDelay": "0.1s"}
_PER_DAY = {
    "@type": f"{_TYPE}QuotaFailure",
    "violations": [{"quotaId": "GenerateRequestsPerDayPerProjectPerModel-FreeTier", "quotaValue": "250"}],
}
_SPENT: dict[str, dict[str, Any]] = {
    "openai": {"type": "insufficient_quota", "code": "insufficient_quota"},
    "anthropic": {
        "type": "rate_limit_error",
        "details": {"error_code": "enforced_spend_limit_reached"},
    },
    "gemini": {"code": 429, "status": "RESOURCE_EXHAUSTED", "details": [_PER_DAY]},
}


def _spent(asked: Asked) -> Play:
    error = {"error": {"message": "The quota is used up.", **_SPENT[asked.protocol]}}
    return Play(status=429, parts=(json.dumps(error).encode(),), headers=_JSON)


STREAM = (True,)
GROUPS: dict[str, tuple[Fault, ...]] = {
    "The connection": (
        Fault("connection refused", place="refused"),
        Fault("DNS: no such name", place="nameless"),
        Fault("TLS: certificate that nobody known has signed", place="self-signed"),
        Fault("TLS: certificate of another name", place="misnamed"),
        Fault("connect timeout", place="full"),
        Fault("no first byte", _instead(Ending.SILENCE)),
        Fault("closed before any byte", _instead(Ending.CLOSE)),
        Fault("reset before any byte", _instead(Ending.RESET)),
    ),
    "The body": (
        Fault("content-length not met", _then(Ending.CLOSE), modes=(False,)),
        Fault("reset mid-body", _then(Ending.RESET)),
        Fault("silence mid-body", _then(Ending.SILENCE)),
        Fault("JSON cut", _json_cut, modes=(False,)),
        Fault("HTML with 200", _page(200)),
        Fault("HTML with 502", _page(502)),
        Fault("empty body with 200", _empty),
        Fault("billed, and empty", _billed_silence),
        Fault("slow trickle", _trickle(0.5)),
        Fault("trickle past the total limit", _trickle(1.0), total_s=LIMIT_S),
    ),
    "The status": (
        Fault("400: the caller's fault", _refusal(400)),
        *(Fault(f"{status}", _refusal(status)) for status in (401, 402, 403)),
        Fault("404: the model is gone", _refusal(404)),
        *(Fault(f"{status}", _refusal(status)) for status in (408, 409, 413)),
        Fault("429", _refusal(429)),
        Fault("429, retry-after: 2", _refusal(429, {"retry-after": "2"})),
        Fault("429, retry-after-ms: 100", _refusal(429, {"retry-after-ms": "100"})),
        Fault("429, retry-after: 3600", _refusal(429, {"retry-after": "3600"})),
        Fault("429: quota of the day or of money", _spent),
        *(Fault(f"{status}", _refusal(status)) for status in (500, 503, 529)),
    ),
    "The stream": (
        Fault("end before the first event", lambda _: Play(headers=_EVENTS, streamed=True), modes=STREAM),
        Fault("end mid-stream", _then(Ending.WHOLE), modes=STREAM),
        Fault("connection closed mid-stream", _then(Ending.CLOSE), modes=STREAM),
        Fault("terminal marker without a finish reason", _no_finish, modes=STREAM),
        Fault("error event first", _error_event(first=True), modes=STREAM),
        Fault("error event mid-stream, nested", _error_event(), modes=STREAM),
        Fault("error event mid-stream, flat", _error_event(flat=True), modes=STREAM),
        Fault("an event that is no JSON", _garbage, modes=STREAM),
    ),
}
FAULTS: dict[str, Fault] = {fault.slug: fault for faults in GROUPS.values() for fault in faults}
