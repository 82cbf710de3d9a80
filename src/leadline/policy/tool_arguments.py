"""The arguments that a model wrote, as values that Cedar can judge; what is ambiguous is refused."""

import decimal
import json
from collections.abc import Iterator, Mapping

from leadline.policy.tool_schemas import Json, Kind, name_of

LONGEST = 256 * 1024
"""Characters of arguments that are judged; longer ones are refused."""
_LONG = 2**63
_FOUR_DIGITS = decimal.Decimal("0.0001")
_MOST = _LONG * _FOUR_DIGITS
_TOO_FINE = "more_than_four_digits"


class Undecidable(ValueError):
    """The arguments cannot be judged; the sentence names the place, never a value."""


def read(arguments: str) -> Json:
    """The object that a tool's program would read. Models write nothing at all for a call without any.

    A name that comes twice is refused: programs differ in which of the two they take. Raises Undecidable.
    """
    if not arguments.strip():
        return {}
    if len(arguments) > LONGEST:
        raise Undecidable(f"the arguments are longer than {LONGEST} characters")
    try:
        found = json.loads(
            arguments, object_pairs_hook=_once, parse_float=decimal.Decimal, parse_constant=_no_number
        )
    except (ValueError, ArithmeticError, RecursionError) as error:
        if isinstance(error, Undecidable):
            raise
        raise Undecidable("the arguments are not readable as JSON") from error
    if not isinstance(found, dict):
        raise Undecidable("the arguments are no JSON object")
    return found


def written_anew(arguments: str) -> str:
    """The text of arguments that `read` takes, in one form: a letter written as an escape must not hide what
    a policy forbids.
    """
    return json.dumps(json.loads(arguments.strip() or "{}"), ensure_ascii=False, separators=(",", ":"))


def _once(pairs: list[tuple[str, object]]) -> Json:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise Undecidable("an argument stands there twice")
    return found


def _no_number(word: str) -> object:
    raise Undecidable(f"{word} is no number of JSON")


def as_cedar(value: object, kind: Kind, place: str = "input") -> object:
    """In Cedar's JSON form for values. Raises Undecidable when `value` is not of `kind`."""
    if kind.plain:
        return _plain(value, kind.plain, place)
    if kind.item is not None:
        if not isinstance(value, list):
            raise _wrong(place, "list")
        return [as_cedar(one, kind.item, f"{place}[{at}]") for at, one in enumerate(value)]
    if not isinstance(value, dict):
        raise _wrong(place, "object")
    return _members(value, kind, place)


def _members(value: Json, kind: Kind, place: str) -> Json:
    known: Mapping[str, Kind | None] = kind.members or {}
    for name in value:
        if name not in known and not kind.open:
            raise Undecidable(f"`{place}` holds an argument that the tool does not declare")
    return {
        name: as_cedar(value[name], inner, f"{place}.{name}")
        for name, inner in known.items()
        if inner is not None and value.get(name) is not None
    }


def _plain(value: object, wanted: str, place: str) -> object:
    if wanted == "string" and isinstance(value, str):
        return value
    if wanted == "boolean" and isinstance(value, bool):
        return value
    number = isinstance(value, int | decimal.Decimal) and not isinstance(value, bool)
    if wanted in ("integer", "number") and number:
        return _long(value, place) if wanted == "integer" else _decimal(value, place)
    raise _wrong(place, wanted)


def _long(value: object, place: str) -> int:
    """Hosts write 3.0 for 3."""
    exact = decimal.Decimal(str(value))
    if not -_LONG <= exact < _LONG or exact != exact.to_integral_value():
        raise _wrong(place, "whole number of 64 bits")
    return int(exact)


def _decimal(value: object, place: str) -> Json:
    """Cedar's decimals hold four digits behind the point, and 100.00004 rounded would pass for 100. A finer
    number becomes a record instead: whatever compares it for size fails, and a `forbid` that fails denies.
    Equal to another it is only digit by digit.
    """
    exact = decimal.Decimal(str(value))
    if not -_MOST < exact < _MOST:
        raise _wrong(place, "decimal within 64 bits")
    rounded = exact.quantize(_FOUR_DIGITS)
    if rounded == exact:
        return {"__extn": {"fn": "decimal", "arg": f"{rounded:f}"}}
    return {_TOO_FINE: _canonical(exact)}


def _canonical(number: decimal.Decimal) -> str:
    """The same for 0.12345 and 0.123450; short for 1e-999999999, too."""
    sign, digits, exponent = number.as_tuple()
    written = "".join(map(str, digits))
    stripped = written.rstrip("0")
    return f"{'-' * sign}{stripped}e{int(exponent) + len(written) - len(stripped)}"


def too_fine(value: object, place: str = "input") -> Iterator[str]:
    """The places, in what `as_cedar` gave, of numbers that no policy can compare for size."""
    if isinstance(value, list):
        for at, one in enumerate(value):
            yield from too_fine(one, f"{place}[{at}]")
    elif isinstance(value, dict):
        if _TOO_FINE in value:
            yield place
        for name, one in value.items():
            yield from too_fine(one, f"{place}.{name}")


def guessed(value: object) -> Kind | None:
    """What a value is by itself, for a tool that nobody declared."""
    if name := name_of(value):
        return Kind(plain=name)
    if isinstance(value, list):
        kinds = [guessed(one) for one in value]
        alike = bool(kinds) and all(one == kinds[0] for one in kinds)
        return Kind(item=kinds[0]) if alike and kinds[0] is not None else None
    if isinstance(value, dict):
        members = {name: guessed(one) for name, one in value.items() if not name.startswith("__")}
        return Kind(members=members, open=True)
    return None


def _wrong(place: str, wanted: str) -> Undecidable:
    return Undecidable(f"`{place}` is not the {wanted} that the tool declares")
