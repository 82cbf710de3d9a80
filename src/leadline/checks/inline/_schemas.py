"""Compile callers' JSON Schemas once, without ever fetching anything or taking on unbounded work."""

from collections.abc import Iterator, Mapping

import jsonschema_rs
import msgspec

from leadline.measures.remembering import remembered_by_digest

_MOST_SCHEMAS = 256
_MOST_PATHS = 10_000
_MOST_STEPS = 256


class UnusableSchema(ValueError):
    """Why the caller's schema cannot be applied, in words that hold nothing of the schema."""


class Validator(msgspec.Struct, frozen=True):
    """`self_references` counts the places where the schema refers back to itself."""

    compiled: jsonschema_rs.Validator
    self_references: int

    def is_valid(self, instance: object) -> bool:
        return self.compiled.is_valid(instance)

    def broken_rule(self, instance: object) -> tuple[list[str | int], str] | None:
        """Where the first error is and the keyword it broke; None when finding it would take too long.

        Validity is cheap for recursive schemas, collecting their errors is not: twice as long per level.
        """
        if self.self_references > 1 and self.self_references ** depth(instance) > _MOST_STEPS:
            return None
        try:
            self.compiled.validate(instance)
        except jsonschema_rs.ValidationError as error:
            return error.instance_path, error.kind.name
        return None


@remembered_by_digest(_MOST_SCHEMAS)
def compiled(schema_json: bytes) -> Validator | UnusableSchema:
    """The validator of this schema, or why there is none; both are remembered.

    `$ref` reaches inside the schema only. Patterns run on a linear engine, so look-around and
    back-references make a schema unusable rather than slow.
    """
    try:
        schema = msgspec.json.decode(schema_json)
    except (msgspec.DecodeError, RecursionError):
        return UnusableSchema("the schema is not JSON")
    if not isinstance(schema, dict | bool):
        return UnusableSchema("the schema is neither an object nor true or false")
    try:
        size = _Paths(schema)
        validator = jsonschema_rs.validator_for(
            schema, offline=True, pattern_options=jsonschema_rs.RegexOptions()
        )
    except RecursionError:
        return UnusableSchema("the schema is nested too deeply")
    except UnusableSchema as unusable:
        return unusable
    except (ValueError, jsonschema_rs.ReferencingError) as error:
        return UnusableSchema(_why(error))
    return Validator(validator, size.self_references)


def depth(instance: object) -> int:
    """Levels of nesting: 0 for a bare value."""
    levels, row = 0, [instance]
    while row := [child for parent in row for child in _children(parent)]:
        levels += 1
    return levels


def _children(value: object) -> Iterator[object]:
    if isinstance(value, Mapping):
        yield from value.values()
    elif isinstance(value, list):
        yield from value


def _why(error: Exception) -> str:
    text = str(error)
    if "not present in a registry" in text:
        return "the schema refers to another document, which is never fetched"
    if "does not exist" in text:
        return "the schema refers to a definition that it does not hold"
    if '"regex"' in text:
        return "the schema has a pattern that the linear pattern engine does not know"
    return "the schema is not a valid JSON Schema"


class _Paths:
    """How much work a schema can make: the number of ways through it with its references followed.

    A schema of 3 KB can make 2**40 of them, by definitions that each name the next one twice.
    """

    def __init__(self, root: object) -> None:
        self._root = root
        self._known: dict[str, int] = {}
        self._entered: set[str] = set()
        self.self_references = 0
        self._ways(root)

    def _ways(self, node: object) -> int:
        ways = isinstance(node, Mapping) + sum(self._ways(child) for child in _children(node))
        if isinstance(node, Mapping) and isinstance(reference := node.get("$ref"), str):
            ways += self._ways_behind(reference)
        if ways > _MOST_PATHS:
            raise UnusableSchema(f"the schema branches into more than {_MOST_PATHS} paths")
        return ways

    def _ways_behind(self, reference: str) -> int:
        if reference in self._entered:
            self.self_references += 1
            return 1
        if reference not in self._known:
            self._entered.add(reference)
            self._known[reference] = self._ways(_resolve(self._root, reference))
            self._entered.discard(reference)
        return self._known[reference]


def _resolve(root: object, reference: str) -> object:
    """What a local pointer names; an anchor or a foreign document counts as nothing here."""
    node = root
    for part in reference.removeprefix("#").split("/")[1:]:
        key = part.replace("~1", "/").replace("~0", "~")
        if isinstance(node, Mapping):
            node = node.get(key)
        elif isinstance(node, list) and key.isdigit() and int(key) < len(node):
            node = node[int(key)]
        else:
            return None
    return node
