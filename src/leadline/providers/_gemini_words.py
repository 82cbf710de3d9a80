"""What all of Gemini's surfaces say alike: paths, errors and the models list."""

import re
from collections.abc import Sequence
from typing import ClassVar
from urllib.parse import unquote

import msgspec

from leadline.providers import ClientRequest, UnreadableRequest
from leadline.providers._own_errors import error_headers, json_reply
from leadline.vocabulary import ClientError, UpstreamReply

_PATH = re.compile(r"(?:/(v1|v1beta|v1alpha))?/models/(.+):(\w+)")
_VERTEX = re.compile(
    r"(?:/vertex_ai)?/v1(beta1)?/projects/[^/]+/locations/[^/]+/publishers/google(/models/[^/:]+:\w+)"
)
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


class GeminiWords(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The part of a surface that each of Gemini's has in common. `verbs` end the paths of one surface."""

    paths: ClassVar[frozenset[str]] = frozenset()
    verbs: ClassVar[tuple[str, ...]]

    def matches(self, path: str) -> bool:
        return path.endswith(self.verbs) and bool(_PATH.fullmatch(path) or _VERTEX.fullmatch(path))

    def canonical(self, request: ClientRequest) -> ClientRequest:
        match = _VERTEX.fullmatch(request.path)
        if match is None:
            return request
        return ClientRequest(
            method=request.method,
            path=f"/{'v1beta' if match[1] else 'v1'}{match[2]}",
            query=request.query,
            headers=request.headers,
            body=request.body,
        )

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


def path_parts(path: str) -> tuple[str, str, str]:
    """Version ("" if the path has none), model and verb. Raises UnreadableRequest."""
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
