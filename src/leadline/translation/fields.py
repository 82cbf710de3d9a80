"""Read a client's JSON so that nothing in it is lost in silence: what nobody took is named."""

import re
from collections.abc import Callable
from typing import TypeVar

import msgspec

from leadline.providers._decoding import Unparsable, decode
from leadline.translation.neutral import Losses, refuse

T = TypeVar("T")
_NOTHING: tuple[object, ...] = (None, "", [], {})
_any_object = msgspec.json.Decoder(dict[str, object])
_SNAKE = re.compile(r"_([a-z0-9])")


class Fields:
    """One JSON object. Take from it by name; `Reading.settle` names whatever is left in the end."""

    __slots__ = ("_left", "_path", "_reading")

    def __init__(self, members: dict[str, object], path: str, reading: "Reading") -> None:
        self._left = members
        self._path = path
        self._reading = reading

    def take(self, name: str, kind: type[T]) -> T | None:
        """Its value, None where it is absent or null. Raises Unportable when it is of another kind."""
        value = self._left.pop(name, None)
        if value is None or isinstance(value, kind):
            return value
        return refuse(f"`{self._path}{name}` is of an unknown form")

    def text(self, name: str) -> str:
        return self.take(name, str) or ""

    def flag(self, name: str) -> bool:
        return bool(self.take(name, bool))

    def number(self, name: str) -> float | None:
        return self.take(name, float | int)  # type: ignore[arg-type]

    def whole(self, name: str) -> int | None:
        """A count; hosts take `3.0` for one."""
        value = self.number(name)
        return None if value is None else int(value)

    def inner(self, name: str) -> "Fields | None":
        value = self.take(name, dict)
        return None if value is None else self._reading.fields(value, f"{self._path}{name}.")

    def each(self, name: str) -> list["Fields"]:
        """The objects of a list."""
        value = self._left.pop(name, None)
        if value is None:
            return []
        if self._reading.lone_objects and isinstance(value, dict):
            value = [value]
        if not isinstance(value, list) or not all(isinstance(item, dict) for item in value):
            return refuse(f"`{self._path}{name}` is of an unknown form")
        return [self._reading.fields(item, f"{self._path}{name}.") for item in value]

    def text_or_each(self, name: str) -> "str | list[Fields]":
        """Where a text may stand for a list of one; "" where there is neither."""
        value = self._left.get(name)
        if value is None or isinstance(value, str):
            self._left.pop(name, None)
            return value or ""
        return self.each(name)

    def texts(self, name: str) -> tuple[str, ...]:
        """A list of texts, or one alone."""
        value = self._left.pop(name, None)
        if isinstance(value, str):
            return (value,)
        if value is None:
            return ()
        if isinstance(value, list) and all(isinstance(item, str) for item in value):
            return tuple(value)
        return refuse(f"`{self._path}{name}` is of an unknown form")

    def has(self, name: str) -> bool:
        """Whether it stands there with something in it, and has not been taken."""
        return self._left.get(name) not in _NOTHING

    def must_not_have(self, **reasons: str) -> None:
        """Raises Unportable with the reason for the first of these names that stands there."""
        for name, reason in reasons.items():
            if self.has(name):
                refuse(f"`{self._path}{name}`: {reason}")

    def settle(self, losses: Losses) -> None:
        for name, value in self._left.items():
            if value not in _NOTHING:
                losses.add(self._path + name)


class Reading:
    """All the objects of one request. `proto`: names may come in snake_case, and an object for a list."""

    def __init__(self, *, proto: bool = False) -> None:
        self.lone_objects = proto
        self._renamed: Callable[[dict[str, object]], dict[str, object]] = _camel if proto else dict
        self._all: list[Fields] = []

    def body(self, data: bytes) -> Fields:
        """Raises Unportable when it is no JSON object."""
        try:
            return self.fields(decode(_any_object, data), "")
        except Unparsable as error:
            return refuse(f"the body is not readable: {error}")

    def fields(self, members: dict[str, object], path: str) -> Fields:
        found = Fields(self._renamed(members), path, self)
        self._all.append(found)
        return found

    def settle(self, losses: Losses) -> None:
        """Name what is left everywhere."""
        for fields in self._all:
            fields.settle(losses)


def _camel(members: dict[str, object]) -> dict[str, object]:
    return {
        _SNAKE.sub(lambda match: match.group(1).upper(), name) if "_" in name else name: value
        for name, value in members.items()
    }
