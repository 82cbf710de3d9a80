"""What tools take: from their declarations in any protocol to Cedar types."""

import decimal
from collections.abc import Iterator, Mapping

import msgspec

Json = dict[str, object]
Schema = Mapping[str, object]
_DEEPEST = 8
_PLAIN = {
    "string": {"type": "String"},
    "integer": {"type": "Long"},
    "boolean": {"type": "Boolean"},
    # Cedar has no floating point: four digits behind the point are what its decimals hold
    "number": {"type": "Extension", "name": "decimal"},
}
_OF_VALUE: tuple[tuple[type, str], ...] = (
    # in this order, for a truth value is an int to Python
    (bool, "boolean"),
    (str, "string"),
    (int, "integer"),
    (float, "number"),
    (decimal.Decimal, "number"),
)


class UnreadableTools(ValueError):
    """The declarations are no JSON, or hold no tool."""


def declared(tools_json: bytes) -> Mapping[str, Schema]:
    """The JSON Schema of each function by name: tools of OpenAI (chat, responses), Anthropic, Gemini or MCP.

    Raises UnreadableTools.
    """
    try:
        tools = msgspec.json.decode(tools_json)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise UnreadableTools(f"the declarations of tools are not readable: {error}") from error
    return dict(_each(tools))


def _each(tools: object) -> Iterator[tuple[str, Schema]]:
    if isinstance(tools, dict):
        for key in ("tools", "functions", "functionDeclarations", "function_declarations"):
            if key in tools:
                yield from _each(tools[key])
                return
        tools = [tools]
    for tool in tools if isinstance(tools, list) else ():
        if not isinstance(tool, dict):
            continue
        if "functionDeclarations" in tool or "function_declarations" in tool:
            yield from _each(tool)
        elif isinstance(function := tool.get("function", tool), dict) and isinstance(
            name := function.get("name"), str
        ):
            yield name, _parameters(function)


def _parameters(function: Json) -> Schema:
    names = ("parameters", "input_schema", "inputSchema", "parametersJsonSchema", "parameters_json_schema")
    found = next((function[name] for name in names if isinstance(function.get(name), dict)), {})
    return found if isinstance(found, dict) else {}


class Kind(msgspec.Struct, frozen=True):
    """What a value may be: `plain` (string, integer, number, boolean), a list of `item`s, or an object of
    `members`. `open` objects may hold more, which no policy sees but in `context.arguments`.
    """

    plain: str = ""
    item: "Kind | None" = None
    members: Mapping[str, "Kind | None"] | None = None
    required: frozenset[str] = frozenset()
    open: bool = False

    @property
    def cedar(self) -> Json:
        """As Cedar's JSON schemas have it."""
        if self.plain:
            return dict(_PLAIN[self.plain])
        if self.item is not None:
            return {"type": "Set", "element": self.item.cedar}
        members = self.members or {}
        return {
            "type": "Record",
            "attributes": {
                name: kind.cedar | {"required": name in self.required}
                for name, kind in members.items()
                if kind is not None
            },
        }


def kind_of(schema: Schema) -> Kind | None:
    """Of a JSON Schema. None = Cedar has no type for it (a union, a tuple, a recursive or free form)."""
    return _kind(schema, schema, _DEEPEST)


def arguments_kind(schema: Schema) -> Kind:
    """Of a tool's parameters, which are always an object."""
    found = kind_of(schema)
    return found if found is not None and found.members is not None else Kind(members={}, open=True)


def _kind(schema: object, root: Schema, left: int) -> Kind | None:
    if not isinstance(schema, dict) or left == 0:
        return None
    if isinstance(reference := schema.get("$ref"), str):
        return _kind(_looked_up(reference, root), root, left - 1)
    for union in ("anyOf", "oneOf", "allOf"):
        if isinstance(options := schema.get(union), list):
            real = [one for one in options if not (isinstance(one, dict) and one.get("type") == "null")]
            return _kind(real[0], root, left - 1) if len(real) == 1 else None
    return _of_type(schema, root, left)


def _of_type(schema: Json, root: Schema, left: int) -> Kind | None:
    name = _type_name(schema)
    if name in _PLAIN:
        return Kind(plain=name)
    if name == "array":
        item = _kind(schema.get("items"), root, left - 1)
        return None if item is None else Kind(item=item)
    if name == "object" or (not name and isinstance(schema.get("properties"), dict)):
        return _object(schema, root, left)
    return None


def _object(schema: Json, root: Schema, left: int) -> Kind:
    properties, required = schema.get("properties"), schema.get("required")
    members = properties if isinstance(properties, dict) else {}
    names = required if isinstance(required, list) else []
    # a member with null among its types may be absent to a policy even where JSON demands it
    always = [name for name in names if isinstance(name, str) and not _may_be_null(members.get(name))]
    return Kind(
        members={
            name: _kind(one, root, left - 1) for name, one in members.items() if not name.startswith("__")
        },
        required=frozenset(always),
        open=schema.get("additionalProperties", not members) is not False,
    )


def _type_name(schema: Json) -> str:
    given = schema.get("type")
    if isinstance(given, list):
        real = [one for one in given if one != "null"]
        given = real[0] if len(real) == 1 else None
    if isinstance(given, str):
        return given.lower()
    values = schema.get("enum", [schema["const"]] if "const" in schema else [])
    kinds = {name_of(value) for value in values} if isinstance(values, list) else set()
    return kinds.pop() if len(kinds) == 1 else ""


def name_of(value: object) -> str:
    """The JSON Schema type of a plain value; "" for any other."""
    return next((name for kind, name in _OF_VALUE if isinstance(value, kind)), "")


def _may_be_null(schema: object) -> bool:
    if not isinstance(schema, dict):
        return True
    options = schema.get("anyOf") or schema.get("oneOf") or []
    nulls = [one for one in options if isinstance(one, dict) and one.get("type") == "null"]
    given = schema.get("type")
    return bool(nulls) or schema.get("nullable") is True or (isinstance(given, list) and "null" in given)


def _looked_up(reference: str, root: Schema) -> object:
    """Only within the schema itself: nothing is fetched."""
    if not reference.startswith("#/"):
        return None
    found: object = root
    for step in reference[2:].split("/"):
        found = found.get(step.replace("~1", "/").replace("~0", "~")) if isinstance(found, dict) else None
    return found
