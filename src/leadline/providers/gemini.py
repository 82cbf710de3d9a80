"""Google's Gemini generateContent."""

import re
from collections.abc import Mapping, Sequence
from typing import ClassVar
from urllib.parse import quote, unquote

import msgspec

from leadline.providers import ClientRequest, Provider, StreamReader, UnreadableRequest
from leadline.providers._forwarding import forwarded_headers, forwarded_query
from leadline.providers._gemini_reply import GeminiStream, read_reply
from leadline.providers._gemini_request import read_question
from leadline.providers._own_errors import error_headers, json_reply
from leadline.vocabulary import (
    Answer,
    ClientError,
    OutboundRequest,
    Question,
    Target,
    UpstreamFailure,
    UpstreamReply,
    WireProtocol,
)

_PATH = re.compile(r"(?:/(v1|v1beta|v1alpha))?/models/(.+):(generateContent|streamGenerateContent)")
_VERSIONED = re.compile(r"/v1(?:alpha|beta)?\Z")
_STATUSES = {
    401: "UNAUTHENTICATED",
    402: "FAILED_PRECONDITION",
    403: "PERMISSION_DENIED",
    404: "NOT_FOUND",
    408: "DEADLINE_EXCEEDED",
    429: "RESOURCE_EXHAUSTED",
    499: "CANCELLED",
    502: "UNAVAILABLE",
    503: "UNAVAILABLE",
    504: "DEADLINE_EXCEEDED",
}
_METHODS = ["generateContent", "streamGenerateContent"]


class Gemini(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Gemini: `POST {base_url}/{version}/models/{model}:generateContent`, or `:streamGenerateContent`.

    Both framings of a stream are read: events (`alt=sse`, as SDKs ask) and the JSON array that comes
    otherwise. The client's own version of the API goes on; a `base_url` that ends in a version pins it.

    - `default_version`: the version for a client whose path has none.
    """

    protocol: ClassVar[WireProtocol] = WireProtocol.GEMINI_GENERATE
    default_base_url: ClassVar[str] = "https://generativelanguage.googleapis.com"

    default_version: str = "v1beta"

    def matches(self, method: str, path: str, headers: Mapping[str, str]) -> bool:  # noqa: ARG002
        return method == "POST" and _PATH.fullmatch(path) is not None

    def read_question(self, request: ClientRequest) -> Question:
        _, model, verb = _parts(request.path)
        return read_question(request.body, model, streaming=verb == "streamGenerateContent")

    def outbound(
        self,
        request: ClientRequest,
        question: Question,  # noqa: ARG002
        target: Target,
        secret: str,
    ) -> OutboundRequest:
        version, _, verb = _parts(request.path)
        base_url = target.base_url.rstrip("/")
        root = base_url if _VERSIONED.search(base_url) else f"{base_url}/{version or self.default_version}"
        model = quote(target.identity.model.removeprefix("models/"), safe="/")
        headers = forwarded_headers(request.headers)
        headers["x-goog-api-key"] = secret
        return OutboundRequest(
            url=f"{root}/models/{model}:{verb}{forwarded_query(request.query)}",
            body=request.body,
            headers=headers,
        )

    def read_reply(self, reply: UpstreamReply) -> Answer | UpstreamFailure:
        return read_reply(reply)

    def stream_reader(self, question: Question) -> StreamReader:  # noqa: ARG002
        return GeminiStream()

    def error_reply(self, error: ClientError) -> UpstreamReply:
        return json_reply(error.status, _error(error), error_headers(error))

    def error_event(self, error: ClientError) -> bytes:
        return b"data: " + msgspec.json.encode(_error(error)) + b"\r\n\r\n"

    def models_reply(self, aliases: Sequence[str], created_at: float) -> UpstreamReply:  # noqa: ARG002
        models = [
            {
                "name": f"models/{alias}",
                "baseModelId": alias,
                "displayName": alias,
                "supportedGenerationMethods": _METHODS,
            }
            for alias in aliases
        ]
        return json_reply(200, {"models": models}, {})


def _parts(path: str) -> tuple[str, str, str]:
    """Version ("" if the path has none), model and verb."""
    match = _PATH.fullmatch(path)
    if match is None:
        raise UnreadableRequest(
            f"The path {path!r} names no model: it should end in /models/NAME:generateContent."
        )
    version, model, verb = match.groups()
    return version or "", unquote(model), verb


def _error(error: ClientError) -> dict[str, object]:
    fallback = "INTERNAL" if error.status >= 500 else "INVALID_ARGUMENT"
    details: list[dict[str, object]] = [
        {
            "@type": "type.googleapis.com/google.rpc.ErrorInfo",
            "reason": error.code.upper(),
            "domain": "leadline",
            "metadata": {"requestId": error.request_id},
        }
    ]
    if error.retry_after_s is not None:
        retry: dict[str, object] = {
            "@type": "type.googleapis.com/google.rpc.RetryInfo",
            "retryDelay": f"{error.retry_after_s:g}s",
        }
        details.append(retry)
    status = _STATUSES.get(error.status, fallback)
    return {"error": {"code": error.status, "message": error.message, "status": status, "details": details}}


PLUG: type[Provider] = Gemini
