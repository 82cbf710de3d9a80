"""Gemini's `responseSchema`, an OpenAPI 3.0 subset, as the JSON Schema that it means.

https://ai.google.dev/api/caching#Schema
"""

import msgspec

from leadline.providers._decoding import decode

_KEPT = (
    *("format", "title", "description", "enum", "required", "pattern", "minimum", "maximum", "default"),
    *("minItems", "maxItems", "minLength", "maxLength", "minProperties", "maxProperties"),
)
_COUNTS = frozenset(name for name in _KEPT if name.startswith(("min", "max")))
_SNAKE = {
    "any_of": "anyOf",
    "min_items": "minItems",
    "max_items": "maxItems",
    "min_length": "minLength",
    "max_length": "maxLength",
    "min_properties": "minProperties",
    "max_properties": "maxProperties",
}
_schema = msgspec.json.Decoder(dict[str, object])


def json_schema(response_schema: bytes) -> bytes:
    """Raises Unparsable if it is no JSON object."""
    return msgspec.json.encode(_converted(decode(_schema, response_schema)))


def _converted(schema: dict[str, object]) -> dict[str, object]:
    named = {_SNAKE.get(name, name): value for name, value in schema.items()}
    out = {
        name: _number(value) if name in _COUNTS else value for name, value in named.items() if name in _KEPT
    }
    if isinstance(kind := named.get("type"), str) and kind.upper() != "TYPE_UNSPECIFIED":
        out["type"] = kind.lower()
    if isinstance(items := named.get("items"), dict):
        out["items"] = _converted(items)
    if isinstance(properties := named.get("properties"), dict):
        out["properties"] = {
            name: _converted(inner) for name, inner in properties.items() if isinstance(inner, dict)
        }
    if isinstance(choices := named.get("anyOf"), list):
        out["anyOf"] = [_converted(choice) for choice in choices if isinstance(choice, dict)]
    return {"anyOf": [out, {"type": "null"}]} if named.get("nullable") is True else out


def _number(value: object) -> object:
    """Proto JSON writes 64-bit integers as strings."""
    return int(value) if isinstance(value, str) and value.isdecimal() else value
