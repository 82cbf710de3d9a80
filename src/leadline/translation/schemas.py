"""JSON Schemas as each protocol takes them."""

from collections.abc import Mapping
from typing import cast

from leadline.translation.neutral import Losses, Schema, refuse

_UNSUPPORTED = frozenset(
    {
        *("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf"),
        *("minLength", "maxLength", "maxItems", "uniqueItems", "minProperties", "maxProperties"),
        *("patternProperties", "propertyNames", "contains", "not", "if", "then", "else"),
    }
)
"""https://platform.claude.com/docs/en/build-with-claude/structured-outputs#json-schema-limitations"""
_OF_SCHEMAS = ("properties", "$defs", "definitions")
_LISTS = ("anyOf", "oneOf", "allOf", "prefixItems")


def is_strict(schema: object) -> bool:
    """Whether OpenAI takes it with `strict`: each object is closed and demands all its properties."""
    if isinstance(schema, list):
        return all(is_strict(item) for item in schema)
    if not isinstance(schema, dict):
        return True
    if schema.get("type") == "object":
        properties = schema.get("properties")
        names = set(properties) if isinstance(properties, dict) else set()
        required = schema.get("required")
        if schema.get("additionalProperties") is not False or names != set(
            required if isinstance(required, list) else ()
        ):
            return False
    if not _UNSUPPORTED.isdisjoint(schema):
        return False
    return all(is_strict(inner) for inner in _inner(schema))


def closed(schema: Schema, losses: Losses, word: str) -> Schema:
    """As Anthropic takes it: its objects closed, and without the limits that it does not know.

    Leadline still checks the answer against the client's own schema. Raises Unportable for a schema whose
    objects are meant to be open.
    """
    out: Schema = {}
    for name, value in schema.items():
        if name in _UNSUPPORTED or (name == "minItems" and value not in (0, 1)):
            losses.add(f"{word}.{name}")
        elif name in _OF_SCHEMAS and isinstance(value, dict):
            out[name] = {key: _closed_inner(inner, losses, word) for key, inner in value.items()}
        elif name in _LISTS and isinstance(value, list):
            out[name] = [_closed_inner(inner, losses, word) for inner in value]
        elif name == "items":
            out[name] = _closed_inner(value, losses, word)
        else:
            out[name] = value
    if schema.get("type") == "object" or "properties" in schema:
        if schema.get("additionalProperties") not in (None, False) or "properties" not in schema:
            refuse("the schema of the answer leaves its objects open, which the target does not take")
        out["additionalProperties"] = False
    return out


def _closed_inner(schema: object, losses: Losses, word: str) -> object:
    return closed(cast("Schema", schema), losses, word) if isinstance(schema, dict) else schema


def _inner(schema: Mapping[str, object]) -> list[object]:
    found = [schema.get("items"), *(schema.get(name) for name in _LISTS)]
    for name in _OF_SCHEMAS:
        if isinstance(inner := schema.get(name), dict):
            found += inner.values()
    return found
