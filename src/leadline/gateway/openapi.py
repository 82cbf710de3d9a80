"""The gateway's own OpenAPI document, written from the surfaces that it serves."""

import re
from collections.abc import Mapping, Sequence

from leadline.providers import Surface
from leadline.vocabulary import WireProtocol

Document = dict[str, object]
PATH = "/openapi.json"
PAGE = "/docs"
_NAME = re.compile(r"\{(\w+)\}")
_TEXT: Document = {"type": "string"}
_LIST: Document = {"type": "array", "items": {"type": "object"}}
_FIELDS: Mapping[WireProtocol, Document] = {
    WireProtocol.OPENAI_CHAT: {"model": _TEXT, "messages": _LIST},
    WireProtocol.OPENAI_RESPONSES: {"model": _TEXT, "input": {"anyOf": [_TEXT, _LIST]}},
    WireProtocol.OPENAI_COMPLETIONS: {"model": _TEXT, "prompt": _TEXT},
    WireProtocol.OPENAI_EMBEDDINGS: {"model": _TEXT, "input": {"anyOf": [_TEXT, {"type": "array"}]}},
    WireProtocol.ANTHROPIC_MESSAGES: {"model": _TEXT, "max_tokens": {"type": "integer"}, "messages": _LIST},
    WireProtocol.ANTHROPIC_COUNT_TOKENS: {"model": _TEXT, "messages": _LIST},
    WireProtocol.GEMINI_GENERATE: {"contents": _LIST},
    WireProtocol.GEMINI_COUNT_TOKENS: {"contents": _LIST},
    WireProtocol.GEMINI_EMBED: {"content": {"type": "object"}},
    WireProtocol.GEMINI_BATCH_EMBED: {"requests": _LIST},
}
"""What a body cannot do without; all else goes on to the provider, whose own reference says what it means."""
_STREAMS = "streamGenerateContent"


def document(surfaces: Sequence[Surface], ours: Sequence[str], version: str) -> Document:
    """`ours` are the endpoints about the gateway itself, as `GET /health`."""
    paths: dict[str, Document] = {}
    for surface in surfaces:
        for path in _paths_of(surface):
            paths[path] = {"post": _asking(surface, path)}
    for endpoint in ours:
        method, _, path = endpoint.partition(" ")
        paths.setdefault(path, {})[method.lower()] = _about(method, path)
    keys = {name: _key("header", name) for name in ("x-api-key", "api-key", "x-goog-api-key")}
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Leadline gateway",
            "version": version,
            "description": "A gateway key is the key of each SDK. The model of a request is an alias.",
        },
        "paths": paths,
        "components": {
            "securitySchemes": {"bearer": {"type": "http", "scheme": "bearer"}, **keys},
            "schemas": {
                "Error": {"type": ["object", "array"], "description": "In the client's own protocol."}
            },
        },
        "security": [{"bearer": []}, *[{name: []} for name in keys]],
    }


def _paths_of(surface: Surface) -> list[str]:
    """The one that people are told first; Google's stream is a path of its own."""
    told = surface.endpoint.partition(" ")[2]
    more = [told.replace("generateContent", _STREAMS)] if told.endswith(":generateContent") else []
    return [told, *more, *sorted(surface.paths - {told})]


def _asking(surface: Surface, path: str) -> Document:
    fields = _FIELDS.get(surface.protocol, {})
    schema = {"type": "object", "properties": fields, "required": list(fields)}
    content: Document = {"application/json": {"schema": {"type": ["object", "array"]}}}
    if surface.operation.generates:
        content["text/event-stream"] = {"schema": _TEXT}
    return {
        "operationId": _id("post", path),
        "summary": surface.endpoint,
        "tags": [str(surface.protocol)],
        "parameters": _parameters(path),
        "requestBody": {"required": True, "content": {"application/json": {"schema": schema}}},
        "responses": {"200": {"description": "The answer.", "content": content}, "default": _ERROR},
    }


def _about(method: str, path: str) -> Document:
    kind = "text/html" if path == PAGE else "application/json"
    asked: Document = {
        "operationId": _id(method.lower(), path),
        "summary": f"{method} {path}",
        "tags": ["gateway"],
        "parameters": _parameters(path),
        "responses": {
            "200": {"description": "What was asked for.", "content": {kind: {"schema": {}}}},
            "default": _ERROR,
        },
    }
    if method == "POST":
        asked["requestBody"] = {"content": {"application/json": {"schema": {"type": "object"}}}}
    return asked


_ERROR: Document = {
    "description": "An error on which the client's SDK raises.",
    "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Error"}}},
}


def _parameters(path: str) -> list[Document]:
    return [
        {"name": name, "in": "path", "required": True, "schema": {"type": "string", "minLength": 1}}
        for name in _NAME.findall(path)
    ]


def _key(place: str, name: str) -> Document:
    return {"type": "apiKey", "in": place, "name": name}


def _id(method: str, path: str) -> str:
    return "_".join([method, *re.findall(r"\w+", path)])
