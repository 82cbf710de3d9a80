"""How Vertex asks for Claude: the model in the path, Anthropic's version in the body.

https://docs.cloud.google.com/vertex-ai/generative-ai/docs/partner-models/claude/use-claude
"""

import re
from urllib.parse import unquote

import msgspec

from leadline.providers import ClientRequest, UnreadableRequest
from leadline.providers._decoding import Unparsable
from leadline.providers._forwarding import members_of, written

_PATH = re.compile(
    r"(?:/vertex_ai)?/v1(?:beta1)?/projects/[^/]+/locations/[^/]+/publishers/anthropic/models/"
    r"([^/:]+):(rawPredict|streamRawPredict)"
)
_COUNT = "count-tokens"
_FIRST_VERSION = "2023-06-01"


def asks_messages(path: str) -> bool:
    match = _PATH.fullmatch(path)
    return match is not None and match[1] != _COUNT


def asks_count(path: str) -> bool:
    match = _PATH.fullmatch(path)
    return match is not None and match[1] == _COUNT


def as_anthropic(request: ClientRequest) -> ClientRequest:
    """The same request as Anthropic itself takes it. Raises UnreadableRequest."""
    match = _PATH.fullmatch(request.path)
    if match is None:
        return request
    try:
        members = members_of(request.body)
    except Unparsable as error:
        raise UnreadableRequest(f"The body is not a messages request: {error}.") from error
    version = _string(members.pop("anthropic_version", None))
    counts = match[1] == _COUNT
    if not counts:
        members["model"] = written(unquote(match[1]))
        members["stream"] = written(match[2] == "streamRawPredict")
    headers = dict(request.headers)
    headers["anthropic-version"] = _FIRST_VERSION if version.startswith("vertex") or not version else version
    return ClientRequest(
        method=request.method,
        path="/v1/messages/count_tokens" if counts else "/v1/messages",
        query=request.query,
        headers=headers,
        body=msgspec.json.encode(members),
    )


def _string(value: msgspec.Raw | None) -> str:
    given = msgspec.json.decode(value) if value is not None else ""
    return given if isinstance(given, str) else ""
